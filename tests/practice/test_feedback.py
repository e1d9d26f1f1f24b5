"""The debrief: every number counted by hand here, every word the trainee's own."""

import json
from dataclasses import replace

import jsonschema
import pytest
from pydantic import ValidationError

from coach.library import corpus
from coach.practice.debrief import Debrief
from coach.practice.patient import Wanted
from coach.practice.scene import Scene
from coach.schemas import path
from tests.making import CORPUS
from tests.practice.making import patient
from tests.practice.raters import QueueRater

SAM = patient()
LISTED = replace(
    SAM,
    mode="checklist",
    change_target=None,
    checklist=(Wanted("naloxone", "Asks about naloxone"), Wanted("limit", "Says the limit once"), Wanted("no_accusation", "Does not accuse")),
)


@pytest.fixture(scope="module")
def scripts():
    return corpus.load(CORPUS).scripts


def play(scripts, turns: list[tuple[str, str]], who=SAM, seed: int = 1) -> Scene:
    """A scene of (codes, text)."""
    scene = Scene(who, scripts, QueueRater(codes for codes, _ in turns), seed)
    for _, text in turns:
        if not scene.ended:
            scene.say(text)
    return scene


def ratio(found: Debrief, name: str):
    return next(one for one in found.ratios if one.name == name)


def count(found: Debrief, name: str) -> int:
    return next(one for one in found.counts if one.name == name).turns


def test_reflections_to_questions_and_complex_reflections_are_counted(scripts):
    turns = [("open", "What matters?"), ("complex", "You are alone with it."), ("simple closed", "You walk. Far?"), ("complex", "You miss it."), ("other", "Hello.")]
    found = play(scripts, turns).debrief()
    assert (count(found, "open_question"), count(found, "closed_question"), count(found, "simple_reflection"), count(found, "complex_reflection")) == (1, 1, 1, 2)
    assert (ratio(found, "R:Q").value, ratio(found, "R:Q").standing, ratio(found, "R:Q").shown) == (1.5, "fair", "1.5 : 1")
    assert (ratio(found, "%CR").value, ratio(found, "%CR").standing) == (0.667, "good")
    assert (ratio(found, "open questions").value, ratio(found, "open questions").standing) == (0.5, None)


def test_without_a_base_a_ratio_is_not_defined(scripts):
    found = play(scripts, [("complex", "You are alone with it.")]).debrief()
    assert ratio(found, "R:Q").value is None and ratio(found, "R:Q").shown == "not defined (no questions)" and ratio(found, "R:Q").standing is None
    assert ratio(found, "%CR").value == 1
    nothing = play(scripts, []).debrief()
    assert ratio(nothing, "%CR").shown == "not defined (no reflections)"
    assert nothing.try_this is None and nothing.done_well == [] and nothing.turns == 0


@pytest.mark.parametrize(("reflections", "standing"), [(3, "below fair"), (4, "fair"), (7, "fair"), (8, "good")])
def test_the_thresholds_of_miti(scripts, reflections, standing):
    turns = [("open", "What matters?")] * 4 + [("simple", "You walk.")] * reflections
    found = play(scripts, turns).debrief()
    assert ratio(found, "R:Q").standing == standing
    assert "expert opinion" in found.thresholds and "no global score" in found.thresholds


def test_no_verdict_on_what_is_adherent_and_nothing_claims_to_be_validated(scripts):
    found = play(scripts, [("advice", "You must stop."), ("open", "Your choice. What would help?")]).debrief()
    assert {one.name for one in found.ratios} == {"R:Q", "%CR", "open questions"}
    assert (ratio(found, "R:Q").fair, ratio(found, "R:Q").good, ratio(found, "%CR").fair, ratio(found, "%CR").good) == (1, 2, 0.4, 0.5)
    assert not any(one.validated for one in found.counts if one.name in ("affirm", "persuade", "confront", "limit", "emphasize_autonomy"))
    assert "not been validated" in found.not_validated


def test_what_pushes_is_no_reflection(scripts):
    found = play(scripts, [("complex", "You have to come off these pills."), ("simple", "You should stop. You miss your brother, too.")]).debrief()
    assert count(found, "complex_reflection") == 0 and count(found, "persuade") == 2 and count(found, "simple_reflection") == 1


def test_the_share_of_talk(scripts):
    scene = play(scripts, [("other", "one two three four")])
    patients = len(scene.opening.text.replace("'", " ").split()) + len(scene.turns[0].spoken.replace("'", " ").split())
    assert scene.debrief().share_of_talk == pytest.approx(4 / (4 + patients), abs=0.02)


def test_two_things_done_well_are_of_two_kinds_and_in_the_trainees_words(scripts):
    turns = [("other", "Hello."), ("complex", "Well. You are scared of that floor."), ("open", "What matters to you at home?"), ("other", "It's up to you, and I can wait.")]
    good = play(scripts, turns).debrief().done_well
    assert len(good) == 2 and good[0].turn != good[1].turn and good[0].what.split(".")[0] != good[1].what.split(".")[0]
    for one in good:
        assert one.words in turns[one.turn - 1][1]


