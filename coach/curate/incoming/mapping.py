"""The mapping step: which column of a table, or heading of a document, is which part of a script; guessed here, changed by whoever imports."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from coach.curate.incoming.compose import PLACELESS, composed, place_for
from coach.curate.incoming.fields import FIELDS, NOT_TAKEN, guessed
from coach.curate.incoming.item import REVIEW_OFF, Item, shown
from coach.errors import CurateError
from coach.library.parse import unreadable

# What Word and Excel put in for looks, and what it stands for. Whatever else cannot be seen or looks like another letter is refused, not mended.
LOOKS = {
    **dict.fromkeys(map(chr, (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)), " "),
    **dict.fromkeys("\u00ad\u200b\ufeff", ""), **dict.fromkeys("\u2010\u2011", "-"), "\u2028": "\n", "\u2029": "\n", "\x0b": "\n", "\t": " ", "⇒": "=>",
}  # fmt: skip
WAS_REVIEWED = re.compile(r"\s*(in[ _])?review|\s*(approved|final|done)\b", re.IGNORECASE)
LOOK = re.compile(f"[{re.escape(''.join(LOOKS))}]")
LEFT_OUT = "It has text in columns or under headings that were left out."
LINE_TOO_LONG = "One of its texts has more than 2,000 characters: break it up in the document, and import that again."


@dataclass(frozen=True, slots=True)
class Table:
    """Rows to be made into scripts: of a CSV its columns, of a Word document its headings. A cell may hold several lines. `notes` say what was left out on the way."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A proposal: for each column the field it becomes, or "" where it is left out; and the fields that no column gives."""

    fields: dict[str, str]
    missing: tuple[str, ...]

    @property
    def left_out(self) -> tuple[str, ...]:
        return tuple(column for column, field in self.fields.items() if not field)


def plan(table: Table) -> Plan:
    """What each column most likely is, by its name."""
    fields = {column: guessed(column) for column in table.columns}
    given = set(fields.values())
    given |= {"pushbacks"} if {"quote", "answer"} & given else set()
    given |= {"category"} if "id" in given else set()
    wanted = [field for field in FIELDS if field not in NOT_TAKEN and field not in ("id", "quote", "answer", "audience")]
    return Plan(fields, tuple(field for field in wanted if field not in given))


def as_scripts(table: Table, mapping: Mapping[str, str], defaults: Mapping[str, str] | None = None) -> list[Item]:
    """A candidate for each row. `mapping` says for each column which field it is ("" leaves it out); several columns may be one field.
    `defaults` fill fields that are empty, such as the license or the category. Raises CurateError for a field that does not exist."""
    if any(field and field not in FIELDS for field in (*mapping.values(), *(defaults or ()))):
        raise CurateError(f"A column can only become one of these: {', '.join(FIELDS)}. Choose one, or leave the column out.")
    found: list[Item] = []
    places: set[str] = set()
    for number, row in enumerate(table.rows, 1):
        fields = _fields(table.columns, row, mapping)
        if not any(value for field, value in fields.items() if field not in NOT_TAKEN):
            continue
        for field, value in (defaults or {}).items():
            fields[field] = fields.get(field) or value
        left_out = any(cell.strip() and not mapping.get(column) for column, cell in zip(table.columns, row, strict=False))
        item = _item(fields, number, (*table.notes, *((LEFT_OUT,) if left_out else ())))
        if item.id in places:
            item = Item(item.name, refused="Two rows would become the same script: give each its own title or id.")
        places |= {item.id} if item.id else set()
        found.append(item)
    return found


def _fields(columns: tuple[str, ...], row: tuple[str, ...], mapping: Mapping[str, str]) -> dict[str, str]:
    """The row by fields. A quote column and the answer column after it become pushbacks."""
    fields: dict[str, str] = {}
    for column, cell in zip(columns, row, strict=False):
        field, text = mapping.get(column, ""), tidy(cell)
        if not field or not text:
            continue
        if field in ("quote", "answer"):
            text = "\n".join(_marked(text, "> " if field == "quote" else "- "))
            field = "pushbacks"
        fields[field] = f"{fields[field]}\n{text}" if field in fields else text
    return fields


def _marked(text: str, mark: str) -> Iterator[str]:
    return (mark + line.lstrip("->•* ") for line in text.split("\n") if line.strip("->•* "))


def _item(fields: Mapping[str, str], number: int, notes: tuple[str, ...]) -> Item:
    title = " ".join(fields.get("title", "").split())
    name = shown(f"{number} - {title}" if title else f"{number}")
    place = place_for(fields, number)
    text = composed(fields, place)
    if problem := unreadable(text, ""):
        return Item(name, refused=LINE_TOO_LONG if problem.message.startswith("a line has") else f"{problem.message[0].upper()}{problem.message[1:]}.")
    said = [*notes]
    if WAS_REVIEWED.match(fields.get("status", "")) or fields.get("reviewed_by", "").strip():
        said.append(REVIEW_OFF)
    if fields.get("id", "").strip() not in ("", place):
        said.append("Its id was not of the form category/slug, so one was made from the title.")
    if place.startswith(f"{PLACELESS}/"):
        said.append("It names no category: choose one before it is saved.")
    return Item(name, text, None, tuple(said), place, text)


def tidy(text: str) -> str:
    """A cell without what a word processor adds for looks: special spaces and hyphens, letters in two pieces; ends trimmed."""
    return unicodedata.normalize("NFC", LOOK.sub(lambda match: LOOKS[match[0]], text)).strip()
