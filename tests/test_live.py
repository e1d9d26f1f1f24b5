"""A saved script is in search at once, and the next index is built behind it: on real files and a real Chroma index."""

import shutil
import threading
import time
from types import SimpleNamespace

import pytest

from coach.advise.toolbox import Toolbox
from coach.library import corpus as library
from coach.library import index
from coach.library.folders import current, pointed
from coach.library.passages import passages
from coach.library.search import Search
from coach.live import Live
from coach.watch import SETTLED, Watch, marks_of
from tests.making import CORPUS, Words, corpus_folder, generated, put, script_text

ID, OTHER = "tapering/first-mention", "safety/in-withdrawal"
BOAT = '\n  - "going on a boat trip"\n  - "wants to sail"\n  - "a week on the sea"\n  - "pills on board"\n  - "the captain of the boat"'
NEVER = 1_000.0  # seconds: no index is built behind


def opened(corpus, cache, encoder=None, quiet=NEVER):
    read = library.load(corpus)
    base = index.open_or_build(cache, passages(read.live), encoder) if encoder else None
    return Live(Toolbox(read, Search(read.live, base, encoder), None, None, {}, None, None, None), corpus, cache, quiet)


@pytest.fixture
def live(corpus, tmp_path, words):
    live = opened(corpus, tmp_path / "index", words)
    words.seen.clear()
    yield live
    live.close()


def first(live, text):
    return [hit.script_id for hit in live.tools.search.find(text, 1).hits]


def names(before):
    """Of the threads that were started since."""
    return {thread.name for thread in set(threading.enumerate()) - before}


def wait_for(what, seconds=20.0):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.01)


def test_a_saved_script_is_found_when_replace_returns_and_the_state_before_stays(live, corpus, words):
    before = live.tools
    put(corpus, script_text(asks=BOAT))
    assert live.replace([ID]) is live.tools
    hit = live.tools.search.find("going on a boat trip").hits[0]
    assert (hit.script_id, hit.cosine) == (ID, pytest.approx(1.0, abs=1e-3))
    assert "a week on the sea" in live.tools.library.get(ID).asks
    assert "a week on the sea" not in before.library.get(ID).asks
    assert before.search.find("going on a boat trip").hits[0].cosine < 0.9
    assert sorted(text for text in words.seen if text != "going on a boat trip") == sorted(ask for ask in live.tools.library.get(ID).asks if ask != "going on a boat trip")


def test_scripts_may_be_named_as_a_mapping_and_a_new_one_is_found(live, corpus):
    put(corpus, script_text(id="safety/at-sea", asks=BOAT, title="Away on a boat"))
    live.replace({"safety/at-sea": None})
    assert first(live, "wants to sail") == ["safety/at-sea"]


def test_what_changed_nothing_is_the_same_state(live, words):
    assert live.replace([ID, OTHER, "safety/never-there"]) is live.tools
    assert words.seen == []


@pytest.mark.parametrize("text", [script_text(situations="[no_such_tag]"), "half a fi"])
def test_a_file_that_cannot_be_shown_leaves_search_with_its_problems(live, corpus, text):
    put(corpus, script_text(id=OTHER, avoid_when=f"Use {ID} instead."))
    put(corpus, script_text(id="safety/third", avoid_when=f"Use {OTHER} instead."))
    live.replace([OTHER, "safety/third"])
    (corpus / "scripts/safety/third.md").write_text(text, encoding="utf-8")
    tools = live.replace(["safety/third"])
    assert set(tools.library.scripts) == {ID, OTHER}
    assert {problem.path for problem in tools.library.problems} == {"corpus/scripts/safety/third.md"}
    assert not tools.search.holds("safety/third")
    assert all(hit.script_id in tools.library.scripts for hit in tools.search.find("a taper talk", 9).hits)


def test_of_two_saves_of_one_script_the_later_counts_whoever_comes_first(corpus, tmp_path):
    """The first is held up while its words are encoded; the second overtakes it."""
    live = opened(corpus, tmp_path / "index", slow := Slow("old words"))
    put(corpus, script_text(title="About old words"))
    waiting = threading.Thread(target=live.replace, args=([ID],))
    waiting.start()
    slow.reached.wait(10)
    put(corpus, script_text(title="About new ones"))
    live.replace([ID])
    assert live.tools.library.get(ID).title == "About new ones"
    slow.go_on.set()
    waiting.join(10)
    assert live.tools.library.get(ID).title == "About new ones"
    assert live.tools.search.find("About new ones").hits[0].cosine == pytest.approx(1.0, abs=1e-3)
    live.close()


class Slow(Words):
    """Words that wait, at a text that holds `at`, until they may go on."""

    def __init__(self, at):
        super().__init__()
        self.at, self.reached, self.go_on = at, threading.Event(), threading.Event()

    def encode(self, texts):
        if any(self.at in text for text in texts):
            self.reached.set()
            assert self.go_on.wait(10)
        return super().encode(texts)


