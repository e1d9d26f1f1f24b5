"""The grammar of one spoken line, and how it is rendered.

    - (situation, not other) Text with {slot}, [kept when every {slot} in it is known], [with {slot}|without]. (note to the clinician)

Pure: nothing here reads a file or knows a model.
"""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import product

CONDITION = re.compile(r"^\((?=[a-z])((?:not\s+)?[a-z_]+(?:\s*,\s*(?:not\s+)?[a-z_]+)*)\)\s*")
SLOT = re.compile(r"\{([a-z_]+)\}")
MARKS = re.compile(r"[{}\[\]|]")
GROUP = re.compile(r"\[([^\[\]]*)\]")
MOST_SLOTS = 4  # different slots in one line: each doubles the forms it can take, and all of them are read
AFTER_SENTENCE = re.compile(r"[.?!][\"”’']? [\"“‘]?$")


@dataclass(frozen=True, slots=True)
class Condition:
    """A situation that must be present (or, if `absent`, must not)."""

    tag: str
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """`[with|without]`: `known` when every slot in it is known, else `unknown` (empty when the line gives none)."""

    known: str
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as the library has it. `source` is the line as written, without its condition and note."""

    source: str
    parts: tuple[str | Group, ...]
    conditions: tuple[Condition, ...] = ()
    note: str = ""
    row: int = 0

    @property
    def slots(self) -> tuple[str, ...]:
        """Every slot the line names, in order, each once."""
        return tuple(dict.fromkeys(SLOT.findall(self.source))) if "{" in self.source else ()

    def applies(self, situations: Set[str]) -> bool:
        return all((condition.tag in situations) != condition.absent for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A line ready to be said. `fills` are (start, end, slot): which characters of `text` came from the scenario."""

    text: str
    fills: tuple[tuple[int, int, str], ...] = ()


def parse_line(written: str, row: int = 0) -> tuple[Line, list[str]]:
    """The line, and what is wrong with it (each a full sentence that says what to do). Never raises."""
    problems: list[str] = []
    text = written.strip()
    conditions: list[Condition] = []
    if match := CONDITION.match(text):
        for name in re.split(r"\s*,\s*", match[1]):
            *absent, tag = name.split()
            conditions.append(Condition(tag, bool(absent)))
        text = text[match.end() :]
    elif text.startswith("("):
        problems.append("the condition in front is not of the form (situation) or (not situation): write tags from taxonomy.yaml, lower case, with commas between them")
    text, note, found = _without_note(text)
    problems += found
    if not text.strip():
        problems.append("the line is empty: write what is said, or remove it")
    parts, found = _parts(text)
    return Line(text.strip(), parts, tuple(conditions), note, row), problems + found


def _parts(text: str) -> tuple[tuple[str | Group, ...], list[str]]:
    """The line's plain parts and brackets, and what is wrong with them."""
    if not MARKS.search(text):  # three lines of four
        return (text,) if text else (), []
    problems: list[str] = []
    parts: list[str | Group] = []
    last = 0
    for match in GROUP.finditer(text):
        parts.append(text[last : match.start()])
        known, bar, unknown = match[1].partition("|")
        if "|" in unknown:
            problems.append("a bracket has more than one |: give one form with the slot and one without")
        if not SLOT.search(known):
            problems.append("a bracket holds no {slot} in its first half: remove the bracket, or name the slot it depends on")
        if bar and SLOT.search(unknown):
            problems.append("the second half of a bracket is said when the slot is not known, so it may hold none")
        parts.append(Group(known, unknown))
        last = match.end()
    parts.append(text[last:])
    rest = "".join(SLOT.sub("", part) for part in parts if isinstance(part, str)) + "".join(SLOT.sub("", g.known) + SLOT.sub("", g.unknown) for g in parts if isinstance(g, Group))
    if MARKS.search(rest):
        problems.append("a brace, bracket or bar is left open or stands alone: write {slot}, [kept if known {slot}] or [with {slot}|without], not nested")
    if len(set(SLOT.findall(text))) > MOST_SLOTS:
        problems.append(f"the line names more than {MOST_SLOTS} different slots: make two lines of it")
    return tuple(part for part in parts if part), problems


def _without_note(text: str) -> tuple[str, str, list[str]]:
    """The text without the (note) that ends it, the note, and what is wrong with that."""
    text = text.rstrip()
    opens = text.rfind("(") if text.endswith(")") else -1
    if opens < 0:
        return text, "", []
    note = text[opens + 1 : -1].strip()
    if ")" in note or not note:
        return text, "", ["the note in brackets at the end is empty, or holds brackets of its own: write one plain (note)"]
    if MARKS.search(note):
        return text[:opens], note, ["the note at the end holds a slot or a bracket: it is shown as written, so write plain words"]
    return text[:opens].rstrip(), note, []


def render(line: Line, values: Mapping[str, str]) -> Rendered | None:
    """The line with its slots filled from `values`, or None when a slot outside brackets, or in what a bracket says instead, is not known (an empty value is not known).
    Does not look at conditions (see `Line.applies`)."""
    values = {name: " ".join(value.split()) for name, value in values.items() if value.strip()}
    pieces: list[tuple[str, str | None]] = []
    for part in line.parts:
        if isinstance(part, Group):
            part = part.known if all(name in values for name in SLOT.findall(part.known)) else part.unknown
        if any(name not in values for name in SLOT.findall(part)):
            return None
        pieces.extend(_pieces(part, values))
    return _tidy(pieces)


def forms(line: Line, examples: Mapping[str, str]) -> Iterator[Rendered]:
    """Every form the line can take: each of its slots known or not, filled with `examples`.
    Of a line with more slots than a line may have, only the first `MOST_SLOTS` vary."""
    seen: set[str] = set()
    vary, rest = line.slots[:MOST_SLOTS], line.slots[MOST_SLOTS:]
    for known in product((True, False), repeat=len(vary)):
        given = [*rest, *(slot for slot, is_known in zip(vary, known, strict=True) if is_known)]
        rendered = render(line, {slot: examples[slot] for slot in given if slot in examples})
        if rendered and rendered.text not in seen:
            seen.add(rendered.text)
            yield rendered


def _pieces(text: str, values: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    last = 0
    for match in SLOT.finditer(text):
        yield text[last : match.start()], None
        yield values[match[1]], match[1]
        last = match.end()
    yield text[last:], None


def _tidy(pieces: list[tuple[str, str | None]]) -> Rendered | None:
    """Join pieces; mend the spaces that dropped brackets leave, and the capital of a value that opens a sentence."""
    text = ""
    fills: list[tuple[int, int, str]] = []
    for piece, slot in pieces:
        if slot is None:
            piece = re.sub(r"\s+", " ", piece)
            if not text or text.endswith(" "):
                piece = piece.lstrip()
            if re.match(r"\s+[.,?!;:]", piece) or (text.endswith(" ") and re.match(r"[.,?!;:]", piece)):
                text, piece = text.rstrip(), piece.lstrip()
            text += piece
        else:
            if text in ("", '"', "“", "‘") or AFTER_SENTENCE.search(text[-4:]):
                piece = piece[:1].upper() + piece[1:]
            fills.append((len(text), len(text) + len(piece), slot))
            text += piece
    text = text.rstrip()
    return Rendered(text, tuple(fills)) if text else None
