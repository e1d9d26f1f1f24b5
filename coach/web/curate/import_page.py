"""Import in three steps, each with its own address: choose files, say what their columns are, see what would happen, and then let it happen."""

from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from coach.access.person import Person
from coach.access.rights import require_by
from coach.curate import bulk
from coach.curate.bulk import Planned
from coach.curate.curator import Curator
from coach.curate.incoming import Item, Table, as_scripts
from coach.curate.incoming import plan as guessed
from coach.curate.incoming.fields import LABELS, NOT_TAKEN
from coach.curate.shapes import Difference
from coach.errors import CurateError, ImportRefused
from coach.library.script import DECISIONS
from coach.web.curate.fields import fields, text_of
from coach.web.curate.frame import curator, page, person, remember, signed
from coach.web.curate.history_page import home
from coach.web.curate.waiting import Upload, Waiting, files_of, opened
from coach.web.shelf import Shelf

ADDRESS = "/curate/import/{token}"
EXPIRED = "This import is not here any more: it waits for 30 minutes, and the server must not be started anew meanwhile. Choose the files again; nothing was written."
DIFFERENCES = 25  # shown at once; the rest, one by one
LICENSE = "CC-BY-4.0"
SETTLED = ("category", "decision", "license")  # what can be said for all rows that say nothing
GROUPS = {
    "new": "New", "changed": "Changed", "mend": "To be mended first", "refused": "Refused", "passed": "Passed over", "same": "The same as in the library",
}  # fmt: skip


@dataclass(frozen=True)
class Mapped:
    """A table with what its columns are taken for, what no column gives, and the first script that would come of it."""

    number: int
    table: Table
    fields: dict[str, str]
    missing: tuple[str, ...]
    first: Item | None


def add(app: FastAPI, shelf: Shelf) -> None:
    waiting = Waiting()

    @app.get("/curate/import")
    def start(request: Request) -> Response:
        require_by(person(request), "import", curator(shelf).settings.auth)
        return page(request, "import", "Import", here="Import", problem="")

    @app.post("/curate/import")
    async def upload(request: Request) -> Response:
        by = person(request)
        require_by(by, "import", (await run_in_threadpool(curator, shelf)).settings.auth)
        try:
            files = await files_of(request)
        except ImportRefused as refusal:
            return page(request, "import", "Import", here="Import", status_code=422, problem=str(refusal))
        return await run_in_threadpool(_begun, shelf, by, files, waiting)

    @app.get(ADDRESS)
    def step(request: Request, token: str) -> Response:
        desk, by = curator(shelf), person(request)
        require_by(by, "import", desk.settings.auth)
        found = waiting.get(token, owner_of(by))
        return _step(request, desk, by, found) if found else _expired(request)

    @app.post(ADDRESS)
    async def answer(request: Request, token: str) -> Response:
        return await run_in_threadpool(_answered, request, await fields(request), shelf, waiting, token)


def owner_of(by: Person) -> str:
    """Whose an import is: the account's, else that of whoever is at this computer, under whichever name."""
    return by.account or ""


def _begun(shelf: Shelf, by: Person, files: list[tuple[str, bytes]], waiting: Waiting) -> Response:
    found = opened(owner_of(by), files)
    if not found.tables:
        found.planned = bulk.plan(curator(shelf), by, found.items)
    return RedirectResponse(f"/curate/import/{waiting.put(found)}", status_code=303)


def _answered(request: Request, form: FormData, shelf: Shelf, waiting: Waiting, token: str) -> Response:
    desk, by, wanted = curator(shelf), person(request), text_of(form, "do")
    require_by(by, "import", desk.settings.auth)
    found = waiting.get(token, owner_of(by))
    if found is None:
        return _expired(request)
    here = RedirectResponse(f"/curate/import/{token}", status_code=303)
    if wanted == "drop":
        waiting.drop(token, owner_of(by))
        return RedirectResponse("/curate/import", status_code=303)
    if wanted == "preview":
        return _mapping(request, desk, found, form)
    if wanted == "map":
        items = [item for table in _mapped(found, form) for item in as_scripts(table.table, table.fields, _defaults(form))]
        found.planned = bulk.plan(desk, by, [*found.items, *items])
        return here
    if wanted == "again":
        found.planned = None
        return here
    return _imported(request, desk, found, form)


