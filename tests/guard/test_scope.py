"""Scope: refuse little, and kindly."""

import contextlib
import json
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.errors import InputError
from coach.guard.matcher import load
from coach.guard.scope import _groups, guidance, readable, scope

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
CASES = [json.loads(line) for line in (HERE / "scope.jsonl").read_text(encoding="utf-8").splitlines()]
ENTRIES = yaml.safe_load((ROOT / "corpus" / "guidance.yaml").read_text(encoding="utf-8"))["entries"]


@pytest.mark.parametrize("name", load("scope.yaml")["groups"])
def test_every_group_finds_its_example_and_leaves_its_not_alone(name):
    fields = load("scope.yaml")["groups"][name]
    assert name in _groups(fields["example"])
    assert name not in _groups(fields["not"])


@pytest.mark.parametrize(("held", "caught", "refused"), [(False, 0.97, 0.02), (True, 0.88, 0.03)])
def test_what_is_not_ours_is_caught_and_what_is_ours_is_answered(held, caught, refused):
    seen, right = Counter(), Counter()
    for case in (case for case in CASES if case["held"] == held):
        seen[case["scope"]] += 1
        right[case["scope"]] += scope(case["text"])[0] == case["scope"]
    shares = {name: right[name] / seen[name] for name in seen}
    assert min(shares[name] for name in ("off_topic", "dosing", "outside_guideline")) >= caught, shares
    assert 1 - shares["in_scope"] <= refused, shares


def test_what_the_library_is_asked_for_is_never_refused():
    asks = [ask for path in ROOT.glob("corpus/scripts/*/*.md") for ask in yaml.safe_load(path.read_text(encoding="utf-8").split("---")[1])["asks"]]
    refused = [ask for ask in asks if scope(ask)[0] in {"off_topic", "dosing"}]
    assert len(refused) <= 0.02 * len(asks), refused


def test_a_dose_inside_a_conversation_is_ours():
    assert scope("How do I tell her I'm lowering the dose by 10 mg?") == ("in_scope", "")


def test_a_situation_already_known_counts():
    assert scope("She takes oxycodone.", ["pregnancy"])[0] == "outside_guideline"


def test_the_notes_say_what_there_is():
    assert "pharmacist" in scope("convert 120 mg oxycodone to methadone")[1]
    assert "sickle cell disease" in scope("He has sickle cell disease and is angry.")[1]


@pytest.mark.parametrize("text", ["", "  \n", "??", "a", "El paciente tiene dolor y quiere mas pastillas pero no quiere hablar", "он злится на меня", "痛みがひどいと言っています"])
def test_what_cannot_be_read_is_said_in_one_sentence(text):
    with pytest.raises(InputError) as error:
        readable(text)
    assert str(error.value).endswith(".") and (len(text) < 3 or text not in str(error.value))


@pytest.mark.parametrize("text", ["angry", "oud", "She said 'no me duele tanto' and cried", "shorter please"])
def test_what_can_be_read_passes(text):
    readable(text)


def test_guidance_answers_how_slow_is_slow_and_never_converts():
    assert any("10 percent a month" in entry.text for entry in guidance("how slow is slow for a taper after ten years?", ENTRIES))
    found = guidance("convert 120 mg oxycodone to methadone", ENTRIES)
    assert found and "must not be used to choose" in found[0].text and found[0].source == "cdc-2022 (2022)"
    assert guidance("she cried the whole visit", ENTRIES) == []


def test_every_guidance_entry_cites_a_known_source_and_can_be_found():
    sources = yaml.safe_load((ROOT / "corpus" / "sources.yaml").read_text(encoding="utf-8"))["sources"]
    for entry in ENTRIES:
        assert entry["source"] in sources and entry["date"] and entry["asks"]
        assert "mg" not in entry["text"].split()


@settings(max_examples=150, deadline=None)
@given(st.text())
def test_no_text_makes_it_raise(text):
    scope(text)
    guidance(text, ENTRIES)
    with contextlib.suppress(InputError):
        readable(text)
