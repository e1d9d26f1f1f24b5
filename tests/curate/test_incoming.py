"""What people bring: a folder, a zip, a Word document, a CSV. What comes of it, what is left out and said, and what is not made up."""

import io
import random
import re
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest

from coach.curate.incoming import Item, as_scripts, open_table, plan, read, read_folder
from coach.curate.incoming.compose import slug
from coach.curate.incoming.item import shown
from coach.errors import CurateError, ImportRefused
from coach.library.parse import parse
from coach.library.script import Script
from tests.curate.hostile import PLAIN_DOCX, Entry, deflated, docx, raw_zip
from tests.making import CORPUS, ROOT, path_of, script_text

GOOD = script_text()


def packed(files: dict[str, str | bytes]) -> bytes:
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return to.getvalue()


def only(items: list[Item]) -> Item:
    assert len(items) == 1, items
    return items[0]


def script_of(item: Item) -> Script:
    assert item.text and item.id, item
    script, problems = parse(item.text, path_of(item.id))
    assert script and not [problem for problem in problems if "empty" not in problem.message], problems
    return script


def document(build: Any) -> bytes:
    from docx import Document

    made, to = Document(), io.BytesIO()
    build(made)
    made.save(to)
    return to.getvalue()


def test_a_markdown_file_comes_in_as_it_is() -> None:
    assert only(read("whatever.md", GOOD.encode())) == Item("whatever.md", GOOD, None, (), "tapering/first-mention", GOOD)


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf" + GOOD.encode(), GOOD.encode("utf-16"), GOOD.replace("\n", "\r\n").encode(), GOOD.replace("\n", "\r").encode()])
def test_marks_and_line_ends_of_other_systems_are_evened(data: bytes) -> None:
    assert only(read("x.md", data)).text == GOOD


def test_a_review_that_nobody_made_here_is_taken_off_and_nothing_else_changes() -> None:
    text = script_text(status="reviewed", reviewed_by='"Ada Example, MD"', review_by="2027-01-31", version="7")
    item = only(read("x.md", text.encode()))
    assert item.text == text.replace("status: reviewed", "status: draft").replace('"Ada Example, MD"', "null").replace("2027-01-31", "null")
    assert item.given == text and item.notes == ("It came with a review that nobody has made here, so the review was taken off.",)


@pytest.mark.parametrize("line", ['"status": reviewed', "? status\n: reviewed", "status: !!str reviewed", 'status: "r\\x65viewed"', "status:\n  reviewed"])
def test_a_review_written_in_an_unusual_way_does_not_slip_in(line: str) -> None:
    item = only(read("x.md", GOOD.replace("status: draft", line).encode()))
    assert item.refused or script_of(item).status == "draft"


def test_a_retired_script_stays_retired_without_its_reviewer() -> None:
    item = only(read("x.md", script_text(status="retired", reviewed_by="Ada Example").encode()))
    assert script_of(item).status == "retired" and script_of(item).reviewed_by is None


def test_a_simulated_patient_goes_to_the_patients() -> None:
    path = sorted((CORPUS / "patients").glob("*.md"))[0]
    item = only(read("x.md", path.read_bytes()))
    assert item.id == f"patients/{path.stem}" and item.text == path.read_text(encoding="utf-8")


def test_a_zip_gives_its_scripts_says_what_it_passed_over_and_is_silent_about_junk() -> None:
    other = GOOD.replace("tapering/first-mention", "safety/another-one")
    items = read(
        "x.zip",
        packed(
            {"a/": b"", "a/b/one.md": GOOD, "TWO.MD": other, "a/notes.txt": "x", "a/README.md": "# Read me", "__MACOSX/a/._one.md": b"\0\0", ".DS_Store": b"\0", "a/._x.md": b"\0"}
        ),
    )
    assert [(item.name, item.id, item.refused) for item in items] == [
        ("a/b/one.md", "tapering/first-mention", None), ("TWO.MD", "safety/another-one", None), ("a/notes.txt", None, None), ("a/README.md", None, None),
    ]  # fmt: skip
    assert items[2].notes == ("It is not a Markdown file (.md), so it was passed over.",) and "passed over" in items[3].notes[0]


def test_two_files_with_one_id_are_one_too_many() -> None:
    first, second = read("x.zip", packed({"one.md": GOOD, "two.md": GOOD + "\n"}))
    assert first.text and second.text is None and second.refused == "Another file in this import has the same id: give each its own."


