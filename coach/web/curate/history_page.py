"""The change log of a script, a patient or the clinic's page in words; what differs between any two versions; bringing one back."""

from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from coach.access.person import Person
from coach.access.rights import may
from coach.curate.curator import Curator
from coach.curate.diff import LABELS
from coach.curate.files import LOCAL, PATIENTS
from coach.curate.shapes import Change, Difference, Saved
from coach.errors import UnknownScript
from coach.web.curate import said
from coach.web.curate.fields import fields, text_of
from coach.web.curate.frame import curator, page, person, remember, signed
from coach.web.shelf import Shelf

ACTS = {
    "found": "First seen in the folder", "saved": "Saved", "submitted": "Submitted for review", "sent_back": "Sent back to its author", "reviewed": "Reviewed",
    "retired": "Retired", "revived": "Revived", "restored": "An older version brought back", "imported": "Imported",
    "outside": "Changed outside Curate, with an editor or git",
}  # fmt: skip
OURS = {LABELS[key] for key in ("status", "reviewed_by", "review_by")}
CLINIC = "/curate/history/clinic"


@dataclass(frozen=True)
class Compared:
    """Two versions side by side: `name` says in words which."""

    before: Change
    after: Change
    name: str
    found: list[Difference]


def add(app: FastAPI, shelf: Shelf) -> None:
    @app.get(CLINIC)
    def clinic(request: Request) -> Response:
        return _shown(request, shelf, LOCAL)

    @app.post(CLINIC)
    async def bring_clinic_back(request: Request) -> Response:
        return await _brought_back(request, shelf, LOCAL)

    @app.get("/curate/history/{category}/{slug}")
    def history(request: Request, category: str, slug: str) -> Response:
        return _shown(request, shelf, f"{category}/{slug}")

    @app.post("/curate/history/{category}/{slug}")
    async def bring_back(request: Request, category: str, slug: str) -> Response:
        return await _brought_back(request, shelf, f"{category}/{slug}")


def _shown(request: Request, shelf: Shelf, item: str) -> Response:
    desk, by = curator(shelf), person(request)
    log = desk.history(by, item)
    if not log:
        raise UnknownScript("Nothing of this id was ever in the library. The table of the library shows what is there.")
    asked = request.query_params
    back = next((change for change in log if change.digest == asked.get("back")), None)
    compared = _compared(desk, by, item, log, asked.get("from", ""), asked.get("to", ""), back)
    return page(
        request, "history", "History", here=_part(item), item=item, called=_name(desk, item), log=log, acts=ACTS, moment=said.moment, compared=compared, back=back, address=_address(item), home=home(item),
        now=log[0], reviewed=next((change for change in log if change.act == "reviewed"), None), may_write=may(by, _right(item)), done=asked.get("done", ""),
    )  # fmt: skip


def _compared(desk: Curator, by: Person, item: str, log: list[Change], before: str, after: str, back: Change | None) -> Compared | None:
    """What was asked for; without a wish, the newest version and the one that was reviewed, else the one before."""
    known = {change.digest: change for change in reversed(log)}  # the newest change of a text that stood there twice
    if back is not None:
        before, after = log[0].digest, back.digest
    if before not in known or after not in known:
        others = [change for change in log if change.digest != log[0].digest]
        reviewed = next((change for change in log if change.act == "reviewed"), None)
        earlier = reviewed if reviewed and reviewed.digest != log[0].digest else others[0] if others else None
        if earlier is None:
            return None
        before, after = earlier.digest, log[0].digest
    one, other = known[before], known[after]
    found = desk.difference(by, item, before, after)
    if back is not None:  # a version brought back is a draft, whatever it was
        found = [place for place in found if place.where not in OURS]
    name = f"From version {one.version} ({_day(one)}) to version {other.version} ({_day(other)})"
    return Compared(one, other, name, found)


async def _brought_back(request: Request, shelf: Shelf, item: str) -> Response:
    form = await fields(request)
    by = signed(request, form)
    digest, base = text_of(form, "digest"), text_of(form, "base") or None
    saved = await run_in_threadpool(_restored, shelf, by, item, digest, base)
    return remember(RedirectResponse(f"{_address(item)}?done={'back' if saved.changed else 'same'}", status_code=303), by)


def _restored(shelf: Shelf, by: Person, item: str, digest: str, base: str | None) -> Saved:
    desk = curator(shelf)
    if item == LOCAL:
        return desk.clinic.restore(by, digest, base or "")
    return desk.patients.restore(by, item.removeprefix(PATIENTS), digest, base) if item.startswith(PATIENTS) else desk.restore(by, item, digest, base)


def _day(change: Change) -> str:
    return said.moment(change.at)


def _address(item: str) -> str:
    return CLINIC if item == LOCAL else f"/curate/history/{item}"


def home(item: str) -> str:
    """The page of a script, a patient or the clinic."""
    return "/curate/clinic" if item == LOCAL else f"/curate/{item}" if item.startswith(PATIENTS) else f"/curate/script/{item}"


def _part(item: str) -> str:
    return "Clinic" if item == LOCAL else "Patients" if item.startswith(PATIENTS) else "Library"


def _right(item: str) -> str:
    return "local" if item == LOCAL else "patients" if item.startswith(PATIENTS) else "write"


def _name(desk: Curator, item: str) -> str:
    if item == LOCAL:
        return "This clinic’s own page"
    known = desk.library.scripts.get(item)
    return known.title if known else item
