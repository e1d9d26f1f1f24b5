"""Who is asking, on the web: the pages and cookie of signing in, that of one's own password, and the gate that every request passes. `person_of` tells a route or handler who it is."""

from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from coach.access import own_password
from coach.access.person import Person, local
from coach.access.rights import require
from coach.access.sign_in import AT_PROXY, OVER, SignIn
from coach.errors import CoachError, InputError, NotAllowed, NotSignedIn
from coach.settings import Settings
from coach.web import render
from coach.web.doors import is_open

COOKIE = "coach_session"
SAFE = ("GET", "HEAD")
FREE = ("/healthz", "/readyz", "/sign-in", "/favicon.ico")
NEEDS = {"/": "advise", "/practice": "practice", "/about": "advise"}  # pages that Gradio serves ask again in coach/; About holds figures only
LONGEST_FORM = 8_192  # bytes: a name and a password of any script
ELSEWHERE = "This came from another page than ours. Open the coach at its own address and do it there."
OUT_AT_PROXY = "The proxy in front of this coach signed you in. Sign out there, or close the browser."
OVER_HERE = "You are signed out. Open the coach in another tab, sign in there, and press again here: what you typed stays."
AT_THE_PROXY = "You sign in at the proxy in front of this coach, if at all. Change your password there."
NOT_TWICE = "The new password was not typed the same twice. Type it again."
UNREADABLE = "The form could not be read. Reload the page and sign in again."
Next = Callable[[Request], Awaitable[Response]]


def person_of(request: Any) -> Person:
    """Who sent this request: FastAPI's in a route, Gradio's in a handler. Raises NotSignedIn when the gate let nobody in."""
    person = getattr(getattr(request, "state", None), "person", None)
    if not isinstance(person, Person):
        raise NotSignedIn(OVER)
    return person


def who(request: Any) -> Person | None:
    """Whose name stands at the top of a page; None where nobody signs in."""
    person = getattr(getattr(request, "state", None), "person", None)
    return person if isinstance(person, Person) and person.account else None


class Gate:
    """Lets a request in with its Person in `request.state.person`, or refuses it."""

    def __init__(self, settings: Settings):
        self.settings, self.sign_in = settings, SignIn(settings)

    async def __call__(self, request: Request, call_next: Next) -> Response:
        if self.settings.auth == "none":
            request.state.person = local()
            return await call_next(request)
        path = request.url.path
        if request.method not in SAFE and not self._is_from_our_page(request):
            return JSONResponse({"detail": ELSEWHERE}, status_code=403)
        if path in FREE or path.startswith("/coach/"):
            return await call_next(request)
        try:
            request.state.person = await run_in_threadpool(self._person, request)
            if path in NEEDS:
                require(request.state.person, NEEDS[path])
        except CoachError as error:
            return self._refused(request, error)
        return await call_next(request)

    def _person(self, request: Request) -> Person:
        if self.settings.auth == "header":  # two such headers are a comma in one: no name has that
            return self.sign_in.person_from_header(",".join(request.headers.getlist(self.settings.auth_header)), _peer(request))
        return self.sign_in.person(request.cookies.get(COOKIE, ""))

    def _refused(self, request: Request, error: CoachError) -> Response:
        status = 401 if isinstance(error, NotSignedIn) else 403 if isinstance(error, NotAllowed) else 503
        path = request.url.path
        if status == 401 and path.startswith("/gradio_api") and self.settings.auth == "accounts":
            return JSONResponse({"detail": OVER_HERE}, status_code=401)
        if not _is_page(request):
            return JSONResponse({"detail": str(error)}, status_code=status)
        if status == 401 and self.settings.auth == "accounts":
            return RedirectResponse("/sign-in" if path == "/" else f"/sign-in?to={path}", status_code=303)
        return HTMLResponse(render.page("sign_in", form=False, problem=str(error), to="", account=""), status_code=status)

    def _is_from_our_page(self, request: Request) -> bool:
        """A browser says where a change comes from: an Origin (the doors compared it with the Host), else whether it is the same site. What says
        neither and brings somebody's cookie, or the proxy's word for somebody, is refused."""
        site = request.headers.get("sec-fetch-site")
        if site is not None and site not in ("same-origin", "none"):
            return False
        known = COOKIE in request.cookies or (self.settings.auth == "header" and self.settings.auth_header in request.headers)
        return site is not None or "origin" in request.headers or not known

    def where_from(self, request: Request) -> str:
        """The address wrong passwords are counted for: the sender's, or the one our own proxy names. A network of the newer addresses is one: it is one household's."""
        peer = _peer(request)
        last = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        try:
            address = ip_address(last if last and self.sign_in.is_proxy(peer) else peer)
        except ValueError:
            return peer
        return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) and not address.ipv4_mapped else str(address)

    def is_secret(self, request: Request) -> bool:
        """Whether the request came by https, to us or to our proxy."""
        return request.url.scheme == "https" or (self.sign_in.is_proxy(_peer(request)) and request.headers.get("x-forwarded-proto", "").strip().lower() == "https")


