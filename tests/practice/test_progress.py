"""What to practice next, by plain rules, and what one row holds."""

from datetime import UTC, datetime, timedelta

import pytest

from coach.practice.patient_check import patients
from coach.practice.progress import LEAST_TURNS, Session, next_step, overview, record
from coach.practice.rules_rater import RuleRater
from coach.practice.scene import Scene, clinician_turns
from tests.making import CORPUS

EVERYONE = list(patients(CORPUS / "patients").playable.values())
BY_ID = {patient.id: patient for patient in EVERYONE}
DAY = datetime(2026, 11, 1, tzinfo=UTC)
GOOD = {"reflections_per_question": 2.5, "complex_share": 0.6}


def one(patient: str, day: int = 0, **values) -> Session:
    who = BY_ID[patient]
    listed = {"checklist_met": 9, "checklist_total": 10} if who.mode == "checklist" else GOOD
    return Session(**{"at": DAY + timedelta(days=day), "patient": patient, "mode": who.mode, "level": who.level, "turns": 8, "trust_start": 3, "trust_end": 5, **listed, **values})


def rows(*patients_of_rows: str, **values) -> list[Session]:
    return [one(patient, day, **values) for day, patient in enumerate(patients_of_rows)]


def test_the_mode_not_tried_yet_comes_first_with_its_gentlest_patient():
    assert next_step(rows("linh", "linh"), EVERYONE) == "You have not practiced a limit, bad news or a danger yet: Earl (level 1) is a beginning."
    assert "motivational interviewing yet: Linh (level 1)" in next_step(rows("earl"), EVERYONE)


def test_then_the_skill_furthest_below_fair_over_the_last_three_sessions():
    low = [*rows("earl"), *rows("linh", "bev", "denise", reflections_per_question=0.2, complex_share=0.3)]
    assert next_step(low, EVERYONE) == "In your last three sessions you reflected 0.2 times per question: say back what you heard before you ask again."
    low = [*rows("earl"), *rows("linh", "bev", "denise", reflections_per_question=0.9, complex_share=0.1)]
    assert next_step(low, EVERYONE).startswith("In your last three sessions 10% of your reflections were complex")
    low = [*rows("linh"), *rows("earl", "earl", "earl", checklist_met=2)]
    assert next_step(low, EVERYONE).startswith("In your last three visits with a list 20% of it was there")


def test_only_the_last_three_count_and_a_session_where_it_is_not_defined_is_passed_over():
    old = [*rows("earl"), *rows("linh", "linh", "linh", reflections_per_question=0.1), *rows("linh", "linh", "linh")]
    assert "reflected" not in next_step(old, EVERYONE)
    gaps = [*rows("earl"), *rows("linh", "linh", "linh", reflections_per_question=0.1), *rows("linh", "linh", reflections_per_question=None)]
    assert "reflected 0.1 times" in next_step(gaps, EVERYONE)


def test_two_sessions_are_too_few_to_name_a_weak_skill():
    assert "reflected" not in next_step([*rows("earl"), *rows("linh", "linh", reflections_per_question=0.0)], EVERYONE)


def test_then_the_next_level_then_who_was_not_met_then_what_is_below_good_then_the_longest_ago():
    assert next_step(rows("earl", "linh"), EVERYONE) == "You have not been at level 2 yet: try Bev."
    assert next_step(rows("earl", "linh", "gary"), EVERYONE) == "You have not met Bev yet (level 2)."
    everyone = [one(patient.id, day) for day, patient in enumerate(EVERYONE)]
    assert next_step(everyone, EVERYONE) == f"You have met everyone. It is longest since you talked with {EVERYONE[0].name}."
    fair = [*everyone, *(one("linh", 90 + day, complex_share=0.45) for day in range(3))]
    assert "45% of your reflections were complex" in next_step(fair, EVERYONE)


def test_patients_that_are_gone_do_no_harm_and_are_not_met():
    gone = one("linh").model_copy(update={"patient": "somebody-retired"})
    found = overview([gone, one("earl")], True, EVERYONE)
    assert (found.met, found.of) == (1, len(EVERYONE)) and found.next
    assert next_step([gone], []) == "" and overview([], True, EVERYONE).next == ""


@pytest.mark.parametrize("who", EVERYONE, ids=lambda who: who.id)
def test_a_row_of_every_patient_is_counted_as_its_debrief_is(who):
    scene = Scene(who, {}, RuleRater(), 3)
    clinician_turns(scene, ["What matters most to you?", "You feel alone with it.", "Are you thinking about killing yourself?", "You should stop."])
    found = scene.debrief()
    row = record(who, found, "well", DAY)
    assert row and row.turns == found.turns and row.level == who.level and row.view == "well"
    if who.mode == "mi":
        assert row.open_questions >= 1 and row.complex_reflections == 1 and row.checklist_share is None
        assert row.reflections_per_question == next(ratio.value for ratio in found.ratios if ratio.name == "R:Q")
    else:
        assert row.open_questions is None and row.change is None and row.reflections_per_question is None and row.input is None
        assert row.checklist_total == len(who.checklist) and row.checklist_met == sum(item.done for item in found.checklist)


def test_fewer_than_three_turns_are_no_session():
    scene = Scene(BY_ID["denise"], {}, RuleRater(), 3)
    clinician_turns(scene, ["What matters?"] * (LEAST_TURNS - 1))
    assert record(scene.patient, scene.debrief(), None, DAY) is None
