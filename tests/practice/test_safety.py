"""What is about dying, danger and harm in a scene: whose distress it is, which question counts, what is never praised or punished."""

from dataclasses import replace

import pytest

from coach.library import corpus
from coach.practice.behaviors import behaviors
from coach.practice.checklist import asked_directly, checklist, items
from coach.practice.distress import own_distress, shows
from coach.practice.patient import Wanted
from coach.practice.patient_check import patients
from coach.practice.rules_rater import RuleRater
from coach.practice.scene import Scene, clinician_turns, red_lines
from coach.practice.selfview import compared, seen
from coach.practice.suggest import SAFETY_SCRIPT, helpful
from tests.making import CORPUS
from tests.practice.making import patient
from tests.practice.raters import QueueRater

SAM = patient()
EVERYONE = patients(CORPUS / "patients").by_id
LISTED = replace(SAM, mode="checklist", change_target=None, checklist=(Wanted("suicide", "Asks"), Wanted("no_accusation", "Does not scold")))
CLOSING = "You don't have thoughts of suicide, right?"
ASKED = "Are you having thoughts of killing yourself?"


@pytest.fixture(scope="module")
def scripts():
    return corpus.load(CORPUS).scripts


def play(who, *texts: str, scripts=None, rater=None) -> Scene:
    scene = Scene(who, scripts or {}, rater or RuleRater(), 1)
    clinician_turns(scene, texts)
    return scene


@pytest.mark.parametrize(
    "text",
    [
        "I know how you feel, because I want to die too.",
        "I hear you, and I want to die too.",
        "honestly wanna die",
        "My patients would be better off without me.",
        "kms",
        "Some days I think everyone would be better off without me.",
        "If I had a gun I'd kill myself.",
    ],
)
def test_the_trainees_own_distress_is_heard(text):
    assert own_distress(text)


@pytest.mark.parametrize(
    "text",
    ["If I had your pain I'd want to die.", "If I were you I'd want to die.", "You think everyone would be better off without me, you said.", "Want to die?", "I read your chart and want to ask about suicide."],
)  # fmt: skip
def test_what_is_supposed_or_said_back_stops_nothing(text):
    assert own_distress(text) is None


@pytest.mark.parametrize("text", [CLOSING, "I'm going to ask the nurse about suicide rates.", "You're not suicidal, are you?"])
def test_only_a_direct_question_about_suicide_counts(text):
    scene = play(LISTED, text)
    found = scene.debrief()
    assert not found.checklist[0].done and not asked_directly(scene.turns[0])
    assert "Nobody asked" in found.try_this.why or "was not asked" in found.try_this.why


@pytest.mark.parametrize("text", [ASKED, "have you thought about suicide", "I want to ask you about suicide."])
def test_a_direct_question_counts_with_or_without_its_mark(text):
    assert play(LISTED, text).debrief().checklist[0].done


def test_a_red_line_breaks_not_scolding():
    item = play(LISTED, "Suicide is selfish.").debrief().checklist[1]
    assert (item.done, item.turn, item.words) == (False, 1, "Suicide is selfish.")


def test_no_scene_went_well_with_the_question_missed_or_a_red_line_crossed():
    one = replace(LISTED, checklist=(*LISTED.checklist[:1], *[Wanted("no_accusation", "x")] * 5))
    missed, good = play(one, "Hello.").debrief(), play(one, ASKED).debrief()
    assert (seen(missed), seen(good)) == ("mixed", "well")
    assert "the question about suicide was not asked" in compared("well", missed) and "was not asked" not in compared("well", good)
    crossed = good.model_copy(update={"red_lines": play(one, "Suicide is selfish.").debrief().red_lines})
    assert seen(crossed) == "mixed" and "should never be said" in compared("mixed", crossed)
    due = replace(SAM, situations=(*SAM.situations, "suicidal_thoughts"))
    kind = play(due, *["You're worn out, and you felt alone with it."] * 4).debrief()
    assert kind.end.trust - kind.start.trust >= 1 and seen(kind) == "mixed"


