"""Lines about this patient: what counts as one, what a reader sees first, and that the labelled sample is what it says it is."""

import pytest

from coach.advise.adapt import adapt
from coach.advise.advice import Advice, Fact
from coach.library import corpus
from coach.library.search import Hit
from coach.settings import ROOT
from evals.adaptation import sample
from evals.adaptation.cards import first_card, lines_of, shown
from evals.cases import scenarios
from evals.stations import adaptation as station

LIBRARY = corpus.load(ROOT / "corpus")
SCRIPT = LIBRARY.scripts["boundary_setting/early-refill"]
HIT = Hit(SCRIPT.id, 1.0, "", 1.0, 0.0)


def card(facts=None, present=frozenset()):
    return adapt(SCRIPT, HIT, present, facts or {}, LIBRARY.taxonomy, LIBRARY.sources, lambda text: True)


def fact(value: str) -> Fact:
    return Fact(value=value, span=value)


def test_a_card_about_nobody_has_no_line_about_this_patient() -> None:
    assert not any(line.carries for line in shown(card(), SCRIPT))


def test_the_medicine_alone_is_not_this_patient_and_another_fact_is() -> None:
    assert not any(line.carries for line in shown(card({"medicine": fact("oxycodone")}), SCRIPT))
    known = [line for line in shown(card({"person": fact("your daughter")}), SCRIPT) if line.carries]
    assert known
    assert all("your daughter" in line.text.lower() for line in known)


def test_a_line_of_a_present_situation_counts_and_one_of_an_absent_situation_does_not() -> None:
    withdrawal = [line for line in shown(card(present={"withdrawal"}), SCRIPT) if line.carries]
    assert [line.situations for line in withdrawal] == [("withdrawal",)]
    assert not any(line.situations for line in shown(card(), SCRIPT))


def test_what_waits_behind_a_click_is_not_counted() -> None:
    full = card({"person": fact("your daughter"), "body_part": fact("knees")}, {"withdrawal"})
    hidden = {line.text for line in full.lines if not line.core}
    assert hidden
    assert not hidden & {line.text for line in shown(full, SCRIPT)}


def test_an_answer_without_a_script_that_fits_has_no_first_card() -> None:
    nearest = Advice(scenario="x", scripts=[card()], fits=False)
    assert first_card(nearest) is None
    assert lines_of(nearest, LIBRARY.scripts) == []
    assert first_card(nearest.model_copy(update={"fits": True})) is not None


def test_the_sample_is_of_the_development_half_with_a_verdict_and_a_reason_for_each_fault() -> None:
    read, again = sample.read(), sample.read("again")
    dev = {case.id: case.text for case in scenarios("dev")}
    assert len(read) == len({sample.key(line) for line in read}) == 200
    assert len(again) == 60
    assert {line["id"] for line in read} <= set(dev)
    assert {sample.key(line) for line in again} <= {sample.key(line) for line in read}
    for line in read:
        assert line["verdict"] in sample.VERDICTS
        assert bool(line["why"]) == (line["verdict"] != "ok")
        assert any(slot != "medicine" and value in line["said"] for slot, value in line["fills"])


@pytest.mark.parametrize(
    ("first", "second", "expected"), [("ok ok wrong awkward", "ok ok awkward wrong", 1.0), ("ok wrong ok wrong", "wrong ok wrong ok", -1.0), ("ok ok", "ok ok", 1.0)]
)
def test_agreement_is_of_ok_against_not(first: str, second: str, expected: float) -> None:
    one, two = ([{"id": str(n), "said": "", "verdict": verdict} for n, verdict in enumerate(line.split())] for line in (first, second))
    assert sample.kappa(one, two) == pytest.approx(expected)


def test_a_station_row_counts_only_scenarios_with_three_facts_and_shows_a_fault_with_what_was_found() -> None:
    case = next(case for case in scenarios("dev") if station.facts_of(case) >= station.MANY)
    given = {"card": SCRIPT.id, "grades": {}, "fitted": ["one line"], "facts": {"job": fact("a roofer")}}
    fault = station.fault(case, given, {"shown: enough": 0.0})
    assert fault
    assert fault.group == "facts not found"
    assert fault.weight == 2.0
    assert station.fault(case, given, {"shown: enough": 1.0}) is None
    assert station.fault(case, given, {}) is None