def _imported(request: Request, desk: Curator, found: Upload, form: FormData) -> Response:
    by = signed(request, form)
    chosen = {int(value) for value in form.getlist("item") if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 8}
    try:
        if not chosen:
            raise CurateError("Nothing is ticked, so nothing was imported. Tick what should come into the library.")
        with found.lock:
            if found.planned is not None and found.applied is None:
                found.applied = bulk.apply(desk, by, found.planned, chosen)
    except CurateError as problem:
        return _planned(request, desk, by, found, str(problem), chosen)
    return remember(RedirectResponse(f"/curate/import/{found.token}", status_code=303), by)


def _step(request: Request, desk: Curator, by: Person, found: Upload) -> Response:
    if found.applied is not None:
        return page(request, "import_done", "Imported", here="Import", applied=found.applied, home=home)
    if found.planned is not None:
        return _planned(request, desk, by, found)
    return _mapping(request, desk, found, None)


def _planned(request: Request, desk: Curator, by: Person, found: Upload, problem: str = "", chosen: set[int] | None = None) -> Response:
    planned = found.planned or []
    groups = [(name, label, [one for one in planned if one.state == name]) for name, label in GROUPS.items()]
    ticked = {one.number for one in planned if one.state == "new"} if chosen is None else chosen
    return page(
        request, "import_plan", "Import", here="Import", status_code=422 if problem else 200, groups=[group for group in groups if group[2]], token=found.token, problem=problem,
        ticked=ticked, differs=_differences(desk, by, planned, request.query_params.get("item", "")), tables=bool(found.tables), may_import=any(one.state in ("new", "changed", "mend") for one in planned),
    )  # fmt: skip


def _differences(desk: Curator, by: Person, planned: list[Planned], asked: str) -> dict[int, list[Difference] | None]:
    """Of the first changed items and of the one asked for: a comparison takes time, and an import may hold thousands."""
    changed = [one for one in planned if one.state == "changed"]
    return {one.number: bulk.difference(desk, by, one) for number, one in enumerate(changed) if number < DIFFERENCES or str(one.number) == asked}


def _mapping(request: Request, desk: Curator, found: Upload, form: FormData | None) -> Response:
    options = {name: label for name, label in LABELS.items() if name not in NOT_TAKEN}
    defaults = _defaults(form) if form else {"license": LICENSE}
    mapped = _mapped(found, form, defaults)
    missing = {name for table in mapped for name in table.missing}
    return page(
        request, "import_map", "Import", here="Import", token=found.token, mapped=mapped, options=options, labels=LABELS, taxonomy=desk.library.taxonomy, decisions=sorted(DECISIONS),
        defaults=defaults, missing=missing, settled=SETTLED,
    )  # fmt: skip


def _mapped(found: Upload, form: FormData | None, defaults: dict[str, str] | None = None) -> list[Mapped]:
    mapped = []
    for number, table in enumerate(found.tables):
        proposed = guessed(table)
        chosen = proposed.fields
        if form is not None:
            chosen = {column: _known(text_of(form, f"map-{number}-{place}")) for place, column in enumerate(table.columns)}
        missing = _missing(proposed.missing, set(proposed.fields.values()), set(chosen.values()))
        first = next(iter(as_scripts(Table(table.name, table.columns, table.rows[:1]), chosen, defaults)), None)
        mapped.append(Mapped(number, table, chosen, missing, first))
    return mapped


def _missing(missing: tuple[str, ...], proposed: set[str], given: set[str]) -> tuple[str, ...]:
    """The fields that no column gives: those no column was ever like, and those that were left out by hand."""
    here = given | ({"pushbacks"} if given & {"quote", "answer"} else set()) | ({"category"} if "id" in given else set())
    left_out = proposed - NOT_TAKEN - {"", "id", "quote", "answer", "audience"}
    return tuple(name for name in LABELS if name in left_out | set(missing) and name not in here)


def _known(field: str) -> str:
    return field if field in LABELS else ""


def _defaults(form: FormData) -> dict[str, str]:
    return {name: value[:60] for name in SETTLED if (value := text_of(form, f"default-{name}").strip())}


def _expired(request: Request) -> Response:
    return page(request, "import", "Import", here="Import", status_code=410, problem=EXPIRED)
