"""Files are named by ids alone, and written whole or not at all."""

import os
import stat
import subprocess
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.curate import files as module
from coach.curate.files import LOCKS, Files, normal
from coach.errors import CurateError, StoreError
from coach.library import corpus as library
from tests.making import script_text

ITEM = "tapering/first-mention"


@pytest.fixture
def files(corpus, tmp_path):
    return Files(corpus, tmp_path / "data")


@pytest.mark.parametrize(
    "item",
    [
        "", "local.yaml", "tapering", "tapering/", "/tapering/x", "../x", "tapering/../x", "tapering/..", "tapering/x/y", "tapering/x.md", "Tapering/x", "tapering/X", "tapering/x y", "tapering/x\n",
        "tapering/\u0430", "tapering\\x", "tapering/-x", "tapering/x-", "tapering/x--y", "a" * 61 + "/x", "tapering/" + "x" * 120, "tapering/x\x00", "patients/../x", "patients/x/y", "~/x", "C:/x", "local/", "tapering/con.",
    ],
)  # fmt: skip
def test_what_is_no_id_names_no_file(files, item):
    for use in (files.path, files.read, files.shown, lambda name: files.write(name, "x")):
        with pytest.raises(CurateError):
            use(item)


@given(st.text())
def test_every_path_stands_in_the_corpus_where_its_kind_belongs(tmp_path_factory, item):
    corpus = tmp_path_factory.getbasetemp() / "nowhere"
    try:
        path = Files(corpus, corpus).path(item)
    except CurateError:
        return
    assert path.resolve().is_relative_to(corpus.resolve())


def test_each_kind_has_its_place(files):
    assert [files.shown(item) for item in (ITEM, "patients/denise", "local")] == ["corpus/scripts/tapering/first-mention.md", "corpus/patients/denise.md", "corpus/local.yaml"]


def test_what_was_written_is_read_and_what_is_not_there_is_none(files):
    assert files.read("safety/new-one") is None
    files.write("safety/new-one", "a\nü\n")
    assert files.read("safety/new-one") == "a\nü\n"
    files.remove("safety/new-one")
    files.remove("safety/new-one")
    assert files.read("safety/new-one") is None


def test_a_text_is_compared_without_marks_that_editors_leave(files):
    files.path(ITEM).write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n")
    assert files.read(ITEM) == "a\nb\nc\n" == normal("\ufeffa\r\nb\rc\n")


@pytest.mark.parametrize(
    ("before", "after"), [(b"a\r\nb\r\n", b"x\r\ny\r\n"), (b"a\nb\n", b"x\ny\n"), (b"a\nb\nc\r\n", b"x\ny\n"), (b"a\r\nb\r\nc\n", b"x\r\ny\r\n"), (b"", b"x\ny\n")]
)
def test_lines_end_as_most_did_in_the_file_before(files, before, after):
    files.path(ITEM).write_bytes(before)
    files.write(ITEM, "x\r\ny\n")
    assert files.path(ITEM).read_bytes() == after


def test_the_rights_of_the_file_stay(files):
    files.path(ITEM).chmod(0o664)
    files.write(ITEM, "x")
    assert stat.S_IMODE(files.path(ITEM).stat().st_mode) == 0o664


def test_a_file_that_is_no_text_is_told_in_a_sentence_that_names_nothing(files):
    files.path(ITEM).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CurateError) as raised:
        files.read(ITEM)
    assert str(files.corpus) not in str(raised.value)


def test_what_cannot_be_written_leaves_what_was_there_and_nothing_beside_it(files):
    blocked = files.path("safety/blocked")
    (blocked / "inside").mkdir(parents=True)  # a folder stands where the file belongs: also the administrator cannot write it
    with pytest.raises(CurateError):
        files.write("safety/blocked", "x")
    assert blocked.is_dir() and not list(blocked.parent.glob(".*"))
    (files.corpus / "scripts/repair").write_text("a file where a folder belongs")
    with pytest.raises(CurateError):
        files.write("repair/x", "x")


def test_what_a_killed_save_left_is_taken_away_and_nothing_else(files):
    folder = files.path(ITEM).parent
    (folder / ".first-mention.0a1b2c3d.tmp").write_text("half")
    for kept in (".hidden", ".vimrc.tmp", "notes.tmp"):
        (folder / kept).write_text("theirs")
    files.write(ITEM, "x")
    assert sorted(path.name for path in folder.iterdir()) == [".hidden", ".vimrc.tmp", "first-mention.md", "notes.tmp"]


def test_a_reader_never_sees_half_a_text(files):
    texts = {letter * 300_000 for letter in "ab"}
    files.write(ITEM, "a" * 300_000)
    seen, done = set(), threading.Event()

    def look():
        while not done.is_set():
            seen.add(files.path(ITEM).read_text())

    reader = threading.Thread(target=look)
    reader.start()
    for turn in range(60):
        files.write(ITEM, "ab"[turn % 2] * 300_000)
    done.set()
    reader.join()
    assert seen and seen <= texts


def test_one_writes_at_a_time_and_who_waits_too_long_is_told(files, corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "WAIT", 0.2)
    order = []

    def late():
        with pytest.raises(StoreError), Files(corpus, tmp_path / "data").writing():
            order.append("never")
        order.append("told")

    with files.writing():
        waiting = threading.Thread(target=late)
        waiting.start()
        waiting.join()
    with Files(corpus, tmp_path / "data").writing():
        order.append("then")
    assert order == ["told", "then"]


def test_two_corpora_do_not_wait_for_each_other(files, tmp_path):
    (tmp_path / "other").mkdir()
    started = time.monotonic()
    with files.writing(), Files(tmp_path / "other", tmp_path / "data").writing():
        assert time.monotonic() - started < 5


def test_servers_with_data_folders_of_their_own_exclude_each_other_over_one_corpus(files, corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "WAIT", 0.2)
    (tmp_path / "link").symlink_to(corpus)
    with files.writing():
        for same in (corpus, tmp_path / "link"):
            with pytest.raises(StoreError), Files(same, tmp_path / "other").writing():
                pass
    with Files(corpus, tmp_path / "other").writing():
        pass


def test_the_lock_is_no_part_of_the_library_and_git_does_not_see_it(files, corpus):
    before = library.load(corpus)
    files.write(ITEM, "x")  # so that there is something to see
    subprocess.run(["git", "init", "-q", str(corpus)], check=True)
    with files.writing():
        seen = subprocess.run(["git", "status", "--porcelain", "--untracked-files=all"], cwd=corpus, capture_output=True, text=True, check=True).stdout
    assert seen and LOCKS not in seen
    assert stat.S_IMODE((corpus / LOCKS).stat().st_mode) == stat.S_IMODE(corpus.stat().st_mode)
    files.path(ITEM).write_text(script_text(), encoding="utf-8")
    assert library.load(corpus).digest == before.digest


def test_in_a_corpus_where_no_lock_can_stand_those_of_one_data_folder_exclude_each_other(files, corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "WAIT", 0.2)
    (corpus / LOCKS).write_text("a file where the folder belongs")
    with files.writing(), pytest.raises(StoreError), Files(corpus, tmp_path / "data").writing():
        pass


def test_a_data_folder_that_cannot_be_used_is_told(corpus, tmp_path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreError), Files(corpus, tmp_path / "data").writing():
        pass
    assert set(os.listdir(tmp_path)) == {"data", "corpus"}
