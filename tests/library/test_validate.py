"""Is a script right: closed lists, sources, completeness, nothing that is not speech. Every problem stands at its line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.library.parse import parse
from coach.library.quality import load_style, sound
from coach.library.validate import always_said, validate
from tests.library.mutations import BAD, mutated
from tests.making import BODY, CORPUS, made, path_of, row_of, script_text

IDS = ("tapering/first-mention", "safety/in-withdrawal")
SAY = BODY["Say"]
MARKUP = [piece for piece in BAD if 5 < len(piece) < 100]


@pytest.fixture
def check(taxonomy, sources):
    return lambda **changes: validate(made(**changes), taxonomy, sources, IDS)


def test_a_valid_script_has_no_problem(check):
    assert check() == []


@pytest.mark.parametrize(
    ("changes", "piece", "part"),
    [
        ({"situations": "[taper_start, nonsense]"}, "situations:", "situations names nonsense"),
        ({"needs": "\n  - communication\n  - nonsense"}, "  - nonsense", "needs names nonsense"),
        ({"skills": "[magic]"}, "skills:", "skills names magic"),
        ({"skills": "[]"}, "skills:", "skills is empty"),
        ({"situations": "[]"}, "situations:", "situations is empty"),
        ({"asks": '["one", "two"]'}, "asks:", "asks has 2 of at least 5"),
        ({"evidence": "[]"}, "evidence:", "evidence has 0 of at least 1"),
        ({"evidence": "\n  - claim: Pain is easy.\n    source: cdc-2022"}, "- claim: Pain", "repeat one of its claims"),
        ({"evidence": "\n  - claim: Follow up.\n    source: my-cousin"}, "- claim: Follow", "not in sources.yaml"),
        ({"status": "reviewed"}, "status:", "reviewed_by is empty"),
        ({"review_by": '"soon"'}, "review_by:", "should be a date"),
        ({"review_by": '"2027-02-30"'}, "review_by:", "should be a date"),
        ({"avoid_when": "Never mind."}, "avoid_when:", "name, by its id"),
        ({"avoid_when": "Use tapering/first-mention instead."}, "avoid_when:", "name, by its id"),
        ({"avoid_when": "Use tapering/gone or safety/in-withdrawal."}, "avoid_when:", "names tapering/gone"),
        ({"Do_not_say": '- "No." It is cold.'}, "## Do not say", "avoid has 1 of at least 2"),
        ({"Then": "- Call her."}, "## Then", "no sentence for the note"),
        ({"If_they_say": '> "No."\n- Yes.'}, "## If they say", "pushbacks has 1 of at least 3"),
        ({"If_they_say": BODY["If they say"] + '\n> "Why?"'}, '> "Why?"', "no answer"),
        ({"If_they_say": BODY["If they say"] + '\n> "Why?"' + "\n- So." * 4}, '> "Why?"', "more than three"),
        ({"If_they_say": BODY["If they say"] + '\n> "Why?"\n- (flare) So.\n- You miss {job}.'}, '> "Why?"', "every answer here depends"),
        ({"If_you_say_one_thing": "- (flare) One."}, "- (flare) One.", "must fit every patient"),
        ({"If_you_say_one_thing": "- You miss {job}."}, "- You miss {job}.", "must fit every patient"),
        ({"Say": "\n".join(SAY.split("\n")[:5])}, "- I'd like to talk", "0 of at least 4"),
        ({"Say": "\n".join(SAY.split("\n")[4:])}, "- You won't go", "fewer than 5 lines that always apply"),
        ({"Say": SAY + "\n- (nonsense) So."}, "- (nonsense) So.", "not a situation of taxonomy.yaml"),
        ({"Say": SAY + "\n- (flare, not flare) So."}, "- (flare, not flare)", "stands twice"),
        ({"Say": SAY + "\n- You like {nonsense}."}, "- You like {nonsense}.", "not a slot of taxonomy.yaml"),
        ({"Say": SAY + "\n- {person} is here."}, "- {person} is here.", "may be plural"),
        ({"Say": SAY + "\n- Where does {person} go?"}, "- Where does {person}", "may be plural"),
        ({"audience": "colleague"}, "- You miss {valued_activity}.", "speaks to someone else"),
        ({"Say": SAY + "\n- There is an X-waiver for this."}, "- There is an X-waiver", "out of date"),
        ({"Why_it_works": "Chronic pain is not a risk factor for suicide."}, "## Why it works", "out of date"),
        ({"Then": BODY["Then"] + "\n- Keep under the 90 MME limit."}, "- Keep under", "out of date"),
    ],
)
def test_each_mistake_is_reported_at_its_line(check, changes, piece, part):
    text = script_text(**changes)
    problems = check(**changes)
    assert [p for p in problems if part in p.message and p.line == row_of(text, piece)], [str(p) for p in problems]


def test_a_category_that_does_not_exist_is_reported_at_the_id(taxonomy, sources):
    script, _ = parse(script_text(id="weather/rain"), path_of("weather/rain"))
    assert [p.line for p in validate(script, taxonomy, sources) if "weather is not a category" in p.message] == [row_of(script_text(id="weather/rain"), "id:")]


def test_a_line_made_only_of_a_bracket_does_not_count_as_always_said(check):
    """[… {slot} …] without a second half vanishes when the slot is not known."""
    always = "\n".join(f"- {words}." for words in ("One", "Two", "Three", "Four"))
    varying = "\n".join(SAY.split("\n")[5:8])
    assert any("fewer than 5" in p.message for p in check(Say=f"{always}\n- [You miss {{valued_activity}}.]\n{varying}"))
    assert not always_said(made(Say="- [You miss {valued_activity}.]").say[0])
    assert always_said(made(Say="- [You miss {valued_activity}.|You miss it.]").say[0])


def test_a_script_for_oneself_needs_no_situation(check):
    assert not [p for p in check(id="clinician_support/alone", situations="[]") if "situations" in p.message]


@pytest.mark.parametrize("piece", MARKUP)
@pytest.mark.parametrize(
    "part", ["title", "use_when", "avoid_when", "license", "reviewed_by", "asks", "Say", "note", "If they say", "quote", "Check first", "Do not say", "Then", "Why it works"]
)
def test_markup_links_and_orders_to_a_program_are_refused_wherever_they_stand(check, part, piece):
    body = {"Say": f"{SAY}\n- So {piece} so.", "note": f"{SAY}\n- So. (see {piece} now)", "quote": f'{BODY["If they say"]}\n> "No {piece} no"\n- Yes.'}
    if part in ("title", "use_when", "avoid_when", "license", "reviewed_by"):
        changes = {part: f"'See {piece} or safety/in-withdrawal'"}
    elif part == "asks":
        changes = {"asks": "\n" + "\n".join(f"  - 'ask {n} {piece if n == 3 else ''}'" for n in range(5))}
    else:
        section = {"note": "Say", "quote": "If they say"}.get(part, part)
        changes = {section.replace(" ", "_"): body.get(part, f"{BODY[section]}\n- So {piece} so __.")}
    text = script_text(**changes)
    row = row_of(text, "## Why") if part == "Why it works" else row_of(text, piece)
    assert [p for p in check(**changes) if p.rule == "R-markup" and p.line == row]


@pytest.mark.parametrize(
    "line",
    [
        "You are now on half of what you took.", "I won't ignore the pain any more.", "Forget the number for a minute.", "We follow a rule here, and I'd rather explain it.",
        "I asked three of them & one wrote back.", "Your score was 6 and now it's < 4.",
    ],
)  # fmt: skip
def test_what_a_clinician_may_well_say_is_no_order_to_a_program(check, line):
    assert check(Say=f"{SAY}\n- {line}") == []


def test_a_very_long_name_is_not_repeated_whole(check):
    assert all(len(p.message) < 300 for p in check(situations=f"[{'x' * 1000}]"))


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_no_damage_makes_the_checks_fail(taxonomy, sources, seed):
    style = load_style(CORPUS)
    text, _ = mutated(script_text(), seed)
    script, _ = parse(text, path_of())
    if script:
        for problem in (*validate(script, taxonomy, sources, IDS), *sound(script, taxonomy, style)):
            assert 1 <= problem.line <= text.count("\n") + 2
            assert problem.message
            assert "\n" not in problem.message


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(st.text(alphabet=st.sampled_from("abc {}[]|(),.'personjob"), max_size=40), min_size=1, max_size=6))
def test_no_line_makes_the_checks_fail(taxonomy, sources, lines):
    script, _ = parse(script_text(Say="\n".join(f"- {line}" for line in lines)), path_of())
    if script:
        validate(script, taxonomy, sources, IDS)
        sound(script, taxonomy, load_style(CORPUS))
