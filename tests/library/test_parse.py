"""From a file to a script: every problem at its line, and no file, however broken, makes it fail."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.library.frontmatter import DEEPEST
from coach.library.parse import parse
from coach.library.script import Problem
from tests.library.mutations import BAD, mutated
from tests.making import BODY, CORPUS, HEAD, ROOT, made, path_of, row_of, script_text

PATH = path_of()
REAL = sorted((CORPUS / "scripts").rglob("*.md"))


def found(text, path=PATH):
    return [(problem.line, problem.message) for problem in parse(text, path)[1]]


def test_a_valid_file_becomes_a_script_without_a_problem():
    script, problems = parse(script_text(), PATH)
    assert problems == []
    assert (script.id, script.category, script.title) == ("tapering/first-mention", "tapering", HEAD["title"])
    assert (len(script.say), len(script.pushbacks), len(script.asks), script.version, script.status) == (10, 3, 5, 1, "draft")
    assert script.pushbacks[0].quote == "You want to cut me off."
    assert [line.source for line in script.pushbacks[0].answers] == ["No. I'm not leaving, and nothing stops today."]
    assert script.evidence[0].source == "cdc-2022"
    assert script.reviewed_by is None
    assert len(script.spoken()) == 1 + 10 + 3


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_every_script_that_ships_is_read_without_a_problem(path):
    assert parse(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())[1] == []


def test_every_line_and_key_knows_where_it_stands():
    text = script_text()
    script = made()
    assert [line.row for line in script.say] == [row_of(text, line.source) for line in script.say]
    assert [pushback.row for pushback in script.pushbacks] == [row_of(text, pushback.quote) for pushback in script.pushbacks]
    assert script.row("title") == row_of(text, "title:")
    assert [script.row("asks", n) for n in range(5)] == [row_of(text, ask) for ask in script.asks]
    assert [script.row("then", n) for n in range(2)] == [row_of(text, bullet) for bullet in script.then]
    assert script.row("why") == row_of(text, "## Why it works")
    assert script.row("evidence", 0) == row_of(text, "- claim:")


def test_windows_line_ends_and_wrapped_lines_are_understood():
    wrapped = script_text(Say=BODY["Say"].replace("We would go slowly, and we can stop.", "We would go slowly,\n  and we can stop."))
    assert parse(wrapped.replace("\n", "\r\n"), PATH)[1] == []
    assert "We would go slowly, and we can stop." in [line.source for line in parse(wrapped, PATH)[0].say]


@pytest.mark.parametrize("key", [key for key in HEAD if key not in ("reviewed_by", "review_by")])
def test_a_missing_key_is_named(key):
    assert (1, f"{key} is missing: add it to the front matter") in found(script_text(**{key: None}))


@pytest.mark.parametrize(
    ("key", "value", "part"),
    [
        ("id", "Tapering/First", "category/slug in lower case"),
        ("id", "tapering/other", "the file stands elsewhere"),
        ("id", "mention", "category/slug"),
        ("id", "[a]", "should be text"),
        ("title", "2024-01-01", "should be text"),
        ("title", "12", "should be text"),
        ("title", "yes", "should be text"),
        ("title", "{a: b}", "should be text"),
        ("title", '""', "is empty"),
        ("use_when", "null", "should be text"),
        ("license", "~", "should be text"),
        ("situations", "flare", "list of texts"),
        ("situations", "[flare, 3]", "list of texts"),
        ("situations", "[[flare]]", "list of texts"),
        ("situations", "{flare: 1}", "list of texts"),
        ("needs", "[a, a]", "something twice"),
        ("decision", "both", "one of patient, shared, clinician"),
        ("decision", "[patient]", "one of patient, shared, clinician"),
        ("decision", "{a: b}", "one of patient"),
        ("status", "live", "one of draft, in_review, reviewed, retired"),
        ("audience", "crowd", "one of patient, relative, self, colleague, team"),
        ("version", "0", "whole number"),
        ("version", "-1", "whole number"),
        ("version", "1.5", "whole number"),
        ("version", '"1"', "whole number"),
        ("version", "true", "whole number"),
        ("version", "0x10", "whole number"),
        ("version", "9" * 400, "whole number"),
        ("version", "2024-01-01", "whole number"),
        ("reviewed_by", "no", "text in quotes, or null"),
        ("reviewed_by", "[Dr A]", "text in quotes, or null"),
        ("review_by", "20270101", "text in quotes, or null"),
        ("evidence", "[x]", "a claim and a source"),
        ("evidence", "text", "a claim and a source"),
        ("evidence", "[{claim: a}]", "a claim and a source"),
        ("evidence", "[{claim: a, source: b, page: c}]", "a claim and a source"),
        ("evidence", "[{claim: a, claim: b, source: c}]", "stands once"),
        ("evidence", "[{<<: {claim: a}, source: b}]", "a claim and a source"),
        ("surprise", "1", "is not a key of a script"),
        ("title", "!!python/object:os.system x", "leave out the !tag"),
        ("title", "!!binary aGk=", "leave out the !tag"),
        ("title", "!!bool foo", "leave out the !tag"),
        ("title", '!!timestamp "foo"', None),
        ("title", '!!int ""', None),
        ("title", '!!float ""', None),
        ("title", "!!set {a}", "leave out the !tag"),
        ("title", "!own x", "leave out the !tag"),
        ("title", "=", None),
        ("title", r'"a\u200bb"', "by its code"),
        ("title", r'"p\u0430tient"', "by its code"),
        ("title", r'"a\0b"', "by its code"),
        ("situations", "[" * 40 + "]" * 40, "too deep"),
        ("situations", "*other", "alias"),
        ("situations", "&a [*a]", "alias"),
        ("title", "a: b", "not valid YAML"),
        ("title", "@home", "not valid YAML"),
        ("title", "\ttab", None),
    ],
)
def test_each_wrong_value_is_reported_at_its_key(key, value, part):
    text = script_text(**{key: value})
    row = row_of(text, f"{key}:")
    messages = [message for line, message in found(text) if line == row]
    assert part is None or any(part in message for message in messages), found(text)


def test_a_quotation_mark_that_is_never_closed_is_reported():
    """YAML reads on to the next mark, so the row is where that stands, not where the author forgot it."""
    assert any("not valid YAML" in message for _, message in found(script_text(title='"open')))


def test_a_key_that_stands_twice_is_reported_where_it_stands_again():
    text = script_text(status="draft\ntitle: Again")
    assert (row_of(text, "title: Again"), "title stands twice: keep one") in found(text)


def test_an_unreadable_value_is_not_also_called_missing():
    assert not [message for _, message in found(script_text(title="!!binary aGk=")) if "missing" in message]


def test_the_reviewer_named_no_is_nobody():
    """YAML reads `no` as false; taken as text it would pass a script off as reviewed by "False"."""
    assert parse(script_text(reviewed_by="no", status="reviewed"), PATH)[0].reviewed_by is None


def test_a_date_for_the_next_review_may_stand_without_quotes():
    script, problems = parse(script_text(review_by="2027-11-30"), PATH)
    assert (script.review_by, problems) == ("2027-11-30", [])


@pytest.mark.parametrize(
    ("text", "row", "part"),
    [
        ("", 1, "does not begin with ---"),
        ("# Hello", 1, "does not begin with ---"),
        ("---\ntitle: x\n", 1, "not closed"),
        ("---\n---\n", 2, "holds no keys"),
        ("---\n{}\n---\n", 2, "holds no keys"),
        ("---\n- a\n---\n", 2, "holds no keys"),
        ("---\njust text\n---\n", 2, "holds no keys"),
        ("---\n[a]: b\n---\n", 2, "not a plain word"),
        ("---\n? {a: b}\n: c\n---\n", 2, "not a plain word"),
        ("---\n'': c\n---\n", 2, "not a plain word"),
        ("---\na: b\n...\nc: d\n---\n", 4, "not valid YAML"),
        ("---\r---", 1, "invisible or control"),
    ],
)
def test_a_file_without_usable_front_matter_says_so(text, row, part):
    script, problems = parse(text, PATH)
    assert script is None
    assert [p for p in problems if p.line == row and part in p.message], problems


def test_an_empty_head_above_a_whole_body_is_not_dropped_in_silence():
    script, problems = parse("---\n{}\n---\n" + script_text().split("---\n", 2)[2], PATH)
    assert script is None
    assert problems


@pytest.mark.parametrize("section", list(BODY))
def test_a_missing_section_and_an_empty_one_are_reported(section):
    name = section.replace(" ", "_")
    text = script_text(**{name: ""})
    assert any(f"## {section} is missing" in message for _, message in found(script_text(**{name: None})))
    assert (row_of(text, f"## {section}"), f"the section ## {section} is empty: write it") in found(text)


SAY = BODY["Say"]


@pytest.mark.parametrize(
    ("changes", "piece", "part"),
    [
        ({"Say": SAY + "\nloose words"}, "loose words", "should begin with `- `"),
        ({"Say": SAY + "\n* star"}, "* star", "should begin with `- `"),
        ({"Say": SAY + "\n> quote"}, "> quote", "should begin with `- `"),
        ({"Say": SAY + "\n- Ask {person."}, "- Ask {person.", "left open"),
        ({"If_they_say": "- Too soon.\n" + BODY["If they say"]}, "- Too soon.", "before what the patient says"),
        ({"If_they_say": BODY["If they say"] + '\n> ""\n- Yes.'}, '> ""', "is empty"),
        ({"If_they_say": BODY["If they say"] + "\n- See {person."}, "- See {person.", "left open"),
        ({"If_you_say_one_thing": "- One.\n- Two."}, "- Two.", "more than one line"),
        ({"Then": BODY["Then"] + "\n\n## Surprise\n- x"}, "## Surprise", "not a heading of a script"),
        ({"Then": BODY["Then"] + "\n\n### Say"}, "### Say", "not a heading of a script"),
        ({"Then": BODY["Then"] + "\n\n## Then\n- x"}, None, "stands twice"),
        ({"Why_it_works": "Because.\n\n## Check first\n- x", "Check_first": None}, "## Check first", "stands too late"),
        ({"license": "CC-BY-4.0\n---\nText above the headings"}, "Text above", "outside the sections"),
    ],
)
def test_each_mistake_in_the_body_is_reported_at_its_line(changes, piece, part):
    text = script_text(**changes)
    row = row_of(text, piece) if piece else max(row for row, line in enumerate(text.split("\n"), 1) if line == "## Then")
    assert [message for line, message in found(text) if line == row and part in message], found(text)


def test_problems_of_head_and_body_come_together():
    """An author who mends one thing at a time should not find the next only then."""
    text = script_text(If_you_say_one_thing=None, decision="both", version="x", Say=SAY + "\n- {open")
    messages = " ".join(message for _, message in found(text))
    assert all(part in messages for part in ("one of patient", "whole number", "left open", "is missing"))


@pytest.mark.parametrize("piece", [bad for bad in BAD if len(bad) == 1 or len(bad) > 2000])
@pytest.mark.parametrize("place", ["Note:", "title", "- (fear_of_pain)", '> "You think'])
def test_a_hidden_or_overlong_piece_is_refused_at_its_line(piece, place):
    lines = script_text().split("\n")
    at = next(number for number, line in enumerate(lines) if place in line)
    lines[at] += piece
    script, problems = parse("\n".join(lines), PATH)
    assert script is None
    assert [p.line for p in problems] == [at + 1]


@pytest.mark.parametrize(
    "path", ["corpus/scripts/tapering/other.md", "corpus/scripts/x_tapering/first-mention.md", "corpus/scripts/x/tapering/first-mention.md", "tapering/first-mention.txt", ""]
)
def test_the_id_must_be_the_place_of_the_file(path):
    assert [message for _, message in found(script_text(), path) if "stands elsewhere" in message]


@pytest.mark.parametrize("path", [PATH, "scripts/tapering/first-mention.md", "tapering/first-mention.md", "C:\\clinic\\corpus\\scripts\\tapering\\first-mention.md"])
def test_the_place_may_be_written_in_any_way(path):
    assert found(script_text(), path) == []


def test_a_file_of_a_megabyte_is_refused_whole():
    assert "more than 200,000 characters" in found("---\n" + "x\n" * 500_000)[0][1]


@pytest.mark.parametrize("deep", ["a: " + "\n ".join(["[" * 1_000] * 60 + ["]" * 1_000] * 60), "a: " + "\n ".join(["{a: " * 400] * 60), "a:\n" + "\n".join(["- " * 500] * 180)])
def test_nesting_without_end_is_refused_and_does_not_kill_the_process(deep):
    """The C parser of YAML overflows the stack on this; in a child process, so that a crash is seen as one."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from coach.library.parse import parse; print(parse('---\\n' + sys.stdin.read() + '\\n---\\n', 'x')[1][0])"
    child = subprocess.run([sys.executable, "-c", code], input=deep, capture_output=True, text=True, timeout=60, check=False)
    assert (child.returncode, "too deep" in child.stdout) == (0, True), child.stderr[-300:]


def test_what_a_script_needs_is_far_from_the_deepest():
    assert parse(script_text(situations="[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)), PATH)[0]


def located(problems, text):
    last = text.count("\n") + 2
    return all(isinstance(p, Problem) and p.path == PATH and 1 <= p.line <= last and p.message and "\n" not in p.message for p in problems)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300) | st.text(alphabet=st.sampled_from("-#>: \n[]{}|&*!'\"abc(),\t%@~"), max_size=300))
def test_no_text_makes_it_fail(text):
    for whole in (text, f"---\n{text}\n---\n{text}", script_text(title=text.replace("\n", " ")), script_text(Say=text)):
        script, problems = parse(whole, PATH)
        assert located(problems, whole)
        assert script or problems


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_no_damage_makes_it_fail(seed):
    text, _ = mutated(script_text(), seed)
    script, problems = parse(text, PATH)
    assert located(problems, text)
    assert script or problems