def test_a_folder_gives_its_scripts_and_follows_no_link(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    (inside / "deep").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret.md").write_text(GOOD)
    (inside / "deep" / "one.md").write_text(GOOD)
    (inside / "page.html").write_text("<p>")
    (inside / "bad.md").write_bytes(b"\xff\xfe\x00")
    (inside / ".hidden.md").write_text(GOOD)
    (inside / "link.md").symlink_to(outside / "secret.md")
    (inside / "folder").symlink_to(outside)
    items = {item.name: item for item in read_folder(inside)}
    assert set(items) == {"deep/one.md", "page.html", "bad.md", "link.md", "folder"}
    assert items["deep/one.md"].text == GOOD
    assert items["link.md"].refused and items["folder"].refused and items["bad.md"].refused and items["page.html"].notes
    with pytest.raises(ImportRefused, match="no such folder"):
        read_folder(tmp_path / "none")


def test_a_folder_with_too_many_files_is_refused(tmp_path: Path) -> None:
    for number in range(2_001):
        (tmp_path / f"{number}.txt").touch()
    with pytest.raises(ImportRefused, match="more than 2,000 files"):
        read_folder(tmp_path)


TABLE = 'Script title;When to use;What to say;Pushback;Tags;Colour\n"Saying no, kindly";Somebody asks for more.;"1. I can\'t do that today.\n• I\'m staying.";"""You don\'t care."" => I do.";Angry patient, Stuck;red\n'


@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_a_table_is_read_with_the_mark_it_has_and_its_columns_are_guessed(mark: str) -> None:
    text = TABLE.replace(";", mark).replace("Angry patient, Stuck", '"Angry patient, Stuck"')
    table = open_table("x.csv", ("sep=;\n" + text if mark == ";" else text).encode())
    proposal = plan(table)
    assert proposal.fields == {"Script title": "title", "When to use": "use_when", "What to say": "say", "Pushback": "pushbacks", "Tags": "situations", "Colour": ""}
    assert proposal.left_out == ("Colour",) and {"one_thing", "category", "license", "avoid_when", "evidence"} <= set(proposal.missing)
    item = only(as_scripts(table, proposal.fields, {"category": "Boundary setting", "license": "CC-BY-4.0"}))
    assert item.id == "boundary_setting/saying-no-kindly" and item.text
    for wanted in (
        "- I can't do that today.\n- I'm staying.\n",
        '> "You don\'t care."\n- I do.\n',
        "situations: [angry_patient, stuck]\n",
        "license: CC-BY-4.0\n",
        "status: draft\nversion: 1\nreviewed_by: null\n",
    ):
        assert wanted in item.text
    assert item.notes == ("It has text in columns or under headings that were left out.",)


def test_nothing_is_made_up_and_the_library_names_every_gap() -> None:
    item = only(read("x.csv", b"title,say\nPorcupine,Quokka\n"))
    assert item.text and item.id == "unsorted/porcupine"
    own = set(re.findall(r"\w+", script_text())) | set(re.findall(r"\w+", "status draft version null id unsorted porcupine asks evidence"))
    assert {word for word in re.findall(r"\w+", item.text) if word not in own} == {"Porcupine", "Quokka"}
    script, problems = parse(item.text, path_of(item.id))
    assert script is None
    said = "\n".join(problem.message for problem in problems)
    for gap in ("use_when is empty", "avoid_when is empty", "license", "decision", "## If you say one thing is empty", "## If they say is empty", "## Why it works is empty"):
        assert gap in said, said
    assert not [problem for problem in problems if "YAML" in problem.message or "missing" in problem.message]


def test_the_mapping_is_the_callers_to_change() -> None:
    table = open_table("x.csv", b"A,B,C,D,E\nTitle one,Never mind,First line,You lie.,No. I don't.\n")
    assert set(plan(table).fields.values()) == {""}
    item = only(as_scripts(table, {"A": "title", "B": "", "C": "one_thing", "D": "quote", "E": "answer"}))
    assert item.text and "## If you say one thing\n- First line\n" in item.text and '> "You lie."\n- No. I don\'t.\n' in item.text and "Never mind" not in item.text
    with pytest.raises(CurateError, match="A column can only become one of these"):
        as_scripts(table, {"A": "nonsense"})


def test_columns_of_one_kind_are_joined_in_their_order() -> None:
    item = only(read("x.csv", b"title,Line 1,Line 2,They say 1,You answer 1,They say 2,You answer 2\nT,One.,Two.,A?,B.,C?,D.\n"))
    assert item.text and "## Say\n- One.\n- Two.\n" in item.text and '> "A?"\n- B.\n\n> "C?"\n- D.\n' in item.text


def test_an_apostrophe_that_shields_a_formula_is_taken_away_and_others_stay() -> None:
    item = only(read("x.csv", b"title,say\n'+1 is a start,'cause I said so\n"))
    assert item.text and 'title: "+1 is a start"' in item.text and "- 'cause I said so" in item.text


def test_what_word_and_excel_put_in_for_looks_is_evened() -> None:
    item = only(read("x.csv", "title,say\nA\u00a0b\u00adc,co\u2011op cafe\u0301\u200b\n".encode()))
    assert item.text and 'title: "A bc"' in item.text and unicodedata.normalize("NFC", "- co-op café\n") in item.text


def test_a_row_that_says_it_was_reviewed_is_a_draft() -> None:
    item = only(read("x.csv", b"title,say,status,reviewed by\nT,Hello.,reviewed,Ada Example\n"))
    assert item.text and "status: draft" in item.text and "Ada" not in item.text and any("review was taken off" in note for note in item.notes)


def test_two_rows_that_would_be_one_script_are_told_apart_first() -> None:
    first, second = read("x.csv", b"title,say\nSame thing,One.\nSame  Thing!,Two.\n")
    assert first.text and second.refused == "Two rows would become the same script: give each its own title or id."


def test_a_word_document_written_by_hand_is_understood() -> None:
    def build(doc: Any) -> None:
        doc.add_heading("Our scripts", 0)
        for title in ("Saying no", "Saying yes"):
            doc.add_heading(title, 1)
            doc.add_paragraph("A note to all readers.")
            table = doc.add_table(2, 2)
            for row, (key, value) in zip(table.rows, (("When:", "Somebody asks."), ("Category", "repair")), strict=True):
                row.cells[0].text, row.cells[1].text = key, value
            doc.add_paragraph("What to say:").runs[0].bold = True
            doc.add_paragraph("I hear you.", style="List Number")
            doc.add_paragraph("Not today.\nAnd here is why.")
            doc.add_heading("If they say", 2)
            doc.add_paragraph("“You hate me.”")
            doc.add_paragraph("No. I don't.", style="List Bullet")
            answers = doc.add_table(1, 2)
            answers.rows[0].cells[0].text, answers.rows[0].cells[1].text = "Why?", "Because it isn't safe."
            doc.add_heading("Lunch", 2)
            doc.add_paragraph("Bread.")

    data = document(build)
    table = open_table("x.docx", data)
    assert len(table.rows) == 2 and plan(table).left_out == ("Before the first heading", "Lunch")
    first, second = as_scripts(table, {**plan(table).fields, "Lunch": "why"})
    assert (first.id, second.id) == ("repair/saying-no", "repair/saying-yes") and first.text
    assert "use_when: >-\n  Somebody asks.\n" in first.text
    assert "## Say\n- I hear you.\n- Not today.\n- And here is why.\n" in first.text
    assert '## If they say\n> "You hate me."\n- No. I don\'t.\n\n> "Why?"\n- Because it isn\'t safe.\n' in first.text
    assert "## Why it works\nBread.\n" in first.text and "A note to all" not in first.text
    assert "It has text in columns or under headings that were left out." in first.notes


def test_a_word_document_with_parts_at_heading_1_is_one_script() -> None:
    def build(doc: Any) -> None:
        doc.add_heading("Saying no", 0)
        for heading in ("Key line", "Say", "Do not say"):
            doc.add_heading(heading, 1)
            doc.add_paragraph(f"About {heading}.")

    item = only(read("x.docx", document(build)))
    assert item.id == "unsorted/saying-no" and item.text
    assert "## If you say one thing\n- About Key line.\n" in item.text and "## Do not say\n- About Do not say.\n" in item.text


def test_of_tracked_changes_the_new_words_are_taken_and_hidden_ones_are_not() -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    def build(doc: Any) -> None:
        doc.add_heading("Saying no", 1)
        doc.add_heading("Say", 2)
        doc.add_paragraph("I hear ").runs[0].add_tab()
        doc.paragraphs[-1]._p.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>you.</w:t></w:r></w:ins>"))
        doc.paragraphs[-1]._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>nobody.</w:delText></w:r></w:del>"))
        doc.paragraphs[-1].add_run("SECRET").font.hidden = True
        hidden = doc.styles.add_style("Quiet", 2)
        hidden.font.hidden = True
        doc.paragraphs[-1].add_run("SECRET", style="Quiet")
        below = doc.styles.add_style("Below", 1)
        below.font.hidden = True
        doc.add_paragraph("SECRET", style="Below")

    item = only(read("x.docx", document(build)))
    assert item.text and "- I hear you.\n" in item.text and "SECRET" not in item.text and "nobody" not in item.text


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("x.zip", raw_zip(Entry(flags=1)), "locked with a password"),
        ("x.zip", raw_zip(Entry(method=14)), "packed in a way"),
        ("x.zip", raw_zip(Entry(attributes=0o120777 << 16)), "a link or a device"),
        ("x.zip", raw_zip(Entry(b"../x.md")), "could lead out"),
        ("x.zip", raw_zip(Entry(b"x.zip")), "an archive inside the archive"),
        ("x.zip", raw_zip(Entry(size=900_000)), "unpacks to far more"),
        ("x.zip", raw_zip(Entry(crc=1)), "damaged"),
        ("x.zip", raw_zip(*(Entry(b"%d.md" % number, b"", packed=b"") for number in range(2_001))), "more than 2,000 files"),
        ("x.zip", PLAIN_DOCX, "one kind of file and the content is another"),
        ("x.docx", docx({"word/vbaProject.bin": b"x"}), "macros"),
        ("x.docx", docx({"word/document.xml": b"<a>" * 150 + b"</a>" * 150}), "far more than scripts do"),
        ("x.docx", docx({"word/document.xml": b"<!DOCTYPE a><a/>"}), "is not what Word writes"),
        ("x.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password-protected Office file"),
        ("x.md", GOOD.encode("latin-1") + b"\xe9", "is not UTF-8"),
        ("x.md", GOOD.replace("id: tapering/", "id: ../").encode(), "form category/slug"),
        ("x.csv", b"a," * 70 + b"\n" + b"1," * 70, "more than 60 columns"),
        ("x.csv", b"a,b\nx," + b"y" * 5_001, "at most 5,000 characters"),
        ("x.csv", b"a,b\n" + b"x,y\n" * 2_001, "more than 2,000 rows"),
        ("x.csv", b"a,b\n" + b'"\n",' * 150_000, "longer than a script needs"),
    ],
)
def test_a_refusal_says_what_is_wrong(name: str, data: bytes, says: str) -> None:
    item = only(read(name, data))
    assert item.text is None and item.refused and says in item.refused


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a/b.md", "a/b.md"), ("<b>&\"'.md", "b_.md"), ("x\u202egnp.md", "x_gnp.md"), ("\0", "unnamed"), ("é" * 70, "é" * 59 + "…"), ("e\u0301.md", "é.md")],
)
def test_names_are_shown_plain_and_short(name: str, plain: str) -> None:
    assert shown(name) == plain and len(shown(name)) <= 60


