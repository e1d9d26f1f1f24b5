"""The README is the front door: its commands run, its tables and links are true."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from evals.docs import README, filled

ROOT = Path(__file__).resolve().parents[2]
TEXT = README.read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"^```\n(.*?)^```", TEXT, re.S | re.M) for line in block.splitlines() if line.startswith(".venv/bin/coach ")]
PYTHON = re.findall(r"^```python\n(.*?)^```", TEXT, re.S | re.M)


def environment(tmp: Path) -> dict[str, str]:
    return {**os.environ, "COACH_DATA": str(tmp / "data")}


def test_the_readme_shows_commands_and_python() -> None:
    assert len(COMMANDS) >= 6
    assert PYTHON


@pytest.mark.integration
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_runs(command: str, tmp_path: Path) -> None:
    _, *arguments = shlex.split(command)
    result = subprocess.run([sys.executable, "-m", "coach", *arguments], capture_output=True, text=True, cwd=ROOT, env=environment(tmp_path), timeout=240, check=False)
    allowed = {0, 1} if "doctor" in command else {0}  # doctor may rightly find that something is to be done
    assert result.returncode in allowed, result.stderr
    assert result.stdout.strip()
    if "--json" in command:
        json.loads(result.stdout)


@pytest.mark.integration
def test_the_python_of_the_readme_runs(tmp_path: Path) -> None:
    for code in PYTHON:
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment(tmp_path), timeout=240, check=False)
        assert result.returncode == 0, result.stderr
        assert result.stdout.strip()


def test_the_make_targets_it_names_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)", TEXT)) <= targets


def test_the_generated_tables_are_fresh() -> None:
    assert filled(TEXT) == TEXT, "run: python -m evals.docs"


SAID = (  # words of the README · station and figure they stand on · between what they are true
    ("missed more than a quarter", "alerts", "other kinds: recall", 0.67, 0.75),
    ("of signs of suicide and overdose nearly four in ten", "alerts", "suicide and overdose: recall", 0.58, 0.64),
    ("one in nine of harmless texts", "alerts", "false alarms at now or today, on texts without a sign", 0.10, 0.125),
    ("among the first three in\n  nearly three of four", "finding", "a best script among the first three", 0.70, 0.76),
    ("about one in six is not", "situations", "situations: precision", 0.81, 0.86),
    ("guesses right two times in three", "needs", "needs likely: micro-F1", 0.62, 0.71),
    ("fewer than half could be\nproved", "exams", "rewrite, qwen2.5-coder-1.5b-instruct: rewrites that are proved", 0.3, 0.5),
)


def test_what_it_says_in_words_is_what_was_measured() -> None:
    report = json.loads((ROOT / "evals/reports/latest/report.json").read_text(encoding="utf-8"))
    figures = {(result["name"], row["what"]): row["figure"] for result in report["results"] for row in result["rows"]}
    for words, station, what, low, high in SAID:
        assert words in TEXT, words
        assert low <= figures[station, what] <= high, f"the README says “{words}”, measured is {figures[station, what]}"


def test_every_link_to_a_file_leads_somewhere() -> None:
    for page in [README, ROOT / "corpus/README.md", ROOT / "SECURITY.md"]:
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_folder_and_file_of_the_tree_exists() -> None:
    tree = re.search(r"## Where everything lives\n\n```\n(.*?)```", TEXT, re.S)
    assert tree
    folder = ROOT
    for line in tree[1].splitlines():
        name = line.split()[0]
        place = (folder if line.startswith("  ") else ROOT) / name
        assert place.exists(), name
        if not line.startswith(" ") and name.endswith("/"):
            folder = place
