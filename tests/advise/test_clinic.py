"""What the clinic's own page says beside a script: only what is filled in, only where it fits, never among the lines."""

import pytest

from coach.advise.adapt import adapt
from coach.advise.advice import Advice, Alert
from coach.advise.clinic import FITS, fitting, named
from coach.cli.show import show_advice
from coach.coach import Coach
from coach.curate.clinic import KEYS
from coach.library.search import Hit
from coach.library.taxonomy import read_yaml
from coach.settings import Settings
from coach.web import render
from tests import making

LOCAL = {
    "clinic_name": "Example Clinic", "naloxone": "front desk, free", "crisis_line": "555-0100", "security": 911,
    "policies": ["Early refills only in person.", "No pills are sent by mail.", "Refills of a lost bottle: once a year.", "Every early refill is talked over."],
    "referral_services": [{"name": "Warm pool", "for": "fibromyalgia and movement", "how": "555-0101"}, {"name": "Legal aid", "for": "disability papers", "how": ""}],
}  # fmt: skip


def script(**changes):
    return making.made(**changes)


def test_a_line_is_shown_where_its_situation_is_present_and_the_script_is_for_it():
    one = script(situations="[naloxone, taper_start]")
    assert fitting(one, {"naloxone"}, LOCAL) == ["Naloxone: front desk, free"]
    assert fitting(one, {"taper_start"}, LOCAL) == fitting(script(), {"naloxone"}, LOCAL) == []
    assert fitting(script(situations="[threats]"), {"threats"}, LOCAL) == ["Security: 911"]


def test_what_an_alert_of_the_answer_shows_already_is_not_said_twice():
    alert = Alert(kind="suicide", urgency="now", matched="x", say=[], do=["Call 555-0100, then 988."], source="x")
    one = script(situations="[suicidal_thoughts]")
    assert fitting(one, {"suicidal_thoughts"}, LOCAL) == ["Crisis line: 555-0100"]
    assert fitting(one, {"suicidal_thoughts"}, LOCAL, [alert]) == []


def test_the_two_rules_that_speak_of_the_same_are_shown_with_scripts_about_rules():
    wanted = ["Early refills only in person.", "Every early refill is talked over."]
    one = {"title": "When an early refill is asked for", "situations": "[early_refill]"}
    assert fitting(script(id="boundary_setting/early", **one), set(), LOCAL) == wanted
    assert fitting(script(id="patient_emotion/early", **one), set(), LOCAL) == []
    assert fitting(script(id="monitoring/tests", title="Asking for a sample"), set(), LOCAL) == []


def test_a_service_is_shown_where_the_script_speaks_of_what_it_is_for():
    assert fitting(script(title="Moving again with fibromyalgia"), set(), LOCAL) == ["Warm pool (fibromyalgia and movement): 555-0101"]
    assert fitting(script(situations="[disability]"), set(), LOCAL) == ["Legal aid (disability papers)"]


@pytest.mark.parametrize(
    "local", [{}, {"policies": "x", "referral_services": {"name": "x"}}, {"naloxone": ["x"], "policies": [None, {}, ""], "referral_services": ["x", {"for": "y"}]}]
)
def test_a_page_with_nothing_in_it_or_of_another_form_shows_nothing(local):
    assert fitting(script(id="boundary_setting/x", situations="[naloxone]"), {"naloxone"}, local) == [] and named(local) == "Your clinic"


def test_as_shipped_nothing_is_shown_and_every_line_named_here_is_one_of_the_page(taxonomy):
    shipped = read_yaml(making.CORPUS / "local.yaml")[0]
    assert set(FITS) < set(KEYS) and {tag for tags in FITS.values() for tag in tags} <= set(taxonomy.situations)
    assert fitting(script(situations="[naloxone]"), set(taxonomy.situations), shipped) == []


def test_it_stands_on_the_card_and_in_the_terminal_as_plain_text_and_is_not_copied(taxonomy, sources, capsys):
    card = adapt(making.made(), Hit("tapering/first-mention", 1, "", 1, 1), set(), {}, taxonomy, sources, lambda _: True)
    for clinic, name in ((["Naloxone: <b>front desk</b>"], "Example Clinic"), ([], "Example Clinic")):
        advice = Advice(scenario="x", scripts=[card.model_copy(update={"clinic": clinic})], clinic=name)
        html = render.answer(advice, taxonomy, "", number=1)
        show_advice(advice, type("Shown", (), {"library": type("L", (), {"taxonomy": taxonomy}), "notes": []})())
        told = capsys.readouterr().out
        assert ("Example Clinic:" in html) == ("Example Clinic:" in told) == bool(clinic)
        assert "<b>front" not in html and "front desk" not in render.all_lines(advice.scripts[0])


@pytest.mark.integration
def test_an_answer_brings_it_from_the_page_as_it_is_now(tmp_path):
    settings = Settings(llm="none", embedder=str(tmp_path / "no-encoder"), data=tmp_path / "data", cache=tmp_path / "cache")
    with Coach.open(settings, model=False) as coach:
        asked = "I think she is addicted to her oxycodone. How do I offer buprenorphine without losing her?"
        assert [card.clinic for card in coach.advise(asked).scripts if card.clinic] == [] and coach.advise(asked).clinic == "Your clinic"
        coach.live.put_local({**LOCAL, "consultation_line": "pain team, 555-0109"})
        advice = coach.advise(asked)
        assert advice.clinic == "Example Clinic" and "Consultation line: pain team, 555-0109" in advice.scripts[0].clinic
        assert not [line for card in advice.scripts for line in card.lines if "555-0109" in line.text]
