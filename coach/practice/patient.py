"""A simulated patient: the types, and from a Markdown file to a Patient. Reports every problem of the file as path:line, and never raises on bad input."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from coach.library.frontmatter import read_head, shown
from coach.library.parse import Body, Fields, unreadable
from coach.library.script import STATUSES, Problem, Status

Mood = Literal["angry", "wary", "sad", "open", "silent"]
Talk = Literal["sustain", "change", "neutral"]
Mode = Literal["mi", "checklist"]

MOODS: tuple[Mood, ...] = ("angry", "wary", "sad", "open", "silent")
TALKS: tuple[Talk, ...] = ("sustain", "change", "neutral")
TOPICS = ("pills", "pain", "life", "plan", "you", "safety", "any")
MODES = ("mi", "checklist")
START = ("trust", "fear", "anger", "readiness")
CODES = (
    "open_question", "closed_question", "simple_reflection", "complex_reflection", "information", "advice", "options", "negotiation",
    "affirm", "seek_collaboration", "emphasize_autonomy", "persuade_with_permission", "limit", "other",
)  # fmt: skip
SECTIONS = {
    "Chart": "chart", "Life": "life", "Pain": "pain", "Wants": "wants", "Fears": "fears", "Not until trusted": "secrets",
    "Checklist": "checklist", "Lines": "lines", "A conversation to watch first": "exemplar",
}  # fmt: skip
PROSE = ("life", "pain")
SPOKEN = re.compile(r"^\((?P<head>[^()]*)\)\s*[\"“](?P<said>[^\"“”]*)[\"”]$")
TURN = re.compile(r"^(?:- )?(?P<who>[CP]):\s*[\"“](?P<said>[^\"“”]*)[\"”]\s*\[(?P<codes>[a-z_, ]*)\]$")
SECRET = re.compile(r"^trust (?P<trust>\d+)(?:\s*,\s*asked (?P<asked>[a-z_]+))?$")


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """One line of the patient's own speech. `part`: said at the start, in the middle, or at a good or bad end."""

    text: str
    mood: Mood = "wary"
    topic: str = "any"
    talk: Talk = "neutral"
    part: Literal["opening", "line", "closing good", "closing bad"] = "line"
    row: int = 0


@dataclass(frozen=True, slots=True)
class Secret:
    """What the patient says only once trust has reached `trust` and, if `asked` is set, only when the clinician asks about that topic."""

    text: str
    trust: int
    asked: str | None = None
    row: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing a good visit with this patient contains: a key of checklist.yaml, and a sentence for the trainee."""

    key: str
    text: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class ExemplarTurn:
    """A turn of the conversation to watch first. `codes` are the clinician's, or the one kind of talk of the patient."""

    speaker: Literal["clinician", "patient"]
    text: str
    codes: tuple[str, ...]
    row: int = 0


@dataclass(frozen=True, slots=True)
class Patient:
    """One simulated patient. `lines` are said by the written voice; facts of `life` and `pain` are what speech may never contradict."""

    id: str
    name: str
    age: int
    title: str
    one_line: str
    situations: tuple[str, ...]
    level: int
    mode: Mode
    change_target: str | None
    task: str
    scripts: tuple[str, ...]
    start: Mapping[str, float]
    triggers: Mapping[str, float]
    softens: Mapping[str, float]
    status: Status
    version: int
    chart: tuple[str, ...]
    life: str
    pain: str
    wants: tuple[str, ...]
    fears: tuple[str, ...]
    secrets: tuple[Secret, ...]
    checklist: tuple[Wanted, ...]
    lines: tuple[SpokenLine, ...]
    exemplar: tuple[ExemplarTurn, ...]
    reviewed_by: str | None = None
    review_by: str | None = None
    license: str = "CC-BY-4.0"
    path: str = ""
    digest: str = field(default="", compare=False)
    rows: Mapping[str, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)

    def row(self, part: str, number: int | None = None) -> int:
        """The line of the file where a key or section stands, or item `number` (from 0) of it. 1 when it is not known."""
        rows = self.rows.get(part, ())
        wanted = 0 if number is None else number + 1
        return rows[wanted] if wanted < len(rows) else rows[0] if rows else 1

    def of(self, part: str) -> tuple[SpokenLine, ...]:
        """The lines of one part: `line`, `opening`, `closing good`, `closing bad`."""
        return tuple(line for line in self.lines if line.part == part)


