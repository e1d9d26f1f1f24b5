"""The editor's form and the file: what is not changed stays byte for byte, what is changed reads back as it was typed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.curate import compose
from coach.curate.compose import Form, Place, as_new, places, read
from coach.errors import CurateError
from coach.library.characters import strange
from coach.library.frontmatter import read_head
from coach.library.parse import parse
from tests.making import CORPUS, path_of, row_of, script_text

SHIPPED = sorted((CORPUS / "scripts").rglob("*.md"))
FOLDED = script_text(use_when=">-\n  You want to bring up a lower dose\n  and have never done so.").replace("status: draft", "status: draft            # of today")


def form_of(text: str) -> Form:
    form = read(text)
    assert form
    return form


def changed(text: str, **values: object) -> str:
    return compose.compose(text, form_of(text).model_copy(update=values))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_form_that_nobody_touched_changes_no_byte_of_a_shipped_script(path) -> None:
    text = path.read_text(encoding="utf-8")
    assert compose.compose(text, form_of(text)) == text


@pytest.mark.parametrize("path", SHIPPED[::6], ids=lambda path: path.stem)
def test_each_part_that_is_changed_leaves_the_others_byte_for_byte(path) -> None:
    text = path.read_text(encoding="utf-8")
    for key, value in {
        "title": "Another: title",
        "use_when": "It's # time",
        "asks": ("one", "two: three"),
        "skills": ("open_question",),
        "decision": "patient",
        "audience": "team",
    }.items():
        result = changed(text, **{key: value})
        assert getattr(form_of(result), key) == value
        before, after = text.split("\n"), result.split("\n")
        kept = [line for line in before if line in after]
        gone = [line for line in before if line not in after]
        assert [line for line in after if line in before] == kept
        assert all(line.startswith((f"{key}:", " ", "-")) for line in gone)
        assert result.partition("\n---\n")[2] == text.partition("\n---\n")[2]


def test_what_stands_over_several_lines_or_beside_a_remark_stays_until_its_own_words_change() -> None:
    assert form_of(FOLDED).use_when == "You want to bring up a lower dose and have never done so."
    assert changed(FOLDED, title="New").count("# of today") == 1
    assert "use_when: >-\n  You want" in changed(FOLDED, title="New")
    assert "use_when: It is time.\navoid_when" in changed(FOLDED, use_when="It is  time.\n")


def test_tags_keep_the_order_of_the_file_and_new_ones_follow() -> None:
    text = script_text(situations="[taper_start, fear_of_pain]")
    assert changed(text, situations=("fear_of_pain", "taper_start")) == text
    assert "situations: [taper_start, sleep]\n" in changed(text, situations=("sleep", "taper_start"))
    assert "situations: []\n" in changed(text, situations=())


def test_evidence_is_added_and_taken_out_as_pairs() -> None:
    text = script_text()
    (first,) = form_of(text).evidence
    more = changed(text, evidence=(("Overdose risk rises with dose.", "cdc-2022"), first))
    assert form_of(more).evidence == (first, ("Overdose risk rises with dose.", "cdc-2022"))
    assert "evidence: []" in changed(text, evidence=())


def test_the_body_is_put_in_whole_and_a_browsers_line_ends_do_not_change_it() -> None:
    text = script_text()
    assert changed(text, body=form_of(text).body.replace("\n", "\r\n")) == text
    assert changed(text, body="## Say\n- Hello.\n").endswith("\n---\n## Say\n- Hello.\n")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=80), max_size=4), st.text(max_size=300))
def test_whatever_is_typed_reads_back_as_typed_on_one_line_and_nothing_else_moves(title: str, asks: list[str], body: str) -> None:
    text = script_text()
    result = form_of(changed(text, title=title, asks=tuple(asks), body=body))
    assert result.title == compose.one_line(title)
    assert result.asks == tuple(filter(None, map(compose.one_line, asks)))
    assert result.body == compose.normal(body)
    assert result.model_copy(update={"title": "", "asks": (), "body": ""}) == form_of(text).model_copy(update={"title": "", "asks": (), "body": ""})


@pytest.mark.parametrize(
    "title", ["yes", "null", "2024-01-01", "12", "- a", "{{ x }}", '"', "\\", "a: b # c", "🙂 مرحبا", "×¿41¿×", "'", "!tag x", "&a *a", "<script>alert(1)</script>", "---", "%"]
)
def test_what_yaml_would_read_otherwise_stays_text(title: str) -> None:
    result = changed(script_text(), title=title)
    assert form_of(result).title == title
    assert not strange(title) or parse(result, path_of())[1][0].rule == "R-lookalike"


@pytest.mark.parametrize(
    "text", ["", "no head", "---\ntitle: [a\n---\n", "---\ntitle: {a: b}\n---\n", "---\ntitle: a\ntitle: b\n---\n", "---\nid: x\nevidence: [a]\n---\n", "---\nasks: 7\n---\n"]
)
def test_a_head_that_is_no_form_is_left_to_the_whole_file(text: str) -> None:
    assert read(text) is None
    with pytest.raises(CurateError, match="Whole file"):
        compose.compose(text, form_of(script_text()))


def test_a_list_written_over_several_lines_stays_so_until_it_changes() -> None:
    text = script_text().replace("skills: [open_question]", "skills: [\nopen_question\n]")
    assert changed(text, title="New").count("skills: [\nopen_question\n]") == 1
    assert "skills: [affirm]\ndecision: shared" in changed(text, skills=("affirm",))


def test_every_row_of_the_file_is_found_in_the_editor() -> None:
    text = script_text()
    rows = [row_of(text, piece) for piece in ("title:", "starting a taper talk", "source: cdc-2022", "## If you say one thing", "You've carried")]
    first = row_of(text, "## If you say one thing")
    assert places(text, rows) == [
        Place(field="title"), Place(field="asks"), Place(field="evidence"), Place(field="body", row=1), Place(field="body", row=rows[4] - first + 1),
    ]  # fmt: skip
    assert text.split("\n")[rows[4] - 1] == form_of(text).body.split("\n")[places(text, rows)[4].row - 1]  # type: ignore[operator]
    assert places("no head", [3]) == [Place(field="file", row=3)]


def test_a_copy_of_a_text_gets_an_id_of_its_own_only_where_its_id_is_taken() -> None:
    text = script_text(status="reviewed", reviewed_by="Ada Example, pharmacist", version="4")
    assert as_new(text, set()) == text
    copy = read_head(as_new(text, {"tapering/first-mention"}), "")[0].values
    assert (copy["id"], copy["status"], copy["version"], copy["reviewed_by"]) == ("tapering/bringing-up-a-lower-dose-for-the-first-time", "draft", 1, None)


def test_a_blank_keeps_the_headings_and_no_reminder() -> None:
    from coach.curate.templates import new
    from coach.library.taxonomy import load_taxonomy

    text = new("tapering", "a", "A", load_taxonomy(CORPUS))
    assert "naloxone" in text and "__" in text
    assert "naloxone" not in compose.blank(text) and "__" not in compose.blank(text)
    assert compose.blank(text).count("## ") == 7
