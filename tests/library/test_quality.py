"""How a script sounds: each gate, and that it lets good lines pass."""

import time
from dataclasses import replace

import pytest

from coach.library import quality
from coach.library.near import near_lines
from tests.making import BODY, CORPUS, generated, made, path_of, row_of, script_text

STYLE = quality.load_style(CORPUS)


def problems_of(taxonomy, line, **changes):
    say = BODY["Say"] + "\n- " + line
    return [problem for problem in quality.sound(made(Say=say, **changes), taxonomy, STYLE) if problem.line == row_of(script_text(Say=say, **changes), line)]


@pytest.mark.parametrize(
    "line",
    [
        "You were prescribed these pills for pain.", "Call 988 any time.", "A useful walk, a one-hour nap, a uniform.", "Well... we could wait.",
        "You said you had had enough, and that that hurts.", "See you [{follow_up}|soon].", "What do you miss most?", "No no, stay.",
    ],
)  # fmt: skip
def test_a_good_line_passes(taxonomy, line):
    assert problems_of(taxonomy, line) == []


@pytest.mark.parametrize(
    ("line", "rule", "part"),
    [
        ("You talk like an addict.", "person_first", "addict"),
        ("That test was a dirty urine.", "person_first", "dirty urine"),
        ("This regimen is new.", "jargon", "regimen"),
        ("I understand that you hurt.", "jargon", "I understand that"),
        ("I promise to call.", "promise", "I promise"),
        ("You will feel better.", "promise", "better"),
        ("Counselling could be good.", "spelling", "counseling"),
        ("We could take 5 mg off.", "R3", "dose"),
        ("We go down ten percent.", "R3", "dose"),
        ("We meet every two weeks.", "R3", "dose"),
        ("We could stop; or not.", "sound", "dash or a semicolon"),
        ("We could stop — or not.", "sound", "dash or a semicolon"),
        ("This is is wrong.", "sound", "twice in a row"),
        ("Take a apple and a useful walk.", "sound", "before a vowel"),
        ("We could wait", "sound", "end like a sentence"),
        ("we could wait.", "sound", "begin with a capital"),
        ("[{person}, w|W]e could wait..", "sound", "left over"),
        ("One two three four five six seven eight nine ten one two three four five six seven eight nine ten one two three.", "sound", "23 words"),
    ],
)
def test_each_gate_catches_its_mistake_at_its_line(taxonomy, line, rule, part):
    assert [p for p in problems_of(taxonomy, line) if p.rule == rule and part in p.message], problems_of(taxonomy, line)


def test_a_mistake_that_shows_in_one_form_only_is_found(taxonomy):
    assert [p for p in problems_of(taxonomy, "[{person}|they] could come.") if "capital" in p.message]


def test_a_script_for_a_colleague_may_name_a_dose_and_the_letters_of_the_trade(taxonomy):
    line = "The MME is high at 90 mg."
    assert {p.rule for p in problems_of(taxonomy, line)} >= {"jargon", "R3"}
    assert not {p.rule for p in problems_of(taxonomy, line, audience="colleague")} & {"jargon", "R3"}


def test_long_words_raise_the_grade_above_the_bar(taxonomy):
    say = "\n".join(f"- Pharmacological recommendations necessitate {word} reconsideration." for word in ("immediate", "additional", "comprehensive", "individual", "meticulous"))
    found = [p.message for p in quality.sound(made(Say=say), taxonomy, STYLE)]
    assert any("grade" in message for message in found)


def test_the_grade_is_that_of_the_published_formula(taxonomy):
    """ "The cat sat." is 3 words, 1 sentence, 3 syllables."""
    script = made(If_you_say_one_thing="- The cat sat.", Say="- The cat sat.", If_they_say='> "No."\n- The cat sat.')
    assert quality.reading_grade(script, taxonomy) == pytest.approx(0.39 * 3 + 11.8 - 15.59)


