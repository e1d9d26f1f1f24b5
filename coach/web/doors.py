"""Which addresses of the server are open, each with its reason. Gradio brings many more (uploads, files, proxies, monitoring, API pages): all of them are shut."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from coach.settings import Settings
from coach.web.address import EVERY_ADDRESS

OPEN = {
    ("GET", r"/"): "the page",
    ("GET", r"/practice"): "the page Practice",
    ("GET", r"/about"): "the page About",
    ("GET", r"/practice/progress\.json"): "the button Export of Your progress",
    ("HEAD", r"/"): "the page, asked for by a monitor",
    ("GET", r"/config/?"): "the page's layout, asked for again after a lost connection",
    ("GET", r"/theme\.css"): "the page's colors",
    ("GET", r"/assets/[\w.@/-]+"): "the page's program",
    ("GET", r"/static/[\w.@/-]+"): "the page's program",
    ("GET", r"/coach/((style|practice|print|sign_in|curate(-library)?)\.css|(page|practice|curate(-library|-text|-editor)?)\.js|icon\.svg)"): "our style sheets, script and icon",
    ("GET", r"/favicon\.ico"): "the icon of the tab",
    ("GET", r"/gradio_api/heartbeat/\w+"): "tells the server that the window is still open, so that its conversation can be dropped when it is not",
    ("POST", r"/gradio_api/queue/join"): "a click on the page",
    ("GET", r"/gradio_api/queue/data"): "the answer to a click on the page",
    ("POST", r"/gradio_api/cancel"): "the Stop button",
    ("POST", r"/gradio_api/reset"): "the Stop button",
    ("GET", r"/gradio_api/startup-events"): "asked for by the page when it opens",
    ("GET", r"/sign-in"): "the page of signing in",
    ("POST", r"/sign-in"): "the name and the password",
    ("POST", r"/sign-out"): "the button Sign out",
    ("GET", r"/password"): "the page of one's own password",
    ("POST", r"/password"): "the present password and the new one",
    ("GET", r"/curate"): "the table of the library",
    ("GET", r"/curate/history/(clinic|[a-z_]+/[a-z0-9-]+)"): "the change log of a script, a patient or the clinic's page",
    ("POST", r"/curate/history/(clinic|[a-z_]+/[a-z0-9-]+)"): "the button Bring it back",
    ("GET", r"/curate/(coverage|questions|audit|import|clinic|patients)"): "the pages of Curate that these names say",
    ("POST", r"/curate/questions/[0-9]{1,9}"): "putting a question away, or deleting it",
    ("POST", r"/curate/import"): "the files to be imported",
    ("GET", r"/curate/import/[\w-]{20,64}"): "what an import would do, or did",
    ("POST", r"/curate/import/[\w-]{20,64}"): "the columns of an import, and the button Import",
    ("GET", r"/curate/api/export"): "scripts as files to take along",
    ("POST", r"/curate/clinic"): "the button Save of the clinic's page",
    ("GET", r"/curate/patients/[a-z0-9-]+"): "a simulated patient",
    ("POST", r"/curate/patients/[a-z0-9-]+(/look)?"): "the button Save of a patient, and what stands beside its text while one types",
    ("GET", r"/curate/script/[a-z_]+/[a-z0-9-]+"): "a script's page",
    ("POST", r"/curate/script/[a-z_]+/[a-z0-9-]+/(step|comment|done|undo|duplicate)"): "the buttons of a script's page",
    ("GET", r"/curate/edit/[a-z_]+/[a-z0-9-]+"): "the editor on a script",
    ("GET", r"/curate/new"): "where a new script begins",
    ("POST", r"/curate/new"): "the button Begin",
    ("GET", r"/curate/draft/[0-9a-f]+(/choose)?"): "the editor on a draft, and the choice between two changes",
    ("POST", r"/curate/draft/[0-9a-f]+/(choose|drop)"): "the buttons of that choice",
    ("POST", r"/curate/save"): "the editor's form, without its script",
    ("POST", r"/curate/api/(check|draft|find|finders|save)"): "what the editor asks for while one types",
    ("GET", r"/curate/api/v1/(scripts|audit|questions)"): "the library for programs",
    ("GET", r"/curate/api/v1/(script|history|difference|comments)/[a-z_]+/[a-z0-9-]+"): "a script for programs",
    ("POST", r"/curate/api/v1/(check|save|search|ask)"): "the library for programs",
    ("POST", r"/curate/api/v1/(step|restore|comment)/[a-z_]+/[a-z0-9-]+"): "a change of a script, for programs",
    ("GET", r"/healthz"): "the process answers",
    ("GET", r"/readyz"): "library, encoder and index answer",
}
PATTERNS = [(method, re.compile(path)) for method, path in OPEN]
HOSTS = ("127.0.0.1", "localhost", "[::1]")


def is_open(method: str, path: str) -> bool:
    """Whether this address may be used. Anything odd in a path (dots that climb, backslashes, escapes left over) is shut."""
    if ".." in path or "\\" in path or "%" in path or "//" in path:
        return False
    return any(method == allowed and pattern.fullmatch(path) for allowed, pattern in PATTERNS)


def names_of(settings: Settings) -> tuple[str, ...]:
    """By which names the page may be reached: this computer's own, and where people sign in also COACH_HOST and COACH_HOSTS."""
    if settings.auth == "none":
        return HOSTS
    own = [] if settings.host in EVERY_ADDRESS else [f"[{settings.host}]" if ":" in settings.host else settings.host]
    return (*HOSTS, *(name.lower() for name in own), *settings.host_names)


def is_from_here(host: str, origin: str | None, names: Sequence[str] = HOSTS) -> bool:
    """Whether the request names this server and, when a page sent it, comes from our own page. Another site that has its name
    point at our address, or that posts from a page of its own, is refused."""
    name = re.sub(r":\d+$", "", host.strip().lower())
    if name not in names:
        return False
    if origin is None:
        return True
    return urlsplit(origin).netloc.lower() == host.strip().lower() and urlsplit(origin).scheme in ("http", "https")
