"""Red lines: what no line may say."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.guard.matcher import load
from coach.guard.redlines import check_line

RULES = load("redlines.yaml")["rules"]
SUPERSEDED = yaml.safe_load((Path(__file__).parent.parent.parent / "corpus" / "sources.yaml").read_text(encoding="utf-8"))["superseded"]


def rules(line: str, **more) -> set[str]:
    return {finding.rule for finding in check_line(line, **more)}


@pytest.mark.parametrize("rule", RULES, ids=[f"{rule['rule']}-{i}" for i, rule in enumerate(RULES)])
def test_every_rule_finds_its_example_and_leaves_its_not_alone(rule):
    assert rule["what"] in {finding.what for finding in check_line(rule["example"])}
    assert rule["what"] not in {finding.what for finding in check_line(rule["not"])}


@pytest.mark.parametrize(
    "line",
    [
        "I'm not accusing you of anything. I'm worried about you, and I'm staying.",
        "You can call or text 988 any time. Veterans press 1.",
        "If you can't wake him, call 911.",
        "On a scale from 0 to 10, how sure are you?",
        "You felt treated like an addict. That must have stung.",
        "I won't cut you off.",
        "Nobody is stopping this all at once.",
        "Are you thinking of killing yourself?",
        "I can't promise the pain will go away.",
        "What would it take to get back to the garden?",
        "I'd like to see you every two weeks while we do this.",
    ],
)
def test_good_lines_cross_no_red_line(line):
    assert check_line(line) == []


def test_a_number_the_scenario_gave_may_stand():
    assert "R3" in rules("You take 60 mg a day.")
    assert "R3" not in rules("You take 60 mg a day.", scenario="She takes 60 mg of morphine.")


@pytest.mark.parametrize("line", ["See https://x.org", "Mail a@b", "<b>now</b>", "![x](y)", "zero\u200bwidth", "Tаke it slow", "a\x00b", "**now**"])
def test_links_markup_and_hidden_letters_are_found(line):
    assert "form" in rules(line)


@pytest.mark.parametrize("line", ["You're scared. Of course you are…", "That’s a lot — and you’re here.", "“Nothing works,” you said."])
def test_plain_typography_is_no_red_line(line):
    assert "form" not in rules(line)


def test_superseded_claims_are_found():
    assert "superseded" in rules("You need an x-waiver for buprenorphine.", superseded=SUPERSEDED)


@settings(max_examples=150, deadline=None)
@given(st.text(), st.text())
def test_no_text_makes_it_raise(line, scenario):
    check_line(line, scenario=scenario, superseded=SUPERSEDED)