def test_the_sign_is_found_in_these_lines_of_the_patients_and_no_others():
    found = {(one.id, line.text[:32]) for one in EVERYONE.values() for line in (*one.lines, *one.secrets) if shows(one, line.text)}
    assert found == {
        ("gary", "I've told the Lord he can have m"),
        ("rosa", "Do I want to die, you ask me. I "),
        ("rosa", "Suicide? What a question. I've g"),
        ("rosa", "I didn't go to do it. But I felt"),
        ("tom", "I've thought it'd be all right i"),
        ("tom", "I gave that dog away so he'd be "),
    }


def test_following_up_on_suicide_is_no_question_in_a_row(scripts):
    turns = [ASKED, "When was the last time?", "Do you have a gun or pills at home?", "Who can stay with you tonight?"]
    scene = play(LISTED, *turns, scripts=scripts, rater=QueueRater(["closed"] * 4))
    assert not any("questions_in_a_row" in turn.heard.moves for turn in scene.turns)
    assert "in a row" not in scene.debrief().try_this.why


def test_what_is_missing_from_the_list_comes_before_questions_in_a_row():
    who = replace(LISTED, checklist=(Wanted("apology", "Says sorry"),))
    assert "Still missing" in play(who, *["Does it hurt?"] * 3, rater=QueueRater(["closed"] * 3)).debrief().try_this.why


def test_lines_to_try_answer_no_pushback_and_suicide_has_its_own_script(scripts):
    script, lines = helpful(EVERYONE["rosa"], scripts, frozenset({"direct_safety_question"}), "suicide", "")
    assert script.id == SAFETY_SCRIPT and lines
    answers = {line.source for one in scripts.values() for pushback in one.pushbacks for line in pushback.answers}
    said = {line.source for one in scripts.values() for line in (one.one_thing, *one.say)}
    for who in EVERYONE.values():
        for wanted, item in (("reflection", None), ("affirm", None), *(("", wanted.key) for wanted in who.checklist if wanted.key in items())):
            assert not set(helpful(who, scripts, frozenset({wanted}), item, "")[1]) & (answers - said)


@pytest.mark.parametrize("text", ["You have so much to live for.", "Think of your family.", "You have everything to live for."])
def test_arguing_for_life_is_not_praised(text):
    assert "persuade" in {one.name for one in behaviors(text)}
    scene = play(SAM, text, rater=QueueRater(["complex"]))
    assert scene.debrief().done_well == [] and not scene.turns[0].has("reflection")


def test_a_label_does_not_promise_more_than_a_reflection_shows():
    labels = [wanted.text for who in EVERYONE.values() for wanted in who.checklist if wanted.key == "feeling"]
    assert not [text for text in labels if " under " in text or ":" in text]


def test_what_was_kept_back_is_neither_change_nor_sustain_talk():
    class Keen(QueueRater):
        def code(self, speaker, text, previous=""):
            return RuleRater().code(speaker, "I want to, maybe I could.") if speaker == "patient" else super().code(speaker, text)

    who = replace(SAM, start={**SAM.start, "trust": 9}, secrets=tuple(one for one in SAM.secrets if one.asked == "suicide"))
    turn = play(who, ASKED, rater=Keen(["closed"])).turns[0]
    assert turn.reply.secret and turn.reply.talk == "neutral"
    assert play(LISTED, ASKED).debrief().patient_talk == {} and play(SAM, ASKED).debrief().patient_talk


@pytest.mark.parametrize(
    "text", ["We need to cut your dose by half this week.", "I'm worried, so we are lowering it by 50% tomorrow.", "Starting today I'm cutting your dose in half."]
)
def test_a_fast_cut_reaches_the_patient_as_a_red_line(text):
    scene = play(LISTED, text)
    assert "red_line" in scene.turns[0].heard.moves
    assert any("at once" in one.what for one in scene.debrief().red_lines) and not scene.debrief().checklist[1].done


@pytest.mark.parametrize(
    "text", ["We won't cut your dose by half this week.", "You're afraid I'll cut it by half this week.", "You cut your dose in half this week, and that took guts."]
)
def test_a_fast_cut_that_is_denied_feared_or_the_patients_own_is_none(text):
    assert "R1" not in {one.rule for one in red_lines(text, "")}


def test_a_turn_that_closes_the_question_does_not_do_the_item():
    scene = play(SAM, CLOSING)
    assert scene.turns[0].crossed and not checklist([Wanted("suicide", "x")], scene.turns)[0].done
