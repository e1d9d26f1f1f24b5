"""What a file truly is, read from its first bytes; the name has to agree. And text from bytes."""

import codecs
from typing import Literal

from coach.curate.files import normal
from coach.curate.incoming.item import LARGEST_UPLOAD
from coach.errors import ImportRefused

Kind = Literal["markdown", "csv", "zip", "word"]
ENDINGS: dict[str, Kind] = {"md": "markdown", "markdown": "markdown", "csv": "csv", "tsv": "csv", "zip": "zip", "docx": "word"}
ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # with files in it, and empty

PACK = "pack the files as .zip, and import that"
OTHERS = {
    b"\xd0\xcf\x11\xe0": "This is an old or a password-protected Office file: save it as .docx without a password, and import that.",
    b"{\\rt": "This is an RTF document: open it in a word processor, save it as .docx, and import that.",
    b"%PDF": "This is a PDF, which cannot be taken apart reliably: import the Word document it was made from.",
    b"\x1f\x8b": f"This is a gzip archive: {PACK}.",
    b"7z\xbc\xaf": f"This is a 7z archive: {PACK}.",
    b"Rar!": f"This is a RAR archive: {PACK}.",
    b"BZh": f"This is a bzip2 archive: {PACK}.",
    b"\xfd7zX": f"This is an xz archive: {PACK}.",
    b"\x28\xb5\x2f\xfd": f"This is a zstd archive: {PACK}.",
    b"MZ": "This is a program, not a script: import a .md, .zip, .docx or .csv file.",
    b"\x7fELF": "This is a program, not a script: import a .md, .zip, .docx or .csv file.",
}
MISMATCH = "The name says one kind of file and the content is another: save it again from the program that made it, as .md, .zip, .docx or .csv."
AS_UTF8 = "The text is not UTF-8: save it again as UTF-8 (in Excel: CSV UTF-8), and import that."


def kind_of(name: str, data: bytes) -> Kind:
    """What the bytes hold. Raises ImportRefused for what cannot be imported, and where name and content disagree."""
    if not data.strip():
        raise ImportRefused("The file is empty: choose another one.")
    if len(data) > LARGEST_UPLOAD:
        raise ImportRefused(f"The file is larger than {LARGEST_UPLOAD // 1_000_000} MB: split it, and import the parts one after the other.")
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in ("docm", "dotm"):
        raise ImportRefused("This Word file may hold macros: save it as .docx, and import that.")
    for signature, sentence in OTHERS.items():
        if data.startswith(signature):
            raise ImportRefused(sentence)
    named = ENDINGS.get(ending)
    if named is None:
        raise ImportRefused("This is not a kind of file that can be imported: choose a .md, .zip, .docx or .csv file.")
    if data.startswith(ZIP) != (named in ("zip", "word")):
        raise ImportRefused(MISMATCH)
    if named in ("markdown", "csv"):
        _look(decoded(data), named)
    return named


def _look(text: str, named: Kind) -> None:
    """Whether a text is what its name says: a script opens with three dashes, a table does not, and neither with a tag."""
    start = text[:2_000].lstrip()
    if start.startswith("<"):
        raise ImportRefused("This is a web page or other markup, not a script: copy its text into a Word document or a .md file, and import that.")
    if named == "csv" and start.startswith("---"):
        raise ImportRefused(MISMATCH)
    if named == "markdown" and not text.startswith("---"):
        raise ImportRefused("The file does not begin with three dashes: put the head of a script there, as corpus/README.md shows.")


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 with its mark; lines ended by \\n. Raises ImportRefused for anything else."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise ImportRefused(AS_UTF8)
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if marked else "utf-8")
    except UnicodeDecodeError:
        raise ImportRefused(AS_UTF8) from None
    if "\x00" in text:
        raise ImportRefused(AS_UTF8)
    return normal(text)
