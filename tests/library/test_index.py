"""The index on disk: a cache that is never trusted further than it can be checked. Real Chroma throughout."""

import errno
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from coach.errors import ModelMissing, SearchError
from coach.library import index, vectors
from coach.library.folders import MANIFEST, OPENING, POINTER, SCHEMA, current
from coach.library.index import digest_of, open_or_build
from coach.library.passages import passages
from tests.library.builder import right, some_passages
from tests.making import ROOT, Words, made

MANY = some_passages(1_100)  # beyond Chroma's thousand, so that its graph is on disk too


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built") / "index"
    open_or_build(folder, MANY, Words()).close()
    return folder


@pytest.fixture
def folder(built, tmp_path):
    """A copy of a whole index, to be damaged."""
    return Path(shutil.copytree(built, tmp_path / "index"))


def pointed(folder):
    return folder / (folder / POINTER).read_text()


def chroma_of(folder):
    target = pointed(folder)
    return target / json.loads((target / MANIFEST).read_text())["chroma"]


def opened_again(folder, wanted=MANY, encoder=None):
    """(Whether what is found is right, texts that were encoded, whether it was built again)."""
    encoder = encoder or Words()
    before = {path.name for path in folder.glob("*")}
    opened = open_or_build(folder, wanted, encoder)
    encoded = list(encoder.seen)
    try:
        return right(opened, wanted, Words()), encoded, opened.folder.name not in before
    finally:
        opened.close()


def test_a_built_index_holds_every_passage_and_is_pointed_to(built):
    assert current(built) == digest_of(MANY, "words-64")
    manifest = json.loads((pointed(built) / MANIFEST).read_text())
    assert (manifest["passages"], manifest["encoder"]) == (1_100, "words-64")
    assert len([path for path in built.iterdir() if path.is_dir()]) == 1


def test_the_same_passages_are_opened_and_not_built_again(folder):
    for _ in range(3):
        assert opened_again(folder) == (True, [], False)


def test_the_digest_names_text_tags_order_and_encoder():
    digests = {
        digest_of(MANY, "a"), digest_of(MANY, "b"), digest_of(MANY[1:], "a"), digest_of([*MANY[1:], MANY[0]], "a"),
        *(digest_of([replace(MANY[0], **change), *MANY[1:]], "a") for change in ({"text": "other"}, {"status": "in_review"}, {"category": "safety"}, {"situations": ()}, {"kind": "title"})),
    }  # fmt: skip
    assert len(digests) == 9
    assert all(len(digest) == 16 for digest in digests)


def test_a_changed_script_has_only_its_changed_passages_encoded(tmp_path):
    encoder = Words()
    scripts = [made(), made(id="tapering/other", title="Another one")]
    first = passages(scripts)
    open_or_build(tmp_path, first, encoder).close()
    assert len(encoder.seen) == len({passage.text for passage in first})
    encoder.seen.clear()
    second = passages([made(title="A new title"), scripts[1]])
    assert opened_again(tmp_path, second, encoder) == (True, ["A new title"], True)


def test_another_encoder_has_everything_encoded_again(folder):
    is_right, encoded, again = opened_again(folder, encoder=Words("words-other"))
    assert (is_right, sorted(encoded), again) == (True, sorted(p.text for p in MANY), True)


def test_the_old_index_stands_until_the_new_one_is_whole(folder):
    """What another process sees while this one builds."""
    old = pointed(folder)
    seen = []

    class Watching(Words):
        def encode(self, texts):
            seen.append((pointed(folder), (old / MANIFEST).is_file()))
            return super().encode(texts)

    open_or_build(folder, some_passages(1_100, "tapering/new"), Watching()).close()
    assert set(seen) == {(old, True)}
    assert current(folder) == digest_of(some_passages(1_100, "tapering/new"), "words-64")
    assert old.is_dir(), "the one before stays for whoever still reads it"


def test_progress_is_told(tmp_path):
    told = []
    open_or_build(tmp_path, some_passages(150), Words(), lambda done, total: told.append((done, total))).close()
    assert told[-1] == (150, 150)
    assert told == sorted(told)


def test_only_the_present_index_and_the_one_before_are_kept(tmp_path):
    (tmp_path / "0123456789abcdef-01234567.tmp").mkdir()
    for number in range(4):
        open_or_build(tmp_path, some_passages(5, f"tapering/made-{number}"), Words()).close()
    names = {path.name.partition("-")[0] for path in tmp_path.iterdir() if path.is_dir()}
    assert names == {digest_of(some_passages(5, f"tapering/made-{number}"), "words-64") for number in (2, 3)}