def parse(text: str, path: str) -> tuple[Patient | None, list[Problem]]:
    """The patient of one file, or None when too little of it can be read; and every problem of its form. `path` ends in patients/<id>.md."""
    text = text.replace("\r\n", "\n")
    if problem := unreadable(text, path):
        return None, [problem]
    head, problems = read_head(text, path)
    fields = _Fields(head, path, problems)
    body = _Body(path, problems)
    body.read(head.body, head.body_row)
    if not head.values:
        return None, problems
    patient = _build(fields, body, path, hashlib.sha256(text.encode("utf-8", "replace")).hexdigest())
    return patient, sorted(problems, key=lambda problem: problem.line)


class _Fields(Fields):
    kind = "a patient"
    required = frozenset(["id", "name", "age", "title", "one_line", "situations", "level", "mode", "task", "scripts", "start", "status", "version", "license"])
    keys = required | {"change_target", "triggers", "softens", "reviewed_by", "review_by"}

    def within(self, key: str, least: int, most: int) -> int:
        """A whole number from least to most."""
        value = self.head.values.get(key, least)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.problem(key, f"{key} should be a whole number from {least} to {most}")
            return least
        return value

    def numbers(self, key: str, least: float, most: float, names: tuple[str, ...] = ()) -> dict[str, float]:
        """A mapping of words to numbers from least to most; with `names`, exactly these words."""
        value = self.head.values.get(key, {})
        if not isinstance(value, dict) or (names and set(value) != set(names)):
            self.problem(key, f"{key} should be written {{{', '.join(f'{name}: 3' for name in names or ('name',))}}}")
            return dict.fromkeys(names, least)
        found = {name: _number(number) for name, number in value.items()}
        if any(number is None or not least <= number <= most for number in found.values()):
            self.problem(key, f"each number of {key} should be from {least:g} to {most:g}")
        return {name: min(most, max(least, least if number is None else number)) for name, number in found.items()}


