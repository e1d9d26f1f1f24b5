"""What is said beside a text while it is written: its problems at their lines, how it reads, what it repeats."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.curate.check import check, findings
from coach.curate.likeness import Likeness
from coach.library import corpus
from coach.library.quality import load_style
from tests.making import CORPUS, made, path_of, row_of, script_text

IDS = {"safety/in-withdrawal", "tapering/first-mention"}
STYLE = load_style(CORPUS)


@pytest.fixture
def look(taxonomy, sources):
    return lambda text, likeness=None: check(text, path_of(), taxonomy, sources, STYLE, IDS, likeness)


def test_a_good_script_can_be_saved_and_is_told_how_it_reads(look):
    found = look(script_text())
    assert found.can_save and not [one for one in found.findings if one.blocks]
    assert found.title == "Bringing up a lower dose for the first time" and 0 < found.grade < 6
    assert found.sentence_words < found.longest[0] and found.longest[1] in range(20, 70)


@pytest.mark.parametrize(
    ("changes", "piece", "word"),
    [
        ({"situations": "[no_such]"}, "situations:", "no_such"), ({"Say": "- Hello {nothing}."}, "{nothing}", "nothing"), ({"title": '""'}, "title:", "empty"), ({"evidence": "[]"}, "evidence:", "evidence"),
        ({"avoid_when": "Use tapering/no-such instead."}, "avoid_when:", "no-such"), ({"avoid_when": "Use tapering/first-mention instead."}, "avoid_when:", "avoid_when"), ({"decision": "nobody"}, "decision:", "decision"),
    ],
)  # fmt: skip
def test_what_blocks_is_told_at_its_line(look, changes, piece, word):
    text = script_text(**changes)
    found = look(text)
    assert not found.can_save
    assert [one for one in found.findings if one.blocks and one.row == row_of(text, piece) and word in one.message]


def test_what_only_sounds_wrong_is_told_and_does_not_block(look):
    text = script_text(
        Say=script_text()
        .split("## Say\n")[1]
        .split("\n## If")[0]
        .rstrip()
        .replace(
            "I'd like to talk about your medicine.",
            "I'd like to talk about your medicine; it matters to me and to everybody who has ever had to sit down and think about all of these things at once today.",
        )
    )
    found = look(text)
    assert found.can_save and {"sound"} <= {one.rule for one in found.findings}
    assert all(not one.blocks for one in found.findings)
    assert found.longest[1] == row_of(text, "I'd like to talk")


@pytest.mark.parametrize("text", ["", "x", "---\n---\n", "---\nid: a/b\n---\n## Say\n", "\x00", "---\ntitle: [\n---\n", "\ud800", script_text() * 200])
def test_what_can_hardly_be_read_is_told_and_cannot_be_saved(look, text):
    found = look(text)
    assert not found.can_save and found.findings and found.grade is None


@settings(max_examples=200, deadline=None)
@given(text=st.text(), say=st.text())
def test_no_text_breaks_it(taxonomy, sources, text, say):
    for each in (text, script_text(Say=f"- {say}", title=repr(text))):
        check(each, path_of(), taxonomy, sources, STYLE, IDS)


def test_what_another_script_says_already_is_told_at_its_line(look):
    likeness = Likeness()
    other = made(id="tapering/other", Say="- Tell me what the mornings are like on a day when it hurts.\n" + "- You matter.\n" * 9)
    likeness.follow({"tapering/other": other})
    text = script_text(Say="- Tell me what mornings are like on a day when it hurts.\n" + script_text().split("## Say\n- ")[1].split("\n## If")[0].join(["- ", ""]))
    near = look(text, likeness).near
    told = {one.row: one for one in near}[row_of(text, "Tell me what mornings")]
    assert (told.other_id, told.other) == ("tapering/other", "Tell me what the mornings are like on a day when it hurts.")


def test_every_shipped_script_can_be_saved_as_it_is(taxonomy, sources):
    library = corpus.load(CORPUS)
    for script in list(library.scripts.values())[::12]:
        text = (CORPUS.parent / script.path).read_text(encoding="utf-8")
        assert [one for one in findings(text, script.path, taxonomy, sources, STYLE, library.ids)[1] if one.blocks] == []
