"""The library as a whole: what enters it, what stays out, and that reading it costs as much as there is of it."""

import random
import time

import pytest

from coach.errors import LibraryError, UnknownScript
from coach.library import corpus as library
from coach.library.parse import parse
from coach.library.passages import passages
from coach.library.validate import validate
from tests.library.mutations import BAD, mutated
from tests.making import CORPUS, HEAD, corpus_folder, generated, put, script_text

REAL = sorted((CORPUS / "scripts").rglob("*.md"))


def test_a_small_corpus_is_read(corpus):
    loaded = library.load(corpus)
    assert loaded.problems == ()
    assert sorted(loaded.scripts) == ["safety/in-withdrawal", "tapering/first-mention"]
    assert loaded.get("tapering/first-mention").path == "corpus/scripts/tapering/first-mention.md"
    with pytest.raises(UnknownScript):
        loaded.get("tapering/gone")


def test_the_corpus_that_ships_has_no_problem_that_keeps_a_script_out():
    loaded = library.load(CORPUS)
    assert [str(p) for p in loaded.problems] == []
    assert len(loaded.scripts) == len(REAL)


def test_a_script_with_a_problem_stays_out_and_the_others_stay_in(corpus):
    put(corpus, script_text(id="tapering/broken", Say="- Ask {person."))
    loaded = library.load(corpus)
    assert sorted(loaded.scripts) == ["safety/in-withdrawal", "tapering/first-mention"]
    assert {p.path for p in loaded.problems} == {"corpus/scripts/tapering/broken.md"}


def test_a_matter_of_style_is_reported_but_keeps_no_script_out(corpus):
    put(corpus, script_text(id="tapering/long", avoid_when="Use safety/in-withdrawal.", Say=script_text().split("## Say\n")[1].split("\n\n")[0] + "\n- We could wait; or not."))
    loaded = library.load(corpus, style=True)
    assert [p.rule for p in loaded.problems if p.path.endswith("long.md") and p.rule != "near"] == ["sound"]
    assert "tapering/long" in loaded.scripts


def test_words_against_a_person_keep_a_script_out(corpus):
    put(corpus, script_text(id="tapering/unkind", avoid_when="Use safety/in-withdrawal.", If_you_say_one_thing="- You talk like an addict."))
    assert "tapering/unkind" not in library.load(corpus, style=True).scripts


def test_a_retired_script_is_kept_but_not_live(corpus):
    put(corpus, script_text(id="tapering/old", status="retired", avoid_when="Use safety/in-withdrawal."))
    loaded = library.load(corpus)
    assert "tapering/old" in loaded.scripts
    assert "tapering/old" not in {script.id for script in loaded.live}


@pytest.mark.parametrize("stray", ["addiction_concern/copy.md", "tapering/zz-copy.md", "top.md", "tapering/deeper/first-mention.md"])
def test_a_stray_copy_of_a_script_is_reported_and_does_not_push_the_right_one_out(corpus, stray):
    path = corpus / "scripts" / stray
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script_text(title="The copy"), encoding="utf-8")
    loaded = library.load(corpus)
    assert loaded.scripts["tapering/first-mention"].title == HEAD["title"]
    messages = [p.message for p in loaded.problems if p.path == f"corpus/scripts/{stray}"]
    assert any("already used by corpus/scripts/tapering/first-mention.md" in message for message in messages)
    assert any("stands elsewhere" in message for message in messages)


def test_files_that_are_not_text_are_reported(corpus):
    folder = corpus / "scripts" / "tapering"
    (folder / "binary.md").write_bytes(b"---\n\xff\xfe\x00")
    (folder / "folder.md").mkdir()
    (folder / "empty.md").write_bytes(b"")
    loaded = library.load(corpus)
    assert {p.path.rpartition("/")[2] for p in loaded.problems} == {"binary.md", "folder.md", "empty.md"}
    assert len(loaded.scripts) == 2


def test_the_mark_that_windows_editors_put_in_front_is_no_problem(corpus):
    path = corpus / "scripts" / "tapering" / "first-mention.md"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert library.load(corpus).problems == ()


@pytest.mark.parametrize("name", ["taxonomy.yaml", "sources.yaml"])
@pytest.mark.parametrize("content", [None, b"", b"- a", b"a: [", b"\xff\xfe", b"categories: 3\nsources: 3"])
def test_a_missing_or_broken_list_says_which(corpus, name, content):
    if content is None:
        (corpus / name).unlink()
    else:
        (corpus / name).write_bytes(content)
    with pytest.raises(LibraryError, match=name):
        library.load(corpus)


def test_a_corpus_without_scripts_says_so(corpus):
    import shutil

    shutil.rmtree(corpus / "scripts")
    with pytest.raises(LibraryError, match="COACH_CORPUS"):
        library.load(corpus)


def test_the_digest_changes_with_any_text(corpus):
    before = library.load(corpus).digest
    assert library.load(corpus).digest == before
    path = corpus / "scripts" / "tapering" / "first-mention.md"
    path.write_text(path.read_text(encoding="utf-8").replace("slowly", "gently"), encoding="utf-8")
    assert library.load(corpus).digest != before


def test_a_thousand_damaged_files_each_get_a_located_problem_or_are_still_valid(tmp_path, taxonomy, sources):
    """Seeded damage to real scripts; what is still valid enters the library, and nothing else does."""
    corpus = corpus_folder(tmp_path)
    originals = [path.read_text(encoding="utf-8") for path in REAL]
    chance = random.Random(2026)
    texts, poisoned = {}, set()
    for number in range(1_000):
        text = chance.choice(originals)
        old = text.split("id: ")[1].split("\n")[0]
        new = f"tapering/damaged-{number}"
        text, names = mutated(text.replace(f"id: {old}\n", f"id: {new}\n"), number)
        texts[new] = text
        if names == ("poison",):
            poisoned.add(new)
        path = corpus / "scripts" / f"{new}.md"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
    loaded = library.load(corpus)
    problems = {}
    for problem in loaded.problems:
        problems.setdefault(problem.path.removeprefix("corpus/scripts/").removesuffix(".md"), []).append(problem)
    for name, text in texts.items():
        assert (name in loaded.scripts) != (name in problems), name
        assert all(1 <= p.line <= text.count("\n") + 2 and p.message for p in problems.get(name, [])), name
    assert len(poisoned) > 20
    assert not poisoned & loaded.scripts.keys()
    indexed = " ".join(passage.text for passage in passages(loaded.live))
    assert not [bad for bad in BAD if bad in indexed]
    for name in set(texts) & loaded.scripts.keys():
        script, found = parse(texts[name], f"corpus/scripts/{name}.md")
        assert found == []
        assert validate(script, taxonomy, sources) == []


@pytest.mark.timed
def test_loading_a_thousand_scripts_costs_four_times_as_much_as_a_quarter_of_them(tmp_path):
    def cost(count):
        folder = tmp_path / str(count)
        folder.mkdir()
        corpus = corpus_folder(folder, [generated(number) for number in range(count)])
        best = min(_seconds(corpus) for _ in range(2))
        return best, len(library.load(corpus).scripts)

    (small, quarter), (large, all_of_them) = cost(250), cost(1_000)
    assert (quarter, all_of_them) == (250, 1_000)
    assert large < 6 * small
    print(f"1,000 scripts: {large:.2f} s")


def _seconds(corpus):
    start = time.process_time()
    library.load(corpus)
    return time.process_time() - start
