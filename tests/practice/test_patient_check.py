"""What is wrong with a patient is said, at its line; what is right is left alone."""

import re
import shutil

import pytest

from coach.library import corpus
from coach.library.quality import load_style
from coach.practice.patient_check import check, patients
from tests.making import CORPUS, row_of
from tests.practice.making import TEXT, patient, patient_text, without


@pytest.fixture(scope="module")
def library():
    return corpus.load(CORPUS)


@pytest.fixture(scope="module")
def style():
    return load_style(CORPUS)


def test_the_patients_that_ship_have_no_problem(library):
    found = patients(CORPUS / "patients", library.taxonomy, library.scripts)
    assert found.problems == ()
    assert "denise" in found.playable


def test_the_example_is_right(library, style):
    assert check(patient(), library.taxonomy, library.scripts, style) == []


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("taper_start, ", "taper_begun, ", "not in taxonomy.yaml"),
        ("tapering/first-mention,", "tapering/no-such,", "there is no such script"),
        ("triggers: {persuade: 1.5", "triggers: {shouting: 1.5", "is no move"),
        ("asked overdose", "asked weather", "is not a topic"),
        ("touched it. I", "touched it, 30 mg a day. I", "is a dose"),
        ("Morning, noon, supper and bed", "Two pills a day", "is a dose"),
        ("He knew me. He knew", "Dr. Smith knew me. He knew", "is a surname"),
        ("He didn't even say goodbye", "See www.pain.org", "link, markup"),
        ("He didn't even say goodbye", "Call me at 555-201-3344", "identifies somebody"),
        ("It feels strange, but good", "It feels strange, but I feel heard", "how clinicians talk"),
        ("I'd have to think about how to say it.", "I. I. I.", "4 sentences"),
        ("I'd have to think about how to say it.", "I " + "would have to think " * 10 + "about it.", "more than 30"),
        ("I guess you've already made up your mind, so.", "Sam worries about Marcus and the bills.", "first person"),
        ("I count them every night.\"\n- (open, pain)", "I count them every evening. I keep them up high.\"\n- (open, pain)", None),
        ("I'd have to think about how to say it.", "Nobody ever asked me that in a long while. It feels strange, but good.", "says nearly what (anywhere)"),
        ("Nothing changes today. You want", "I'm stopping your oxycodone today. You want", "nobody should learn to say this"),
        ("No naloxone on the medicine list", "Known drug seeker", "person first"),
        ("mode: mi", "mode: checklist", "mode is checklist"),
        ('change_target: "thinking about a lower dose"', "change_target: null", "mode is mi, so change_target"),
        ("status: draft", "status: reviewed", "reviewed_by is empty"),
        ("review_by: null", "review_by: soon", "should be a date"),
        ('- (opening) "So', '- (wary, you) "So', "lines (opening)"),
    ],
)  # fmt: skip
def test_each_fault_is_found_where_it_stands(old, new, part, library, style):
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    rows = {number for number, (before, after) in enumerate(zip(TEXT.split("\n"), text.split("\n"), strict=True), 1) if before != after}
    found = check(patient(text), library.taxonomy, library.scripts, style)
    if part is None:
        assert found == []
    else:
        anywhere = any(word in part for word in ("(opening)", "checklist", "first person", "(anywhere)"))
        assert any(part.removesuffix(" (anywhere)") in problem.message and (problem.line in rows or anywhere) for problem in found), found


def test_amounts_are_counted(library):
    fewer = without(TEXT.split("\n"), ["(angry, p", "(angry, y", "(sad, ", "(wary, pain"])
    messages = " | ".join(problem.message for problem in check(patient(fewer)))
    for part in ("of at least 40 lines", "lines are angry", "0 lines are sad"):
        assert part in messages
    messages = " | ".join(problem.message for problem in check(patient(re.sub(r", change\) ", ") ", TEXT))))
    assert "0% of the lines are change" in messages
    assert "change talk stands in 0 moods" in messages
    messages = " | ".join(problem.message for problem in check(patient(without(TEXT.split("\n"), ["safety)"]))))
    assert "0 lines are about safety" in messages


def test_a_checklist_is_wanted_in_its_mode_only_with_known_keys():
    changed = patient_text(mode="checklist", change_target="null")
    with_list = changed.replace("## Lines", "## Checklist\n" + "".join(f'- {key}: "Does it"\n' for key in ("limit", "suicide", "naloxone", "next_step", "dance")) + "\n## Lines")
    assert next(problem.message for problem in check(patient(with_list))).startswith("dance is no key")
    assert check(patient(with_list.replace("- dance", "- permission"))) == []
    assert "limit stands 2 times" in " ".join(problem.message for problem in check(patient(with_list.replace("- dance", "- limit"))))
    assert "leave the section" in " ".join(problem.message for problem in check(patient(TEXT.replace("## Lines", '## Checklist\n- limit: "x y"\n\n## Lines'))))


def test_the_speech_of_a_patient_may_be_hard_on_themselves(style):
    text = TEXT.replace("It feels strange, but good.", "I'm a junkie, an addict, my own kids say so.")
    assert check(patient(text), style=style) == []


def test_a_folder_is_read_and_two_patients_do_not_share_lines(tmp_path, library):
    folder = tmp_path / "corpus/patients"
    folder.mkdir(parents=True)
    shutil.copy(CORPUS / "patients/denise.md", folder)
    (folder / "sam.md").write_text(TEXT, encoding="utf-8")
    (folder / "bad.md").write_bytes(b"\xff\xfe")
    found = patients(folder, library.taxonomy, library.scripts)
    near = [problem for problem in found.problems if problem.rule == "near"]
    assert near[0].path == "corpus/patients/sam.md"
    assert near[0].line == row_of(TEXT, "So you're the new one")
    assert list(found.playable) == ["denise"]
    assert any(problem.path == "corpus/patients/bad.md" for problem in found.problems)


def test_no_folder_is_no_error(tmp_path):
    assert patients(tmp_path / "corpus/patients").by_id == {}
