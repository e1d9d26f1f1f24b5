"""What a good visit contains: every rule finds its examples and leaves its counter-examples alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.practice.behaviors import behaviors
from coach.practice.checklist import checklist, in_text, items
from coach.practice.moves import Heard
from coach.practice.patient import Wanted
from coach.practice.session import Said, State
from coach.practice.turns import Turn, sentence_around
from tests.practice.raters import KINDS

EXAMPLES = [(key, text) for key, item in items().items() for text in item["example"]]
NOT = [(key, text) for key, item in items().items() for text in item["not"]]


def turn(number: int, text: str, *kinds: str) -> Turn:
    state = State(5, 5, 5, 5)
    said = Said("Okay.", "neutral", "any", "wary", 0)
    return Turn(number, text, tuple(KINDS[kind] for kind in kinds), behaviors(text), Heard(), state, state, said, said.text)


def seen(keys: str, *texts: str):
    found = checklist([Wanted(key, key) for key in keys.split()], [turn(n, text) for n, text in enumerate(texts, 1)])
    return {item.key: item for item in found}


@pytest.mark.parametrize(("key", "text"), EXAMPLES)
def test_an_item_is_seen_in_its_example(key, text):
    assert in_text(key, text)


@pytest.mark.parametrize(("key", "text"), NOT)
def test_an_item_is_not_seen_in_its_not(key, text):
    assert in_text(key, text) is None


def test_each_item_says_what_it_is_and_has_examples():
    for key, item in items().items():
        assert item["what"] and len(item["example"]) >= 2 and len(item["not"]) >= 2, key


def test_the_list_says_where_and_in_which_words():
    found = seen(
        "limit what_happened naloxone suicide",
        "Good morning. What happened this month?",
        "That sounds hard. I can't write it early, because more can stop your breathing. Is there naloxone at home?",
    )
    assert found["what_happened"].done and found["what_happened"].turn == 1 and found["what_happened"].words == "What happened this month?"
    assert found["limit"].words == "I can't write it early, because more can stop your breathing."
    assert found["naloxone"].turn == 2
    assert not found["suicide"].done and found["suicide"].turn is None


def test_a_limit_said_again_and_again_is_not_said_once():
    said = "I can't write it early, because it isn't safe."
    assert seen("limit", said)["limit"].done
    assert not seen("limit", *[said] * 4)["limit"].done


def test_an_accusation_is_shown_with_its_words():
    assert seen("no_accusation", "What happened?")["no_accusation"].done
    broken = seen("no_accusation", "What happened?", "Well. You're lying to me.")["no_accusation"]
    assert not broken.done and broken.turn == 2 and broken.words == "You're lying to me."
    assert not seen("no_accusation")["no_accusation"].done


def test_news_counts_only_when_it_comes_early():
    news = "The test showed something I didn't expect."
    assert seen("news", "Good morning.", news)["news"].done
    assert not seen("news", *["How is the dog?"] * 5, news)["news"].done


def test_a_feeling_said_back_is_seen_by_the_raters_code_too():
    found = checklist([Wanted("feeling", "x")], [turn(1, "A long month, and then this.", "simple")])
    assert found[0].done
    assert not checklist([Wanted("feeling", "x")], [turn(1, "A long month, and then this.", "information")])[0].done


@pytest.mark.parametrize(
    ("text", "piece", "expected"),
    [("A. B c? D.", "c", "B c?"), ("only this", "this", "only this"), ("One.", "One", "One."), ("A b\nc d. E", "c d", "c d."), ('"Yes. No."', "No", "No.")],
)
def test_the_sentence_around_some_words(text, piece, expected):
    at = text.index(piece)
    assert sentence_around(text, at, at + len(piece)) == expected


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_no_text_makes_it_raise(text):
    for key in items():
        in_text(key, text)
