"""What the Curator gives back: plain shapes, the same for the pages, the addresses under /curate/api and `--json`."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["script", "patient", "local"]
Act = Literal["found", "saved", "submitted", "sent_back", "reviewed", "retired", "revived", "restored", "imported", "outside"]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Row(Shape):
    """One script in the table of the library. `shown`, `up`, `down` are counts; `reviewed_days` days since the review, None when there was none."""

    id: str
    title: str
    category: str
    situations: tuple[str, ...]
    status: str
    version: int
    author: str | None = None
    reviewed_by: str | None = None
    reviewed_days: int | None = None
    review_by: date | None = None
    review_due: bool = False
    shown: int = 0
    up: int = 0
    down: int = 0
    problems: int = 0
    draft: bool = False  # somebody has begun a change that is not saved


class Finding(Shape):
    """A problem of the text being written; `blocks`: it must be mended before the text can be saved. `row` counts lines of the file from 1."""

    row: int
    message: str
    rule: str
    blocks: bool


class Source(Shape):
    """A script's file as it stands: `digest` is what a save must start from."""

    id: str
    path: str
    text: str
    digest: str
    status: str
    version: int
    findings: tuple[Finding, ...] = ()


class Change(Shape):
    """One entry of the change log, newest first. `by` names who, and says when the name was only typed; `key` tells people apart."""

    number: int
    item: str
    act: Act
    at: datetime
    by: str
    key: str
    digest: str
    version: int
    note: str = ""


class Piece(Shape):
    """Words of a difference: kept, taken out, put in."""

    how: Literal["same", "out", "in"]
    text: str


class Difference(Shape):
    """One place where two versions differ, in words: `where` is how a reader would call it ("Say, line 3", "Title")."""

    where: str
    pieces: tuple[Piece, ...]


class Near(Shape):
    """A line that another script of the library nearly says already. `likeness` 0 to 100."""

    row: int
    line: str
    other_id: str
    other: str
    likeness: int


class Heard(Shape):
    """One way the lines can sound: with nothing known, with one slot filled, in one situation. Only the lines that this changes, but for "nothing known"."""

    name: str
    lines: tuple[str, ...]


class Question(Shape):
    """A question that finds this text among the first three: `place` now, `before` as the library stands (None: not among the first three), `displaces` the script pushed out."""

    text: str
    place: int | None
    before: int | None
    displaces: str | None = None


class Check(Shape):
    """What is said while one writes. `grade` is the reading grade of the spoken lines, `longest` the longest sentence in words and its row."""

    id: str | None
    title: str
    findings: tuple[Finding, ...]
    grade: float | None
    sentence_words: float | None
    longest: tuple[int, int] | None
    near: tuple[Near, ...] = ()
    can_save: bool = False


class Saved(Shape):
    """A saved version. `live` tells whether search already answers from it; `changed` is False when nothing differed and nothing was written."""

    id: str
    version: int
    status: str
    digest: str
    changed: bool
    live: bool


class Draft(Shape):
    """A change begun and not saved: it survives a reload and a crash. `base` is the digest it started from, None for a new script."""

    key: str
    item: str | None
    text: str
    base: str | None
    at: datetime


class Comment(Shape):
    number: int
    item: str
    digest: str
    row: int
    line: str  # the line as it read when the comment was made
    text: str
    by: str
    at: datetime
    done: bool


class Entry(Shape):
    """One row of the audit: ids and digests, never text."""

    number: int
    at: datetime
    by: str
    action: str
    item: str
    digest: str = ""
    count: int = 0


class Unanswered(Shape):
    """A masked one-line reason for which nothing fitted, kept because the clinician asked an educator to write for it."""

    number: int
    at: datetime
    reason: str
    state: Literal["open", "written", "dismissed"]
    script_id: str | None = None


class Grade(Shape):
    """How the spoken lines of a category read, as a school grade; `highest_id` is the script that reads hardest. None where there is no script."""

    scripts: int
    median: float | None = None
    highest: float | None = None
    highest_id: str | None = None


class Thin(Shape):
    """A situation that hardly any script is for, and what it means."""

    situation: str
    means: str
    scripts: int


class Coverage(Shape):
    """What the library has and lacks. Retired scripts are counted in `statuses` alone. `counts`: category, situation, how many scripts (only where there are some);
    `due`: their review is due, `due_soon`: within 60 days; `shown`: how often any script was shown; `broken`: files that cannot be shown."""

    scripts: int
    statuses: dict[str, int]
    categories: dict[str, int]
    situations: dict[str, int]
    counts: dict[str, dict[str, int]]
    grades: dict[str, Grade]
    due: tuple[Row, ...] = ()
    due_soon: tuple[Row, ...] = ()
    shown: int = 0
    never_shown: tuple[Row, ...] = ()
    poor: tuple[Row, ...] = ()
    thin: tuple[Thin, ...] = ()
    broken: tuple[Row, ...] = ()


class Field(Shape):
    """A line of the clinic's own page: its key in local.yaml, how it is called, what belongs there."""

    key: str
    label: str
    hint: str


class Service(Shape):
    """A service to refer patients to: what it is called, what it is for, how to reach it."""

    name: str
    what_for: str
    how: str


class ClinicPage(Shape):
    """This clinic's own numbers and rules. `digest` is what a save must start from; `fields` names the keys of `lines` in their order."""

    lines: dict[str, str]
    policies: tuple[str, ...]
    services: tuple[Service, ...]
    digest: str
    fields: tuple[Field, ...]


class PatientRow(Shape):
    """A simulated patient in the list. Only one without a problem can be played."""

    id: str
    name: str
    title: str
    level: int
    mode: str
    status: str
    version: int
    problems: int = 0


class PatientCheck(Shape):
    """What is said while one writes a patient."""

    id: str | None
    title: str
    findings: tuple[Finding, ...]
    can_save: bool


class PatientPreview(Shape):
    """What a trainee is told before the talk, and a few of the patient's lines by mood ("opening", "angry", …)."""

    title: str
    one_line: str
    task: str
    chart: tuple[str, ...]
    lines: tuple[Heard, ...]
