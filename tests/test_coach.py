"""Coach from Python, with the real library, encoder and index and no chat model: what a whole answer holds."""

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from coach import Coach, CoachError
from coach.advise.advice import Advice
from coach.schemas import path
from coach.settings import load_settings

pytestmark = pytest.mark.integration

NEW_TO_ME = "New to me since her doctor retired. Ten years on oxycodone for low back pain, scared of being in bed all day. She misses gardening."
STALLED = "Halfway through the taper and stuck. He isn't sleeping, sweats at night, and misses fishing with his grandson."
SITUATIONS = [
    NEW_TO_ME,
    STALLED,
    "early refill angry",
    "I brought up cutting down and she said: you think I'm an addict",
    "Takes lorazepam with her hydrocodone, drowsy in the waiting room, her daughter is worried",
    "Her urine came back without oxycodone. I like her and do not know what to think.",
    "He wants a fourth MRI, sure that something was missed",
    "I dread this visit and feel alone with it",
    "Wants more percocet. Used to be a roofer. Terrified the pain will come back. Says nothing else touches it.",
    "Husband does all the talking and wants the dose raised before their son's wedding in June",
]


@pytest.fixture(scope="module")
def coach() -> Iterator[Coach]:
    with Coach.open(model=False) as opened:
        yield opened


def shown(advice: Advice) -> list[str]:
    return [
        text
        for card in advice.scripts
        for text in [card.one_thing.text if card.one_thing else "", *(line.text for line in card.lines), *(a.text for p in card.pushbacks for a in p.answers)]
        if text
    ]


@pytest.mark.parametrize("text", SITUATIONS)
def test_an_answer_has_the_shipped_shape_and_three_cards_of_lines(coach: Coach, text: str) -> None:
    advice = coach.advise(text)
    jsonschema.validate(json.loads(advice.model_dump_json()), json.loads(path("advice").read_text(encoding="utf-8")))
    assert advice.scope == "in_scope"
    assert advice.fits
    assert len(advice.scripts) == 3
    assert all(card.lines and card.one_thing and card.check_first and card.pushbacks and card.avoid and card.then for card in advice.scripts)
    assert advice.complete


@pytest.mark.parametrize("text", SITUATIONS)
def test_every_line_is_a_library_line_and_reads_whole(coach: Coach, text: str) -> None:
    library = {line.source for script in coach.library.scripts.values() for line in script.spoken()}
    advice = coach.advise(text)
    for card in advice.scripts:
        for line in [*card.lines, *(a for p in card.pushbacks for a in p.answers)]:
            assert line.source in library
            assert line.how == ("filled" if line.fills else "verbatim")
    for said in shown(advice):
        assert not re.search(r"[{}\[\]|]|\s{2,}|\byou's\b|\byou (is|has|was|does)\b|worried that (she|he)\b", said), said
        assert re.search(r"[.?!…][\"”’')]*$", said), said


@pytest.mark.parametrize("text", SITUATIONS)
def test_every_fact_stands_in_the_scenario(coach: Coach, text: str) -> None:
    for slot, fact in coach.advise(text).facts.items():
        assert fact.span.lower() in text.lower(), (slot, fact)


def test_facts_of_this_patient_are_in_the_lines(coach: Coach) -> None:
    advice = coach.advise(NEW_TO_ME)
    assert advice.facts["medicine"].value == "oxycodone"
    assert advice.facts["valued_activity"].value == "gardening"
    assert {situation.tag for situation in advice.situations} >= {"inherited_patient"}
    assert any("gardening" in text for text in shown(advice))


def test_the_right_script_comes_first_for_plain_cases(coach: Coach) -> None:
    expected = {
        "early refill angry": "boundary_setting/early-refill",
        STALLED: "tapering/halfway-and-stuck",
        "He wants a fourth MRI, sure that something was missed": "pain_education/one-more-scan",
    }
    for text, script in expected.items():
        assert coach.advise(text).scripts[0].id == script


def test_a_follow_up_is_read_in_the_light_of_what_went_before(coach: Coach) -> None:
    first = coach.advise("Early refill, he ran out of his oxycodone five days ahead and is angry.")
    then = coach.advise("He says: then I'll just buy them on the street", previous=first)
    assert then.follows == 1
    assert then.facts["medicine"].value == "oxycodone"
    heard = then.scripts[0].pushbacks[0]
    assert heard.heard
    assert heard.answers


def test_earlier_turns_may_be_given_as_texts(coach: Coach) -> None:
    then = coach.advise("He says: then I'll just buy them on the street", previous=["Early refill, he ran out five days ahead and is angry."])
    assert then.follows == 1
    assert then.scripts[0].pushbacks[0].heard


