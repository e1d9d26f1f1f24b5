"""From a file to a patient: every problem at its line, and no file, however broken, makes it fail."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.practice.patient import parse
from tests.making import CORPUS, ROOT, row_of
from tests.practice.making import PATH, TEXT, patient, patient_text

REAL = sorted((CORPUS / "patients").glob("*.md"))


def found(text, path=PATH):
    return [(problem.line, problem.message) for problem in parse(text, path)[1]]


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_every_patient_that_ships_is_read_without_a_problem(path):
    assert parse(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())[1] == []


def test_a_valid_file_becomes_a_patient():
    sam = patient()
    assert (sam.id, sam.age, sam.level, sam.mode, sam.change_target) == ("sam", 58, 2, "mi", "thinking about a lower dose")
    assert sam.start == {"trust": 3, "fear": 7, "anger": 4, "readiness": 2}
    assert sam.triggers["persuade"] == 1.5
    assert (len(sam.of("opening")), len(sam.of("closing good")), len(sam.of("closing bad"))) == (2, 1, 1)
    assert [secret.asked for secret in sam.secrets] == [None, None, None, "suicide", "overdose"]
    assert sam.secrets[0].trust == 4
    assert sam.exemplar[0].codes == ("complex_reflection", "open_question")
    assert sam.exemplar[1].speaker == "patient"
    assert sam.life.startswith("Sam worked")
    angry = next(line for line in sam.lines if line.text.startswith("I'm not saying never"))
    assert (angry.mood, angry.topic, angry.talk) == ("angry", "plan", "change")
    assert next(line for line in sam.lines if line.text.startswith("He always just")).talk == "neutral"


def test_every_line_knows_where_it_stands():
    assert [line.row for line in patient().lines] == [row_of(TEXT, line.text) for line in patient().lines]
    assert patient().row("level") == row_of(TEXT, "level:")
    assert patient().row("chart", 0) == row_of(TEXT, "- 58-year-old")


@pytest.mark.parametrize(
    ("key", "value", "part"),
    [
        ("id", "Sam", "one word in lower case"),
        ("id", "other", "the file is called otherwise"),
        ("age", "7", "from 14 to 110"),
        ("age", "true", "from 14 to 110"),
        ("level", "6", "from 1 to 5"),
        ("mode", "talk", "one of mi, checklist"),
        ("start", "{trust: 3}", "should be written"),
        ("start", "{trust: 3, fear: 11, anger: 1, readiness: 1}", "from 0 to 10"),
        ("start", "high", "should be written"),
        ("triggers", "{persuade: 4}", "from 0.5 to 3"),
        ("triggers", "{persuade: much}", "from 0.5 to 3"),
        ("triggers", "{persuade: yes}", "from 0.5 to 3"),
        ("scripts", "one", "list of texts"),
        ("status", "live", "one of draft"),
        ("surprise", "1", "is not a key of a patient"),
        ("task", '""', "is empty"),
    ],
)
def test_each_wrong_value_is_reported_at_its_key(key, value, part):
    text = patient_text(**{key: value})
    assert any(part in message for line, message in found(text) if line == row_of(text, f"{key}:")), found(text)


@pytest.mark.parametrize("key", ["name", "level", "mode", "start", "scripts", "license"])
def test_a_missing_key_is_named(key):
    assert (1, f"{key} is missing: add it to the front matter") in found(patient_text(**{key: None}))


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("(angry, pain) ", "(furious, pain) ", "moods angry, wary"),
        ("(angry, pain) ", "(angry, knees) ", "topics pills"),
        ("(angry, pain) ", "(angry, pain, maybe) ", "talk sustain"),
        ("(angry, pain) ", "(angry, pain, change, more) ", "should be (mood, topic)"),
        ("(angry, pain) ", "(angry) ", "should be (mood, topic)"),
        ("(angry, pain) ", "", "should be written"),
        ("(closing bad)", "(closing worse)", "should be (mood, topic)"),
        ("(trust 4) ", "(trust 40) ", "trust from 0 to 10"),
        ("(trust 4) ", "(soon) ", "the condition should be"),
        ('[sustain]\nC: "Nothing', '[wonder]\nC: "Nothing', "should be one of sustain"),
        ("[information, complex_reflection]", "[information, spell]", "open_question"),
        ("[information, complex_reflection]", "[]", "the codes in brackets"),
        ('P: "Well. Yes.', 'Q: "Well. Yes.', "should be written"),
        ("## Lines", "## Words", "is not a heading of a patient"),
        ("## Wants", "## Chart", "stands twice"),
        ('"Okay."', '""', "nothing between the quotation marks"),
    ],
)
def test_each_wrong_line_is_reported_where_it_stands(old, new, part):
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    rows = {number for number, (before, after) in enumerate(zip(TEXT.split("\n"), text.split("\n"), strict=True), 1) if before != after}
    assert any(part in message and line in rows for line, message in found(text)), found(text)


def test_a_missing_section_is_named_and_a_checklist_may_be_missing():
    messages = [message for _, message in found(TEXT.replace("## Fears\n", ""))]
    assert messages == ["the section ## Fears is missing: add it"]


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_no_text_makes_it_raise(text):
    parse(text, PATH)
    parse(f"---\nid: sam\n---\n## Lines\n- {text}\nC: {text}", PATH)


def test_no_mutation_makes_it_raise():
    chance = random.Random(4)
    lines = TEXT.split("\n")
    for _ in range(150):
        mixed = [chance.choice(lines) if chance.random() < 0.1 else line for line in lines]
        at = chance.randrange(len(mixed))
        mixed[at] = mixed[at][: chance.randrange(len(mixed[at]) + 1)]
        parse("\n".join(mixed), PATH)
