"""The command line, run as a person or a program runs it: one command of each group in a process of its own, the others in this one."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from coach.schemas import path
from tests.running import coach_here

ROOT = Path(__file__).resolve().parents[2]


def coach(*arguments: str, stdin: str | bytes | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    given = stdin.encode() if isinstance(stdin, str) else stdin
    result = subprocess.run(
        [sys.executable, "-m", "coach", *arguments],
        cwd=ROOT,
        input=given if given is not None else b"",
        capture_output=True,
        timeout=240,
        check=False,
        env={**os.environ, **environment},
    )
    return subprocess.CompletedProcess(arguments, result.returncode, result.stdout.decode(), result.stderr.decode())


def schema(name: str) -> dict[str, object]:
    loaded: dict[str, object] = json.loads(path(name).read_text(encoding="utf-8"))
    return loaded


def test_help_names_every_command_and_the_exit_codes() -> None:
    text = coach("--help").stdout
    for word in ("advise", "search", "alerts", "serve", "doctor", "index", "library", "model", "Exit codes"):
        assert word in text


def test_library_check_passes_on_what_ships() -> None:
    result = coach_here("library", "check")
    assert result.returncode == 0, result.stdout


def test_library_check_reports_path_line_and_remedy(tmp_path: Path) -> None:
    import shutil

    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    script = next((tmp_path / "corpus/scripts/tapering").glob("*.md"))
    script.write_text(script.read_text(encoding="utf-8").replace("## Say\n", "## Say\n- (no_such_tag) Hello {nothing}.\n"), encoding="utf-8")
    result = coach_here("library", "check", COACH_CORPUS=str(tmp_path / "corpus"))
    assert result.returncode == 4
    assert any(line.startswith("corpus/scripts/tapering/") and "no_such_tag" in line and line.split(":")[1].isdigit() for line in result.stdout.splitlines())


def test_library_list_show_and_stats_as_json() -> None:
    listed = json.loads(coach("library", "list", "--json").stdout)
    assert len(listed) >= 42
    shown = json.loads(coach_here("library", "show", listed[0]["id"], "--json").stdout)
    assert shown["say"]
    counts = json.loads(coach_here("library", "stats", "--json").stdout)
    assert all(number >= 3 for number in counts["category"].values())


def test_an_unknown_script_is_one_sentence() -> None:
    result = coach_here("library", "show", "tapering/no-such-script")
    assert result.returncode == 4
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_an_unknown_setting_is_refused_by_name() -> None:
    result = coach("library", "list", COACH_PROT="1")
    assert result.returncode == 2
    assert "COACH_PROT" in result.stderr


@pytest.mark.integration
def test_advise_json_is_one_object_of_the_shipped_shape() -> None:
    result = coach("advise", "--no-model", "--json", "early refill, angry, ran out of oxycodone five days ahead")
    assert result.returncode == 0, result.stderr
    advice = json.loads(result.stdout)
    jsonschema.validate(advice, schema("advice"))
    assert advice["scripts"][0]["id"] == "boundary_setting/early-refill"
    assert advice["facts"]["medicine"]["value"] == "oxycodone"


@pytest.mark.integration
def test_search_json_is_one_object_of_the_shipped_shape_and_loads_no_model() -> None:
    result = coach_here("search", "--json", "-n", "4", stdin="unexpected urine drug test")
    found = json.loads(result.stdout)
    jsonschema.validate(found, schema("search"))
    assert len(found["scripts"]) == 4
    assert "lines" not in found["scripts"][0]


@pytest.mark.integration
def test_jsonl_answers_line_by_line_in_order_and_goes_on_after_a_bad_line() -> None:
    lines = [
        json.dumps({"text": "early refill, angry"}),
        "not json",
        json.dumps({"text": ""}),
        json.dumps({"text": "then he says he will buy them on the street", "history": ["early refill, angry"]}),
        json.dumps({"history": ["no text"]}),
    ]
    result = coach_here("advise", "--no-model", "--jsonl", stdin="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(answers) == 5
    assert answers[0]["scripts"]
    assert answers[0]["follows"] == 0
    assert "error" in answers[1]
    assert "error" in answers[2]
    assert answers[3]["follows"] == 1
    assert "error" in answers[4]
    assert "no text" not in answers[4]["error"]


@pytest.mark.integration
def test_search_jsonl_and_alerts_jsonl() -> None:
    said = json.dumps({"text": "she said she wants to end her life"}) + "\n"
    assert json.loads(coach_here("search", "--jsonl", stdin=said).stdout)["scripts"]
    assert json.loads(coach("alerts", "--jsonl", stdin=said).stdout)["alerts"][0]["kind"] == "suicide"


@pytest.mark.integration
def test_filters_are_kept_and_unknown_names_refused() -> None:
    found = json.loads(coach_here("search", "--json", "--category", "safety", "worried about her").stdout)
    assert {script["category"] for script in found["scripts"]} == {"safety"}
    wrong = coach_here("search", "--json", "--category", "sports", "worried")
    assert wrong.returncode == 5
    assert wrong.stdout == ""


@pytest.mark.integration
@pytest.mark.parametrize("text", [b"\xff\xfe\x00bad", b"", b"   \n"])
@pytest.mark.parametrize(("run", "command"), [(coach_here, "search"), (coach_here, "advise"), (coach, "alerts")])
def test_text_that_cannot_be_read_is_one_sentence_and_exit_6(run: Callable[..., subprocess.CompletedProcess[str]], command: str, text: bytes) -> None:
    result = run(command, "--json", stdin=text, COACH_LLM="none")
    assert result.returncode == 6
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


@pytest.mark.integration
def test_doctor_names_a_remedy_for_each_finding() -> None:
    findings = json.loads(coach("doctor", "--json").stdout)
    assert len(findings) >= 7
    assert all(finding["ok"] or finding["remedy"] for finding in findings)
