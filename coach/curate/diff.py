"""What differs between two versions, told in words: which part of the script, which words went and which came. No markup of the file is shown."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from coach.curate.shapes import Difference, Piece
from coach.library.frontmatter import read_head

LABELS = {
    "title": "Title", "situations": "Situations", "needs": "Needs", "skills": "Skills", "decision": "Whose decision", "audience": "Spoken to", "use_when": "Use when",
    "avoid_when": "Avoid when", "asks": "Ways of asking", "evidence": "Evidence", "status": "Status", "reviewed_by": "Reviewed by", "review_by": "Review due", "license": "License",
}  # fmt: skip
NOT_TOLD = {"id", "version", "author"}  # they change with every save
ITEM = re.compile(r"^\s*(?:- |> ?)")
NAME = re.compile(r"[a-z]+(_[a-z]+)*")  # of a closed list: shown as words
ALIKE = 0.4  # from which a line counts as the same one, changed
MOST_TWINS, MOST_COMPARED = 400_000, 200_000  # words looked at for twins, products of lengths compared: beyond these, what went and what came is told as a whole


@dataclass
class Effort:
    """How much may still be compared closely: difflib can take the cube of a length."""

    left: int

    def spend(self, cost: int) -> bool:
        """Whether there was so much left."""
        if cost > self.left:
            return False
        self.left -= cost
        return True


def differences(before: str, after: str) -> list[Difference]:
    """Every place where the two texts differ, in the order of the newer one. Empty when they say the same."""
    old, new = _named(before), _named(after)
    order, effort = [*new, *(name for name in old if name not in new)], Effort(MOST_COMPARED)
    return [found for name in order for found in _in_part(name, old.get(name, []), new.get(name, []), effort)]


def _named(text: str) -> dict[str, list[str]]:
    """The parts of a file by name; of one that stands twice, all items."""
    found: dict[str, list[str]] = {}
    for name, items in _parts(text):
        found.setdefault(name, []).extend(items)
    return found


def _parts(text: str) -> Iterator[tuple[str, list[str]]]:
    """The named parts of a file, each as its items; a file whose front matter cannot be read is one part."""
    head, _ = read_head(text if text.startswith("---") else f"---\n{text}\n---", "")  # the clinic's own page is all head
    if not head.values:
        yield "Text", [line.strip() for line in text.splitlines() if line.strip()]
        return
    for key, value in head.values.items():
        if key not in NOT_TOLD:
            yield LABELS.get(key, key.replace("_", " ").capitalize()), _items(value)
    yield from _sections(head.body)


def _items(value: Any) -> list[str]:
    if isinstance(value, list):
        return [f"{item.get('claim', '')} ({item.get('source', '')})" if isinstance(item, dict) and "claim" in item else _item(item) for item in value if item]
    if isinstance(value, dict):
        return [f"{_item(key)} {_item(part)}" for key, part in value.items()]
    return [] if value is None or value == "" else [_item(value)]


def _item(value: Any) -> str:
    text = ", ".join(str(part) for part in value.values() if part) if isinstance(value, dict) else str(value)
    return text.replace("_", " ") if NAME.fullmatch(text) else text


def _sections(body: str) -> Iterator[tuple[str, list[str]]]:
    name, items = "", list[str]()
    for line in body.splitlines():
        if line.startswith("## "):
            if items:
                yield name or "Text", items
            name, items = line[3:].strip(), []
        elif ITEM.match(line) or (line.strip() and not items):
            said = line.strip()
            items.append(f"They say: {said[1:].strip()}" if said.startswith(">") else said.removeprefix("- "))
        elif line.strip():
            items[-1] = f"{items[-1]} {line.strip()}"
    if items:
        yield name or "Text", items


def _in_part(name: str, old: Sequence[str], new: Sequence[str], effort: Effort) -> Iterator[Difference]:
    """Items are matched as wholes first; of a run that changed, those most alike are told as changed words."""
    for how, i1, i2, j1, j2 in _steps(old, new, effort):
        if how == "equal":
            continue
        gone, come = list(old[i1:i2]), list(new[j1:j2])
        paired = len(come) * sum(len(item.split()) for item in gone) + len(gone) * sum(len(item.split()) for item in come) <= MOST_TWINS
        for number, item in enumerate(come, j1 + 1):
            where = name if len(new) == 1 and len(old) <= 1 else f"{name}, line {number}"
            twin = max(gone, key=lambda other: _alike(other, item), default=None) if paired else None
            if twin is not None and (len(old) == len(new) == 1 or _alike(twin, item) >= ALIKE):
                gone.remove(twin)
                yield Difference(where=where, pieces=tuple(_words(twin, item, effort)))
            else:
                yield Difference(where=where, pieces=(Piece(how="in", text=item),))
        for item in gone:
            yield Difference(where=name, pieces=(Piece(how="out", text=item),))


def _alike(one: str, other: str) -> float:
    from rapidfuzz.distance import Indel

    return Indel.normalized_similarity(one.lower().split(), other.lower().split())


def _words(old: str, new: str, effort: Effort) -> Iterator[Piece]:
    before, after = old.split(), new.split()
    for how, i1, i2, j1, j2 in _steps(before, after, effort):
        if how == "equal":
            yield Piece(how="same", text=" ".join(before[i1:i2]))
            continue
        if i2 > i1:
            yield Piece(how="out", text=" ".join(before[i1:i2]))
        if j2 > j1:
            yield Piece(how="in", text=" ".join(after[j1:j2]))


def _steps(old: Sequence[str], new: Sequence[str], effort: Effort) -> list[tuple[str, int, int, int, int]]:
    """How one becomes the other, as difflib tells it. What is far too long for that counts as changed between its like beginning and its like end."""
    most = min(len(old), len(new))
    head = next((n for n in range(most) if old[n] != new[n]), most)
    tail = next((n for n in range(most - head) if old[-1 - n] != new[-1 - n]), most - head)
    middle, other = old[head : len(old) - tail], new[head : len(new) - tail]
    if not effort.spend(len(middle) * len(other)):
        inner: Sequence[tuple[str, int, int, int, int]] = [("replace", 0, len(middle), 0, len(other))]
    else:
        inner = SequenceMatcher(None, middle, other, autojunk=False).get_opcodes()
    steps = [("equal", 0, head, 0, head), *((how, i1 + head, i2 + head, j1 + head, j2 + head) for how, i1, i2, j1, j2 in inner)]
    steps.append(("equal", len(old) - tail, len(old), len(new) - tail, len(new)))
    return [step for step in steps if step[2] > step[1] or step[4] > step[3]]
