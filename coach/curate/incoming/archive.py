"""Opening a zip that somebody else made: names, links, sizes and packing are looked at before anything is unpacked, and unpacking is counted while it happens."""

import io
import re
import stat
import struct
import zipfile
import zlib

from coach.curate.incoming.item import MOST_ENTRIES
from coach.errors import ImportRefused
from coach.library.characters import strange

DAMAGED = "The archive is damaged or not whole: make it again, and import that."
TOO_MANY = f"The archive holds more than {MOST_ENTRIES:,} files: split it, and import the parts one after the other."
BOMB = "This unpacks to far more than a script can hold, so it was not unpacked: make the archive again from the files themselves."
FAULTS = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, ValueError, OverflowError, OSError, EOFError, KeyError, IndexError)
DIRECTORY_ENTRY = b"PK\x01\x02"
FREE, RATIO = 65_536, 40  # so many bytes unpack as they like; above that, text that shrinks to less than a fortieth was made to
CHUNK = 65_536
LONGEST_NAME, LONGEST_PART, DEEPEST = 240, 120, 12
RESERVED = re.compile(r"(con|prn|aux|nul|clock\$|conin\$|conout\$|(com|lpt)[0-9¹²³])(\..*)?", re.IGNORECASE)  # names that Windows takes for devices
ENCRYPTED = 0x1 | 0x40 | 0x2000
PLAIN_TYPES = (0, stat.S_IFREG, stat.S_IFDIR)


def opened(data: bytes) -> zipfile.ZipFile:
    """The archive's directory. Raises ImportRefused when it cannot be read or lists too many files."""
    if data.count(DIRECTORY_ENTRY) > MOST_ENTRIES:  # before any of them becomes an object; what the header claims is never trusted
        raise ImportRefused(TOO_MANY)
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except FAULTS:
        raise ImportRefused(DAMAGED) from None


def fault_of(info: zipfile.ZipInfo) -> str | None:
    """What is wrong with an entry before it is opened: its name, a link, a password, a packing nobody uses. None when nothing is."""
    if bad_name(info.orig_filename):
        return "Its name could lead out of the archive or be misread: give it a plain name such as first-mention.md."
    if stat.S_IFMT(info.external_attr >> 16) not in PLAIN_TYPES:
        return "It is a link or a device, not a file: put the file itself into the archive."
    if info.flag_bits & ENCRYPTED:
        return "It is locked with a password: make the archive again without one."
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "It is packed in a way that cannot be read: make the archive again as an ordinary zip."
    return None


def bad_name(name: str) -> bool:
    """Whether a name is absolute, climbs, hides characters, is overlong, or is one that some system takes for something else."""
    parts = name.removesuffix("/").split("/")
    return (
        not name
        or len(name) > LONGEST_NAME
        or len(parts) > DEEPEST
        or strange(name) is not None
        or any(character in name for character in '\\:<>"|?*%;$`\t\n')
        or any(part.strip(" .") == "" or len(part) > LONGEST_PART or part.endswith((" ", ".")) or part.startswith((" ", "~", "..")) or RESERVED.fullmatch(part) for part in parts)
    )


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int, ratio: int = RATIO) -> bytes:
    """The bytes of an entry, at most `most`. Raises ImportRefused when there are more, when they were more than `ratio` times smaller, and when they do not match their checksum."""
    if info.file_size > most:
        raise ImportRefused(BOMB)
    found = bytearray()
    try:
        with archive.open(info) as file:
            while chunk := file.read(CHUNK):
                found += chunk
                if len(found) > most or len(found) > max(FREE, ratio * info.compress_size):
                    raise ImportRefused(BOMB)
    except FAULTS:
        raise ImportRefused(DAMAGED) from None
    if len(found) != info.file_size:
        raise ImportRefused(DAMAGED)
    return bytes(found)
