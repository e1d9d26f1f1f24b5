"""Behaviors by rules: every rule finds its examples and leaves its counter-examples alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.practice.behaviors import behaviors, names
from coach.practice.tables import table

RULES = table("behaviors.yaml")["behaviors"]
EXAMPLES = [(name, text) for name, rule in RULES.items() for text in rule["example"]]
NOT = [(name, text) for name, rule in RULES.items() for text in rule["not"]]


def found(text: str, before: str = "", advises: bool = False) -> set[str]:
    return {behavior.name for behavior in behaviors(text, before, advises)}


def test_the_eight_behaviors_are_there_and_none_claims_to_be_validated():
    assert set(names()) == {
        "affirm", "seek_collaboration", "emphasize_autonomy", "persuade", "persuade_with_permission", "confront", "limit", "direct_safety_question",
    }  # fmt: skip
    for rule in RULES.values():
        assert rule["validated"] is False
        assert len(rule["example"]) >= 3 and len(rule["not"]) >= 3 and rule["means"] and rule["source"]


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_a_rule_finds_its_example(name, text):
    assert name in found(text)


@pytest.mark.parametrize(("name", "text"), NOT)
def test_a_rule_leaves_its_not_alone(name, text):
    assert name not in found(text)


def test_the_words_are_those_of_the_turn():
    text = "Well. It’s up to YOU, and I can wait."
    behavior = next(b for b in behaviors(text) if b.name == "emphasize_autonomy")
    assert text[slice(*behavior.span)] == behavior.words
    assert "up to YOU" in behavior.words or "It’s" in behavior.words


def test_each_behavior_is_counted_once_a_turn():
    assert len([b for b in behaviors("You should stop. You must stop. You have to stop.") if b.name == "persuade"]) == 1


def test_leave_asked_in_this_turn_or_the_one_before_makes_it_persuading_with_permission():
    assert found("You should try a lower dose.") == {"persuade"}
    before = "Would it be okay if I told you what I think?"
    assert "persuade" not in found("You should try a lower dose.", before)
    assert "persuade_with_permission" in found("You should try a lower dose.", before)
    assert "persuade_with_permission" in found("May I tell you what worries me? You should try a lower dose.")
    assert "persuade_with_permission" in found("A lower dose, taken at night.", before, advises=True)
    assert "persuade_with_permission" not in found("How is Marcus?", before)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I can't fill it early. I'd like to hear what happened.", {"limit"}),
        ("You're an addict and I won't write it.", {"confront", "limit"}),
        ("What happened this month?", set()),
        ("Good morning, Denise. I'm new here.", set()),
        ("You're scared of that floor.", set()),
        ("", set()),
        ("Nobody thinks you lied to me.", set()),
        ("I won't tell you you should stop.", set()),
    ],
)
def test_whole_turns(text, expected):
    assert found(text) == expected


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text())
def test_no_text_makes_it_raise(text, before):
    for behavior in behaviors(text, before):
        assert behavior.name in names()
