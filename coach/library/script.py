"""What a script is: the types. `parse.py` makes them from a file, `validate.py` says what is wrong with one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from coach.library.lines import Line

Status = Literal["draft", "in_review", "reviewed", "retired"]
Audience = Literal["patient", "relative", "self", "colleague", "team"]
Decision = Literal["patient", "shared", "clinician"]

STATUSES = ("draft", "in_review", "reviewed", "retired")
AUDIENCES = ("patient", "relative", "self", "colleague", "team")
DECISIONS = ("patient", "shared", "clinician")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file: where, what, and what to do about it."""

    path: str
    line: int
    message: str
    rule: str = "format"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Evidence:
    claim: str
    source: str


@dataclass(frozen=True, slots=True)
class Pushback:
    """What the patient may answer, in their own words, and one to three lines to say to it."""

    quote: str
    answers: tuple[Line, ...]
    row: int = 0


@dataclass(frozen=True, slots=True)
class Script:
    """One script of the library. `say` holds every line, with its conditions; `adapt` chooses among them."""

    id: str
    title: str
    situations: tuple[str, ...]
    needs: tuple[str, ...]
    skills: tuple[str, ...]
    decision: Decision
    use_when: str
    avoid_when: str
    asks: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    status: Status
    version: int
    one_thing: Line
    check_first: tuple[str, ...]
    say: tuple[Line, ...]
    pushbacks: tuple[Pushback, ...]
    avoid: tuple[str, ...]
    then: tuple[str, ...]
    why: str
    audience: Audience = "patient"
    reviewed_by: str | None = None
    review_by: str | None = None
    author: str | None = None  # who saved it last, with whether the name was only typed
    license: str = "CC-BY-4.0"
    path: str = ""
    digest: str = field(default="", compare=False)
    rows: Mapping[str, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)

    def row(self, part: str, number: int | None = None) -> int:
        """The line of the file where a key or section stands, or item `number` (from 0) of it. 1 when it is not known."""
        rows = self.rows.get(part, ())
        wanted = 0 if number is None else number + 1
        return rows[wanted] if wanted < len(rows) else rows[0] if rows else 1

    @property
    def category(self) -> str:
        """The folder it stands in."""
        return self.id.partition("/")[0]

    def spoken(self) -> tuple[Line, ...]:
        """Every line meant to be said aloud, in the order of the file."""
        return (self.one_thing, *self.say, *(line for pushback in self.pushbacks for line in pushback.answers))