def test_four_lines_that_begin_alike_are_reported(taxonomy):
    say = "\n".join(f"- Tell me about the {thing}." for thing in ("garden", "porch", "truck", "river"))
    assert any("tell me" in p.message for p in quality.sound(made(Say=say), taxonomy, STYLE))


def pair(first, second, category="pain_education"):
    return [
        made(Say=f"- {first}", If_they_say='> "A."\n- Yes.', If_you_say_one_thing="- Yes."),
        made(id=f"{category}/other", Say=f"- {second}", If_they_say='> "A."\n- Yes.', If_you_say_one_thing="- Yes."),
    ]


NEAR_PAIRS = [
    ("What would it take to get you back to the garden?", "What would it take to get you back in the garden?"),
    ("I'd like to hear what the pain has taken from you.", "I would like to hear what the pain has taken from you."),
    ("You won't go through any of this alone.", "You will not go through any of this alone."),
    ("A bad night can make the next day hurt more.", "One bad night can make the next day hurt more."),
]


@pytest.mark.parametrize(("first", "second"), NEAR_PAIRS)
def test_nearly_the_same_line_in_two_scripts_is_reported_once(first, second):
    found = [p for p in quality.across(pair(first, second)) if p.rule == "near"]
    assert [(p.path, p.line) for p in found] == [(path_of("pain_education/other"), row_of(script_text(Say=f"- {second}", If_you_say_one_thing="- Yes."), second))]
    assert f"{path_of()}:" in found[0].message


def test_different_lines_short_lines_and_safety_words_are_let_be():
    assert list(near_lines(pair("What would it take to get you back to the garden?", "Where does it hurt the most when you sit?"))) == []
    assert list(near_lines(pair("Tell me more please.", "Tell me more please."))) == []
    assert list(near_lines(pair(*NEAR_PAIRS[0], category="safety"))) == []


def test_a_worn_opening_and_a_worn_phrase_are_reported_with_their_places():
    scripts = [made(id=f"tapering/worn-{n}", Say=f"- Let us look at what matters for {n}.") for n in range(8)]
    found = quality.across(scripts)
    assert [p for p in found if p.rule == "openers" and "let us look" in p.message and "8 lines" in p.message]
    worn = [p.message for p in found if p.rule == "phrases" and "let us" in p.message]
    assert len(worn) == 1, "of one long run only the first five words are named"
    assert "“let us look at what” stands in 8 scripts" in worn[0]


def test_a_run_of_words_ends_at_a_slot():
    scripts = [made(id=f"tapering/worn-{n}", Say="- You and {person} could walk now.") for n in range(8)]
    assert not [p for p in quality._phrases(scripts) if "person" in p.message or "and could" in p.message]


def cost(scripts):
    start = time.process_time()
    quality.across(scripts)
    return time.process_time() - start


@pytest.mark.timed
def test_reading_scripts_together_costs_as_much_more_as_there_are_more_of_them():
    scripts = [made_of(generated(n)) for n in range(400)]
    cost(scripts[:20])
    assert min(cost(scripts), cost(scripts)) < 8 * min(cost(scripts[:100]), cost(scripts[100:200])), "four times as many, about four times the cost"


@pytest.mark.timed
def test_copies_of_one_script_are_reported_once_a_line_and_in_linear_time():
    """The worst case: everything is near everything."""
    scripts = [replace(made(), id=f"tapering/copy-{n}") for n in range(4_000)]

    def near(count):
        start = time.process_time()
        found = len(list(near_lines(scripts[:count])))
        return time.process_time() - start, found

    (small, few), (large, many) = near(500), near(4_000)
    assert large < 20 * small, "eight times as many lines; every pair compared would cost about sixty times as much"
    assert many < 9 * few


def made_of(text):
    from coach.library.parse import parse

    script, _ = parse(text, path_of(text.split("id: ")[1].split("\n")[0]))
    return script