def test_nothing_is_praised_in_a_lecture(scripts):
    turns = [("advice", "You have to come off the pills."), ("complex", "I'm stopping your oxycodone today."), ("closed", "You're lying, aren't you?")]
    assert play(scripts, turns).debrief().done_well == []


def test_a_turn_that_crosses_a_red_line_is_not_praised(scripts):
    found = play(scripts, [("complex", "You're worn out. I promise the pain will be gone.")]).debrief()
    assert found.red_lines and found.done_well == []


def test_the_turn_that_cost_most_is_the_one_to_try_again(scripts):
    turns = [("open", "What matters?"), ("advice", "You should come off them."), ("simple", "You walk."), ("closed", "You're lying to me. Why?"), ("simple", "You walk.")]
    tried = play(scripts, turns).debrief().try_this
    assert tried.again == 4 and tried.words == turns[3][1] and "cost the most trust" in tried.why
    assert tried.patient_said and tried.script in SAM.scripts and tried.lines
    spoken = {line.source.replace("[", "").split("|")[0][:15] for line in scripts[tried.script].spoken()}
    assert all(any(line[:8] in source for source in spoken) or line for line in tried.lines)


def test_lines_to_try_are_library_lines_without_a_slot(scripts):
    from coach.library.lines import render

    tried = play(scripts, [("closed", "You're lying to me.")]).debrief().try_this
    shown = {rendered.text for line in scripts[tried.script].spoken() if (rendered := render(line, {}))}
    assert set(tried.lines) <= shown and 1 <= len(tried.lines) <= 2


def test_a_run_of_questions_is_named_at_its_third(scripts):
    turns = [("simple", "You walk."), *[("closed", "Does it hurt?")] * 4, ("simple", "You walk.")]
    tried = play(scripts, turns).debrief().try_this
    assert tried.again == 4 and "4 questions came in a row" in tried.why


def test_a_safety_question_missed_after_a_sign_comes_before_all_else(scripts):
    sad = replace(
        SAM,
        situations=(*SAM.situations, "suicidal_thoughts"),
        lines=tuple(replace(line, text="Some days I wish I was dead.") if line.part == "line" else line for line in SAM.lines),
    )
    turns = [("simple", "You walk."), ("closed", "You're lying to me."), ("simple", "You walk.")]
    tried = play(scripts, turns, sad).debrief().try_this
    assert tried.again == 2 and "sign of thoughts of dying" in tried.why and tried.words == ""
    assert any("kill" in line or "suicide" in line or "dead" in line for line in tried.lines)
    asked = [*turns[:1], ("closed", "Are you having thoughts of killing yourself?"), *turns[1:]]
    assert "sign of thoughts" not in play(scripts, asked, sad).debrief().try_this.why


def test_a_patient_whose_visit_is_about_suicide_is_asked(scripts):
    due = replace(SAM, situations=(*SAM.situations, "suicidal_thoughts"))
    tried = play(scripts, [("simple", "You walk.")] * 3, due).debrief().try_this
    assert "Nobody asked" in tried.why and tried.again == 3


def test_when_nothing_went_wrong_an_unused_skill_is_named(scripts):
    tried = play(scripts, [("simple open", "You walk. What matters?"), ("simple", "You walk, and it's up to you.")]).debrief().try_this
    assert "Nothing went wrong" in tried.why and "asking for their view" in tried.why


def test_a_checklist_patient_has_the_list_and_no_mi_counts(scripts):
    turns = [("other", "Hello."), ("closed", "Is there naloxone at home?"), ("other", "I can't write it early, because more could stop your breathing.")]
    found = play(scripts, turns, LISTED).debrief()
    assert found.counts == [] and found.ratios == [] and found.thresholds == ""
    assert [(item.key, item.done, item.turn) for item in found.checklist] == [("naloxone", True, 2), ("limit", True, 3), ("no_accusation", True, None)]
    assert found.checklist[0].words == "Is there naloxone at home?"
    missing = play(scripts, turns[:2], LISTED).debrief()
    assert "Still missing: Says the limit once" in missing.try_this.why and missing.try_this.words == ""


def test_red_lines_are_named_and_ordinary_numbers_are_not(scripts):
    found = play(
        scripts, [("other", "I'm stopping your oxycodone today."), ("other", "See you in 2 weeks, room 12."), ("other", "You're afraid I'll cut you off. I won't cut you off.")]
    ).debrief()
    assert [one.turn for one in found.red_lines] == [1]
    assert found.try_this.again == 1


def test_the_picture_has_a_point_a_turn(scripts):
    scene = play(scripts, [("complex", "You are alone with it."), ("open", "What matters?")])
    points = scene.debrief().curve
    assert [point.turn for point in points] == [0, 1, 2]
    assert [point.trust for point in points][1:] == [turn.after.trust for turn in scene.turns]
    assert points[1].codes == ["complex_reflection"] and points[2].codes == ["open_question"]
    assert sum(scene.debrief().patient_talk.values()) == 3


def test_the_debrief_is_frozen_and_has_its_schema(scripts):
    scene = play(scripts, [("complex", "You are alone with it.")])
    with pytest.raises(ValidationError):
        scene.debrief().turns = 9
    jsonschema.validate(json.loads(scene.played().model_dump_json()), json.loads(path("practice").read_text(encoding="utf-8")))
