"""This clinic's own page: its numbers, rules and services, with where each is shown. Of two who save at once the second sees what differs, and chooses."""

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from coach.access.person import Person
from coach.access.rights import may, require_by
from coach.advise.clinic import FITS
from coach.curate.clinic import KEYS, LONGEST
from coach.curate.clinic_where import places
from coach.curate.curator import Curator
from coach.curate.files import LOCAL
from coach.curate.shapes import ClinicPage, Difference
from coach.errors import Conflict, CurateError, StoreError
from coach.web.curate.fields import fields, text_of
from coach.web.curate.frame import curator, page, person, remember, signed
from coach.web.render import ALERT_TITLES
from coach.web.shelf import Shelf

ADDRESS = "/curate/clinic"
SPARE = 2  # empty rows for further services; after saving there are as many again
PARTS = ("name", "for", "how")


def add(app: FastAPI, shelf: Shelf) -> None:
    @app.get(ADDRESS)
    def clinic(request: Request) -> Response:
        desk, by = curator(shelf), person(request)
        require_by(by, "local", desk.settings.auth)
        now = desk.clinic.page(by)
        return _shown(request, by, now, _values(now), now.digest)

    @app.post(ADDRESS)
    async def save(request: Request) -> Response:
        return await run_in_threadpool(_saved, request, await fields(request), shelf)


def _saved(request: Request, form: FormData, shelf: Shelf) -> Response:
    desk, by = curator(shelf), signed(request, form)
    values, base = _typed(form), text_of(form, "base")
    try:
        saved = desk.clinic.save(by, values, base)
    except Conflict as conflict:
        now = desk.clinic.page(by)
        return _shown(request, by, now, values, now.digest, str(conflict), _theirs(desk, by, base, conflict.theirs), status_code=409)
    except (CurateError, StoreError) as problem:
        return _shown(request, by, desk.clinic.page(by), values, base, str(problem), status_code=422)
    return remember(RedirectResponse(f"{ADDRESS}?done={'saved' if saved.changed else 'same'}", status_code=303), by)


def _shown(
    request: Request, by: Person, now: ClinicPage, values: dict[str, Any], base: str, problem: str = "", theirs: list[Difference] | None = None, status_code: int = 200
) -> Response:
    done = "" if problem else request.query_params.get("done", "")
    return page(
        request, "clinic", "Clinic", here="Clinic", status_code=status_code, fields=now.fields, values=values, base=base, problem=problem, theirs=theirs, done=done, places=places(), fits=FITS,
        alert_titles=ALERT_TITLES, longest=LONGEST, services=[*values["referral_services"], *(dict.fromkeys(PARTS, "") for _ in range(SPARE))], may_save=may(by, "local"),
    )  # fmt: skip


def _values(now: ClinicPage) -> dict[str, Any]:
    services = [{"name": each.name, "for": each.what_for, "how": each.how} for each in now.services]
    return {**now.lines, "policies": list(now.policies), "referral_services": services}


def _typed(form: FormData) -> dict[str, Any]:
    """What the form says, as `Clinic.save` takes it."""
    columns = [[str(value) for value in form.getlist(f"service-{part}")] for part in PARTS]
    services = [dict(zip(PARTS, row, strict=True)) for row in zip(*columns, strict=False)]
    return {
        **{key: text_of(form, f"line-{key}") for key in KEYS},
        "policies": [line for line in text_of(form, "policies").splitlines() if line.strip()],
        "referral_services": [service for service in services if any(value.strip() for value in service.values())],
    }


def _theirs(desk: Curator, by: Person, base: str, theirs: str) -> list[Difference] | None:
    """What the other one changed meanwhile; None when the text this form started from was never kept."""
    try:
        return desk.difference(by, LOCAL, base, theirs)
    except StoreError:
        return None
