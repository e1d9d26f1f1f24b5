"""Reading the XML of a Word document as a stream: no tree, no entities, no DTD, nothing fetched; elements, depth and text are counted."""

import re
from functools import lru_cache
from typing import Any, Protocol
from xml.parsers.expat import ExpatError

from coach.curate.incoming.word import BROKEN, DEEPEST, MOST_ELEMENTS, MOST_TAGS, MOST_TEXT, SPACES, TOO_MUCH, Block, Style
from coach.errors import ImportRefused

OFF = ("0", "false", "off")
# Never read: what was struck out, drawn, commented, or stood there before; text boxes are inside drawings.
HUGE_TAG = re.compile(rb"<[^<]{50000}")  # a tag with endless attributes is in memory before the first of them can be counted
CHANGED = "del moveFrom delText delInstrText rPrChange pPrChange tblPrChange trPrChange tcPrChange sectPrChange numberingChange"
SKIPPED = frozenset(f"{CHANGED} drawing pict object txbxContent Fallback instrText sectPr oMath oMathPara rt comment footnote endnote tblPr tblGrid tcPr".split())


class Target(Protocol):
    def start(self, tag: str, attributes: dict[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def data(self, text: str) -> None: ...
    def close(self) -> Any: ...


def fed(target: Target, xml: bytes) -> Any:
    """What the target makes of the XML. Raises ImportRefused when it is broken, or tries anything a document has no need of."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, XMLParser

    if b"\x00" in xml:  # UTF-16, which Word never writes, and which would hide tags from the next look
        raise ImportRefused(BROKEN)
    if HUGE_TAG.search(xml):
        raise ImportRefused(TOO_MUCH)
    parser = XMLParser(target=target, forbid_dtd=True)
    try:
        parser.feed(xml)
        return parser.close()
    except (ParseError, ExpatError, DefusedXmlException, ValueError, LookupError):
        raise ImportRefused(BROKEN) from None


@lru_cache(maxsize=1_000)
def local(tag: str) -> str:
    """A tag of Word's own without its namespace, of any other one after a colon, so that the two are never taken for each other."""
    for space in SPACES:
        if tag.startswith(space):
            return tag[len(space) :]
    name = tag.rpartition("}")[2]
    return name if name == "Fallback" else f":{name}"


def value(attributes: dict[str, str]) -> str:
    """The w:val of an element."""
    return next((attributes[f"{space}val"] for space in SPACES if f"{space}val" in attributes), "")


class Counted:
    """The stack of open elements, with its limits."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.count = self.length = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        self.tags.add(tag)
        if self.count > MOST_ELEMENTS or len(self.tags) > MOST_TAGS or len(self.open) >= DEEPEST:
            raise ImportRefused(TOO_MUCH)
        self.open.append(local(tag))
        self.opened(self.open[-1], attributes)

    def end(self, tag: str) -> None:  # noqa: ARG002 - the stack knows
        self.closed(self.open.pop())

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins; it is already the last of `open`."""

    def closed(self, name: str) -> None:
        """An element has ended."""

    def data(self, text: str) -> None:
        """Text, in pieces."""


class RelationReader(Counted):
    """Of each relation its kind, and whether it leads outside."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, bool]] = []

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == ":Relationship":
            target = attributes.get("Target", "")
            outside = attributes.get("TargetMode", "").lower() == "external" or "://" in target or target.startswith(("\\\\", "//", "file:"))
            self.found.append((attributes.get("Type", "").rpartition("/")[2].lower(), outside))

    def close(self) -> list[tuple[str, bool]]:
        return self.found


class StyleReader(Counted):
    """The styles by their id: what they are called, and whether they hide their text."""

    def __init__(self) -> None:
        super().__init__()
        self.styles: dict[str, Style] = {}
        self.now = Style()

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == "style":
            self.now = Style()
            key = next((attributes[f"{space}styleId"] for space in SPACES if f"{space}styleId" in attributes), "")
            self.styles[key] = self.now
        elif name == "name":
            self.now.name = value(attributes).lower()
        elif name == "basedOn":
            self.now.based_on = value(attributes)
        elif name in ("vanish", "specVanish"):
            self.now.hidden = value(attributes).lower() not in OFF
        elif name == "numPr":
            self.now.listed = True
        elif name == "outlineLvl" and value(attributes).isdigit():
            self.now.level = int(value(attributes)[:2])

    def close(self) -> dict[str, Style]:
        for style in self.styles.values():  # what a style is based on counts where it says nothing itself; ten steps, for circles
            other = style
            for _ in range(10):
                other = self.styles.get(other.based_on, Style())
                style.hidden, style.listed = style.hidden or other.hidden, style.listed or other.listed
                style.level = other.level if style.level is None else style.level
        return self.styles


class DocumentReader(Counted):
    """The paragraphs and tables of the body, as far as a reader of the page sees them with all changes accepted."""

    def __init__(self, styles: dict[str, Style]) -> None:
        super().__init__()
        self.styles = styles
        self.blocks: list[Block] = []
        self.table: Block | None = None
        self.tables = 0  # open ones: a table in a cell gives its lines to that cell
        self.skipping = 0  # how deep the stack was when skipping began; 0 = not skipping
        self.words: list[str] = []
        self.style, self.listed, self.level = Style(), False, None  # type: tuple[Style, bool, int | None]
        self.hidden = self.row_struck = False

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        if self.skipping:
            return
        parent = self.open[-2] if len(self.open) > 1 else ""
        if name == "del" and parent == "trPr":
            self.row_struck = True
        elif name in SKIPPED:
            self.skipping = len(self.open)
        elif name == "p":
            self.words, self.style, self.listed, self.level = [], Style(), False, None
        elif name == "r":
            self.hidden = self.style.hidden
        elif name == "tbl":
            self.tables += 1
            if self.tables == 1:
                self.table = Block("table")
        elif name in ("tr", "tc") and self.tables == 1 and self.table:
            self._cell(self.table, name)
        elif parent in ("pPr", "numPr"):
            self._paragraph_mark(name, attributes)
        elif parent == "rPr" and "r" in self.open[-4:-2]:
            self._run_mark(name, attributes)
        elif parent == "r":
            self._put({"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}.get(name, ""))
        elif name in ("altChunk", "subDoc"):
            raise ImportRefused(BROKEN)

    def _cell(self, table: Block, name: str) -> None:
        if name == "tr":
            self.row_struck = False
            table.rows.append([])
        elif table.rows:
            table.rows[-1].append([])

    def _paragraph_mark(self, name: str, attributes: dict[str, str]) -> None:
        if name == "pStyle":
            self.style = self.styles.get(value(attributes), Style(name=value(attributes).lower()))
        elif name == "numId":
            self.listed = value(attributes) != "0"
        elif name == "outlineLvl" and value(attributes).isdigit():
            self.level = int(value(attributes)[:2])

    def _run_mark(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("vanish", "specVanish"):
            self.hidden = value(attributes).lower() not in OFF
        elif name == "rStyle":
            self.hidden = self.hidden or self.styles.get(value(attributes), Style()).hidden

    def closed(self, name: str) -> None:
        if self.skipping:
            if len(self.open) < self.skipping:
                self.skipping = 0
            return
        if name == "p":
            self._paragraph()
        elif name == "tr" and self.tables == 1 and self.table and self.row_struck:
            self.table.rows.pop()
        elif name == "tbl":
            self.tables -= 1
            if self.tables == 0 and self.table:
                self.blocks.append(self.table)
                self.table = None

    def data(self, text: str) -> None:
        if not self.skipping and self.open and self.open[-1] == "t":
            self._put(text)

    def _put(self, text: str) -> None:
        if not self.hidden and text:
            self.length += len(text)
            if self.length > MOST_TEXT:
                raise ImportRefused(TOO_MUCH)
            self.words.append(text)

    def _paragraph(self) -> None:
        text = "".join(self.words).strip()
        self.words = []
        if not text:
            return
        block = self._block(text)
        if self.table is None:
            self.blocks.append(block)
        elif self.table.rows and self.table.rows[-1]:
            self.table.rows[-1][-1].append(block)

    def _block(self, text: str) -> Block:
        name = self.style.name
        level = self.level if self.level is not None else self.style.level
        if name == "title":
            return Block("heading", text, 0)
        if name.startswith("heading ") and name[8:9].isdigit():
            return Block("heading", text, int(name[8:9]))
        if "quote" in name:
            return Block("quote", text)
        if level is not None and level < 9 and not self.listed:
            return Block("heading", text, level + 1)
        return Block("bullet" if self.listed or self.style.listed or name.startswith("list") else "paragraph", text)

    def close(self) -> list[Block]:
        return self.blocks
