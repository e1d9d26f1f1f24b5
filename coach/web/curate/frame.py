"""What every page of Curate shares: who asks, the frame around the page, and how an error is told."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.datastructures import FormData

from coach.access.person import Person, local
from coach.access.rights import may
from coach.curate.curator import Curator
from coach.errors import CoachError, Conflict, CurateError, NotAllowed, UnknownScript
from coach.web import render
from coach.web.shelf import Shelf

NAME, TITLE = "coach_name", "coach_title"  # cookies of this computer, so that one types who one is only once
YEAR = 365 * 24 * 3600
PARTS = (  # (name, address, the right it needs)
    ("Library", "/curate", "view"), ("Coverage", "/curate/coverage", "view"), ("Questions", "/curate/questions", "unanswered"), ("Import", "/curate/import", "import"),
    ("Clinic", "/curate/clinic", "local"), ("Patients", "/curate/patients", "patients"), ("Audit", "/curate/audit", "audit"),
)  # fmt: skip
STATUS = {NotAllowed: 403, UnknownScript: 404, Conflict: 409, CurateError: 422}


def person(request: Request) -> Person:
    """Who asks: whom the sign-in found, or, where nobody signs in, the one person of this computer with the name they typed last."""
    found = getattr(request.state, "person", None)
    if isinstance(found, Person) and found.account:
        return found
    return local(_cookie(request, NAME), _cookie(request, TITLE))


def signed(request: Request, form: FormData) -> Person:
    """The same, with the name and profession typed into this form."""
    by = person(request)
    if by.account or "name" not in form:
        return by
    return local(str(form.get("name", ""))[:80], str(form.get("title", ""))[:80])


def remember(response: Response, by: Person) -> Response:
    """Keep a typed name for the next form. Nothing else of Curate is kept in the browser."""
    if not by.account:
        for key, value in ((NAME, by.name), (TITLE, by.title)):
            response.set_cookie(key, value.encode("utf-8").hex(), max_age=YEAR, httponly=True, samesite="strict", path="/curate")
    return response


def _cookie(request: Request, name: str) -> str:
    try:
        return bytes.fromhex(request.cookies.get(name, "")).decode("utf-8")[:80]
    except ValueError:
        return ""


def page(request: Request, name: str, title: str, here: str = "", status_code: int = 200, **values: object) -> HTMLResponse:
    """A template of templates/curate inside the frame."""
    by = person(request)
    parts = [(label, path) for label, path, right in PARTS if may(by, right)]
    content = render.page(f"curate/{name}", title=title, here="Curate", part=here, parts=parts, by=by, broken="", **values)
    return HTMLResponse(content, status_code=status_code)


def curator(shelf: Shelf) -> Curator:
    """Waits for the Coach while it starts; raises the error it could not be opened with."""
    return shelf.coach().curator


def told(request: Request, error: CoachError) -> Response:
    """An error as the one who asked can read it: JSON for a program, a page for a person."""
    code = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 503)
    if request.url.path.startswith("/curate/api/"):
        more: dict[str, Any] = {"theirs": error.theirs} if isinstance(error, Conflict) else {}
        return JSONResponse({"detail": str(error), **more}, status_code=code)
    return page(request, "problem", "Curate", status_code=code, message=str(error))


Handler = Callable[[Request], Awaitable[Response]]