def test_the_next_index_is_built_behind_and_is_the_one_that_a_start_would_open(corpus, tmp_path, words):
    cache = tmp_path / "index"
    live = opened(corpus, cache, words, quiet=0.05)
    put(corpus, script_text(id="safety/at-sea", asks=BOAT, title="Away on a boat"))
    before = live.replace(["safety/at-sea"])
    hits = before.search.find("wants to sail", 9).hits
    wait_for(lambda: not live.tools.search.layers.differs)
    after = live.tools
    assert after.search.base is not before.search.base
    assert after.library is before.library
    assert [(hit.script_id, hit.cosine) for hit in after.search.find("wants to sail", 9).hits] == [(hit.script_id, hit.cosine) for hit in hits]
    assert current(cache) == index.digest_of(passages(library.load(corpus).live), words.id)
    made = [text for text in words.seen if text != "wants to sail"]
    assert len(made) == len(set(made)), "nothing is encoded twice"
    live.close()


def test_an_answer_that_began_before_the_index_was_exchanged_can_still_ask_the_old_one(corpus, tmp_path, words):
    live = opened(corpus, tmp_path / "index", words, quiet=0.05)
    held = live.tools
    for title in ("First", "Second", "Third"):
        put(corpus, script_text(title=title))
        live.replace([ID])
        wait_for(lambda: not live.tools.search.layers.differs)
        assert held.search.base.nearest(words.encode_query("talk"), 3), "still open"
    assert [kept for _, kept in live._before if kept is held.search.base]
    old = held.search.base
    del held
    put(corpus, script_text(title="Fourth"))
    live.replace([ID])
    wait_for(lambda: not live.tools.search.layers.differs)
    with pytest.raises(Exception):  # noqa: B017, PT011 - Chroma's own
        old.nearest(words.encode_query("talk"), 3)
    assert len(live._before) <= 2
    live.close()


class Gate(Words):
    """Words that hold up whoever builds behind, or fail there."""

    def __init__(self):
        super().__init__()
        self.reached, self.go_on, self.fails = threading.Event(), threading.Event(), False

    @property
    def id(self):
        if threading.current_thread().name == "build-index":
            self.reached.set()
            if self.fails:
                raise RuntimeError("no encoder")
            assert self.go_on.wait(10)
        return self._id

    @id.setter
    def id(self, value):
        self._id = value


def test_what_is_saved_while_the_index_is_built_is_carried_over(corpus, tmp_path):
    live = opened(corpus, tmp_path / "index", gate := Gate(), quiet=0.05)
    put(corpus, script_text(title="About rivers"))
    base = live.replace([ID]).search.base
    assert gate.reached.wait(10)
    put(corpus, script_text(title="About lakes"))
    put(corpus, script_text(id="safety/at-sea", asks=BOAT, title="Away on a boat"))
    live.replace([ID, "safety/at-sea"])
    gate.go_on.set()
    wait_for(lambda: live.tools.search.base is not base)
    for text, name in (("About lakes", ID), ("going on a boat trip", "safety/at-sea")):
        hit = live.tools.search.find(text).hits[0]
        assert (hit.script_id, hit.cosine) == (name, pytest.approx(1.0, abs=1e-3))
    wait_for(lambda: not live.tools.search.layers.differs)
    assert gate.seen.count("About lakes") == 2, "once when saved, once when asked"
    live.close()


def test_an_index_that_cannot_be_built_leaves_the_overlay_and_is_tried_at_the_next_save(corpus, tmp_path):
    live = opened(corpus, tmp_path / "index", gate := Gate(), quiet=0.05)
    gate.fails = True
    put(corpus, script_text(title="About rivers"))
    live.replace([ID])
    assert gate.reached.wait(10)
    assert first(live, "About rivers") == [ID]
    gate.fails = False
    gate.go_on.set()
    time.sleep(0.2)
    assert live.tools.search.layers.differs
    put(corpus, script_text(title="About lakes"))
    live.replace([ID])
    wait_for(lambda: not live.tools.search.layers.differs)
    assert first(live, "About lakes") == [ID]
    live.close()


def test_what_search_cannot_tell_or_was_undone_builds_no_index(corpus, tmp_path, words):
    """The present index would be opened a second time, and closed under the first."""
    live = opened(corpus, tmp_path / "index", words, quiet=0.2)
    base, there = live.tools.search.base, pointed(tmp_path / "index")
    for change in ({"title": "Away"}, {"Why_it_works": "Another reason."}):
        put(corpus, script_text(**change))
        live.replace([ID])
    time.sleep(0.6)
    assert live.tools.search.base is base
    assert pointed(tmp_path / "index") == there
    assert base.nearest(words.encode_query("talk"), 3)
    assert live.tools.library.get(ID).why == "Another reason."
    live.close()


