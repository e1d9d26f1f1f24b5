"""A Word document as plain blocks: what a reader would see and no more. The container is checked, nothing in it is run, fetched or expanded, and only its text is taken."""

import zipfile
from dataclasses import dataclass, field
from typing import Literal

from coach.curate.incoming.archive import fault_of, opened, unpacked
from coach.curate.incoming.item import MOST_BYTES
from coach.curate.incoming.kinds import MISMATCH
from coach.errors import ImportRefused

CONTENT_TYPES, DOCUMENT, STYLES = "[Content_Types].xml", "word/document.xml", "word/styles.xml"
LARGEST_PART = 8_000_000  # bytes of XML: the whole library in one document is 3 MB
XML_RATIO = 200  # tags repeat themselves more than prose does
MOST_ELEMENTS, MOST_TAGS, DEEPEST, MOST_TEXT = 250_000, 2_000, 100, 3_000_000  # the whole library: 98,000 elements of 20 kinds
SPACES = ("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}", "{http://purl.oclc.org/ooxml/wordprocessingml/main}")
# Parts that hold something to run, or another file; and relations that would fetch one. A hyperlink fetches nothing: its words are taken, its address is dropped.
LIVE = ("vbaproject", "vbadata", "activex", "/embeddings/", "oleobject", "/afchunk", "attachedtoolbars", ".bin", ".exe", ".js", ".vbs", ".hta", ".htm", ".mht", ".rtf", ".zip")
MACROS = "The document holds macros, embedded files or controls: save it as a plain .docx without them, or paste its text into a new document, and import that."
OUTSIDE = "The document fetches a template or another part from elsewhere: paste its text into a new document, and import that."
BROKEN = "The document is damaged, or is not what Word writes: open it in a word processor, save it as .docx, and import that."
TOO_MUCH = "The document holds far more than scripts do: split it, and import the parts one after the other."
LINKS_DROPPED = "The addresses of its links were left out."


@dataclass(slots=True)
class Block:
    """A paragraph, or a table of cells (each its lines). `level` is that of a heading; 0 stands for the title style."""

    kind: Literal["paragraph", "heading", "bullet", "quote", "table"]
    text: str = ""
    level: int = 1
    rows: list[list[list["Block"]]] = field(default_factory=list)


@dataclass(slots=True)
class Style:
    name: str = ""
    based_on: str = ""
    hidden: bool = False
    listed: bool = False
    level: int | None = None


def blocks_of(data: bytes) -> tuple[list[Block], tuple[str, ...]]:
    """The document's blocks in order, and notes on what was left out. Raises ImportRefused for anything but a plain, whole document."""
    from coach.curate.incoming.word_xml import DocumentReader, StyleReader, fed

    archive = opened(data)
    infos = {info.filename: info for info in archive.infolist()}
    if DOCUMENT not in infos or CONTENT_TYPES not in infos:
        raise ImportRefused(MISMATCH)
    _check_parts(archive)
    notes = _check_relations(archive)
    types = _part(archive, infos[CONTENT_TYPES]).lower()
    if b"macroenabled" in types:
        raise ImportRefused(MACROS)
    if b"wordprocessingml" not in types:
        raise ImportRefused(BROKEN)
    styles: dict[str, Style] = fed(StyleReader(), _part(archive, infos[STYLES])) if STYLES in infos else {}
    return fed(DocumentReader(styles), _part(archive, infos[DOCUMENT])), notes


def _check_parts(archive: zipfile.ZipFile) -> None:
    """Refuse what no plain document has among its parts."""
    seen: set[str] = set()
    for info in archive.infolist():
        name = f"/{info.orig_filename}".lower().replace("\\", "/")
        if any(mark in name for mark in LIVE):
            raise ImportRefused(MACROS)
        if name in seen or fault_of(info):
            raise ImportRefused(BROKEN)
        seen.add(name)
    if sum(info.file_size for info in archive.infolist()) > 5 * MOST_BYTES:
        raise ImportRefused(TOO_MUCH)


def _check_relations(archive: zipfile.ZipFile) -> tuple[str, ...]:
    """Refuse a document that would fetch something. Returns a note when it holds links."""
    from coach.curate.incoming.word_xml import RelationReader, fed

    links = False
    for info in archive.infolist():
        if info.filename.lower().endswith(".rels"):
            kinds: list[tuple[str, bool]] = fed(RelationReader(), _part(archive, info, LARGEST_PART // 8))
            for kind, outside in kinds:
                if kind in ("afchunk", "oleobject", "package", "control", "vbaproject", "subdocument"):
                    raise ImportRefused(MACROS)
                if outside and kind != "hyperlink":
                    raise ImportRefused(OUTSIDE)
                links = links or outside
    return (LINKS_DROPPED,) if links else ()


def _part(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int = LARGEST_PART) -> bytes:
    return unpacked(archive, info, most, XML_RATIO)
