"""The grammar of a spoken line, in every form, and what it says when it is broken."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.library.lines import MOST_SLOTS, Condition, forms, parse_line, render


def line_of(written):
    line, problems = parse_line(written)
    assert problems == []
    return line


@pytest.mark.parametrize(
    ("written", "source", "conditions", "note", "slots"),
    [
        ("Plain words.", "Plain words.", (), "", ()),
        ("(stigma) You were judged.", "You were judged.", (Condition("stigma"),), "", ()),
        ("(not overuse) As the bottle says.", "As the bottle says.", (Condition("overuse", True),), "", ()),
        ("(flare, not sleep) It is bad.", "It is bad.", (Condition("flare"), Condition("sleep", True)), "", ()),
        ("(flare,not sleep)It is bad.", "It is bad.", (Condition("flare"), Condition("sleep", True)), "", ()),
        ("(not  overuse ,  flare) It is bad.", "It is bad.", (Condition("overuse", True), Condition("flare")), "", ()),
        ("Take {medicine}.", "Take {medicine}.", (), "", ("medicine",)),
        ("{person} and {person}, {job}.", "{person} and {person}, {job}.", (), "", ("person", "job")),
        ("Call me. (only if you will)", "Call me.", (), "only if you will", ()),
        ("(flare) Call me. (only if you will)", "Call me.", (Condition("flare"),), "only if you will", ()),
        ("I was (really) there.", "I was (really) there.", (), "", ()),
        ("See [{person}|them]. (not alone)", "See [{person}|them].", (), "not alone", ("person",)),
        ("Nothing {is} left", "Nothing {is} left", (), "", ("is",)),
    ],
)
def test_a_line_is_read_as_written(written, source, conditions, note, slots):
    line, problems = parse_line(written, 7)
    assert (line.source, line.conditions, line.note, line.slots, line.row) == (source, conditions, note, slots, 7)
    assert problems == []


@pytest.mark.parametrize(
    ("written", "part"),
    [
        ("", "line is empty"),
        ("(flare)", "line is empty"),
        ("(flare) (say it softly)", "line is empty"),
        ("(Flare) It is bad.", "condition in front"),
        ("(flare; sleep) It is bad.", "condition in front"),
        ("(flare It is bad.", "condition in front"),
        ("() It is bad.", "condition in front"),
        ("(not not flare) It is bad.", "condition in front"),
        ("(flare ) It is bad.", "condition in front"),
        ("A [bracket] alone.", "no {slot} in its first half"),
        ("A [|{person}].", "no {slot} in its first half"),
        ("A [{person}|{job}].", "second half of a bracket"),
        ("A [{person}|one|two].", "more than one |"),
        ("A [{person}.", "left open"),
        ("A {person.", "left open"),
        ("A person}.", "left open"),
        ("A {Person}.", "left open"),
        ("A { person }.", "left open"),
        ("A | B.", "left open"),
        ("A [b [c {person}]].", "left open"),
        ("A [{person|b}].", "left open"),
        ("A {{person}}.", "left open"),
        ("Text. (a (b) c)", "brackets of its own"),
        ("Text. ()", "is empty"),
        ("Text. (ask {person})", "note at the end holds"),
        ("{a} {b} {c} {d} {e}.", "different slots"),
    ],
)
def test_each_mistake_has_its_message(written, part):
    _, problems = parse_line(written)
    assert [problem for problem in problems if part in problem], problems


def test_a_nested_note_is_reported_rather_than_read_aloud():
    """Were it taken for speech, "(offer (only) what is open)" would be said to the patient."""
    _, problems = parse_line("Call me. (offer (only) what is open)")
    assert problems


VALUES = {"person": "your daughter", "valued_activity": "playing with your grandkids", "follow_up": "next Tuesday"}


@pytest.mark.parametrize(
    ("written", "values", "text", "filled"),
    [
        ("Plain words.", {}, "Plain words.", []),
        ("You miss {valued_activity}.", VALUES, "You miss playing with your grandkids.", ["playing with your grandkids"]),
        ("You miss {valued_activity}.", {}, None, []),
        ("You miss {valued_activity}.", {"valued_activity": "  "}, None, []),
        ("See you[, {person} too].", VALUES, "See you, your daughter too.", ["your daughter"]),
        ("See you[, {person} too].", {}, "See you.", []),
        ("See you [{follow_up}|soon].", VALUES, "See you next Tuesday.", ["next Tuesday"]),
        ("See you [{follow_up}|soon].", {}, "See you soon.", []),
        ("Then [maybe {person}] stays.", {}, "Then stays.", []),
        ("Ask her[ or {person}] .", {}, "Ask her.", []),
        ("[{person} knows.|Someone knows.] Good.", VALUES, "Your daughter knows. Good.", ["Your daughter"]),
        ("Good. {person} knows.", VALUES, "Good. Your daughter knows.", ["Your daughter"]),
        ('"{person}," you said.', VALUES, '"Your daughter," you said.', ["Your daughter"]),
        ('He asked "why?" {person} knows.', VALUES, 'He asked "why?" Your daughter knows.', ["Your daughter"]),
        ("So {person} knows.", VALUES, "So your daughter knows.", ["your daughter"]),
        ("[Only {person} {job}.]", {"person": "your son"}, None, []),
        ("[{person} and {job}|Both].", {"person": "your son"}, "Both.", []),
        ("So {person} knows.", {"person": "your\n  daughter "}, "So your daughter knows.", ["your daughter"]),
        ("So {person} knows.", {"person": "{job} [x|y]", "job": "a roofer"}, "So {job} [x|y] knows.", ["{job} [x|y]"]),
    ],
)
def test_a_line_is_rendered_in_each_form(written, values, text, filled):
    rendered = render(line_of(written), values)
    assert (rendered.text if rendered else None) == text
    assert [rendered.text[start:end] for start, end, _ in rendered.fills] == filled if rendered else filled == []


def test_conditions_ask_for_presence_and_for_absence():
    line = line_of("(flare, not sleep) It is bad.")
    assert line.applies({"flare"})
    assert line.applies({"flare", "stuck"})
    assert not line.applies({"flare", "sleep"})
    assert not line.applies(set())
    assert line_of("Always.").applies(set())


def test_all_forms_of_a_line_are_generated_once():
    texts = [form.text for form in forms(line_of("Ask [{person}|them] [{follow_up}|soon]."), VALUES)]
    assert sorted(texts) == sorted({"Ask your daughter next Tuesday.", "Ask your daughter soon.", "Ask them next Tuesday.", "Ask them soon."})


def test_a_line_of_many_slots_does_not_take_for_ever():
    """Forms double with each slot: forty of them would outlive the author."""
    names = [f"slot_{'abcdefghijklmnopqrstuvwxyz'[n % 26] * (1 + n // 26)}" for n in range(40)]
    line, problems = parse_line(" ".join(f"[{{{name}}}|x]" for name in names))
    assert any("different slots" in problem for problem in problems)
    assert len(list(forms(line, dict.fromkeys(names, "y")))) <= 2**MOST_SLOTS


@pytest.mark.timed
@pytest.mark.parametrize("piece", [" ", "(", ")", "{a", "[", "[{a}|", "{a} ", "[{a}] .", "(a, ", "(not ", "a ", "."])
@pytest.mark.parametrize("ends", [("x", "x"), ("(", ""), ("", ")")])
def test_the_cost_of_a_very_long_line_grows_with_its_length(piece, ends):
    """A pattern that goes back and forth would take minutes here, and hours for a megabyte."""

    def cost(length):
        written = ends[0] + piece * (length // len(piece)) + ends[1]
        start = time.process_time()
        line, _ = parse_line(written)
        render(line, {"a": "b"})
        return time.process_time() - start

    assert cost(100_000) < 10 * max(cost(25_000), 0.01)


def test_a_line_of_a_megabyte_is_read():
    line, problems = parse_line("You miss {valued_activity}. " * 40_000)
    assert problems == []
    assert len(line.source) > 1_000_000


@given(st.text(alphabet=st.sampled_from("ab _{}[]|(),.not \t\n\u200b\u0430"), max_size=60) | st.text(max_size=60))
def test_no_text_makes_the_parser_or_the_renderer_fail(written):
    line, problems = parse_line(written)
    assert all(isinstance(problem, str) and problem for problem in problems)
    for form in forms(line, {"a": "x", "b": "y", "not": "z"}):
        assert form.text == form.text.strip()
        assert all(0 <= start <= end <= len(form.text) for start, end, _ in form.fills)


@given(
    st.lists(st.sampled_from(["Ask", "{a}", "[{a}|them]", "[, {b} too]", "[{a} and {b}]", "now.", "Then"]), min_size=1, max_size=6),
    st.dictionaries(st.sampled_from("ab"), st.sampled_from(["your son", "x y"])),
)
def test_a_line_without_problems_never_shows_a_brace_or_a_bracket(pieces, values):
    line, problems = parse_line(" ".join(pieces))
    rendered = render(line, values)
    if not problems and rendered:
        assert not set("{}[]|") & set(rendered.text)
        assert "  " not in rendered.text
