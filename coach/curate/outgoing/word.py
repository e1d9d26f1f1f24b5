"""Scripts as a Word document that can be worked on and imported again: conditions and slots stand as they are typed."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape

from coach.curate.incoming.fields import LABELS
from coach.curate.outgoing.packed import MOMENT, packed
from coach.curate.outgoing.parts import body, head, pushbacks
from coach.library.script import Script

ORDER = ("one_thing", "check_first", "say", "pushbacks", "do_not_say", "then", "why")
TITLE, SECTION, BULLET, QUOTE = "Heading1", "Heading2", "ListBullet", "Quote"  # styles of python-docx's own template, by their ids
LISTS = ("asks", "evidence")  # of the head
NARROW, REST = 2_200, 6_800  # widths of the head's columns, in twentieths of a point
BORDERS = "".join(f'<w:{edge} w:val="single" w:sz="4" w:color="999999"/>' for edge in ("top", "left", "bottom", "right", "insideH", "insideV"))


def word(scripts: Sequence[Script]) -> bytes:
    """A .docx with a page for each script: title, the head as a table (review status first), the sections. The same scripts give the same bytes."""
    from docx import Document
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = Document()
    moment = datetime(*MOMENT)
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "", "Scripts", ""
    properties.created = properties.modified = moment
    inside = document.element.body
    for number, script in enumerate(scripts):  # as XML: python-docx looks up the style of each paragraph anew, and takes a hundred times as long
        inside[-1:-1] = list(parse_xml(f"<w:body {nsdecls('w')}>{''.join(_script(script, first=number == 0))}</w:body>"))
    to = io.BytesIO()
    document.save(to)
    with zipfile.ZipFile(to) as archive:
        return packed((info.filename, archive.read(info)) for info in archive.infolist())


def _script(script: Script, *, first: bool) -> Iterator[str]:
    yield _paragraph(script.title, TITLE, "" if first else "<w:pageBreakBefore/>")
    rows = "".join(_row(LABELS[field], lines, BULLET if field in LISTS else "") for field, lines in head(script).items())
    yield f'<w:tbl><w:tblPr><w:tblW w:w="{NARROW + REST}" w:type="dxa"/><w:tblBorders>{BORDERS}</w:tblBorders></w:tblPr>'
    yield f'<w:tblGrid><w:gridCol w:w="{NARROW}"/><w:gridCol w:w="{REST}"/></w:tblGrid>{rows}</w:tbl>'
    sections = body(script)
    for field in ORDER:
        yield _paragraph(LABELS[field], SECTION)
        if field == "pushbacks":
            for quote, answers in pushbacks(script):
                yield _paragraph(f"“{quote}”", QUOTE, "<w:keepNext/>")
                yield from (_paragraph(answer, BULLET) for answer in answers)
        else:
            yield from (_paragraph(line, "" if field == "why" else BULLET) for line in sections[field])


def _row(label: str, lines: list[str], style: str) -> str:
    cells = ((NARROW, _paragraph(label)), (REST, "".join(_paragraph(line, style) for line in lines) or _paragraph("")))
    marked = (f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{texts}</w:tc>' for width, texts in cells)
    return f"<w:tr>{''.join(marked)}</w:tr>"


def _paragraph(text: str, style: str = "", layout: str = "") -> str:
    marks = (f'<w:pStyle w:val="{style}"/>' if style else "") + layout
    return f'<w:p>{f"<w:pPr>{marks}</w:pPr>" if marks else ""}<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
