"""Which addresses are open; everything else that Gradio or a trick could reach is shut."""

import itertools

import pytest

from coach.settings import Settings
from coach.web.doors import HOSTS, OPEN, is_from_here, is_open, names_of

NEEDED = [
    ("GET", "/"),
    ("GET", "/theme.css"),
    ("GET", "/practice"),
    ("GET", "/practice/progress.json"),
    ("GET", "/assets/index-abc123.js"),
    ("POST", "/gradio_api/queue/join"),
    ("GET", "/gradio_api/queue/data"),
    ("GET", "/gradio_api/heartbeat/ab12"),
    ("GET", "/readyz"),
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-out"),
    ("GET", "/coach/sign_in.css"),
]
PLACES = ["/gradio_api/file=", "/file=", "/assets/", "/static/", "/coach/", "/gradio_api/proxy=", "/gradio_api/stream/", "/svelte/", "/"]
TRICKS = [
    "../etc/passwd", "..%2fetc/passwd", "%2e%2e/etc/passwd", "....//etc/passwd", "..\\..\\x", "/etc/passwd", "//evil.example/x", "http://evil.example", "file:///etc/passwd", "%00", "a%00b",
    "..;/x", ".%2e/x", "%252e%252e/x", "~root", "x/../../y", "\\\\evil\\share", "C:\\x", "x%5c..%5cy", "‥/x", "．．/x", "%c0%ae%c0%ae/x", "x/%2e%2e/y", "x/..", "..",
]  # fmt: skip
OTHER = ["/gradio_api/upload", "/gradio_api/runs", "/monitoring", "/monitoring/summary", "/openapi.json", "/docs", "/redoc", "/login", "/logout", "/gradio_api/info", "/gradio_api/deep_link", "/robots.txt", "/manifest.json", "/pwa_icon", "/gradio_api/call/ask", "/gradio_api/component_server", "/gradio_api/run/predict", "/gradio_api/upload_progress", "/gradio_api/mcp"]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), NEEDED)
def test_what_the_page_needs_is_open(method: str, path: str) -> None:
    assert is_open(method, path)


def test_every_open_door_has_its_reason() -> None:
    assert all(len(reason) > 5 for reason in OPEN.values())


def test_no_path_trick_opens_a_door() -> None:
    tried = list(itertools.product(("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"), PLACES, TRICKS))
    assert len(tried) >= 300
    assert [trick for trick in tried if is_open(trick[0], trick[1] + trick[2])] == []


@pytest.mark.parametrize("path", OTHER)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_gradio_brings_besides_is_shut(method: str, path: str) -> None:
    assert not is_open(method, path)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:7860", "", "10.0.0.5:7860", "[::2]", "0.0.0.0:7860"])
def test_another_name_for_this_server_is_refused(host: str) -> None:
    assert not is_from_here(host, None)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:9999", "https://localhost.evil.example", "file://", "http://127.0.0.1:7860.evil.example", "http://user@evil.example:7860"],
)
def test_another_page_may_not_speak_to_it(origin: str) -> None:
    assert not is_from_here("127.0.0.1:7860", origin)


def test_our_own_page_may() -> None:
    assert is_from_here("127.0.0.1:7860", "http://127.0.0.1:7860")
    assert is_from_here("localhost:7860", None)


def test_where_nobody_signs_in_only_this_computers_own_names_are_answered() -> None:
    assert names_of(Settings(auth="none", hosts="coach.clinic.example")) == HOSTS


def test_where_people_sign_in_the_names_of_the_settings_are_answered_and_no_other() -> None:
    names = names_of(Settings(auth="accounts", host="10.0.0.5", hosts="Coach.Clinic.example, coach.lan"))
    for host in ("coach.clinic.example", "COACH.clinic.example:443", "coach.lan:7860", "10.0.0.5:7860", "127.0.0.1:7860"):
        assert is_from_here(host, None, names), host
    for host in ("evil.example", "coach.clinic.example.evil.example", "clinic.example", "10.0.0.6", "", "coach.clinic.example.", "coach.clinic.example@evil.example"):
        assert not is_from_here(host, None, names), host
    assert is_from_here("coach.clinic.example", "https://coach.clinic.example", names)
    for origin in ("https://coach.lan", "https://coach.clinic.example:8443", "https://evil.example", "null"):  # one of our names is not the other
        assert not is_from_here("coach.clinic.example", origin, names), origin


def test_listening_at_every_address_answers_to_no_address_as_a_name() -> None:
    assert names_of(Settings(auth="header", host="0.0.0.0", hosts="coach.lan")) == (*HOSTS, "coach.lan")
    assert "[fd00::5]" in names_of(Settings(auth="header", host="FD00::5"))