def test_a_library_without_scripts_has_an_index_too(tmp_path):
    opened = open_or_build(tmp_path, [], Words())
    assert opened.nearest(Words().encode_query("x"), 5) == []
    opened.close()


def test_a_filter_on_a_tag_finds_it_in_a_list(folder):
    opened = open_or_build(folder, MANY, Words())
    vector = Words().encode_query("word5")
    assert len(opened.nearest(vector, 5, {"situations": {"$contains": "flare"}})) == 5
    assert opened.nearest(vector, 5, {"situations": {"$contains": "sleep"}}) == []
    opened.close()


def flip(path, seed, times=40):
    content, chance = bytearray(path.read_bytes()), random.Random(seed)
    for _ in range(times):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def change_row(chroma, statement):
    with sqlite3.connect(chroma / "chroma.sqlite3") as database:
        database.execute(statement)
    database.close()


def graph(chroma, name="data_level0.bin"):
    (path,) = chroma.glob(f"*/{name}")
    return path


def rewrite_manifest(folder, **changes):
    path = pointed(folder) / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


DAMAGE = {
    "database cut in half": lambda f, c: os.truncate(c / "chroma.sqlite3", (c / "chroma.sqlite3").stat().st_size // 2),
    "database empty": lambda f, c: (c / "chroma.sqlite3").write_bytes(b""),
    "database missing": lambda f, c: (c / "chroma.sqlite3").unlink(),
    "database is no database": lambda f, c: (c / "chroma.sqlite3").write_bytes(b"x" * 5_000),
    "a text changed": lambda f, c: change_row(c, "UPDATE embedding_metadata SET string_value = 'other words' WHERE key = 'chroma:document' AND id = 7"),
    "a tag changed": lambda f, c: change_row(c, "UPDATE embedding_metadata SET string_value = 'retired' WHERE key = 'status' AND id = 7"),
    "a passage lost": lambda f, c: change_row(c, "DELETE FROM embeddings WHERE id = 7"),
    "graph flipped": lambda f, c: flip(graph(c), 1),
    "graph cut": lambda f, c: os.truncate(graph(c), graph(c).stat().st_size // 2),
    "graph file missing": lambda f, c: graph(c, "header.bin").unlink(),
    "graph labels flipped": lambda f, c: flip(graph(c, "index_metadata.pickle"), 2),
    "links flipped": lambda f, c: flip(graph(c, "link_lists.bin"), 3),
    "manifest missing": lambda f, c: (pointed(f) / MANIFEST).unlink(),
    "manifest empty": lambda f, c: (pointed(f) / MANIFEST).write_text(""),
    "manifest no mapping": lambda f, c: (pointed(f) / MANIFEST).write_text("[1]"),
    "manifest of another form": lambda f, c: rewrite_manifest(f, schema=SCHEMA - 1),
    "manifest of another index": lambda f, c: rewrite_manifest(f, digest="0" * 16),
    "pointer missing": lambda f, c: (f / POINTER).unlink(),
    "pointer wrong": lambda f, c: (f / POINTER).write_text("0" * 16 + "-" + "0" * 8),
    "pointer to a folder that is gone": lambda f, c: (f / POINTER).write_text(current(f) + "-" + "0" * 8),
    "pointer elsewhere": lambda f, c: (f / POINTER).write_text("../../elsewhere"),
    "pointer not text": lambda f, c: (f / POINTER).write_bytes(b"\xff\xfe\x00"),
    "pointer empty": lambda f, c: (f / POINTER).write_text(""),
    "folder missing": lambda f, c: shutil.rmtree(pointed(f)),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_index_is_built_again_and_right(folder, damage):
    DAMAGE[damage](folder, chroma_of(folder))
    is_right, _, again = opened_again(folder)
    assert (is_right, again) == (True, True)
    assert opened_again(folder) == (True, [], False), "and then stays"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["chroma.sqlite3", "data_level0.bin"])
def test_bits_flipped_anywhere_never_lead_to_a_wrong_answer(folder, name, seed):
    chroma = chroma_of(folder)
    flip(chroma / name if name == "chroma.sqlite3" else graph(chroma), seed)
    assert opened_again(folder)[0]


def test_vectors_that_cannot_be_read_are_made_again_when_needed(folder):
    (pointed(folder) / vectors.FILE).write_bytes(b"not a zip")
    assert opened_again(folder) == (True, [], False), "the index itself is whole"
    (pointed(folder) / MANIFEST).unlink()
    is_right, encoded, again = opened_again(folder)
    assert (is_right, len(encoded), again) == (True, len(MANY), True)


def test_after_damage_to_the_database_the_kept_vectors_are_used(folder):
    (chroma_of(folder) / "chroma.sqlite3").write_bytes(b"x")
    assert opened_again(folder) == (True, [], True)


def dead_pid():
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


@pytest.mark.parametrize(("owner", "again"), [(dead_pid, True), (os.getpid, True), (os.getppid, False), (lambda: "nobody", True), (lambda: 10**30, True)])
def test_an_opening_that_never_came_back_makes_the_index_doubtful(folder, owner, again):
    """A process died or was killed while it opened this index: it may kill the next one too. In a container the next one has the same number."""
    (pointed(folder) / f"{OPENING}-{owner()}").touch()
    assert opened_again(folder) == (True, [], again)


def test_no_marker_is_left_after_opening(folder):
    opened_again(folder)
    assert list(folder.glob(f"*/{OPENING}-*")) == []


def test_an_opening_that_hangs_is_given_up_and_the_index_built_again(folder, monkeypatch):
    monkeypatch.setattr(index, "OPEN_DEADLINE", 0.3)
    go_on, late = threading.Event(), []
    real = index.ChromaIndex.__init__

    def hang_once(self, *where):
        first, late[:] = not late, [*late, self]
        if first:
            go_on.wait(20)
        real(self, *where)

    monkeypatch.setattr(index.ChromaIndex, "__init__", hang_once)
    start = time.monotonic()
    assert opened_again(folder) == (True, [], True)
    assert time.monotonic() - start < 60
    go_on.set()


@pytest.mark.parametrize("at", ["seal", "_verified", "point", "sync"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "no space"), sqlite3.OperationalError("disk I/O error"), RuntimeError("foreign"), KeyboardInterrupt()])
def test_a_build_that_breaks_off_leaves_nothing_that_is_taken_for_whole(tmp_path, monkeypatch, at, error):
    def fail(*_):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(index, at, fail)
        with pytest.raises(KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else SearchError) as raised:
            open_or_build(tmp_path, some_passages(5), Words())
    assert current(tmp_path) is None
    assert isinstance(error, KeyboardInterrupt) or "COACH_CACHE" in str(raised.value)
    assert opened_again(tmp_path, some_passages(5))[0]


@pytest.mark.parametrize(("misses", "succeeds"), [(1, True), (len(index.GRAPHS) - 1, True), (len(index.GRAPHS), False)])
def test_a_graph_that_lost_a_passage_is_built_anew(tmp_path, monkeypatch, misses, succeeds):
    """A passage is left out while the first graphs are written, as Chroma's threads sometimes do; the check must see it."""
    wanted, real, written = some_passages(20), index._write, []

    def lose_one(path, listed, embedded, *graph):
        written.append(path.name)
        lost = len(written) <= misses
        real(path, listed[lost:], embedded[lost:], *graph)

    monkeypatch.setattr(index, "_write", lose_one)
    if succeeds:
        opened = open_or_build(tmp_path, wanted, Words())
        assert right(opened, wanted, Words())
        opened.close()
    else:
        with pytest.raises(SearchError, match="every passage"):
            open_or_build(tmp_path, wanted, Words())
        assert current(tmp_path) is None
    assert len(set(written)) == min(misses + 1, len(index.GRAPHS))


def test_hundreds_of_passages_with_the_same_words_hide_no_other(tmp_path):
    """They fill the whole width of a search that should pass them by."""
    alike = [replace(p, text="the very same words") for p in some_passages(600, "tapering/alike")]
    wanted = [*alike, *some_passages(100)]
    opened = open_or_build(tmp_path, wanted, Words())
    assert right(opened, wanted[::-1], Words())
    opened.close()


@pytest.mark.parametrize("wrong", ["text", "tag", "vector"])
def test_every_passage_is_verified_with_its_words_tags_and_vector(tmp_path, wrong):
    wanted = some_passages(30)
    embedded = Words().encode([p.text for p in wanted])
    written = [replace(p, **({"text": "x"} if wrong == "text" else {"situations": ("sleep",)} if wrong == "tag" else {})) if p is wanted[7] else p for p in wanted]
    index._write(tmp_path / "one", written, embedded)
    sought = embedded.copy()
    if wrong == "vector":
        sought[7] = -sought[7]
    assert not index._verified(tmp_path / "one", wanted, sought)
    index._write(tmp_path / "two", wanted, embedded)
    assert index._verified(tmp_path / "two", wanted, embedded)


def test_what_the_encoder_says_is_wrong_is_passed_on(tmp_path):
    class Missing(Words):
        def encode(self, texts):
            raise ModelMissing("The weights are not here.")

    with pytest.raises(ModelMissing):
        open_or_build(tmp_path, some_passages(5), Missing())


def test_a_cache_that_cannot_be_written_names_the_remedy(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SearchError, match="COACH_CACHE"):
        open_or_build(tmp_path / "file" / "index", some_passages(5), Words())
    (tmp_path / "index" / "lock").mkdir(parents=True)  # what the lock should be written to is no file
    with pytest.raises(SearchError, match="COACH_CACHE"):
        open_or_build(tmp_path / "index", some_passages(5), Words())


def test_a_read_only_folder_names_the_remedy():
    folder, root = Path(tempfile.mkdtemp()), os.geteuid() == 0
    try:
        (folder / "index").mkdir()
        for each in (folder / "index", folder):
            each.chmod(0o555)
        if root:  # who may write everywhere: be nobody for a moment
            os.seteuid(65534)
        with pytest.raises(SearchError, match="COACH_CACHE"):
            open_or_build(folder / "index", some_passages(5), Words())
    finally:
        if root:
            os.seteuid(0)
        for each in (folder, folder / "index"):
            each.chmod(0o755)
        shutil.rmtree(folder)


def test_another_builder_is_waited_for_but_not_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(index, "LOCK_DEADLINE", 0.2)
    with FileLock(tmp_path / "lock"), pytest.raises(SearchError, match="Another process"):
        open_or_build(tmp_path, some_passages(5), Words())


def child(folder, count):
    return subprocess.Popen([sys.executable, "-m", "tests.library.builder", str(folder), str(count)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


@pytest.mark.parametrize("seed", range(3))
def test_a_process_killed_while_it_builds_does_no_harm(tmp_path, seed):
    process = child(tmp_path, len(MANY))
    assert process.stdout.readline() == "ready\n"
    time.sleep(random.Random(seed).uniform(0.05, 0.9))
    process.kill()
    process.communicate()
    assert opened_again(tmp_path)[0]
    assert opened_again(tmp_path) == (True, [], False)


def test_two_processes_that_build_at_once_are_both_right(tmp_path):
    processes = [child(tmp_path, 300) for _ in range(2)]
    assert [process.communicate(timeout=120)[0].split() for process in processes] == [["ready", "right"]] * 2
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 1


def test_threads_that_open_at_once_build_once(tmp_path):
    encoder, wanted, opened = Words(), some_passages(200), []
    threads = [threading.Thread(target=lambda: opened.append(open_or_build(tmp_path, wanted, encoder))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(encoder.seen) == len(wanted)
    assert [right(one, wanted, Words()) for one in opened] == [True] * 4
    for one in opened:
        one.close()


def test_chromas_list_of_open_stores_is_changed_by_one_thread_at_a_time(folder, monkeypatch):
    """Two threads that open one path at once make Chroma hand out a store that has not started."""
    import chromadb

    real, inside, most = chromadb.PersistentClient, [], []

    def watched(*where, **options):
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.05)
        try:
            return real(*where, **options)
        finally:
            inside.pop()

    monkeypatch.setattr(chromadb, "PersistentClient", watched)
    found = []
    threads = [threading.Thread(target=lambda: found.append(opened_again(folder))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [(True, [], False)] * 4
    assert max(most) == 1


def test_an_index_in_use_survives_a_rebuild_of_the_same_digest(folder):
    """Chroma keeps one open store per path in a process, and opens its files anew when it likes: a rebuild must take no path away."""
    old = open_or_build(folder, MANY, Words())
    rewrite_manifest(folder, seal="another")
    assert opened_again(folder) == (True, [], True)
    assert right(old, MANY, Words())
    old.close()


def test_whoever_comes_between_the_build_and_the_pointer_does_not_build_again(tmp_path, monkeypatch):
    """The second process looks when the first has written everything but the pointer, and then waits for the lock."""
    wanted, real, second = some_passages(20), index.point, []

    def look_first(folder, name):
        thread = threading.Thread(target=lambda: second.append(opened_again(folder, wanted)))
        second.append(thread)
        thread.start()
        time.sleep(0.5)
        real(folder, name)

    monkeypatch.setattr(index, "point", look_first)
    open_or_build(tmp_path, wanted, Words()).close()
    second[0].join()
    assert second[1:] == [(True, [], False)]
