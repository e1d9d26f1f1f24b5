"""Scripts as a zip of their Markdown files, byte for byte; the same scripts give the same zip."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from coach.curate.files import ITEM
from coach.errors import CurateError
from coach.library.frontmatter import read_head

MOMENT = (1980, 1, 1, 0, 0, 0)  # the time that every file in an archive bears: the oldest a zip can say
README = "README.txt"


def markdown_zip(files: Sequence[tuple[str, str]], on: date | None = None) -> bytes:
    """A zip of (path, text), each path `category/slug.md`, and a README of three lines. `on` is the day the README names, today in UTC when None.
    Raises CurateError for a path that is none."""
    if not all(path.endswith(".md") and ITEM.fullmatch(path.removesuffix(".md")) for path, _ in files):
        raise CurateError("A script can only be packed under its id. Give each file the path category/slug.md.")
    day = on or datetime.now(UTC).date()
    licenses = sorted({str(found) for _, text in files if (found := read_head(text, "")[0].values.get("license"))})
    readme = f"License: {', '.join(licenses) or 'none given'}\nExported: {day.isoformat()}, {len(files)} files\nNothing here has been reviewed by a clinician unless its head says `status: reviewed` and by whom.\n"
    return packed([(README, readme.encode("utf-8")), *((path, text.encode("utf-8")) for path, text in sorted(files))])


def packed(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip of these names and contents, without the time or the system it was made on."""
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name, MOMENT)
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
            archive.writestr(info, content)
    return to.getvalue()
