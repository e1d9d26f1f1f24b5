"""Speech about a patient, turned to speech addressed to the patient."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.advise.forms import article, to_ing
from coach.advise.person import HE, LONGEST, SHE, to_patient

CASES = [json.loads(line) for line in (Path(__file__).parent / "person.jsonl").read_text(encoding="utf-8").splitlines()]
FORMS = ("clause", "ing", "of", "your", "np", "a")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['form']}: {case['span']}")
def test_a_span_becomes_speech_to_the_patient_or_is_refused(case):
    assert to_patient(case["span"], case["form"], case.get("pronoun")) == case["expect"]


def test_there_are_enough_labelled_transformations():
    assert len(CASES) >= 180
    assert sum(case["expect"] is None for case in CASES) >= 40


@pytest.mark.parametrize(
    ("verb", "said"),
    [("run", "running"), ("lie", "lying"), ("swim", "swimming"), ("sit", "sitting"), ("get", "getting"), ("be", "being"), ("to walk the dog", "walking the dog"), ("fish", "fishing"),
     ("cook", "cooking"), ("quilt", "quilting"), ("see", "seeing"), ("hike", "hiking"), ("mow", "mowing"), ("play", "playing"), ("fix", "fixing"), ("clean", "cleaning")],
)  # fmt: skip
def test_a_verb_takes_its_ing_form(verb, said):
    assert to_ing(verb) == said


@pytest.mark.parametrize(("word", "said"), [("electrician", "an"), ("usher", "an"), ("EMT", "an"), ("CNA", "a"), ("union", "a"), ("roofer", "a")])
def test_the_article_goes_by_sound(word, said):
    assert article(word) == said


WORDS = st.sampled_from(
    [
        "he",
        "she",
        "they",
        "his",
        "her",
        "him",
        "herself",
        "I",
        "my",
        "we",
        "you",
        "patient",
        "pt",
        "the",
        "a",
        "knees",
        "wife",
        "son",
        "says",
        "is",
        "was",
        "goes",
        "and",
        "or",
        "but",
        "to",
        "of",
        "in",
        "it",
        "losing",
        "will",
        "can't",
        "not",
        "be",
        "able",
        "sleep",
        "walk",
        "dog's",
        "[name]",
        "{slot}",
        "|",
        ",",
        ".",
        "?",
        "10",
        "works",
        "Loves",
        "misses",
        "used",
        "garden",
        "brother's",
        "thing",
        "’s",
    ]
)


@given(st.lists(WORDS, max_size=9).map(" ".join) | st.text(max_size=60), st.sampled_from(FORMS), st.sampled_from([None, "he", "she", "they"]))
def test_whatever_comes_in_nothing_third_person_or_broken_comes_out(span, form, pronoun):
    said = to_patient(span, form, pronoun)
    if said is not None:
        words = set(said.lower().split())
        assert not words & (HE | SHE), said
        assert not words & {"i", "my", "we", "me", "our"}, said
        assert not set("[]{}|<>\n") & set(said)
        assert 0 < len(said) <= LONGEST
