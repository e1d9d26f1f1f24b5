"""`coach practice …`, run as a person or a program runs it: a scene in a process of its own, the other commands in this one. The rules code here: the trained
rater has its own tests."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from coach.practice import assemble
from coach.practice.rating import SafeRater
from coach.schemas import path
from tests.making import CORPUS, ROOT
from tests.running import coach_here

RULES_ONLY = "import coach.practice.assemble as a, coach.practice.rating as r; a.trained = lambda settings: r.SafeRater(None)\nfrom coach.cli import main; main()"
TURNS = [
    "Good morning, Denise. What matters most to you?",
    "You came early, and you didn't sleep.",
    "",
    "It's up to you. What do the pills do for you?",
    "You should come off them.",
]


def coach(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assemble, "trained", lambda settings: SafeRater(None))
        return coach_here(*arguments, stdin=stdin, **environment)


def coach_apart(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RULES_ONLY, *arguments], cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **environment}
    )


@pytest.fixture
def turns(tmp_path: Path) -> str:
    file = tmp_path / "turns.txt"
    file.write_text("\n".join([*TURNS[:2], TURNS[2], json.dumps({"text": TURNS[3]}), TURNS[4]]), encoding="utf-8")
    return str(file)


def test_a_played_scene_is_one_object_of_the_shipped_shape(turns):
    result = coach("practice", "denise", "--turns", turns, "--json", "--seed", "7")
    assert result.returncode == 0, result.stderr
    played = json.loads(result.stdout)
    jsonschema.validate(played, json.loads(path("practice").read_text(encoding="utf-8")))
    assert [turn["clinician"] for turn in played["turns"]] == ["", *TURNS]
    assert {turn["source"] for turn in played["turns"]} == {"written"} and all(turn["patient"] for turn in played["turns"])
    assert played["turns"][1]["before"]["trust"] == 3 and played["turns"][5]["after"]["trust"] < played["turns"][5]["before"]["trust"]
    assert {code["code"] for code in played["turns"][1]["codes"]} == {"question"} and "persuade" in played["turns"][5]["moves"]
    assert played["closing"] and played["debrief"]["turns"] == 5 and played["debrief"]["try_this"]["again"] == 5


def test_the_same_seed_gives_the_same_output_and_another_another(turns):
    once, again, other = (run("practice", "denise", "--turns", turns, "--json", "--seed", seed).stdout for run, seed in ((coach, "7"), (coach_apart, "7"), (coach, "8")))
    assert once == again != other


def test_a_scene_for_people_to_read_has_its_debrief(turns):
    text = coach_apart("practice", "denise", "--turns", turns, "--seed", "7").stdout
    for part in ("Denise, 58", "No clinician has reviewed", "Your task", "Debrief", "R:Q", "expert opinion", "One thing to try", "(turn 5)"):
        assert part in text


def test_talking_ends_with_end_or_the_end_of_input_and_goes_back_with_again():
    for stdin in ("You came early.\n/again 1\nYou should stop.\n/end\n", "You came early.\n/again 9\n/again 1\nYou should stop.\n"):
        result = coach("practice", "denise", "--seed", "7", stdin=stdin)
        assert result.returncode == 0, result.stderr
        assert "1 turns" in result.stdout and "Back to turn 1" in result.stdout and "Debrief" in result.stdout
    assert "no turn to go back to" in result.stdout


def test_talking_with_json_writes_nothing_else_on_stdout():
    result = coach_apart("practice", "denise", "--json", "--seed", "7", stdin="You came early.\n")
    assert json.loads(result.stdout)["turns"][1]["clinician"] == "You came early."


def test_the_trainees_own_distress_is_answered_in_the_terminal():
    result = coach("practice", "denise", "--seed", "7", stdin="I want to kill myself.\nHello?\n")
    assert result.returncode == 0, result.stderr
    assert "988" in result.stdout and "Hello" not in result.stdout


def test_unknown_patients_and_files_are_one_sentence(tmp_path):
    unknown = coach("practice", "nobody", "--seed", "1")
    assert unknown.returncode == 4 and "Traceback" not in unknown.stderr and "practice list" in unknown.stderr
    missing = coach("practice", "denise", "--turns", str(tmp_path / "none.txt"))
    assert missing.returncode == 6 and "Traceback" not in missing.stderr
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\x00")
    assert coach("practice", "denise", "--turns", str(tmp_path / "bad.txt")).returncode == 6


def test_list_and_check():
    listed = json.loads(coach("practice", "list", "--json").stdout)
    assert "denise" in [patient["id"] for patient in listed]
    assert "denise" in coach("practice", "list").stdout
    assert coach("practice", "check", "corpus/patients/denise.md").returncode == 0


def test_a_broken_patient_is_reported_with_its_line_by_both_checks(tmp_path):
    shutil.copytree(CORPUS, tmp_path / "corpus", ignore=shutil.ignore_patterns("scripts"))
    shutil.copytree(CORPUS / "scripts/tapering", tmp_path / "corpus/scripts/tapering")
    file = tmp_path / "corpus/patients/denise.md"
    file.write_text(file.read_text(encoding="utf-8").replace("(angry, pain) ", "(furious, pain) "), encoding="utf-8")
    for command in (("practice", "check"), ("library", "check", "--quick")):
        result = coach(*command, COACH_CORPUS=str(tmp_path / "corpus"))
        assert result.returncode == 4
        assert any(line.startswith("corpus/patients/denise.md:") and "furious" in line for line in result.stdout.splitlines()), result.stdout
    assert json.loads(coach("practice", "check", "--json", COACH_CORPUS=str(tmp_path / "corpus")).stdout)["patients"] == 0


def test_after_a_stop_for_the_trainees_sake_there_are_only_words_and_steps(tmp_path):
    file = tmp_path / "turns.txt"
    file.write_text("Good morning.\nI want to die.\n", encoding="utf-8")
    for result in (coach("practice", "denise", "--turns", str(file)), coach("practice", "denise", stdin=file.read_text(encoding="utf-8"))):
        assert result.returncode == 0 and "988" in result.stdout and "Debrief" not in result.stdout


def test_a_patient_with_a_list_has_no_kinds_of_talk_in_the_terminal(turns):
    text = coach("practice", "tom", "--turns", turns).stdout
    assert "Debrief" in text and "Patient: " not in text and "sustain" not in text


def test_the_json_of_a_patient_with_a_list_holds_no_kinds_of_talk(turns):
    played = json.loads(coach("practice", "tom", "--turns", turns, "--json").stdout)
    jsonschema.validate(played, json.loads(path("practice").read_text(encoding="utf-8")))
    assert {point["talk"] for point in played["debrief"]["curve"]} == {None} == {turn["talk"] for turn in played["turns"]}
    assert "sustain" not in json.dumps(played) and "neutral" not in json.dumps(played)
    others = json.loads(coach("practice", "denise", "--turns", turns, "--json").stdout)
    assert None not in {point["talk"] for point in others["debrief"]["curve"]}


def test_the_json_of_a_scene_that_stopped_for_the_trainees_sake_has_no_debrief(tmp_path):
    file = tmp_path / "turns.txt"
    file.write_text("Good morning.\nI want to die.\n", encoding="utf-8")
    played = json.loads(coach("practice", "denise", "--turns", str(file), "--json").stdout)
    jsonschema.validate(played, json.loads(path("practice").read_text(encoding="utf-8")))
    assert played["debrief"] is None and any("988" in text for text in played["stopped"])
