"""The editor's form and the file: a script's text read as the values of a form, and a form's values put back, key by key. What was not changed stays byte for byte."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from coach.curate.files import normal
from coach.curate.head import NOT_IN_YAML, Value, set_evidence, set_values
from coach.curate.shapes import Shape
from coach.curate.templates import free_id, slug_of
from coach.errors import CurateError
from coach.library.characters import STRANGE
from coach.library.frontmatter import Head, read_head
from coach.library.script import Problem

TEXTS = ("title", "decision", "audience", "use_when", "avoid_when", "license")
TAGS = ("situations", "needs", "skills")
DEFAULTS = {"audience": "patient"}  # of keys that a file may leave out
# A head with a character that no script may hold is still shown as a form, so that it can be mended: the character is read by its number.
CODED, CODE = re.compile(f"{STRANGE.pattern}|×"), re.compile("×¿([0-9A-F]+)¿×")
Item = TypeVar("Item")
BLANK_BULLET = {"Check first": "- ", "Then": "- "}


class Form(Shape):
    """What the editor shows of a file: the keys an author writes, each on one line, and the body as it stands."""

    id: str
    title: str
    decision: str
    audience: str
    use_when: str
    avoid_when: str
    license: str
    situations: tuple[str, ...]
    needs: tuple[str, ...]
    skills: tuple[str, ...]
    asks: tuple[str, ...]
    evidence: tuple[tuple[str, str], ...]  # (claim, id of its source)
    body: str


class Place(Shape):
    """Where a row of the file is in the editor: a field of the form (`body` with its line, from 1), or, when the head cannot be read, the row of the whole file."""

    field: str
    row: int | None = None


def read(text: str) -> Form | None:
    """The text as a form; None when its head cannot be read as one: then only the whole file can be edited."""
    head, problems = _head(text)
    if problems or not head.values:
        return None
    try:
        return Form(
            id=_text(head, "id"), body=_decoded(head.body), asks=_texts(head, "asks"), evidence=_evidence(head), **{key: _text(head, key) for key in TEXTS}, **{key: _texts(head, key) for key in TAGS}
        )  # fmt: skip
    except TypeError:
        return None


def compose(text: str, form: Form) -> str:
    """The text with what the form changes. Tags and evidence keep the file's order, new ones follow. Raises CurateError when the head cannot be changed this way."""
    now = read(text)
    if now is None:
        raise CurateError("The head of this script cannot be read as a form. Choose “Whole file” and mend it there.")
    wanted = _plain(form, now)
    values: dict[str, Value] = {key: getattr(wanted, key) for key in ("id", *TEXTS, *TAGS, "asks") if getattr(wanted, key) != getattr(now, key)}
    changed = set_values(text, values) if values else text
    if wanted.evidence != now.evidence:
        changed = set_evidence(changed, wanted.evidence)
    if wanted.body != now.body:
        row = _head(changed)[0].body_row
        changed = "\n".join([*changed.split("\n")[: row - 1], wanted.body])
    if read(changed) != wanted:
        raise CurateError("The head of this script is written in a way that the form cannot change. Choose “Whole file” and change it there.")
    return changed


def places(text: str, rows: Iterable[int]) -> list[Place]:
    """Where each row of the file is found in the editor."""
    head, problems = _head(text)
    if problems or not head.values:
        return [Place(field="file", row=row) for row in rows]
    starts = sorted((row, key) for key, row in head.rows.items())
    return [_place(row, head.body_row, starts) for row in rows]


def _place(row: int, body_row: int, starts: Sequence[tuple[int, str]]) -> Place:
    if row >= body_row:
        return Place(field="body", row=row - body_row + 1)
    keys = [key for start, key in starts if start <= row]
    return Place(field=keys[-1] if keys else "body", row=None if keys else 1)


def blank(text: str) -> str:
    """A new script's text without the reminders that its category's template holds."""
    section, lines = "", []
    for line in text.split("\n"):
        section = line[3:] if line.startswith("## ") else section
        lines.append(BLANK_BULLET[section] if section in BLANK_BULLET and line.startswith("- ") else line)
    return "\n".join(lines)


def as_new(text: str, taken: set[str]) -> str:
    """The text as a script of its own: under an id that no script has, a draft that nobody has reviewed."""
    form = read(text)
    if form is None:
        raise CurateError("The head of your text cannot be read. Choose “Whole file” and mend it there, then save it as a new script.")
    if form.id not in taken:
        return text
    category, _, slug = form.id.partition("/")
    new = free_id(category, slug_of(form.title) or slug, taken)
    return set_values(text, {"id": new, "status": "draft", "version": 1, "reviewed_by": None, "review_by": None})


def one_line(text: str) -> str:
    """A text as a key of the head holds it: on one line, without the control characters that no YAML file can hold."""
    return " ".join(NOT_IN_YAML.sub(" ", text).split())


def _head(text: str) -> tuple[Head, list[Problem]]:
    return read_head(CODED.sub(lambda match: f"×¿{ord(match[0]):X}¿×", text), "")


def _decoded(text: str) -> str:
    return CODE.sub(lambda match: chr(int(match[1], 16)), text)


def _plain(form: Form, now: Form) -> Form:
    """The form as it would be read back from a file."""
    tags = {key: _in_order([one_line(tag) for tag in getattr(form, key)], getattr(now, key)) for key in TAGS}
    texts = {key: one_line(getattr(form, key)) for key in ("id", *TEXTS)}
    evidence = _in_order([(one_line(claim), one_line(source)) for claim, source in form.evidence], now.evidence)
    asks = tuple(ask for ask in map(one_line, form.asks) if ask)
    return Form(asks=asks, evidence=evidence, body=normal(form.body), **texts, **tags)


def _in_order(chosen: Sequence[Item], before: Sequence[Item]) -> tuple[Item, ...]:
    return (*(item for item in before if item in chosen), *dict.fromkeys(item for item in chosen if item not in before))


def _text(head: Head, key: str) -> str:
    value = head.values.get(key, DEFAULTS.get(key, ""))
    if isinstance(value, list | dict):
        raise TypeError
    return "" if value is None else one_line(_decoded(str(value)))


def _texts(head: Head, key: str) -> tuple[str, ...]:
    value = head.values.get(key)
    if not isinstance(value, list | None) or any(isinstance(item, list | dict) for item in value or ()):
        raise TypeError
    return tuple(one_line(_decoded(str(item))) for item in value or ())


def _evidence(head: Head) -> tuple[tuple[str, str], ...]:
    value = head.values.get("evidence")
    if not isinstance(value, list | None) or not all(isinstance(item, dict) and item.keys() == {"claim", "source"} for item in value or ()):
        raise TypeError
    return tuple((one_line(_decoded(str(item["claim"]))), one_line(_decoded(str(item["source"])))) for item in value or ())
