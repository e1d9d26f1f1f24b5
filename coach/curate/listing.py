"""The table of the library: its rows, made quickly also for thousands of scripts, and which of them somebody wants to see, in which order."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from coach.curate.review import is_due
from coach.curate.shapes import Row

if TYPE_CHECKING:
    from coach.library.corpus import Library
    from coach.library.script import Script

STATUSES = ("draft", "in_review", "reviewed", "retired")
COLUMNS = ("title", "status", "situations", "shown", "thumbs", "age", "problems")
LARGEST_FIRST = frozenset({"shown", "thumbs", "age", "problems"})  # what a first click on these columns asks for


@dataclass(frozen=True, slots=True)
class _Kept:
    """What does not change while the library is the same: most of a row, and the date of the next review as the file has it."""

    values: dict[str, Any]
    id: str
    order: tuple[str, str]  # by title
    text: str  # what is searched
    review_by: str | None

    @property
    def due(self) -> bool:
        return is_due(self.values["status"], self.review_by)


@dataclass(frozen=True)
class Wanted:
    """What the table is asked for. An empty text asks for everything; `down` turns the order of the column round."""

    q: str = ""
    category: str = ""
    situation: str = ""
    status: str = ""
    due: bool = False
    problems: bool = False
    drafts: bool = False
    sort: str = "title"
    down: bool = False

    @property
    def filtered(self) -> bool:
        return replace(self, sort="title", down=False) != EVERYTHING


EVERYTHING = Wanted()


@dataclass(frozen=True)
class Counts:
    """What changes from one look to the next: how often each script was shown, its thumbs, when it was last reviewed, and the items with a draft of
    the one who asks."""

    shown: Mapping[str, int]
    thumbs: Mapping[str, Mapping[str, int]]
    reviews: Mapping[str, datetime]
    begun: Collection[str | None]

    def reviewed(self, each: _Kept) -> datetime | None:
        return self.reviews.get(each.id) if each.values["status"] == "reviewed" else None

    def up(self, script_id: str) -> int:
        return self.thumbs[script_id].get("up", 0) if script_id in self.thumbs else 0

    def down(self, script_id: str) -> int:
        return self.thumbs[script_id].get("down", 0) if script_id in self.thumbs else 0


@dataclass(frozen=True)
class Listed:
    """A page of the table: its rows, the ids of all that fit (on other pages too), and how many scripts there are in all."""

    rows: tuple[Row, ...]
    ids: tuple[str, ...]
    of: int


class Listing:
    """Keeps what a library alone decides until another takes its place, and the reviews until something is recorded. Rows are made only for those
    that are looked at."""

    def __init__(self) -> None:
        self._library: Library | None = None
        self._kept: list[_Kept] = []
        self._made: dict[str, tuple[Script, int, _Kept]] = {}  # from which script and how many problems each was made
        self._reviews: tuple[int, Mapping[str, datetime]] = -1, {}
        self._lock = threading.Lock()

    def listed(self, library: "Library", counts: Counts, wanted: Wanted = EVERYTHING, start: int = 0, n: int | None = None) -> Listed:
        """The rows from `start` on of those that fit, at most n."""
        kept = self._of(library)
        words = plain(wanted.q).split()
        found = [each for each in kept if _fits(each, wanted, counts) and all(word in each.text for word in words)]
        if wanted.sort != "title" or wanted.down:  # what is kept is in the order of the titles already
            found.sort(key=lambda each: _key(each, wanted.sort, counts), reverse=wanted.down)
        now = datetime.now(UTC)
        seen = found[start:] if n is None else found[start : start + n]
        return Listed(tuple(_row(each, counts, now) for each in seen), tuple(each.id for each in found), len(kept))

    def reviews(self, newest: int, read: Callable[[], Mapping[str, datetime]]) -> Mapping[str, datetime]:
        """When each item was last reviewed; read again when `newest`, the number of the last thing recorded, is another."""
        with self._lock:
            if newest != self._reviews[0]:
                self._reviews = newest, read()
            return self._reviews[1]

    def _of(self, library: "Library") -> list[_Kept]:
        with self._lock:
            if library is not self._library:
                self._kept, self._library = self._of_all(library), library
            return self._kept

    def _of_all(self, library: "Library") -> list[_Kept]:
        """What did not change since the last library is not made again."""
        problems = Counter(problem.path for problem in library.problems)
        before, self._made = self._made, {}
        for script in library.scripts.values():
            count, known = problems.pop(script.path, 0), before.get(script.id)
            same = known is not None and known[0] is script and known[1] == count
            self._made[script.id] = known if known and same else (script, count, _keep(_of_script(script, count), script.review_by))
        broken = [_keep(_broken(path, count)) for path, count in problems.items() if "/scripts/" in path]
        return sorted([*(kept for _, _, kept in self._made.values()), *broken], key=lambda each: each.order)


def _fits(each: _Kept, wanted: Wanted, counts: Counts) -> bool:
    return (
        (not wanted.category or each.values["category"] == wanted.category)
        and (not wanted.situation or wanted.situation in each.values["situations"])
        and (not wanted.status or each.values["status"] == wanted.status)
        and (not wanted.due or each.due)
        and (not wanted.problems or each.values["problems"] > 0)
        and (not wanted.drafts or each.id in counts.begun)
    )


def _key(each: _Kept, column: str, counts: Counts) -> Any:
    if column == "shown":
        return counts.shown.get(each.id, 0)
    if column == "thumbs":
        return counts.up(each.id) - counts.down(each.id), counts.up(each.id)
    if column == "age":
        reviewed = counts.reviewed(each)
        return -reviewed.timestamp() if reviewed else 0.0  # none is older than any
    if column == "status":
        return STATUSES.index(each.values["status"])
    return each.order if column == "title" else each.values[column]


def _row(each: _Kept, counts: Counts, now: datetime) -> Row:
    reviewed = counts.reviewed(each)
    return Row(
        **each.values, review_due=each.due, reviewed_days=(now - reviewed).days if reviewed else None, shown=counts.shown.get(each.id, 0),
        up=counts.up(each.id), down=counts.down(each.id), draft=each.id in counts.begun,
    )  # fmt: skip


def _of_script(script: "Script", problems: int) -> dict[str, Any]:
    return {
        "id": script.id, "title": script.title, "category": script.category, "situations": script.situations, "status": script.status, "version": script.version,
        "author": script.author, "reviewed_by": script.reviewed_by, "review_by": as_date(script.review_by), "problems": problems,
    }  # fmt: skip


def _keep(values: dict[str, Any], review_by: str | None = None) -> _Kept:
    searched = plain(f"{values['title']} {values['id']} {' '.join(values['situations'])}")
    return _Kept(values, values["id"], (values["title"].casefold(), values["id"]), searched, review_by)


def plain(text: str) -> str:
    """A text as it is searched: in any case, with the underscores of the lists as spaces."""
    return text.casefold().replace("_", " ")


def _broken(path: str, count: int) -> dict[str, Any]:
    script_id = path.rpartition("/scripts/")[2].removesuffix(".md")
    return {
        "id": script_id, "title": "(cannot be shown)", "category": script_id.partition("/")[0], "situations": (), "status": "draft", "version": 1,
        "author": None, "reviewed_by": None, "review_by": None, "problems": count,
    }  # fmt: skip


def as_date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
