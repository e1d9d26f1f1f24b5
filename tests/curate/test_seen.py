"""A script as a clinician will see it, in each of its forms, from a text that is not in the library."""

import pytest

from coach.curate.seen import EVERYTHING, NOTHING, forms, seen
from coach.library.parse import parse
from coach.library.taxonomy import Sources, Taxonomy
from tests.making import CORPUS, path_of, script_text

SAY = "\n".join([
    "- Always said.", "- (fear_of_pain) You fear it.", "- (angry_patient, not threats) You're angry.", "- (angry_patient, sleep) Angry and awake.", "- (not threats) Nobody threatens.",
    "- You miss {valued_activity}.", "- (stuck) Since {event}, we are stuck.", "- I'll see you [{follow_up}|soon].",
])  # fmt: skip


@pytest.fixture
def said(taxonomy: Taxonomy, sources: Sources):
    return lambda form=NOTHING: [line.text for line in seen(script_text(Say=SAY), path_of(), taxonomy, sources, form).card.lines]  # type: ignore[union-attr]


def test_with_nothing_known_only_what_always_fits_is_shown(said) -> None:
    assert said() == ["Always said.", "Nobody threatens.", "I'll see you soon."]


def test_a_slot_is_filled_with_its_example_and_what_its_line_needs_besides_is_known_too(said) -> None:
    assert "You miss playing with your grandkids." in said("slot-valued_activity")
    assert "Since your surgery, we are stuck." in said("slot-event")


def test_a_situation_shows_its_lines_and_hides_those_for_its_absence(said) -> None:
    assert said("when-angry_patient") == ["Always said.", "You're angry.", "Angry and awake.", "Nobody threatens.", "I'll see you soon."]
    assert said("when-threats") == ["Always said.", "I'll see you soon."]
    assert "Since your surgery, we are stuck." in said("when-stuck")


def test_what_a_form_adds_is_named(taxonomy: Taxonomy, sources: Sources) -> None:
    text = script_text(Say=SAY)
    assert seen(text, path_of(), taxonomy, sources, "when-fear_of_pain").new == {"You fear it."}
    assert seen(text, path_of(), taxonomy, sources).new == frozenset()


def test_every_form_of_every_kind_is_offered_once_and_only_where_it_changes_something(taxonomy: Taxonomy, sources: Sources) -> None:
    script, _ = parse(script_text(Say=SAY), path_of())
    assert script
    keys = [key for key, _ in forms(script, taxonomy)]
    assert keys == [
        NOTHING,
        "slot-valued_activity",
        "slot-event",
        "slot-follow_up",
        "when-fear_of_pain",
        "when-angry_patient",
        "when-threats",
        "when-sleep",
        "when-stuck",
        EVERYTHING,
    ]
    plain, _ = parse(script_text(Say="- Hello."), path_of())
    assert plain and forms(plain, taxonomy) == [(NOTHING, "Nothing known")]


def test_a_form_that_is_not_there_and_a_text_that_cannot_be_read_are_no_error(taxonomy: Taxonomy, sources: Sources) -> None:
    assert seen(script_text(), path_of(), taxonomy, sources, "slot-<script>").form == NOTHING
    assert seen("no head", path_of(), taxonomy, sources).card is None
    assert seen("---\nid: x\n---\n## Say\n-", path_of(), taxonomy, sources, "everything").card is None


def test_every_shipped_script_can_be_seen_in_every_form(taxonomy: Taxonomy, sources: Sources) -> None:
    for path in sorted((CORPUS / "scripts").rglob("*.md"))[::12]:
        text, place = path.read_text(encoding="utf-8"), path.as_posix()
        for key, _ in seen(text, place, taxonomy, sources).forms:
            card = seen(text, place, taxonomy, sources, key).card
            assert card and card.one_thing and not any("{" in line.text or "[" in line.text for line in card.lines)
