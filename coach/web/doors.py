"""Which addresses of the server are open, each with its reason. Gradio brings many more (uploads, files, proxies, monitoring, API pages): all of them are shut."""

import re
from urllib.parse import urlsplit

OPEN = {
    ("GET", r"/"): "the page",
    ("GET", r"/practice"): "the page Practice",
    ("GET", r"/practice/progress\.json"): "the button Export of Your progress",
    ("HEAD", r"/"): "the page, asked for by a monitor",
    ("GET", r"/config/?"): "the page's layout, asked for again after a lost connection",
    ("GET", r"/theme\.css"): "the page's colors",
    ("GET", r"/assets/[\w.@/-]+"): "the page's program",
    ("GET", r"/static/[\w.@/-]+"): "the page's program",
    ("GET", r"/coach/(style\.css|practice\.css|print\.css|page\.js|practice\.js|icon\.svg)"): "our style sheets, script and icon",
    ("GET", r"/favicon\.ico"): "the icon of the tab",
    ("GET", r"/gradio_api/heartbeat/\w+"): "tells the server that the window is still open, so that its conversation can be dropped when it is not",
    ("POST", r"/gradio_api/queue/join"): "a click on the page",
    ("GET", r"/gradio_api/queue/data"): "the answer to a click on the page",
    ("POST", r"/gradio_api/cancel"): "the Stop button",
    ("POST", r"/gradio_api/reset"): "the Stop button",
    ("GET", r"/gradio_api/startup-events"): "asked for by the page when it opens",
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


def is_from_here(host: str, origin: str | None) -> bool:
    """Whether the request names this computer and, when a page sent it, comes from our own page. Another site that has its name
    point at 127.0.0.1, or that posts from a page of its own, is refused."""
    name = re.sub(r":\d+$", "", host.strip().lower())
    if name not in HOSTS:
        return False
    if origin is None:
        return True
    return urlsplit(origin).netloc.lower() == host.strip().lower() and urlsplit(origin).scheme in ("http", "https")
