"""The simulated patients: a list, and for each its file as text, with what must be mended and some of what the patient says, while one types."""

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import FormData

from coach.access.person import Person
from coach.curate.curator import Curator
from coach.curate.files import PATIENTS, normal
from coach.curate.shapes import Difference, Draft
from coach.errors import Conflict, CurateError, StoreError
from coach.web import render
from coach.web.curate import said
from coach.web.curate.fields import fields, text_of
from coach.web.curate.frame import curator, page, person, remember, signed
from coach.web.shelf import Shelf

LIST, ADDRESS = "/curate/patients", "/curate/patients/{slug}"
LEVELS = {1: "1, gentle", 2: "2", 3: "3", 4: "4", 5: "5, hard"}


def add(app: FastAPI, shelf: Shelf) -> None:
    @app.get(LIST)
    def patients(request: Request) -> Response:
        desk, by = curator(shelf), person(request)
        rows = desk.patients.rows(by)
        begun = {draft.item for draft in desk.drafts(by)}
        return page(request, "patients", "Patients", here="Patients", rows=rows, begun=begun, prefix=PATIENTS)

    @app.get(ADDRESS)
    def patient(request: Request, slug: str) -> Response:
        desk, by = curator(shelf), person(request)
        source = desk.patients.source(by, slug)
        copy = bool(request.query_params.get("copy"))
        draft = None if copy else desk.draft_of(by, source.id)
        text, base = (draft.text, draft.base or "") if draft else (source.text, "" if copy else source.digest)
        return _shown(request, desk, by, slug, text, base, draft=draft, done=request.query_params.get("done", ""))

    @app.post(ADDRESS)
    async def save(request: Request, slug: str) -> Response:
        return await run_in_threadpool(_saved, request, await fields(request), shelf, slug)

    @app.post(f"{ADDRESS}/look")
    async def look(request: Request, slug: str) -> Response:
        form = await fields(request)
        return await run_in_threadpool(_looked, request, form, curator(shelf), slug)


def _looked(request: Request, form: FormData, desk: Curator, slug: str) -> Response:
    """What stands beside the text, for the page's script; what is being written is kept."""
    by, text, base = person(request), normal(text_of(form, "text")), text_of(form, "base")
    checked, preview = desk.patients.check(by, text, slug if base else None), desk.patients.preview(by, text)
    if base and desk.patients.source(by, slug).text != text:
        desk.keep(by, PATIENTS + slug, text, base)
    return HTMLResponse(render.page("curate/patient_beside", checked=checked, preview=preview))


def _saved(request: Request, form: FormData, shelf: Shelf, slug: str) -> Response:
    desk, by, wanted = curator(shelf), signed(request, form), text_of(form, "do")
    text, base = normal(text_of(form, "text")), text_of(form, "base")
    draft = desk.draft_of(by, PATIENTS + slug)
    if wanted == "drop":
        if draft:
            desk.discard(by, draft.key)
        return RedirectResponse(f"{LIST}/{slug}", status_code=303)
    if wanted == "check":
        return _shown(request, desk, by, slug, text, base)
    try:
        saved = desk.patients.save(by, text, base or None, slug if base else None)
    except Conflict as conflict:
        return _shown(request, desk, by, slug, text, conflict.theirs, str(conflict), _theirs(desk, by, PATIENTS + slug, base, conflict.theirs), status_code=409)
    except (CurateError, StoreError) as problem:
        return _shown(request, desk, by, slug, text, base, str(problem), status_code=422)
    if draft:
        desk.discard(by, draft.key)
    return remember(RedirectResponse(f"/curate/{saved.id}?done={'saved' if saved.changed else 'same'}", status_code=303), by)


def _shown(
    request: Request, desk: Curator, by: Person, slug: str, text: str, base: str, problem: str = "", theirs: list[Difference] | None = None, draft: Draft | None = None, done: str = "",
    status_code: int = 200,
) -> Response:  # fmt: skip
    checked, preview = desk.patients.check(by, text, slug if base else None), desk.patients.preview(by, text)
    return page(
        request, "patient", checked.title or slug, here="Patients", status_code=status_code, slug=slug, text=text, base=base, checked=checked, preview=preview, problem=problem, theirs=theirs,
        kept=said.moment(draft.at) if draft else "", done=done,
    )  # fmt: skip


def _theirs(desk: Curator, by: Person, item: str, base: str, theirs: str) -> list[Difference] | None:
    """What the other one changed meanwhile; None when the text this one started from was never kept, or nothing stands there any more."""
    try:
        return desk.difference(by, item, base, theirs) if base and theirs else None
    except StoreError:
        return None
