"""The way of a script: draft → in review → reviewed → retired, and back. Pure: what each step needs, and what it writes into the file."""

import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta

from coach.access.person import Person
from coach.curate.head import Value
from coach.curate.shapes import Act, Change
from coach.errors import CurateError

MONTHS = 12  # after which a review is due again, unless the reviewer sets another date
STEPS: dict[str, tuple[str, tuple[str, ...], Act]] = {  # action: the status it leads to, those it starts from, its name in the change log
    "submit": ("in_review", ("draft",), "submitted"),
    "send_back": ("draft", ("in_review",), "sent_back"),
    "approve": ("reviewed", ("in_review", "reviewed"), "reviewed"),  # a reviewed script may be looked at again, which renews the date
    "retire": ("retired", ("draft", "in_review", "reviewed"), "retired"),
    "revive": ("draft", ("retired",), "revived"),
}
IN_WORDS = {"draft": "a draft", "in_review": "in review", "reviewed": "reviewed", "retired": "retired"}
WRITING = ("saved", "restored", "imported", "outside")


def open_steps(status: str) -> list[str]:
    """The steps that can be taken from a status."""
    return [name for name, (_, starts, _) in STEPS.items() if status in starts]


def step(action: str, status: str, by: Person, log: Sequence[Change], author: str | None = None, review_by: date | None = None, today: date | None = None) -> dict[str, Value]:
    """The keys to set in the file for this step. `log` is the script's change log, newest first. Raises CurateError with what to do."""
    leads, starts, _ = STEPS[action]
    if status not in starts:
        raise CurateError(f"This script is {IN_WORDS[status]}, so this step cannot be taken. Load the page again to see what can.")
    if action != "approve":
        return {"status": leads, "reviewed_by": None, "review_by": None}
    now = today or date.today()
    if not (by.name and by.title):
        raise CurateError("A review names who answers for it. Give your name and your profession.")
    if is_author(by, log, author):
        raise CurateError("You changed this script yourself since its last review. Ask somebody else to review it.")
    due = review_by or now + timedelta(days=round(MONTHS * 365.25 / 12))
    if due <= now:
        raise CurateError("The next review lies in the past. Choose a later date, or leave it empty for a year from now.")
    return {"status": leads, "reviewed_by": by.line, "review_by": due}


def is_author(by: Person, log: Sequence[Change], author: str | None) -> bool:
    """Whether this person wrote any of what stands there since it was last reviewed. Names are compared without case and spaces, whether signed in or typed;
    the one in the file counts too: after a crash it may be all that tells who wrote."""
    wrote: list[str] = []
    for change in log:
        if change.act == "reviewed":
            break
        if change.act in WRITING:
            if change.key == by.key:
                return True
            wrote.append(change.by)
    return any(_name(line) == _name(by.line) for line in [*wrote, *([author] if author else [])])


def _name(line: str) -> str:
    return "".join(unicodedata.normalize("NFKC", line).partition("(")[0].partition(",")[0].casefold().split())


def is_due(status: str, review_by: str | None, today: date | None = None) -> bool:
    """Whether a reviewed script should be looked at again."""
    if status != "reviewed" or not review_by:
        return False
    try:
        return date.fromisoformat(review_by) <= (today or date.today())
    except ValueError:
        return True
