"""Prompts are contracts: a changed text has a changed version, every prompt has cases, and the real embedded model holds to some of them."""

import json
import re
import shutil
from pathlib import Path

import pytest

from coach.models.spans import Spans
from coach.settings import ROOT
from evals.prompt_cases import Contract, broken, contracts, digests, kept, prompts


def test_no_prompt_changed_its_text_and_kept_its_version() -> None:
    assert digests.changed_silently(digests.kept(), digests.now()) == [], (
        "raise its version (an exam: run `coach model exam` and ship the result), then: python -m evals.prompt_cases --digests"
    )


def test_the_committed_digests_are_those_of_the_prompts_as_they_stand() -> None:
    assert digests.kept() == digests.now(), "run: python -m evals.prompt_cases --digests"


def test_every_prompt_has_a_version_and_cases() -> None:
    assert all(entry["version"] for entry in digests.now().values())
    assert prompts() == sorted(path.stem for path in (ROOT / "prompts").glob("*.md"))
    assert {name: len(contracts(name)) for name in prompts()} == {"extract": 14, "rewrite": 12}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for folder in digests.FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


@pytest.mark.parametrize("name", ["prompts/extract.md", "evals/judge/prompts/safety.md", "prompts/exams/rewrite.jsonl"])
def test_a_changed_text_under_the_same_version_is_seen(copied: Path, name: str) -> None:
    (copied / name).write_text((copied / name).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert digests.changed_silently(digests.kept(), digests.now(copied)) == [name]


def test_a_changed_text_with_a_changed_version_is_as_it_should_be(copied: Path) -> None:
    path = copied / "prompts/extract.md"
    path.write_text(re.sub(r"^version: (\d+)$", lambda found: f"version: {int(found[1]) + 1}", path.read_text(encoding="utf-8"), flags=re.M) + "\n", encoding="utf-8")
    assert digests.changed_silently(digests.kept(), digests.now(copied)) == []


def test_a_changed_exam_with_new_results_is_as_it_should_be(copied: Path) -> None:
    cases, results = copied / "prompts/exams/rewrite.jsonl", copied / "prompts/exams/results.json"
    cases.write_text(cases.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    results.write_text(json.dumps([each | {"on": "2099-01-01"} for each in json.loads(results.read_text(encoding="utf-8"))]), encoding="utf-8")
    assert digests.changed_silently(digests.kept(), digests.now(copied)) == []


def test_line_ends_are_no_change(copied: Path) -> None:
    path = copied / "prompts/rewrite.md"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert digests.now(copied) == digests.now()


def test_what_a_contract_asks_is_told_when_it_is_missing() -> None:
    def lacks(prompt: str, must: dict[str, object], reply: dict[str, object], **given: str) -> list[str]:
        return broken(Contract("x", prompt, given, must), reply)

    spans = dict.fromkeys(Spans.model_fields) | {"fear": "the dark", "person": "his son"}
    assert lacks("extract", {"copied": True, "find": {"fear": "dark"}, "null": ["event"], "never": ["police"]}, spans, scenario="He fears the dark, and so does his son.") == []
    assert lacks("extract", {"copied": True}, spans, scenario="He fears the dark.") == ["copied: person"]
    assert lacks("extract", {"find": {"event": "fall"}, "null": ["fear"], "never": ["son"]}, spans, scenario="") == ["find: event", "null: fear", "never: son"]
    line = "I won't raise the dose."
    assert lacks("rewrite", {"same": True, "kept": 1.0, "safe": True, "ends": ".", "holds": ["won't"], "never": ["sixty"]}, {"line": line}, line=line, scenario="") == []
    assert lacks("rewrite", {"same": True, "kept": 0.8, "safe": True, "ends": ".", "holds": ["won't"], "never": ["60"]}, {"line": "Take 60 mg!"}, line=line, scenario="") == [
        "same", "kept", "safe", "ends", "holds: won't", "never: 60",
    ]  # fmt: skip
    assert kept("I hear you, and I'm here.", "I hear that you hurt, and I'm here.") == pytest.approx(1.0)


# --- the real model
