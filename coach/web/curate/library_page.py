"""The table of the library: searched, filtered and sorted by its address alone, so that every view has a link and the back button works."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response

from coach.access.person import Person
from coach.access.rights import may
from coach.curate.curator import Curator
from coach.curate.files import ITEM, PATIENTS
from coach.curate.listing import COLUMNS, LARGEST_FIRST, STATUSES, Wanted
from coach.curate.shapes import Draft
from coach.library.frontmatter import read_head
from coach.web.curate import said
from coach.web.curate.frame import curator, page, person
from coach.web.shelf import Shelf

PAGE = 50
LONGEST_Q = 200
LABELS = {
    "title": "Script", "status": "Status", "situations": "Situations", "shown": "Shown", "thumbs": "Thumbs", "age": "Last review", "problems": "Problems",
}  # fmt: skip
ORDERS = {
    "title": "Title", "status": "Status", "-shown": "Most shown first", "shown": "Least shown first", "-thumbs": "Best thumbs first", "thumbs": "Worst thumbs first",
    "-age": "Longest without a review first", "-problems": "Most problems first",
}  # fmt: skip
FLAGS = {"due": "Review due", "problems": "Has problems", "drafts": "My drafts"}
AS = (("md", "Markdown (zip)"), ("word", "Word"), ("csv", "CSV"))


@dataclass(frozen=True)
class Column:
    """A heading: where a click on it leads, and how the table is sorted by it now ("ascending", "descending" or nothing)."""

    key: str
    label: str
    href: str
    sorted: str


@dataclass(frozen=True)
class Begun:
    """A change that is not saved: what it is called, where it goes on, when it was kept."""

    title: str
    href: str
    at: str
    new: bool


def add(app: FastAPI, shelf: Shelf) -> None:
    @app.get("/curate")
    def library(request: Request) -> Response:
        desk, by = curator(shelf), person(request)
        wanted, start = wanted_of(request.query_params), _start(request.query_params.get("start", ""))
        found = desk.table(by, wanted, start, PAGE)
        if start and not found.rows:  # a page beyond the last one: the first
            start, found = 0, desk.table(by, wanted, 0, PAGE)
        return page(
            request, "library", "Library", here="Library", wanted=wanted, found=found, start=start, columns=_columns(wanted), flags=FLAGS, statuses=STATUSES, export=AS,
            taxonomy=desk.library.taxonomy, page_size=PAGE, age=age, is_item=ITEM.fullmatch, begun=_begun(desk, by), before=_beside(wanted, start - PAGE, start > 0), after=_beside(wanted, start + PAGE, start + PAGE < len(found.ids)),
            given=_asked(asdict(wanted)), orders=ORDERS, order=_asked(asdict(wanted)).get("sort", "title"),
        )  # fmt: skip


def wanted_of(query: Mapping[str, str]) -> Wanted:
    """What an address asks for; what it does not know is left aside."""
    sort = query.get("sort", "title")
    column = sort.removeprefix("-")
    return Wanted(
        q=" ".join(query.get("q", "")[:LONGEST_Q].split()), category=query.get("category", "")[:60], situation=query.get("situation", "")[:60], status=query.get("status", "")[:20],
        due=bool(query.get("due")), problems=bool(query.get("problems")), drafts=bool(query.get("drafts")), sort=column if column in COLUMNS else "title", down=column in COLUMNS and sort != column,
    )  # fmt: skip


def address(wanted: Wanted, **changes: object) -> str:
    """The address of a view, without what goes without saying."""
    asked = _asked(asdict(wanted) | changes)
    return f"/curate?{urlencode(asked)}" if asked else "/curate"


def _asked(values: Mapping[str, object]) -> dict[str, str]:
    """The fields of an address: `sort` bears a minus where the order is turned round."""
    order = f"{'-' if values['down'] else ''}{values['sort']}"
    asked = {name: "1" if value is True else str(value) for name, value in values.items() if value and name not in ("sort", "down")}
    return asked if order == "title" else {**asked, "sort": order}


def age(days: int | None) -> str:
    """How long ago, as one says it."""
    if days is None:
        return "never"
    for unit, length in (("year", 365), ("month", 30), ("day", 1)):
        if days >= length:
            count = days // length
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "today"


def _columns(wanted: Wanted) -> list[Column]:
    columns = []
    for key in COLUMNS:
        here = wanted.sort == key
        down = not wanted.down if here else key in LARGEST_FIRST
        columns.append(Column(key, LABELS[key], address(wanted, sort=key, down=down), ("descending" if wanted.down else "ascending") if here else ""))
    return columns


def _beside(wanted: Wanted, start: int, there: bool) -> str:
    return address(wanted, start=max(0, start)) if there else ""


def _start(text: str) -> int:
    return min(int(text), 10**6) // PAGE * PAGE if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _begun(desk: Curator, by: Person) -> list[Begun]:
    """What this person has begun and not saved, newest first."""
    return [_draft(desk, draft) for draft in desk.drafts(by)] if may(by, "write") else []


def _draft(desk: Curator, draft: Draft) -> Begun:
    title = read_head(draft.text, "")[0].values.get("title")
    known = desk.library.scripts.get(draft.item or "")
    name = str(title).strip() if title else known.title if known else "Untitled"
    there = f"/curate/{draft.item}" if (draft.item or "").startswith(PATIENTS) else f"/curate/draft/{draft.key}"
    return Begun(name, there, said.moment(draft.at), draft.item is None)
