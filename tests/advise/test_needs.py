"""What was asked for, and what clinicians also turned out to need."""

import pytest

from coach.advise.cues import load, situations
from coach.advise.needs import load as load_cards
from coach.advise.needs import needs, wording
from coach.library.taxonomy import load_taxonomy
from coach.settings import ROOT

CUES = load(ROOT / "corpus")
CARDS = load_cards(ROOT / "corpus")
TAXONOMY = load_taxonomy(ROOT / "corpus")


def of(text):
    return needs(text, situations(text, CUES), CUES, CARDS)


# The four kinds of question in table 1 of seed 000, in other words than its quotations.
@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("Is it safe to go on with this dose now that he is older and had a positive test?", "opioid_safety"),
        ("She wants no talk about her pain at all. How do I engage her?", "communication"),
        ("What other nonopioid treatments could I use for her fibromyalgia?", "nonopioid_options"),
        ("She keeps looking for a physical cause and will not see the role of her mental health", "biopsychosocial_plan"),
        ("early refill, angry", "communication"),
    ],
)
def test_what_is_asked_is_recognized(text, need):
    assert need in of(text).asked


def test_a_clinician_in_distress_is_met_first():
    assert of("I dread this visit. Early refill again, angry, lost pills, what else can I offer?").likely[0] == "emotional_validation"


@pytest.mark.parametrize(
    ("text", "need"),
    [("Inherited pt, I feel like I'm going in circles", "more_control"), ("Am I doing the right thing with this taper?", "plan_confirmation"), ("I'm too close to this case, need fresh eyes", "outsider_lens"), ("what am I missing, two prescribers and an overdose last year", "case_review")],
)  # fmt: skip
def test_what_nobody_types_is_offered(text, need):
    assert need in of(text).likely


@pytest.mark.parametrize(
    ("need", "speaks"),
    [("bargaining_chip", "situation clinic_policy"), ("bargaining_chip", "situation early_refill"), ("interdisciplinary_expertise", "situation addiction_suspected"),
     ("interdisciplinary_expertise", "situation pregnancy"), ("emotional_validation", "own words"), ("opioid_safety", "situation benzodiazepine")],
)  # fmt: skip
def test_what_was_learned_is_what_the_seed_would_have_one_expect(need, speaks):
    assert CARDS.points[need][speaks] > 0.2


def test_three_at_most_and_each_of_its_kind():
    text = "How do I tell her? Is it safe? What else can I offer? One plan for depression and pain? I dread this, we go in circles, am I missing something, inherited, angry, stolen pills, policy"
    found = of(text)
    assert len(found.asked) == len(found.likely) == 3
    assert all(TAXONOMY.needs[need].kind == "asked" for need in found.asked)
    assert all(TAXONOMY.needs[need].kind == "found" for need in found.likely)


def test_a_text_about_nothing_here_asks_for_nothing():
    assert of("lovely weather in the mountains") == of("") and of("").asked == of("").likely == []


def test_the_wording_says_what_the_figure_is():
    assert wording("emotional_validation", TAXONOMY) == "of 14 clinicians interviewed about one such service, 13 named this"
    assert "66 referral questions" in wording("communication", TAXONOMY)
    assert wording("no such need", TAXONOMY) == ""
