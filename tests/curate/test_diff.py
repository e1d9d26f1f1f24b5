"""What differs between two versions is told in words: nothing is left out, nothing is markup, and no text makes it slow."""

import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.curate.diff import differences
from tests.making import CORPUS, script_text
from tests.practice.making import patient_text

WORDS = st.sampled_from("I hear you we can stop slowly pain pills today and not".split())  # noqa: SIM905
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=9).map(" ".join), max_size=8)


def told(before, after):
    """Each difference as (where, [marked pieces]): -out-, +in+."""
    marks = {"same": "{}", "out": "-{}-", "in": "+{}+"}
    return [(one.where, " ".join(marks[piece.how].format(piece.text) for piece in one.pieces)) for one in differences(before, after)]


def test_changed_words_are_told_where_they_stand():
    after = script_text(Say=script_text().split("## Say\n- ")[1].split("\n## If")[0].replace("carried this pain", "lived with this pain").join(["- ", ""]))
    assert told(script_text(), after) == [("Say, line 2", "You've -carried- +lived with+ this pain a long time.")]


def test_keys_are_called_as_a_reader_would_and_what_every_save_changes_is_not_told():
    after = script_text(title="Another first time", version="2", author="Ada Example", status="in_review", situations="[taper_start]")
    assert told(script_text(), after) == [
        ("Title", "-Bringing up a lower dose for the- +Another+ first time"),
        ("Situations", "-fear of pain-"),
        ("Status", "-draft- +in review+"),
    ]


def test_evidence_lists_and_mappings_are_told_in_words_too():
    before, after = script_text(), script_text(evidence="\n  - claim: Something else.\n    source: matthias-2017")
    assert told(before, after) == [("Evidence", "-Follow up at least monthly while a dose is being lowered. (cdc-2022)- +Something else. (matthias-2017)+")]
    before, after = patient_text(), patient_text(start="{trust: 3, fear: 7, anger: 5, readiness: 2}")
    assert told(before, after) == [("Start, line 3", "anger -4- +5+")]


def test_what_the_patient_says_is_told_apart_from_what_is_said_to_them():
    before = script_text()
    assert told(before, before.replace('> "You think I am lying."', '- "You think I am lying."')) != []
    assert ("If they say, line 5", 'They say: "You think I am -lying."- +cheating."+') in told(before, before.replace("lying", "cheating"))


@pytest.mark.parametrize("path", sorted((CORPUS / "scripts").rglob("*.md"))[::9], ids=lambda path: path.stem)
def test_a_script_does_not_differ_from_itself_and_each_of_its_lines_can_be_told(path):
    text = path.read_text(encoding="utf-8")
    assert differences(text, text) == []
    for number, line in enumerate(text.split("\n")):
        if line.startswith(("- ", "> ")):
            changed = "\n".join([*text.split("\n")[:number], f"{line} Changed.", *text.split("\n")[number + 1 :]])
            found = differences(text, changed)
            assert len(found) == 1 and any(piece.how == "in" and "Changed." in piece.text for piece in found[0].pieces)


@settings(max_examples=300, deadline=None)
@given(LINES, LINES)
def test_what_went_out_and_came_in_makes_the_newer_lines_of_the_older(before, after):
    old, new = (script_text(Say="\n".join(f"- {line}" for line in lines) or None) for lines in (before, after))
    lines = Counter(before)
    for one in differences(old, new):
        lines[" ".join(piece.text for piece in one.pieces if piece.how != "in")] -= 1
        lines[" ".join(piece.text for piece in one.pieces if piece.how != "out")] += 1
    del lines[""]  # a line that only went or only came
    assert {line: count for line, count in lines.items() if count} == Counter(after)


def test_a_section_that_stands_twice_is_not_forgotten():
    twice = script_text() + "## Say\n- And another line.\n"
    assert ("Say, line 11", "+And another line.+") in told(script_text(), twice)


@pytest.mark.parametrize("text", ["", "no front matter\n\nat all", "---\ntitle: a\n", "---\ntitle: [a\n---\nbody", "\ufeff---\ntitle: x\n---\n", 'clinic_name: ""\npolicies: []\n'])
def test_a_text_without_a_readable_head_is_told_by_its_lines(text):
    assert differences(text, text) == []
    assert any(piece.how == "in" and piece.text == "one more" for one in differences(text, f"{text}\none more") for piece in one.pieces)


@settings(max_examples=200, deadline=None)
@given(st.text(), st.text())
def test_no_text_breaks_it(before, after):
    differences(before, after)
    differences(f"---\n{before}\n---\n{after}", f"---\n{after}\n---\n{before}")


HOSTILE = {
    "one line ten thousand times": ("\n".join(["- a"] * 10_000), "\n".join(["- a", "- c"] * 5_000)),
    "two thousand other lines": ("\n".join(f"- line {n} of it" for n in range(2_000)), "\n".join(f"- {n} line on the" for n in range(2_000, 4_000))),
    "one word ninety thousand times": ("- " + "a " * 90_000, "- " + "a b " * 45_000),
    "many long lines": ("\n".join("- " + "a b " * 240 for _ in range(190)), "\n".join("- " + "b a c " * 160 for _ in range(190))),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_text_makes_it_slow(kind):
    before, after = (script_text(Say=text) for text in HOSTILE[kind])
    started = time.process_time()
    found = differences(before, after)
    assert found and time.process_time() - started < 10, "it took minutes before it was bounded"


def test_the_clinics_own_page_is_told_by_its_lines_without_its_comments():
    before = (CORPUS / "local.yaml").read_text(encoding="utf-8")
    after = before.replace('crisis_line: ""', 'crisis_line: "555-0100, day and night"').replace(
        "referral_services: []", 'referral_services:\n  - name: Ada House\n    for: shelter\n    how: ""\n'
    )
    assert told(before, after) == [("Crisis line", "+555-0100, day and night+"), ("Referral services", "+Ada House, shelter+")]