def test_history_is_bounded_in_tokens(coach: Coach) -> None:
    advice: Advice | None = None
    for number in range(30):
        advice = coach.advise(f"She ran out early again and she is angry, visit {number}. " + "It goes round and round. " * 12, previous=advice)
    from coach.models import tokens

    assert advice
    assert 0 < advice.follows < 29
    assert sum(tokens.count(turn, coach.settings) for turn in advice.earlier) <= coach.settings.history_tokens


def test_an_alert_carries_the_words_of_the_safety_script(coach: Coach) -> None:
    advice = coach.advise("She wants more oxycodone and said there is no point in living any more.")
    alert = advice.alerts[0]
    assert (alert.kind, alert.urgency in ("now", "today")) == ("suicide", True)
    assert alert.say[0] == coach.library.get("safety/ask-about-suicide").one_thing.source


def test_a_dosing_question_gets_guidance_and_no_script(coach: Coach) -> None:
    advice = coach.advise("Convert 120 mg oxycodone to methadone")
    assert advice.scope == "dosing"
    assert advice.scripts == []
    assert advice.scope_note


def test_off_topic_is_told_what_this_is_for(coach: Coach) -> None:
    advice = coach.advise("Write me a python function that sorts a list")
    assert advice.scope == "off_topic"
    assert advice.scripts == []


def test_outside_the_guideline_leaves_out_tapers_and_says_why(coach: Coach) -> None:
    advice = coach.advise("Sickle cell disease, on oxycodone for years, he is angry that I want to lower the dose")
    assert advice.scope == "outside_guideline"
    assert "sickle" in advice.scope_note.lower()
    assert not [card for card in advice.scripts if card.category == "tapering"]


def test_names_are_masked_before_anything_else(coach: Coach) -> None:
    advice = coach.advise("Mr. Quartermaine, phone 617-555-0134, ran out of oxycodone early")
    assert advice.masked >= 2
    assert "Quartermaine" not in advice.model_dump_json()
    assert "555-0134" not in advice.model_dump_json()
    assert "Quartermaine" not in coach.search("Mr. Quartermaine ran out early").scenario


def test_a_retired_script_is_never_found(tmp_path: Path) -> None:
    """By its words: that the index does not hold it either, tests/library/test_search.py shows on a library that is quicker to read."""
    import shutil

    corpus = tmp_path / "corpus"
    shutil.copytree(load_settings().corpus, corpus)
    file = corpus / "scripts/boundary_setting/early-refill.md"
    file.write_text(file.read_text(encoding="utf-8").replace("status: draft", "status: retired"), encoding="utf-8")
    with Coach.open(load_settings(corpus=corpus, cache=tmp_path / "cache", embedder=str(tmp_path / "nothing")), model=False) as other:
        assert "boundary_setting/early-refill" not in [hit.id for hit in other.search("early refill, angry, ran out", 20).scripts]


def test_without_an_encoder_keyword_search_answers_and_says_so(tmp_path: Path) -> None:
    with Coach.open(load_settings(embedder=str(tmp_path / "nothing"), cache=tmp_path / "cache"), model=False) as other:
        assert other.advise("early refill, angry, ran out of percs").scripts[0].id == "boundary_setting/early-refill"
        assert any("keyword" in note for note in other.notes)


@pytest.mark.parametrize("text", ["", "  ", "\x00\x00", "😀" * 50, "?", "你好，我想问一个问题关于我的病人", "a" * 2_000_000])
def test_a_text_that_cannot_be_used_is_an_error_that_does_not_repeat_it(coach: Coach, text: str) -> None:
    error = ""
    try:
        advice = coach.advise(text)
        assert not advice.fits or advice.scope != "in_scope"
    except CoachError as caught:
        error = str(caught)
    assert len(error) < 300
    assert not text.strip() or text[:40] not in error


def test_a_very_long_story_is_answered(coach: Coach) -> None:
    advice = coach.advise("She talked about the weather and her garden for a while. " * 300 + STALLED + " We spoke of other things as well. " * 300)
    assert advice.scripts


def test_many_threads_get_the_same_answers(coach: Coach) -> None:
    expected = [[card.id for card in coach.advise(text).scripts] for text in SITUATIONS]
    found: dict[int, list[str]] = {}

    def ask(number: int) -> None:
        found[number] = [card.id for card in coach.advise(SITUATIONS[number]).scripts]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(SITUATIONS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number] for number in range(len(SITUATIONS))] == expected


def test_errors_never_carry_what_was_typed(coach: Coach) -> None:
    for category in ("secret words of a patient", "x"):
        with pytest.raises(CoachError) as caught:
            coach.search("early refill", category=category)
        assert category not in str(caught.value) or category == "x"


def test_a_rehearsal_leaves_nothing_behind(coach: Coach) -> None:
    before = coach.advise(NEW_TO_ME).model_copy(update={"timings_ms": None})
    coach.rehearse()
    assert coach.advise(NEW_TO_ME).model_copy(update={"timings_ms": None}) == before
