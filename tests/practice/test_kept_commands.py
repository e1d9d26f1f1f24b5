"""`coach practice progress` and `coach practice corrections`, run as a person or a program runs them."""

import json

import jsonschema
import pytest

from coach.practice.corrections import correction
from coach.practice.rules_rater import RuleRater
from coach.practice.scene import Scene
from coach.schemas import path
from coach.store.corrections import Corrections
from tests.practice.making import patient
from tests.practice.test_practice_command import coach

TALK = "You came early.\nWhat matters most to you?\nYou feel alone with it.\n/end\n"


@pytest.fixture
def data(tmp_path):
    return {"COACH_DATA": str(tmp_path / "data")}


def progress(*arguments, **data):
    return coach("practice", "progress", *arguments, **data)


def test_nothing_is_kept_until_asked_for_then_every_session_talked_in_the_terminal(data, tmp_path):
    assert "Nothing is kept yet" in progress(**data).stdout
    assert coach("practice", "denise", stdin=TALK, **data).returncode == 0
    assert not (tmp_path / "data").exists()
    assert "are kept" in progress("--keep", "on", **data).stdout
    talked = coach("practice", "denise", "--seed", "7", stdin=TALK, **data)
    assert "Kept in your progress" in talked.stdout and talked.returncode == 0
    text = progress(**data).stdout
    assert "1 session." in text and "denise" in text and "What to practice next: You have not practiced a limit" in text
    found = json.loads(progress("--json", **data).stdout)
    jsonschema.validate(found, json.loads(path("progress").read_text(encoding="utf-8")))
    assert found["keep"] is True and [one["turns"] for one in found["sessions"]] == [3]


def test_turns_played_from_a_file_are_no_practice(data, tmp_path):
    progress("--keep", "on", **data)
    (tmp_path / "turns.txt").write_text("Hello.\nHow are you?\nGo on.\n", encoding="utf-8")
    coach("practice", "denise", "--turns", str(tmp_path / "turns.txt"), **data)
    assert json.loads(progress("--json", **data).stdout)["sessions"] == []


def test_deleting_is_asked_for_twice(data):
    progress("--keep", "on", **data)
    coach("practice", "denise", stdin=TALK, **data)
    once = progress("--delete", **data)
    assert once.returncode == 2 and "--yes" in once.stderr
    assert len(json.loads(progress("--json", **data).stdout)["sessions"]) == 1
    assert json.loads(progress("--delete", "--yes", "--json", **data).stdout) == {"deleted": 1, "keep": False}
    assert "Nothing is kept yet" in progress(**data).stdout


def test_a_store_that_cannot_be_written_never_breaks_a_scene(data, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/coach.sqlite3").write_text("not a database " * 500)
    result = coach("practice", "denise", stdin=TALK, **data)
    assert result.returncode == 0 and "Debrief" in result.stdout and "Traceback" not in result.stderr
    assert "COACH_DATA" in result.stderr
    assert progress(**data).returncode == 8 and progress("--keep", "maybe", **data).returncode == 2


def test_corrections_are_counted_exported_and_deleted(data, tmp_path):
    scene = Scene(patient(), {}, RuleRater(), 1)
    scene.say("What matters to you? I asked Mrs. Quartermaine too.")
    Corrections(tmp_path / "data").add("one", correction(scene, scene.turns[0], 0, "closed_question"))
    assert json.loads(coach("practice", "corrections", "--json", **data).stdout) == {"kept": 1}
    file = tmp_path / "out.jsonl"
    assert coach("practice", "corrections", "--export", str(file), **data).stdout == "Exported: 1 correction.\n"
    (row,) = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert set(row) == {"at", "text", "previous", "given", "wanted", "weights"}
    assert (row["given"], row["wanted"]) == ("open_question", "closed_question") and "Quartermaine" not in row["text"]
    assert coach("practice", "corrections", "--export", str(tmp_path / "none/out.jsonl"), **data).returncode == 8
    assert coach("practice", "corrections", "--delete", **data).returncode == 2
    assert "Deleted: 1 correction." in coach("practice", "corrections", "--delete", "--yes", **data).stdout
    assert json.loads(coach("practice", "corrections", "--json", **data).stdout) == {"kept": 0}
