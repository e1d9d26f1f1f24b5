"""Practice sessions are kept only when asked for, as counts and codes, and go for good."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coach.errors import StoreError
from coach.practice.scene import Scene, clinician_turns
from coach.store.progress import Progress
from coach.store.ratings import Ratings
from tests.practice.making import patient
from tests.practice.raters import QueueRater

SECRET = "the heron on the windowsill"
TURNS = [f"You came early, {SECRET}.", "What matters most?", "You feel alone with it.", "You should stop."]
CODES = ("simple", "open", "complex", "advice")


def played(turns=TURNS, codes=CODES) -> Scene:
    scene = Scene(patient(), {}, QueueRater(codes), 1)
    clinician_turns(scene, turns)
    return scene


@pytest.fixture
def store(tmp_path: Path) -> Progress:
    kept = Progress(tmp_path / "data")
    kept.keep(True)
    return kept


def test_nothing_is_kept_and_no_file_is_made_until_someone_asks(tmp_path):
    store = Progress(tmp_path / "data")
    assert not store.keeping() and store.sessions() == [] and store.delete() == 0
    assert not store.add(played())
    store.keep(False)
    assert not (tmp_path / "data").exists()


def test_a_debriefed_scene_is_one_row_of_counts(store):
    now = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
    assert store.add(played(), "mixed", now)
    (row,) = store.sessions()
    assert (row.at, row.patient, row.mode, row.level, row.turns, row.view) == (now, "sam", "mi", 2, 4, "mixed")
    assert (row.open_questions, row.closed_questions, row.simple_reflections, row.complex_reflections, row.input) == (1, 0, 1, 1, 1)
    assert row.change + row.sustain + row.neutral == 5
    assert row.reflections_per_question == 2.0 and row.complex_share == 0.5 and row.checklist_total == 0
    assert row.trust_start == 3


def test_what_was_said_is_nowhere_in_the_file(store, tmp_path):
    scene = played()
    store.add(scene)
    content = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*"))
    assert b"sam" in content
    for said in (SECRET, "windowsill", scene.opening.text, *(turn.spoken for turn in scene.turns)):
        assert said.encode() not in content


def test_r_to_q_without_a_question_is_not_defined_rather_than_zero(store):
    store.add(played(["You came early."] * 3, ["simple"] * 3))
    assert store.sessions()[0].reflections_per_question is None


def test_a_scene_taken_up_again_updates_its_row_and_another_scene_has_its_own(store):
    scene = played()
    store.add(scene, "badly")
    scene.again(4)
    clinician_turns(scene, ["You carry a lot.", "And then?"])
    store.add(scene, "well")
    assert [(row.turns, row.view) for row in store.sessions()] == [(5, "well")]
    store.add(played())
    assert len(store.sessions()) == 2


def test_a_short_scene_one_that_goes_on_and_one_that_stopped_are_not_kept(store):
    going = Scene(patient(), {}, QueueRater(), 1)
    for text in TURNS:
        going.say(text)
    stopped = played([*TURNS, "I want to kill myself."])
    assert stopped.stopped
    assert not any(store.add(scene) for scene in (played(TURNS[:2]), going, stopped))
    assert store.sessions() == []


def test_unticking_keeps_what_is_there_and_nothing_more(store):
    store.add(played())
    store.keep(False)
    assert not store.add(played())
    assert len(store.sessions()) == 1


def test_deleting_is_for_good_and_switches_it_off(store, tmp_path):
    for _ in range(30):
        store.add(played())
    assert store.delete() == 30
    assert store.sessions() == [] and not store.keeping()
    assert b"sam" not in b"".join(path.read_bytes() for path in (tmp_path / "data").glob("*"))


def test_the_choice_is_remembered_by_the_next_start_and_thumbs_live_in_the_same_file(store, tmp_path):
    store.add(played())
    Ratings(tmp_path / "data").add([("a/b", 1)], "up", None)
    again = Progress(tmp_path / "data")
    assert again.keeping() and len(again.sessions()) == 1
    assert {path.name.removesuffix("-wal").removesuffix("-shm") for path in (tmp_path / "data").iterdir()} == {"coach.sqlite3"}
    assert again.delete() == 1
    assert Ratings(tmp_path / "data").counts() == {"a/b": {"up": 1, "down": 0}}


def test_sessions_come_oldest_first(store):
    now = datetime(2026, 1, 2, tzinfo=UTC)
    for days in (3, 1, 2):
        store.add(played(), None, now + timedelta(days=days))
    assert [row.at.day for row in store.sessions()] == [3, 4, 5]


def test_a_disk_that_cannot_be_written_is_one_sentence_and_what_is_there_can_be_read(store, tmp_path):
    store.add(played())
    locked = Progress(tmp_path / "data", f"sqlite:///file:{tmp_path}/data/coach.sqlite3?mode=ro&uri=true")
    assert locked.keeping() and len(locked.sessions()) == 1
    for action in (lambda: locked.add(played()), lambda: locked.keep(False), locked.delete):
        with pytest.raises(StoreError, match="COACH_DATA"):
            action()
    assert len(store.sessions()) == 1


def test_a_folder_or_file_that_is_no_database_is_one_sentence(tmp_path):
    content = "not a database " * 500
    (tmp_path / "file").write_text(content)
    with pytest.raises(StoreError, match="COACH_DATA"):
        Progress(tmp_path / "file/data").keep(True)
    (tmp_path / "data").mkdir()
    (tmp_path / "data/coach.sqlite3").write_text(content)
    with pytest.raises(StoreError, match="COACH_DATA"):
        Progress(tmp_path / "data").sessions()


def test_a_row_that_someone_else_wrote_is_one_sentence(store, tmp_path):
    import sqlite3

    store.add(played())
    with sqlite3.connect(tmp_path / "data/coach.sqlite3") as file:
        file.execute("UPDATE sessions SET mode = 'karaoke'")
    with pytest.raises(StoreError, match="cannot be read"):
        store.sessions()
    assert store.delete() == 1


def test_two_windows_lose_nothing(tmp_path):
    stores = [Progress(tmp_path) for _ in range(4)]
    faults: list[Exception] = []

    def add(store: Progress) -> None:
        try:
            store.keep(True)
            for _ in range(5):
                store.add(played())
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=add, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == [] and len(stores[0].sessions()) == 20
