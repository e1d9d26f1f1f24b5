"""A seeded sample of the soak, and that the soak sees what it is there to see."""

from collections import Counter
from dataclasses import replace

import pytest

from coach.practice.rules_rater import RuleRater
from coach.practice.session import Said
from tests.practice import soak
from tests.practice.making import patient


def test_three_hundred_random_and_hostile_turns_find_no_fault():
    seen, wrong = soak.soak(300, seed=300)
    assert wrong == Counter(), wrong
    assert seen["turns"] == 300 and seen["scenes"] >= 10 and seen["debriefs"] >= 10
    assert len([name for name in seen if name.startswith("kind: ")]) >= 10


def test_the_same_seed_gives_the_same_soak():
    assert soak.soak(40, seed=5) == soak.soak(40, seed=5)


class Speaks:
    """A voice that says what no patient may."""

    def __init__(self, text: str):
        self.text = text

    def speak(self, who, state, said: Said, turns, heard):
        return self.text, "written"


@pytest.mark.parametrize(("text", "fault"), [("I am a language model.", "not written"), ("Take 80 mg twice a day.", "red line R3"), ("", "no answer")])
def test_a_patient_out_of_role_or_with_a_dose_is_a_fault(text, fault):
    scene = soak.Scene(patient(), {}, RuleRater(), 1, Speaks(text))
    assert any(fault in found for found in soak.faults(scene, scene.say("Good morning.")))


def test_a_line_written_with_a_dose_is_found_although_it_is_the_patients_own():
    sam = patient()
    bad = replace(sam, lines=tuple(replace(line, text=f"{line.text} You take 80 mg of it.") if line.part == "line" else line for line in sam.lines))
    assert any("R3" in name for name in soak.soak(15, 1, everyone=[bad])[1])


def test_an_exception_that_is_not_ours_is_counted_and_the_soak_goes_on():
    class Broken(RuleRater):
        def code(self, speaker, text, previous=""):
            raise ZeroDivisionError

    seen, wrong = soak.soak(10, 1, Broken())
    assert seen["turns"] == 10 and any("ZeroDivisionError" in name for name in wrong)
