"""Prompts are contracts: a changed text has a changed version, every prompt has cases, and the real embedded model holds to some of them."""

import json
import re
import shutil
from pathlib import Path

import pytest

from coach.errors import SettingsError
from coach.models.chat import ChatModel
from coach.models.prompts import load_prompt
from coach.models.spans import Spans
from coach.models.weights import weights_ready
from coach.settings import ROOT, Settings
from evals.judge.model import judge_of
from evals.prompt_cases import Contract, asked, broken, contracts, digests, kept, prompts, shape

SETTINGS = Settings(wait_total=200, wait_first_token=200, wait_between_tokens=60)
ASKED = ("extract-07", "rewrite-06")  # the model takes seconds, most of them to read a prompt for the first time; all contracts: python -m evals.prompt_cases


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


@pytest.fixture(scope="module")
def model():
    if not weights_ready(SETTINGS):
        pytest.skip("the embedded model's weights are not joined (make run joins them)")
    with ChatModel(SETTINGS) as chat:
        chat.warm_up(load_prompt("extract", SETTINGS.prompts), {"scenario": ""}, shape("extract"))
        assert chat.wait_warm(180)
        yield chat


@pytest.mark.timed
@pytest.mark.integration
@pytest.mark.parametrize("name", ASKED)
def test_the_embedded_model_holds_to_a_contract(model: ChatModel, name: str) -> None:
    contract = next(each for prompt in prompts() for each in contracts(prompt) if each.id == name)
    assert not contract.known
    assert asked(contract, model, SETTINGS.prompts)[1] == []


@pytest.mark.timed
@pytest.mark.integration
def test_the_embedded_model_is_refused_as_judge_behind_its_own_server(model: ChatModel) -> None:
    url = model._first.server.url  # type: ignore[union-attr]
    with pytest.raises(SettingsError, match="embedded model cannot be the judge"):
        judge_of(Settings(judge="openai:innocent", judge_url=url + "/v1"))