def test_closing_waits_for_no_quiet_and_leaves_no_thread(corpus, tmp_path, words):
    before = set(threading.enumerate())  # those of other tests' coaches
    live = opened(corpus, tmp_path / "index", words, quiet=NEVER)
    live.watch()
    put(corpus, script_text(title="About rivers"))
    live.replace([ID])
    assert {"build-index", "watch-corpus"} <= names(before)
    started = time.monotonic()
    live.close()
    live.close()
    assert time.monotonic() - started < 5
    wait_for(lambda: not {"build-index", "watch-corpus"} & names(before))


def test_an_index_that_is_done_after_closing_is_closed_too(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr("coach.live.CLOSING", 0.1)
    before = set(threading.enumerate())
    live = opened(corpus, tmp_path / "index", gate := Gate(), quiet=0.01)
    put(corpus, script_text(title="About rivers"))
    last = live.replace([ID])
    assert gate.reached.wait(10)
    live.close()
    gate.go_on.set()
    wait_for(lambda: "build-index" not in names(before))
    assert live.tools.search is last.search


def test_without_an_encoder_words_find_what_was_saved_before_and_after_the_rebuild(corpus, tmp_path):
    live = opened(corpus, tmp_path / "index", quiet=0.05)
    put(corpus, script_text(id="safety/at-sea", asks=BOAT, title="Away on a boat"))
    live.replace(["safety/at-sea"])
    assert first(live, "wants to sail") == ["safety/at-sea"]
    wait_for(lambda: not live.tools.search.layers.differs)
    assert first(live, "wants to sail") == ["safety/at-sea"]
    live.close()


def test_another_local_page_counts_at_once(live):
    assert live.put_local({"clinic": "Example"}) is live.tools
    assert live.tools.local == {"clinic": "Example"}


def test_many_write_and_many_ask_and_every_state_is_whole(tmp_path, words):
    """Writers change their own scripts, readers ask all the while, and indexes are exchanged behind. In the end all is as the files say."""
    corpus = corpus_folder(tmp_path, [generated(number) for number in range(12)])
    live = opened(corpus, tmp_path / "index", words, quiet=0.02)
    bases, wrong, done = set(), [], threading.Event()

    def write(number):
        for step in range(12):
            put(corpus, generated(number, seed=step))
            live.replace([f"tapering/made-{number}"])
            found = live.tools.search.find(live.tools.library.get(f"tapering/made-{number}").asks[0], 12).hits
            best = max(found, key=lambda hit: hit.bm25)  # of a script's three nearest passages one alone is the question: by rank a neighbor may come before it
            if best.script_id != f"tapering/made-{number}" or best.cosine < 0.99:
                wrong.append(("not found", number, step))

    def ask():
        while not done.is_set():
            tools = live.tools
            bases.add(id(tools.search.base))
            if [hit for hit in tools.search.find("It is about the garden7", 12).hits if hit.script_id not in tools.library.scripts] or len(tools.library.scripts) != 12:
                wrong.append("half a state")

    def run():
        try:
            ask()
        except Exception as error:
            wrong.append(type(error).__name__)

    askers = [threading.Thread(target=run) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in (*askers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    wait_for(lambda: not live.tools.search.layers.differs)
    done.set()
    for thread in askers:
        thread.join()
    assert wrong == []
    assert len(bases) > 1
    assert live.tools.library.scripts == library.load(corpus).scripts
    live.close()


def test_a_file_that_somebody_else_changes_is_taken_in(live, corpus, words):
    live.watch(every=0.05)
    put(corpus, script_text(id="safety/at-sea", asks=BOAT, title="Away on a boat"))
    wait_for(lambda: live.tools.search.holds("safety/at-sea"))
    (corpus / "scripts/safety/at-sea.md").unlink()
    wait_for(lambda: not live.tools.search.holds("safety/at-sea"))
    assert set(live.tools.library.scripts) == {ID, OTHER}


def test_a_change_made_while_nobody_watched_is_seen_at_the_first_look(live, corpus):
    put(corpus, script_text(title="Changed between loading and watching"))
    live.watch(every=0.05)
    wait_for(lambda: live.tools.library.get(ID).title == "Changed between loading and watching")


def settled(path):
    """As if the file had been written a while ago."""
    shutil.os.utime(path, (time.time() - 10, time.time() - 10 - SETTLED))
    return path


@pytest.fixture
def watch(tmp_path):
    folder = tmp_path / "scripts"
    (folder / "safety").mkdir(parents=True)
    for name in ("a.md", "safety/b.md", "safety/no-script.txt"):
        settled(folder / name) if (folder / name).write_text("x", encoding="utf-8") else None
    calls = SimpleNamespace(seen=[])
    return folder, Watch(folder, lambda paths: calls.seen.append([path.relative_to(folder).as_posix() for path in paths])), calls.seen


def test_each_look_names_what_differs_since_the_last(watch):
    folder, watch, seen = watch
    watch.look()
    watch.look()
    assert seen == [["a.md", "safety/b.md"]]
    settled(folder / "safety/b.md") if (folder / "safety/b.md").write_text("longer", encoding="utf-8") else None
    (folder / "a.md").unlink()
    watch.look()
    watch.look()
    assert seen[1:] == [["a.md", "safety/b.md"]]


def test_a_file_written_this_moment_waits_for_the_next_look(watch):
    """Whoever writes it may not be done."""
    folder, watch, seen = watch
    watch.look()
    (folder / "a.md").write_text("half", encoding="utf-8")
    (folder / "new.md").write_text("half", encoding="utf-8")
    watch.look()
    assert len(seen) == 1
    settled(folder / "a.md")
    settled(folder / "new.md")
    watch.look()
    assert seen[1:] == [["a.md", "new.md"]]


def test_a_file_put_in_the_place_of_another_is_seen_though_size_and_time_are_the_same(watch):
    folder, watch, seen = watch
    watch.look()
    was = (folder / "a.md").stat()
    (folder / "a.tmp").write_text("y", encoding="utf-8")
    shutil.os.utime(folder / "a.tmp", ns=(was.st_atime_ns, was.st_mtime_ns))
    (folder / "a.tmp").replace(folder / "a.md")
    watch.look()
    assert seen[1:] == [["a.md"]]


def test_a_folder_that_is_away_empties_nothing(watch):
    folder, watch, seen = watch
    watch.look()
    folder.rename(folder.with_name("away"))
    with pytest.raises(FileNotFoundError):
        watch.look()
    folder.mkdir()
    watch.look()
    folder.rmdir()
    folder.with_name("away").rename(folder)
    watch.look()
    assert len(seen) == 1


def test_what_could_not_be_taken_in_is_named_again(watch):
    _, watch, seen = watch
    taking_in, watch._changed = watch._changed, None
    with pytest.raises(TypeError):
        watch.look()
    watch._changed = taking_in
    watch.look()
    assert seen == [["a.md", "safety/b.md"]]


def test_a_link_to_nowhere_and_a_folder_named_like_a_script_stop_no_look(watch):
    folder, _, _ = watch
    (folder / "link.md").symlink_to(folder / "nowhere.md")
    (folder / "folder.md").mkdir()
    assert sorted(path.rpartition("/")[2] for path in marks_of(folder)) == ["a.md", "b.md", "link.md"]


def test_a_coach_answers_from_the_live_state_and_a_follow_up_survives_the_loss_of_its_script(tmp_path, words, monkeypatch):
    from coach.advise import assemble
    from coach.coach import Coach
    from coach.settings import Settings

    corpus = tmp_path / "corpus"
    shutil.copytree(CORPUS, corpus, ignore=shutil.ignore_patterns("scripts"))
    kept = ["boundary_setting/early-refill.md", "tapering/halfway-and-stuck.md", "pain_education/one-more-scan.md"]
    for name in kept:
        (corpus / "scripts" / name).parent.mkdir(parents=True)
        text = (CORPUS / "scripts" / name).read_text(encoding="utf-8")
        other = kept[(kept.index(name) + 1) % 3].removesuffix(".md")
        lines = text.split("\n")
        start = next(row for row, line in enumerate(lines) if line.startswith("avoid_when"))
        end = next(row for row in range(start + 1, len(lines)) if not lines[row].startswith(" "))
        (corpus / "scripts" / name).write_text("\n".join([*lines[:start], f"avoid_when: Use {other} instead.", *lines[end:]]), encoding="utf-8")
    monkeypatch.setattr(assemble, "open_encoder", lambda _: words)
    asked = "Early refill, he ran out of his oxycodone five days ahead and is angry."
    with Coach.open(Settings(corpus=corpus, cache=tmp_path / "cache", data=tmp_path / "data"), model=False) as coach:
        assert len(coach.library.scripts) == 3, coach.library.problems
        answer = coach.advise(asked)
        path = corpus / "scripts" / kept[0]
        path.write_text(path.read_text(encoding="utf-8").replace("status: draft", "status: retired"), encoding="utf-8")
        coach.live.replace([kept[0].removesuffix(".md")])
        assert "boundary_setting/early-refill" not in [card.id for card in coach.advise(asked).scripts]
        for name in kept:
            (corpus / "scripts" / name).unlink()
        coach.live.replace([name.removesuffix(".md") for name in kept])
        assert coach.library.scripts == {}
        assert coach.tools is coach.live.tools
        assert coach.advise("He says: I do not care", previous=answer).scripts == []
