"""Alerts: signs to act on first, and what is no sign."""

import json
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.errors import UnknownScript
from coach.guard.alerts import RANK, alerts, signs

HERE = Path(__file__).parent
CASES = [json.loads(line) for line in (HERE / "alerts.jsonl").read_text(encoding="utf-8").splitlines()]
KINDS = signs().kinds
RULES = [(kind, rule) for kind, fields in KINDS.items() for rule in fields["rules"]]


def raised(text: str, kind: str) -> str | None:
    return next((alert.urgency for alert in alerts(text) if alert.kind == kind), None)


@pytest.mark.parametrize(("kind", "rule"), RULES, ids=[f"{kind}-{i}" for i, (kind, _) in enumerate(RULES)])
def test_every_rule_finds_its_example_and_leaves_its_not_alone(kind, rule):
    found = raised(rule["example"], kind)
    assert found and RANK[found] <= RANK[rule["urgency"]]
    assert raised(rule["not"], kind) in ({None} if rule["urgency"] == "plan" else {None, "plan"})


def figures(held: bool) -> tuple[dict[str, float], float]:
    seen, found, false = Counter(), Counter(), 0
    negatives = [case for case in CASES if case["held"] == held and not case["kind"]]
    for case in (case for case in CASES if case["held"] == held and case["kind"]):
        urgency = raised(case["text"], case["kind"])
        seen[case["kind"]] += 1
        found[case["kind"]] += bool(urgency) and not (case["urgent"] and urgency == "plan")
    false = sum(any(alert.urgency != "plan" for alert in alerts(case["text"])) for case in negatives)
    return {kind: found[kind] / seen[kind] for kind in seen}, false / len(negatives)


def test_the_cases_are_many_enough():
    assert sum(bool(case["kind"]) for case in CASES) >= 250
    assert sum(not case["kind"] for case in CASES) >= 400
    assert {case["kind"] for case in CASES if case["kind"]} == set(KINDS)


def test_signs_are_found_and_false_alarms_are_rare_in_the_open_cases():
    recall, false = figures(held=False)
    assert min(recall.values()) >= 0.95 and false <= 0.02, (recall, false)


def test_signs_are_found_and_false_alarms_are_rare_in_the_held_cases():
    """Held cases are run and reported, never tuned on: the bars here are what an unseen text may expect. That of false alarms was 0.05 while the
    rules found a third less on texts by other hands; it is to come down again."""
    recall, false = figures(held=True)
    assert recall["suicide"] >= 0.85 and recall["overdose"] >= 0.9 and min(recall.values()) >= 0.75 and false <= 0.08, (recall, false)


def test_denial_cancels_a_word_but_not_a_sign():
    assert raised("Denies suicidal ideation.", "suicide") is None
    assert raised("Denies suicidal ideation, gave away his dog.", "suicide") == "today"
    assert raised("I'm not sure if he is suicidal.", "suicide") == "today"
    assert raised("She can't stop thinking of suicide.", "suicide") == "today"


def test_another_persons_history_belongs_in_the_plan():
    assert raised("Her brother died by suicide.", "suicide") == "plan"
    assert raised("Her daughter called: mom wants to die.", "suicide") == "now"


def test_a_victim_is_not_a_threat():
    found = {alert.kind for alert in alerts("Her husband hits her when the pills run out.")}
    assert "victim" in found and "violence" not in found


def test_fixed_words_come_from_the_script_and_from_the_file_when_it_is_missing():
    given = alerts("He wants to die.", say_from=lambda script: [f"words of {script}"])[0]
    assert given.say == ["words of safety/ask-about-suicide"] and given.source.startswith("safety/ask-about-suicide")

    def missing(script: str) -> list[str]:
        raise UnknownScript("no such script")

    assert alerts("He wants to die.", say_from=missing)[0].say == KINDS["suicide"]["fallback"]


def test_a_clinicians_own_thought_of_suicide_is_met_with_words_for_the_clinician():
    mine = alerts("After this week in clinic I've been thinking about killing myself.", say_from=lambda script: ["Are you having thoughts?"])[0]
    assert mine.say == KINDS["suicide"]["own_words"]["say"] and "988" in " ".join(mine.say) and any("colleague" in step for step in mine.do)
    for theirs in ('She told me: "I want to die."', "He said I wish I was dead.", "I think he is suicidal."):
        assert alerts(theirs, say_from=lambda script: ["the patient's lines"])[0].say == ["the patient's lines"]


def test_an_overdose_that_is_happening_says_what_to_do_now_first():
    for text in ("He is hard to wake after the new patch.", "Her lips are blue and she took methadone.", "He keeps nodding off in the chair right now, on oxycodone."):
        alert = next(alert for alert in alerts(text) if alert.kind == "overdose")
        assert alert.urgency == "now" and "give naloxone, call 911" in alert.do[0]


def test_a_question_answered_no_and_a_thing_of_long_ago_are_no_signs():
    assert raised("Thoughts of suicide? No.", "suicide") is None
    assert raised("SI/HI denied.", "suicide") is None
    assert raised("Her ex hit her years ago; she is safe now.", "victim") is None
    assert raised("On morphine for years, and now he wants to die.", "suicide") == "now"


def test_the_clinics_own_numbers_are_shown_where_given():
    shown = alerts("He wants to die.", local={"crisis_line": "555-0100"})[0].do
    assert any("555-0100" in step for step in shown) and any("988" in step for step in shown)
    assert not any("{value}" in step or "Your clinic" in step for alert in alerts("He wants to die.", local={"crisis_line": ""}) for step in alert.do)


def test_the_most_urgent_comes_first_and_the_words_are_the_readers_own():
    found = alerts("On oxycodone and lorazepam. He said he would KILL himself.")
    assert [alert.urgency for alert in found] == sorted((alert.urgency for alert in found), key=RANK.get)
    assert found[0].matched == "would KILL himself"


def test_every_local_key_the_steps_need_stands_in_local_yaml():
    keys = yaml.safe_load((HERE.parent.parent / "corpus" / "local.yaml").read_text(encoding="utf-8"))
    assert {step["needs"] for kind in KINDS.values() for step in kind["do"] if isinstance(step, dict) and "needs" in step} <= keys.keys()


@settings(max_examples=150, deadline=None)
@given(st.text())
def test_no_text_makes_it_raise(text):
    alerts(text)
    alerts(text + " kill himself, " + text)


ORDINARY = (
    "New to me since her doctor retired. Ten years on oxycodone for low back pain, scared of being in bed all day. She misses gardening.",
    "I gave two to my wife when she threw her back out, what's the harm?",
    "I made a mistake and I would like to know how to say so.",
    "The 3:40 is a sweet old lady and she'll get what's left of me.",
    "She won't do buprenorphine, trading one for another, she says.",
    "His wife keeps the patches in a locked tin.",
)


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_story_raises_no_alarm(text):
    assert [alert.kind for alert in alerts(text) if alert.urgency != "plan"] == []