def add_routes(app: FastAPI, gate: Gate) -> None:
    """GET and POST /sign-in, POST /sign-out, GET and POST /password."""
    _add_password(app, gate)

    @app.get("/sign-in")
    def shown(request: Request, to: str = "/") -> Response:
        if gate.settings.auth == "none":
            return RedirectResponse("/", status_code=303)
        if gate.settings.auth == "header":
            return HTMLResponse(render.page("sign_in", form=False, problem=AT_PROXY, to="", account=""), status_code=404)
        try:
            gate.sign_in.person(request.cookies.get(COOKIE, ""))
        except CoachError:
            return HTMLResponse(render.page("sign_in", form=True, problem="", to=_inside(to), account=""))
        return RedirectResponse(_inside(to), status_code=303)

    @app.post("/sign-in")
    async def signed_in(request: Request) -> Response:
        if gate.settings.auth != "accounts":
            return JSONResponse({"detail": AT_PROXY}, status_code=404)
        given = await _form(request)
        if given is None:
            return HTMLResponse(render.page("sign_in", form=True, problem=UNREADABLE, to="/", account=""), status_code=400)
        to, name = _inside(given.get("to", "/")), given.get("account", "")
        try:
            token = await run_in_threadpool(gate.sign_in.sign_in, name, given.get("password", ""), gate.where_from(request))
        except CoachError as error:
            status = 401 if isinstance(error, NotSignedIn) else 503
            return HTMLResponse(render.page("sign_in", form=True, problem=str(error), to=to, account=name[:100]), status_code=status)
        if COOKIE in request.cookies:  # the session before this one, perhaps somebody else's
            await run_in_threadpool(gate.sign_in.sign_out, request.cookies[COOKIE])
        response = RedirectResponse(to, status_code=303)
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=gate.is_secret(request), path="/")  # ends with the browser too
        return response

    @app.post("/sign-out")
    def signed_out(request: Request) -> Response:
        if gate.settings.auth == "header":
            return HTMLResponse(render.page("sign_in", form=False, problem=OUT_AT_PROXY, to="", account=""))
        if gate.settings.auth == "accounts":
            gate.sign_in.sign_out(request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/sign-in", status_code=303)
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return response


def _add_password(app: FastAPI, gate: Gate) -> None:
    def shown(by: Person | None, problem: str = "", status: int = 200, done: bool = False) -> Response:
        return HTMLResponse(render.page("password", by=by, problem=problem, done=done), status_code=status)

    @app.get("/password")
    def password(request: Request) -> Response:
        if gate.settings.auth == "none":
            return RedirectResponse("/", status_code=303)
        return shown(None, AT_THE_PROXY, 404) if gate.settings.auth == "header" else shown(person_of(request))

    @app.post("/password")
    async def another(request: Request) -> Response:
        from coach.store.changes import Changes

        if gate.settings.auth != "accounts":
            return shown(None, AT_THE_PROXY, 404)
        by, given = person_of(request), await _form(request)
        if given is None:
            return shown(by, UNREADABLE, 422)
        if given.get("new", "") != given.get("again", ""):
            return shown(by, NOT_TWICE, 422)
        audit, token = Changes(gate.settings.data).audit, request.cookies.get(COOKIE, "")
        try:
            await run_in_threadpool(own_password.change, gate.sign_in, audit, by, token, given.get("present", ""), given.get("new", ""), gate.where_from(request))
        except CoachError as error:
            return shown(by, str(error), 401 if isinstance(error, NotSignedIn) else 403 if isinstance(error, NotAllowed) else 422 if isinstance(error, InputError) else 503)
        return shown(by, done=True)


def _peer(request: Request) -> str:
    return request.client.host if request.client else ""


def _is_page(request: Request) -> bool:
    """Whether a person looks at the answer: then it is a page, and not for a program."""
    path = request.url.path
    return request.method in SAFE and not path.startswith(("/gradio_api", "/assets", "/static", "/config", "/curate/api")) and "." not in path.rpartition("/")[2]


def _inside(to: str) -> str:
    """A page of ours to go to once signed in; the first page for anything else."""
    return to if to.startswith("/") and is_open("GET", to) and not to.startswith("/sign-") else "/"


async def _form(request: Request) -> dict[str, str] | None:
    """The fields of an ordinary form; None when it is anything else, or larger than it can be."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        return None
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST_FORM:
            return None
    try:
        return {name: values[0] for name, values in parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=8).items()}
    except ValueError:
        return None
