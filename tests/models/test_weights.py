"""The weights are joined once, checked, and never taken on trust."""

import hashlib
import multiprocessing
import os
import resource
import sys
from pathlib import Path

import pytest

from coach.errors import ModelMissing
from coach.models import weights as module
from coach.models.weights import Weights, ensure_weights, is_stamped, join, weights_possible, weights_ready
from coach.settings import Settings

PARTS = [os.urandom(5000) for _ in range(3)]
WHOLE = b"".join(PARTS)
SMALL = Weights("small", "small.gguf", len(WHOLE), hashlib.sha256(WHOLE).hexdigest(), "coach_test_part", 3)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three part packages on the import path; importing one would fail."""
    home = tmp_path / "packages"
    for number, part in enumerate(PARTS, start=1):
        (home / f"coach_test_part{number}" / "data").mkdir(parents=True)
        (home / f"coach_test_part{number}" / "__init__.py").write_text("raise RuntimeError('was imported')")
        (home / f"coach_test_part{number}" / "data" / f"part{number:02d}.bin").write_bytes(part)
    monkeypatch.syspath_prepend(str(home))
    return home


def test_parts_are_joined_in_order_with_progress(installed, tmp_path):
    seen: list[tuple[int, int]] = []
    target = join(SMALL, tmp_path / "models", lambda done, total: seen.append((done, total)))
    assert target.read_bytes() == WHOLE
    assert seen[-1] == (len(WHOLE), len(WHOLE)) and seen == sorted(seen)
    assert not list((tmp_path / "models").glob("*.partial"))


def test_a_second_start_reads_no_more_than_the_stamp(installed, tmp_path, monkeypatch):
    target = join(SMALL, tmp_path)
    monkeypatch.setattr(module.hashlib, "file_digest", None)
    monkeypatch.setattr(module, "_chunks", None)
    assert join(SMALL, tmp_path) == target


def test_a_file_changed_after_its_check_is_joined_again(installed, tmp_path):
    target = join(SMALL, tmp_path)
    target.write_bytes(b"x" * len(WHOLE))
    assert not is_stamped(target, SMALL)
    assert join(SMALL, tmp_path).read_bytes() == WHOLE


def test_a_right_file_without_its_stamp_is_checked_and_kept(tmp_path):
    (tmp_path / SMALL.file).write_bytes(WHOLE)
    assert join(SMALL, tmp_path).read_bytes() == WHOLE  # no parts are installed here
    assert is_stamped(tmp_path / SMALL.file, SMALL)


def test_a_half_joined_file_is_done_again(installed, tmp_path):
    (tmp_path / (SMALL.file + ".partial")).write_bytes(WHOLE[:7000])
    assert join(SMALL, tmp_path).read_bytes() == WHOLE


def test_missing_parts_say_which_command_installs_them(installed, tmp_path):
    (installed / "coach_test_part2" / "data" / "part02.bin").unlink()
    with pytest.raises(ModelMissing, match=r"1 of the 3 .*make run"):
        join(SMALL, tmp_path)


def test_a_wrong_hash_is_refused_and_nothing_is_left(installed, tmp_path):
    (installed / "coach_test_part2" / "data" / "part02.bin").write_bytes(b"y" * 5000)
    with pytest.raises(ModelMissing, match="sha256"):
        join(SMALL, tmp_path / "models")
    assert not [file for file in (tmp_path / "models").iterdir() if "gguf" in file.name and not file.name.endswith(".lock")]


def test_a_disk_without_room_is_said_before_anything_is_written(installed, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SPARE", 10**18)
    with pytest.raises(ModelMissing, match="room on the disk"):
        join(SMALL, tmp_path / "models")
    assert not list((tmp_path / "models").glob("*.partial"))


def _join_with_small_disk(folder: Path, answer) -> None:  # type: ignore[no-untyped-def]
    resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))
    try:
        join(SMALL, folder)
    except ModelMissing as error:
        answer.put((str(error), sorted(file.name for file in folder.iterdir() if not file.name.startswith("."))))


def test_a_disk_that_fills_up_half_way_is_said_and_nothing_is_left(installed, tmp_path):
    context = multiprocessing.get_context("fork")
    answer = context.SimpleQueue()
    child = context.Process(target=_join_with_small_disk, args=(tmp_path / "models", answer))
    child.start()
    child.join(20)
    message, left = answer.get()
    assert "room on the disk" in message and left == []


def test_two_starts_at_once_both_get_the_file(installed, tmp_path):
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=join, args=(SMALL, tmp_path / "models")) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join(20)
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert (tmp_path / "models" / SMALL.file).read_bytes() == WHOLE


def test_a_folder_that_cannot_be_made_is_our_error(installed, tmp_path):
    (tmp_path / "models").write_text("a file stands here")
    with pytest.raises(ModelMissing, match="COACH_CACHE"):
        join(SMALL, tmp_path / "models")


def test_a_model_named_by_path_is_taken_as_it_is(tmp_path):
    own = Settings(cache=tmp_path, llm_gguf=tmp_path / "own.gguf")
    assert not weights_ready(own) and not weights_possible(own)
    with pytest.raises(ModelMissing, match="COACH_LLM_GGUF"):
        ensure_weights(own)
    (tmp_path / "own.gguf").write_bytes(b"GGUF")
    assert ensure_weights(own) == tmp_path / "own.gguf" and weights_ready(own)


def test_finding_the_parts_imports_nothing(installed):
    assert all(module.part_files(SMALL))
    assert not [name for name in sys.modules if name.startswith("coach_test_part")]
