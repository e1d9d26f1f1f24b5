"""What people take along: Markdown, Word, a table, a pocket card. What comes back is what went out, and a card is two sides of A6."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import pytest

from coach.curate.incoming import Item, as_scripts, open_table, plan, read
from coach.curate.outgoing import csv_table, markdown_zip, pocket_card, word
from coach.curate.outgoing.measure import lines_of, shortened
from coach.errors import CurateError
from coach.library.lines import Line
from coach.library.parse import parse
from coach.library.script import Script
from coach.library.taxonomy import Taxonomy
from coach.library.validate import always_said
from tests.making import CORPUS, made, path_of, script_text

TEXTS = {path.relative_to(CORPUS / "scripts").as_posix().removesuffix(".md"): path.read_text(encoding="utf-8") for path in sorted((CORPUS / "scripts").rglob("*.md"))}


def parsed(script_id: str, text: str) -> Script:
    script, problems = parse(text, path_of(script_id))
    assert script and not problems, problems
    return script


SCRIPTS = [parsed(script_id, text) for script_id, text in TEXTS.items()]
# Texts that look like marks of their own: numbers and bullets, quotes in quotes, formulas, our arrow, a colon, a hash.
ODD = made(
    title="\"=1+1: a title #1, with 'quotes' and “more”\"",
    use_when='"- Somebody asks: what now? # never"', asks='\n  - "1. in the morning"\n  - "- with a dash"\n  - "=SUM(A1)"\n  - "\'=x"\n  - "> she says"\n  - "\\"hi\\" \\\\ she: says # so"', reviewed_by='"Ada Example, MD"', status="reviewed",
    review_by="2027-01-31", version="4", audience="relative",
    Say="- 1. Start low.\n- (not overuse, fear_of_pain) If {medicine} helps, [say {body_part}|say where]. (only if true)\n- => an arrow\n- * star\n- 911 first.\n- +1\n- -2\n- \"You lie,\" you said.",
    If_they_say='> "You => me?"\n- No.\n\n> "He said 1. that."\n- "That" is a word.\n- (fear_of_pain) 2) Then this. (softly)\n\n> "Why?"\n- Because.',
    Do_not_say='- "Come down." It orders.\n- @all of you.', Then="- * one\n- Note: \"__\"", Why_it_works="1. It works. => So.",
)  # fmt: skip


def bare(script: Script) -> Script:
    """Without what an import does not keep: rows of the file, its place, its review."""

    def line(one: Line) -> Line:
        return replace(one, row=0)

    said = tuple(replace(pushback, row=0, answers=tuple(map(line, pushback.answers))) for pushback in script.pushbacks)
    return replace(
        script, one_thing=line(script.one_thing), say=tuple(map(line, script.say)), pushbacks=said, path="", rows={}, digest="", status="draft", version=1, reviewed_by=None, review_by=None,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "made_of"), [("x.docx", word), ("x.csv", csv_table)])
def test_every_shipped_script_comes_back_from_word_and_from_a_table_as_the_same_script(name: str, made_of: Callable[[Sequence[Script]], bytes]) -> None:
    items = read(name, made_of(SCRIPTS))
    assert len(items) == len(SCRIPTS) >= 150
    for item, script in zip(items, SCRIPTS, strict=True):
        assert item.text and item.id == script.id and not item.notes, item
        assert bare(parsed(item.id, item.text)) == bare(script)


@pytest.mark.parametrize(("name", "made_of"), [("x.docx", word), ("x.csv", csv_table)])
def test_texts_that_look_like_marks_come_back_too_and_a_review_does_not(name: str, made_of: Callable[[Sequence[Script]], bytes]) -> None:
    (item,) = read(name, made_of([ODD]))
    assert item.text and item.id
    back = parsed(item.id, item.text)
    assert bare(back) == bare(ODD)
    assert (back.status, back.reviewed_by, back.review_by, back.version) == ("draft", None, None, 1)
    assert item.notes == ("It came with a review that nobody has made here, so the review was taken off.",)


def test_the_markdown_zip_comes_back_byte_for_byte() -> None:
    data = markdown_zip([(f"{script_id}.md", text) for script_id, text in TEXTS.items()], date(2026, 5, 4))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        readme = archive.read("README.txt").decode()
        assert {name.removesuffix(".md"): archive.read(name).decode() for name in archive.namelist() if name != "README.txt"} == TEXTS
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert readme.splitlines() == [
        "License: CC-BY-4.0",
        f"Exported: 2026-05-04, {len(TEXTS)} files",
        "Nothing here has been reviewed by a clinician unless its head says `status: reviewed` and by whom.",
    ]
    found: list[Item] = read("x.zip", data)
    assert {item.id: item.text for item in found if item.text} == TEXTS and [item.name for item in found if not item.text] == ["README.txt"]


def test_the_same_scripts_give_the_same_bytes() -> None:
    files = [("safety/b.md", "b"), ("safety/a.md", "a")]
    assert markdown_zip(files, date(2026, 5, 4)) == markdown_zip(files[::-1], date(2026, 5, 4))
    assert word(SCRIPTS[:3]) == word(SCRIPTS[:3]) and csv_table(SCRIPTS[:3]) == csv_table(SCRIPTS[:3])


@pytest.mark.parametrize("path", ["../x.md", "/safety/x.md", "safety/x", "x.md", "safety/../x.md", "safety/x.md/y.md", "Safety/x.md", "safety\\x.md"])
def test_nothing_is_packed_under_a_path_that_is_none(path: str) -> None:
    with pytest.raises(CurateError, match=r"category/slug\.md"):
        markdown_zip([(path, "x")])


def test_no_cell_of_a_table_is_a_formula() -> None:
    data = csv_table([ODD, *SCRIPTS])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == 2 + len(SCRIPTS) and len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@\t\r"))]
    assert "'=1+1: a title" in data.decode()


def test_word_says_how_each_script_stands_and_shows_lines_as_they_are_typed() -> None:
    from docx import Document

    document = Document(io.BytesIO(word([made(), ODD])))
    assert [table.rows[0].cells[1].text for table in document.tables] == ["Draft: no clinician has reviewed this.", "Reviewed by Ada Example, MD, to be read again by 2027-01-31."]
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "(not overuse, fear_of_pain) If {medicine} helps, [say {body_part}|say where]. (only if true)" in texts
    assert [paragraph.text for paragraph in document.paragraphs if paragraph.style and paragraph.style.name == "Heading 1"] == [made().title, ODD.title]


def test_a_document_can_be_changed_in_between() -> None:
    from docx import Document

    document = Document(io.BytesIO(word([made()])))
    next(paragraph for paragraph in document.paragraphs if paragraph.text == "You won't go through this alone.").runs[0].text = "I'm here all along."
    to = io.BytesIO()
    document.save(to)
    table = open_table("x.docx", to.getvalue())
    (item,) = as_scripts(table, plan(table).fields)
    assert item.text and [line.source for line in parsed("tapering/first-mention", item.text).say][4] == "I'm here all along."


# The pocket card


MEASURE = """() => [...document.querySelectorAll('.side')].map(side => {
    const foot = side.querySelector('footer').getBoundingClientRect(), box = side.getBoundingClientRect()
    const inside = [...side.querySelectorAll('*')].map(part => part.getBoundingClientRect())
    const above = [...side.children].filter(part => part.tagName != 'FOOTER').map(part => part.getBoundingClientRect().bottom)
    return {tall: side.scrollHeight - side.clientHeight, wide: side.scrollWidth - side.clientWidth, gap: foot.top - Math.max(...above),
            out: inside.some(part => part.right > box.right + 1 || part.bottom > box.bottom + 1)}
})"""
MONSTROUS = made(
    title="Word " * 60, use_when="When " * 300, situations="[taper_start, fear_of_pain, overuse, flare, sleep, stuck]", reviewed_by=f'"{"Ada Example " * 30}"', status="reviewed", id="tapering/" + "a-very-long-name-" * 6 + "x",
    If_you_say_one_thing="- " + "One " * 400, Check_first="\n".join("- " + "Check " * 40 for _ in range(40)), Say="\n".join("- " + "Say it " * 30 for _ in range(60)),
    If_they_say="\n".join('> "' + "They say " * 20 + '"\n- ' + "You say " * 20 + "\n" for _ in range(30)), Do_not_say="\n".join("- " + "Never " * 30 for _ in range(30)), Then="\n".join("- " + "x" * 900 for _ in range(9)),
)  # fmt: skip


def printed(page: object, html: str) -> tuple[int, set[str], list[dict[str, float]]]:
    """Pages, their sizes, and what the sides measure."""
    page.set_content(html)  # type: ignore[attr-defined]
    pdf = page.pdf(prefer_css_page_size=True)  # type: ignore[attr-defined]
    sizes = {found.decode() for found in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", pdf)}
    return len(re.findall(rb"/Type\s*/Page\b", pdf)), sizes, page.evaluate(MEASURE)  # type: ignore[attr-defined]


@pytest.mark.browser
def test_every_card_is_two_sides_of_a6_and_nothing_is_cut_off(chromium, taxonomy: Taxonomy) -> None:  # type: ignore[no-untyped-def]
    page = chromium.new_page()
    page.emulate_media(media="print")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    wrong = {}
    for script in [*SCRIPTS, ODD, MONSTROUS, made(Say="- Yes.\n- No.")]:
        pages, sizes, sides = printed(page, pocket_card(script, taxonomy))
        width, height = (round(float(size) / 72 * 25.4) for size in next(iter(sizes)).split()[2:])
        if (
            pages != 2
            or len(sizes) != 1
            or (width, height) != (105, 148)
            or len(sides) != 2
            or any(side["tall"] > 0 or side["wide"] > 0 or side["gap"] < 0 or side["out"] for side in sides)
        ):
            wrong[script.id] = (pages, sizes, sides)
    page.close()
    assert not wrong
    assert [url for url in sent if not url.startswith(("about:", "data:"))] == []


def test_a_card_holds_what_matters_and_says_that_nobody_has_reviewed_it(taxonomy: Taxonomy) -> None:
    for script in SCRIPTS:
        html = pocket_card(script, taxonomy)
        plain = re.sub(r"\s+", " ", re.sub(r"(?s)<style>.*?</style>|<[^>]+>", " ", html)).replace("&#x27;", "'").replace("&quot;", '"').replace("&amp;", "&")
        assert plain.count("Draft: no clinician has reviewed this.") == 2 and f"More in the library: {script.id}" in plain
        lines = [line for line in script.say if always_said(line)]
        assert script.title in plain and all(text in plain for text in (script.use_when, *script.check_first, *script.avoid, script.then[0])), script.id
        assert all(line.source in plain for line in lines[:3] if not line.slots), script.id
        assert all(pushback.quote in plain for pushback in script.pushbacks), script.id
        assert not re.search(r"[{}\[\]|]", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)), script.id


def test_a_card_holds_no_script_and_nothing_from_elsewhere(taxonomy: Taxonomy) -> None:
    html = pocket_card(replace(ODD, title="<script>alert(1)</script><img src=x>", use_when="&lt;b&gt; <b>"), taxonomy)
    assert "<script" not in html and "<img" not in html and "&lt;script&gt;" in html and "&amp;lt;b&amp;gt;" in html
    assert not re.search(r"https?:|url\(|@import|<[^>]+\b(src|href|on\w+)=|<link|<object|<iframe", html) and "default-src 'none'" in html


def test_a_reviewed_card_names_its_reviewer(taxonomy: Taxonomy) -> None:
    assert "Reviewed by Ada Example, MD, to be read again by 2027-01-31." in pocket_card(ODD, taxonomy) and "no clinician" not in pocket_card(ODD, taxonomy)
    assert "Reviewed by" not in pocket_card(made(status="reviewed"), taxonomy)


def test_a_short_text_is_one_line_and_a_long_one_is_cut_at_a_word() -> None:
    assert lines_of("Short.", 3, 90) == 1 and lines_of("word " * 100, 3, 90) > 5 and lines_of("x" * 1_000, 3, 90) > 5
    cut = shortened("word " * 100, 3, 90, 2)
    assert cut.endswith("word…") and lines_of(cut, 3, 90) == 2 and shortened("Short.", 3, 90, 1) == "Short."
    assert script_text()  # the texts the cards are made of are whole scripts
