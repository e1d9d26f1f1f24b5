"""Scripts taken along: which, as what kind of file, under which name. It is recorded who took how many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coach.access.person import Person
from coach.access.rights import require_by
from coach.curate.files import LOCAL, PATIENTS
from coach.curate.outgoing.card import pocket_card
from coach.curate.outgoing.packed import markdown_zip
from coach.curate.outgoing.sheet import csv_table
from coach.curate.outgoing.word import word
from coach.errors import CurateError, UnknownScript
from coach.library.script import Script

if TYPE_CHECKING:
    from coach.curate.curator import Curator

KINDS = {
    "md": "text/markdown; charset=utf-8", "zip": "application/zip", "word": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv; charset=utf-8", "card": "text/html; charset=utf-8",
}  # fmt: skip
ENDINGS = {"md": "md", "zip": "zip", "word": "docx", "csv": "csv", "card": "html"}
NOTHING = "Nothing was chosen. Tick scripts in the table of the library, or choose all that match."


@dataclass(frozen=True)
class Taken:
    """A file to be saved or printed: its name is safe on every system."""

    name: str
    media_type: str
    content: bytes


def export(curator: "Curator", by: Person, ids: Sequence[str], kind: str) -> Taken:
    """These scripts as `md` (one as it stands, several as a zip), `word`, `csv`, or one as `card` to be printed. Raises UnknownScript, CurateError."""
    require_by(by, "export", curator.settings.auth)
    wanted = list(dict.fromkeys(ids))
    if kind not in KINDS:
        raise CurateError("There is no such kind of export. They are: md, zip, word, csv, card.")
    if not wanted:
        raise CurateError(NOTHING)
    form = "zip" if kind == "md" and len(wanted) > 1 else kind
    content = _content(curator, wanted, form)
    curator.changes.audit(by, "exported", wanted[0] if len(wanted) == 1 else "", count=len(wanted))
    name = wanted[0].replace("/", "-") if len(wanted) == 1 else "scripts"
    return Taken(f"{name}.{ENDINGS[form]}", KINDS[form], content)


def _content(curator: "Curator", ids: list[str], form: str) -> bytes:
    if form == "md":
        return _text(curator, ids[0]).encode("utf-8")
    if form == "zip":
        return markdown_zip([(f"{script_id}.md", _text(curator, script_id)) for script_id in ids])
    scripts = [_script(curator, script_id) for script_id in ids]
    if form == "card":
        if len(scripts) > 1:
            raise CurateError("A pocket card holds one script. Choose one.")
        return pocket_card(scripts[0], curator.library.taxonomy).encode("utf-8")
    return word(scripts) if form == "word" else csv_table(scripts)


def _text(curator: "Curator", script_id: str) -> str:
    text = None if script_id == LOCAL or script_id.startswith(PATIENTS) else curator.files.read(script_id)
    if text is None:
        raise UnknownScript("One of these scripts is not in the library any more. Load the table again.")
    return text


def _script(curator: "Curator", script_id: str) -> Script:
    found = curator.library.scripts.get(script_id)
    if found is None:
        _text(curator, script_id)
        raise CurateError("One of these scripts has problems and can only be exported as Markdown. Mend it first, or choose Markdown.")
    return found
