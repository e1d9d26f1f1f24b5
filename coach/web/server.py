"""The web server: the pages mounted on FastAPI with health routes and a Content-Security-Policy, on loopback."""

import warnings
from collections.abc import Awaitable, Callable
from pathlib import Path

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from coach.errors import CoachError, NotAllowed, NotSignedIn
from coach.settings import Settings
from coach.web import about, advise_page
from coach.web.curate import pages
from coach.web.curate.frame import told
from coach.web.doors import is_from_here, is_open, names_of
from coach.web.shelf import Shelf
from coach.web.sign_in import Gate, add_routes, person_of

STATIC = Path(__file__).parent / "static"
# 'unsafe-inline' and 'unsafe-eval' are Gradio's; what matters here is that nothing, no image either, is fetched from elsewhere.
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "font-src 'self' data:; connect-src 'self'; frame-ancestors 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
)
STRICT = POLICY.replace(" 'unsafe-inline'", "").replace(" 'unsafe-eval'", "")  # for the pages that are wholly ours
CARD = STRICT.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")  # a pocket card holds its own style sheet, so that it can be kept as one file
HEADERS = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}


def make_app(shelf: Shelf) -> FastAPI:
    """The whole web app. `/healthz`: the process answers. `/readyz`: library, encoder and index answer."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    gate, names = Gate(shelf.settings), names_of(shelf.settings)

    @app.middleware("http")
    async def guard_doors(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        here = is_from_here(request.headers.get("host", ""), request.headers.get("origin"), names)
        if here and is_open(request.method, request.scope.get("raw_path", b"").split(b"?")[0].decode("latin-1") or request.url.path):
            response = await gate(request, call_next)
        else:
            response = JSONResponse({"detail": "Not found"}, status_code=404)
        for name, value in HEADERS.items():
            if not (name == "Cache-Control" and request.url.path.startswith(("/assets", "/static", "/coach"))):
                response.headers[name] = value
        if request.url.path.startswith("/curate"):
            response.headers["Content-Security-Policy"] = CARD if request.url.path == "/curate/api/export" else STRICT
        return response

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        if shelf.ready:
            return JSONResponse({"status": "ready", "scripts": len(shelf.coach().library.scripts), "notes": shelf.notes})
        return JSONResponse({"status": "broken" if shelf.broken else "starting", "notes": [shelf.broken] if shelf.broken else []}, status_code=503)

    @app.exception_handler(NotAllowed)
    def not_allowed(request: Request, error: NotAllowed) -> Response:
        if request.url.path.startswith("/curate") and not request.url.path.startswith("/curate/api"):
            return told(request, error)
        return JSONResponse({"detail": str(error)}, status_code=401 if isinstance(error, NotSignedIn) else 403)

    add_routes(app, gate)
    about.add(app)

    @app.get("/practice/progress.json")
    def exported(request: Request) -> JSONResponse:
        try:
            kept = shelf.coach().progress_of(person_of(request))
            content = {"keep": kept.keeping(), "sessions": [one.model_dump(mode="json") for one in kept.sessions()]}
        except NotAllowed:
            raise
        except CoachError as error:
            return JSONResponse({"detail": str(error)}, status_code=503)
        return JSONResponse(content, headers={"Content-Disposition": 'attachment; filename="practice-progress.json"'})

    pages.add(app, shelf)
    app.mount("/coach", StaticFiles(directory=STATIC))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="SSR mode is not supported")  # nobody asked for it; Gradio says so whenever there is more than one page
        return gr.mount_gradio_app(  # type: ignore[no-any-return]
            app, advise_page.build(shelf), path="/", run_history=False, enable_monitoring=False, footer_links=[], show_error=False, ssr_mode=False, mcp_server=False,
            theme=theme(), css_paths=[STATIC / "style.css", STATIC / "practice.css"], head='<script src="/coach/page.js" defer></script><script src="/coach/practice.js" defer></script><link rel="stylesheet" href="/coach/print.css"><link rel="icon" href="/coach/icon.svg">', favicon_path=str(STATIC / "icon.svg"),
        )  # fmt: skip


def theme() -> gr.themes.Base:
    """System fonts only, so that no font is fetched."""
    fonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
    return gr.themes.Base(primary_hue="teal", neutral_hue="gray", font=fonts, font_mono=["ui-monospace", "monospace"])


def serve(settings: Settings, shelf: Shelf) -> None:
    """Serve until interrupted. Call `check_address` first. Access lines are not logged: they would hold nothing, and must never. Whose word is taken
    for where a request comes from is the gate's to say, so uvicorn believes no proxy."""
    config = uvicorn.Config(
        make_app(shelf), host=settings.host, port=settings.port, ws="none", log_level="critical", access_log=False, proxy_headers=False, timeout_graceful_shutdown=3
    )
    try:
        uvicorn.Server(config).run()
    finally:
        shelf.close()