def _number(value: object) -> float | None:
    """A plain number; the front matter gives decimals as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return float(value) if re.fullmatch(r"\d{1,3}(\.\d{1,3})?", str(value)) else None


class _Body(Body):
    kind, sections, optional = "a patient", SECTIONS, frozenset({"checklist"})

    def _line(self, section: str, row: int, line: str, raw: str) -> None:
        if section == "exemplar" or (section in PROSE and not line.startswith("- ") and not raw.startswith((" ", "\t"))):
            self.bullets[section].append((row, line))
        else:
            super()._line(section, row, line, raw)

    def each(self, section: str, pattern: re.Pattern[str], form: str, make: "Callable[[re.Match[str], int], Any]") -> tuple[Any, ...]:
        """What `make` makes of every bullet that matches; each other one, and each for which it raises ValueError, is a problem."""
        made = []
        for row, text in self.bullets[section]:
            match = pattern.match(text)
            try:
                if not match:
                    raise ValueError(f"a line here should be written {form}, without other quotation marks inside")
                made.append(make(match, row))
            except ValueError as wrong:
                self.problem(row, str(wrong))
        return tuple(made)


def _secret(match: re.Match[str], row: int) -> Secret:
    condition = SECRET.match(match["head"].strip())
    if not condition or int(condition["trust"]) > 10:
        raise ValueError("the condition should be (trust 5) or (trust 5, asked suicide), trust from 0 to 10")
    return Secret(_said(match), int(condition["trust"]), condition["asked"], row)


def _spoken(match: re.Match[str], row: int) -> SpokenLine:
    head = " ".join(match["head"].split())
    if head in ("opening", "closing good", "closing bad"):
        return SpokenLine(_said(match), part=head, row=row)  # type: ignore[arg-type]
    parts = re.split(r"\s*,\s*", head)
    mood, topic, talk = (*parts, "neutral")[:3] if len(parts) in (2, 3) else ("", "", "")
    if mood not in MOODS or topic not in TOPICS or talk not in TALKS:
        raise ValueError(f"({shown(head)}) should be (mood, topic) or (mood, topic, talk): moods {', '.join(MOODS)}; topics {', '.join(TOPICS)}; talk {', '.join(TALKS)}")
    return SpokenLine(_said(match), mood, topic, talk, "line", row)  # type: ignore[arg-type]


def _turn(match: re.Match[str], row: int) -> ExemplarTurn:
    codes = tuple(code.strip() for code in match["codes"].split(",") if code.strip())
    allowed: tuple[str, ...] = CODES if match["who"] == "C" else TALKS
    if not codes or not set(codes) <= set(allowed) or (match["who"] == "P" and len(codes) > 1):
        raise ValueError(f"the codes in brackets should be {'one of ' if match['who'] == 'P' else ''}{', '.join(allowed)}")
    return ExemplarTurn("clinician" if match["who"] == "C" else "patient", _said(match), codes, row)


def _said(match: re.Match[str]) -> str:
    said = " ".join(match["said"].split())
    if not said:
        raise ValueError("there is nothing between the quotation marks: write what is said, or remove the line")
    return said


def _wanted(match: re.Match[str], row: int) -> Wanted:
    return Wanted(match["key"], match["text"].strip().strip('"“”').strip(), row)


def _build(fields: _Fields, body: _Body, path: str, digest: str) -> Patient | None:
    """Everything is read before it is decided whether there is enough for a patient, so that every problem is reported at once."""
    patient_id = fields.text("id")
    if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", patient_id):
        fields.problem("id", "id should be one word in lower case, such as denise")
    elif f"/{path}".replace("\\", "/").rpartition("/")[2] != f"{patient_id}.md":
        fields.problem("id", f"id is {shown(patient_id)}, but the file is called otherwise: make the two the same")
    head: dict[str, Any] = {
        **{key: fields.text(key) for key in ("name", "title", "one_line", "task", "license")}, "age": fields.within("age", 14, 110), "level": fields.within("level", 1, 5),
        "situations": fields.texts("situations"), "scripts": fields.texts("scripts"), "mode": fields.one_of("mode", MODES, "mi"), "change_target": fields.optional("change_target"),
        "start": fields.numbers("start", 0, 10, START), "triggers": fields.numbers("triggers", 0.5, 3), "softens": fields.numbers("softens", 0.5, 3),
        "status": fields.one_of("status", STATUSES, "draft"), "version": fields.number("version"), "reviewed_by": fields.optional("reviewed_by"), "review_by": fields.optional("review_by"),
    }  # fmt: skip
    secrets = body.each("secrets", SPOKEN, '`- (trust 5) "…"`', _secret)
    lines = body.each("lines", SPOKEN, '`- (mood, topic) "…"`', _spoken)
    checklist = body.each("checklist", re.compile(r"^(?P<key>[a-z_]+):\s*(?P<text>.+)$"), '`- key: "…"`', _wanted)
    exemplar = body.each("exemplar", TURN, '`C: "…" [open_question]` or `P: "…" [neutral]`', _turn)
    if not patient_id or not lines:
        return None
    return Patient(
        id=patient_id, chart=body.texts("chart"), life=" ".join(body.texts("life")).replace(" - ", " ").removeprefix("- "), pain=" ".join(body.texts("pain")), wants=body.texts("wants"),
        fears=body.texts("fears"), secrets=secrets, checklist=checklist, lines=lines, exemplar=exemplar, path=path, digest=digest, rows={**fields.rows(), **body.where()}, **head,
    )  # fmt: skip