@pytest.mark.parametrize(
    ("title", "last"), [("Don't come down!", "dont-come-down"), ("Ça va? Émile", "ca-va-emile"), ("???", ""), ("CON", "con-script"), ("word " * 30, "-".join(["word"] * 12))]
)
def test_a_title_becomes_the_last_part_of_an_id(title: str, last: str) -> None:
    assert slug(title) == last


def test_all_files_together_may_not_hold_more_than_a_library() -> None:
    chance = random.Random(1)
    much, heads = bytes(chance.choices(b"abc\n", k=790_000)), b"---\n" + b"".join(b"k%d: [a,b,c]\n" % number for number in range(400)) + b"---\n"
    for entry, count in ((Entry(data=much), 51), (Entry(data=heads), 410)):
        one = deflated(entry.data)
        item = only(read("x.zip", raw_zip(*(Entry(b"%d.md" % number, entry.data, packed=one) for number in range(count)))))
        assert item.text is None and item.refused == "All files together hold far more than scripts do: split the import, and look at the files first."


def test_an_upload_of_another_kind_has_no_table() -> None:
    with pytest.raises(ImportRefused, match="Only a CSV or a Word document"):
        open_table("x.md", GOOD.encode())


def test_nothing_heavy_is_loaded_before_a_word_document_comes() -> None:
    code = "import sys, coach.curate.incoming, coach.curate.outgoing; print([m for m in ('docx', 'lxml', 'defusedxml', 'torch', 'gradio', 'chromadb') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip() == "[]"
