"""The ways in: a file's bytes or a folder, to candidate scripts or to a table that still has to be mapped."""

import os
import stat
import unicodedata
import zipfile
from pathlib import Path

from coach.curate.incoming.archive import BOMB, TOO_MANY, fault_of, opened, unpacked
from coach.curate.incoming.item import LARGEST_ENTRY, MOST_BYTES, MOST_ENTRIES, Item, shown
from coach.curate.incoming.kinds import MISMATCH, ZIP, decoded, kind_of
from coach.curate.incoming.mapping import Table, as_scripts, plan
from coach.curate.incoming.markdown import MOST_MARKS as MARKS_OF_ONE
from coach.curate.incoming.markdown import candidate, head_of, marks
from coach.curate.incoming.sheet import table_of
from coach.curate.incoming.word import CONTENT_TYPES, blocks_of
from coach.curate.incoming.word_table import table_of_blocks
from coach.errors import ImportRefused

NO_SCRIPT = "It is not a Markdown file (.md), so it was passed over."
README = "It is a page about scripts, not a script, so it was passed over."
NESTED_ARCHIVE = "It is an archive inside the archive: unpack it, and put its files beside the others."
A_LINK = "It is a link or a device, not a file: put the file itself there."
NESTED = ("zip", "7z", "rar", "gz", "tgz", "bz2", "xz", "zst", "tar", "jar", "docx", "docm")
JUNK = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
MOST_MARKS = 400_000  # of YAML in all heads together: 2,000 scripts have 260,000


def read(name: str, data: bytes) -> list[Item]:
    """The candidates of a .md, .zip, .docx or .csv, each taken or refused; of a table or document as the guessed mapping gives them.
    Never raises: what cannot be imported at all is one refused item."""
    try:
        kind = kind_of(name, data)
        if kind == "markdown":
            return [_entry(shown(name), data)]
        if kind == "zip":
            return _of_zip(shown(name), data)
        table = open_table(name, data)
        return as_scripts(table, plan(table).fields) or [Item(shown(name), refused="There is no script in it: give each a title and a heading or column such as Say.")]
    except ImportRefused as refusal:
        return [Item(shown(name), refused=str(refusal))]


def open_table(name: str, data: bytes) -> Table:
    """The table of a CSV, or of a Word document by its headings, to be mapped. Raises ImportRefused."""
    kind = kind_of(name, data)
    if kind == "csv":
        return table_of(shown(name), decoded(data))
    if kind == "word":
        blocks, notes = blocks_of(data)
        return table_of_blocks(shown(name), blocks, notes)
    raise ImportRefused("Only a CSV or a Word document has columns or headings to choose from: import this file as it is.")


def read_folder(path: Path) -> list[Item]:
    """The candidates among the files of a folder and its subfolders; links are not followed. Raises ImportRefused when it is no folder or holds too much."""
    if not path.is_dir():
        raise ImportRefused("There is no such folder: check the path.")
    found, seen = _Found(), 0
    for folder, folders, files in os.walk(path, followlinks=False):
        found.items += [Item(shown(name), refused=A_LINK) for name in sorted(folders) if (Path(folder) / name).is_symlink()]
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            seen += 1
            if seen > MOST_ENTRIES:
                raise ImportRefused(f"The folder holds more than {MOST_ENTRIES:,} files: name the folder that holds only the scripts.")
            place = Path(folder) / name
            shown_name = shown(place.relative_to(path).as_posix())
            if name.startswith(".") or name in JUNK:
                continue
            if not stat.S_ISREG(place.lstat().st_mode):
                found.add(Item(shown_name, refused=A_LINK))
            elif not name.lower().endswith(".md"):
                found.add(Item(shown_name, notes=(NO_SCRIPT,)))
            else:
                _of_file(place, shown_name, found)
    return found.items


def _of_file(path: Path, name: str, found: "_Found") -> None:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_ENTRY + 1)
    except OSError:
        found.add(Item(name, refused="It cannot be read: check its rights, and import it again."))
        return
    found.spend(len(content))
    found.add(_entry(name, content, found))


def _of_zip(name: str, data: bytes) -> list[Item]:
    """The candidates of a zip of Markdown files. Raises ImportRefused when the archive as a whole is not what it should be."""
    archive = opened(data)
    infos = archive.infolist()
    if len(infos) > MOST_ENTRIES:
        raise ImportRefused(TOO_MANY)
    if any(info.filename in (CONTENT_TYPES, "word/document.xml") for info in infos):
        raise ImportRefused(MISMATCH)
    found = _Found()
    for info in infos:
        _enter(archive, info, found)
    return found.items or [Item(name, refused="The archive holds no file: put the scripts, as .md files, into it.")]


def _enter(archive: zipfile.ZipFile, info: zipfile.ZipInfo, found: "_Found") -> None:
    name, ending = shown(info.orig_filename), info.filename.rpartition(".")[2].lower()
    if fault := fault_of(info):
        found.add(Item(name, refused=fault))
    elif info.is_dir() or info.filename.startswith(JUNK) or info.filename.rpartition("/")[2].startswith(("._", *JUNK[1:])):
        return
    elif ending in NESTED:
        found.add(Item(name, refused=NESTED_ARCHIVE))
    elif not found.first(info.filename):
        found.add(Item(name, refused="The archive holds this name twice: keep one."))
    elif ending != "md":
        found.add(Item(name, notes=(NO_SCRIPT,)))
    else:
        _unpack(archive, info, name, found)


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, found: "_Found") -> None:
    found.spend(min(info.file_size, LARGEST_ENTRY))  # no more than that is ever unpacked, whatever comes out
    try:
        data = unpacked(archive, info, LARGEST_ENTRY)
    except ImportRefused as refusal:
        found.add(Item(name, refused=str(refusal)))
    else:
        found.add(_entry(name, data, found))


class _Found:
    """The items so far, and what all of them together have cost. Raises ImportRefused when that is more than one import may."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.names: set[str] = set()
        self.places: set[str] = set()
        self.bytes = self.marks = 0

    def add(self, item: Item) -> None:
        if item.id and item.id in self.places:
            item = Item(item.name, refused="Another file in this import has the same id: give each its own.")
        self.places |= {item.id} if item.id else set()
        self.items.append(item)

    def first(self, name: str) -> bool:
        """Whether no other name was the same, whatever its capitals and accents are made of."""
        plain = unicodedata.normalize("NFKC", name).casefold()
        known = plain in self.names
        self.names.add(plain)
        return not known

    def spend(self, size: int, marks_of_yaml: int = 0) -> None:
        self.bytes += size
        self.marks += marks_of_yaml
        if self.bytes > MOST_BYTES or self.marks > MOST_MARKS:
            raise ImportRefused("All files together hold far more than scripts do: split the import, and look at the files first.")


def _entry(name: str, data: bytes, found: _Found | None = None) -> Item:
    """One Markdown file's bytes as an item."""
    if data.startswith(ZIP):
        return Item(name, refused=NESTED_ARCHIVE)
    if len(data) > LARGEST_ENTRY:
        return Item(name, refused=BOMB)
    try:
        text = decoded(data)
    except ImportRefused as refusal:
        return Item(name, refused=str(refusal))
    if found:
        found.spend(0, min(marks(head_of(text)), MARKS_OF_ONE))
    if name.lower().endswith("readme.md") and not text.startswith("---"):
        return Item(name, notes=(README,))
    return candidate(name, text)
