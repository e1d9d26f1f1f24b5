"""The gate that every request passes: who is let in, what the others get, where a change may come from, whose word is taken for an address."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from coach.access.person import ROLES, local
from coach.access.rights import require, require_by
from coach.errors import NotAllowed, NotSignedIn
from coach.settings import Settings
from coach.web.sign_in import COOKIE, Gate, add_routes, person_of, who
from tests.access.conftest import PASSWORD

HOME = "http://127.0.0.1:7860"
ORIGIN = {"origin": HOME}


def app_of(settings: Settings) -> FastAPI:
    """Routes that ask who it is and what they may, behind the gate."""
    app, gate = FastAPI(), Gate(settings)

    @app.middleware("http")
    async def pass_gate(request: Request, call_next: Any) -> Response:
        return await gate(request, call_next)

    @app.exception_handler(NotAllowed)
    def not_allowed(_: Request, error: NotAllowed) -> Response:
        return Response(str(error), status_code=401 if isinstance(error, NotSignedIn) else 403)

    add_routes(app, gate)

    @app.get("/practice")
    @app.get("/practice/progress.json")
    @app.get("/healthz")
    def told(request: Request) -> str:
        return str(who(request) and person_of(request).account)

    @app.get("/where")
    def where(request: Request) -> list[object]:
        return [gate.where_from(request), gate.is_secret(request)]

    @app.get("/curate/x")
    @app.post("/curate/x")
    def write(request: Request) -> str:
        require(person_of(request), "write")
        return person_of(request).role

    return app


@pytest.fixture
def client(settings_with: Callable[..., Settings]) -> Callable[..., TestClient]:
    def made(auth: str = "accounts", peer: str = "127.0.0.1", **more: object) -> TestClient:
        return TestClient(app_of(settings_with(auth, **more)), base_url=HOME, follow_redirects=False, client=(peer, 50000))

    return made


def signed_in(client: TestClient, role: str = "viewer", **form: str) -> TestClient:
    answer = client.post("/sign-in", data={"account": f"ada_{role}", "password": PASSWORD, **form}, headers=ORIGIN)
    assert answer.status_code == 303, answer.text
    return client


def test_without_accounts_everybody_is_the_one_local_person(client) -> None:
    laptop = client("none")
    assert laptop.post("/curate/x").json() == "admin"
    assert laptop.get("/sign-in").headers["location"] == "/"


def test_who_is_not_signed_in_is_sent_to_sign_in_and_programs_get_401(client) -> None:
    nobody = client()
    page = nobody.get("/practice")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?to=/practice")
    for method, path in (
        ("GET", "/practice/progress.json"),
        ("POST", "/curate/x"),
        ("POST", "/gradio_api/queue/join"),
        ("GET", "/gradio_api/queue/data"),
        ("GET", "/config"),
        ("GET", "/assets/x.js"),
    ):
        answer = nobody.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/json"), path
    for path in ("/healthz", "/sign-in"):
        assert nobody.get(path).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "a" * 5000, "é"])
def test_a_cookie_that_is_no_session_is_nobody(client, token: str) -> None:
    assert client().get("/curate/x", headers={"cookie": f"{COOKIE}={token}".encode()}).status_code == 303


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_what_it_may(client, role: str) -> None:
    person = signed_in(client(), role)
    writes = role in ("educator", "admin")
    assert person.post("/curate/x", headers=ORIGIN).status_code == (200 if writes else 403)
    assert person.get("/curate/x").status_code == (200 if writes else 403)
    assert person.get("/practice").status_code == (403 if role == "viewer" else 200)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client) -> None:
    cookie = client().post("/sign-in", data={"account": "ada_viewer", "password": PASSWORD}, headers=ORIGIN).headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=")
    for part in ("httponly", "samesite=strict", "path=/"):
        assert part in cookie
    assert "secure" not in cookie  # plain http on loopback: the browser would not send it back
    assert "max-age" not in cookie  # ends with the browser


def test_by_https_the_cookie_stays_on_https_but_only_the_proxy_may_say_so(client) -> None:
    form, said = {"account": "ada_viewer", "password": PASSWORD}, {**ORIGIN, "x-forwarded-proto": "https"}
    assert "secure" in client().post("/sign-in", data=form, headers=said).headers["set-cookie"].lower()
    assert "secure" not in client(peer="192.0.2.7").post("/sign-in", data=form, headers=said).headers["set-cookie"].lower()


def test_a_wrong_password_shows_the_page_again_with_the_sentence_and_the_name(client) -> None:
    answer = client().post("/sign-in", data={"account": 'ada"><script>', "password": "wrong secret"}, headers=ORIGIN)
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "name or the password is wrong" in answer.text
    assert "<script>" not in answer.text
    assert "wrong secret" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "to", ["https://evil.example", "//evil.example", "/\\evil.example", "/%2f/evil.example", "javascript:alert(1)", "/sign-out", "/nowhere", "", "/sign-in", "/practice?x=//evil"]
)
def test_after_signing_in_one_goes_to_a_page_of_ours(client, to: str) -> None:
    answer = client().post("/sign-in", data={"account": "ada_viewer", "password": PASSWORD, "to": to}, headers=ORIGIN)
    assert answer.headers["location"] == "/"


def test_and_to_the_one_that_was_wanted(client) -> None:
    assert client().post("/sign-in", data={"account": "ada_learner", "password": PASSWORD, "to": "/practice"}, headers=ORIGIN).headers["location"] == "/practice"


def test_signing_out_ends_the_session_and_not_only_the_cookie(client) -> None:
    person = signed_in(client(), "learner")
    token = person.cookies[COOKIE]
    assert person.post("/sign-out", headers=ORIGIN).status_code == 303
    assert COOKIE not in person.cookies
    person.cookies.set(COOKIE, token)
    assert person.get("/practice").status_code == 303


def test_signing_in_again_ends_the_session_before(client) -> None:
    person = signed_in(client(), "learner")
    old = person.cookies[COOKIE]
    signed_in(person, "educator")
    assert person.cookies[COOKIE] != old
    assert client().get("/practice", headers={"cookie": f"{COOKIE}={old}"}).status_code == 303


@pytest.mark.parametrize(("headers", "status"), [({}, 403), ({"sec-fetch-site": "cross-site"}, 403), ({"sec-fetch-site": "same-site", **ORIGIN}, 403), ({"sec-fetch-site": "same-origin"}, 200), ({"sec-fetch-site": "none"}, 200), (ORIGIN, 200)])  # fmt: skip
def test_a_change_must_say_that_it_comes_from_our_own_page(client, headers: dict[str, str], status: int) -> None:
    assert signed_in(client(), "admin").post("/curate/x", headers=headers).status_code == status
    assert client("header").post("/curate/x", headers={"x-forwarded-user": "ada_admin", **headers}).status_code == status


@pytest.mark.parametrize("body", [b"account=ada_admin&password=" + b"x" * 9000, b"\xff\xfe", b"&".join(b"a=%d" % n for n in range(50))])
def test_a_form_that_is_none_is_refused(client, body: bytes) -> None:
    answer = client().post("/sign-in", content=body, headers={**ORIGIN, "content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 400
    assert client().post("/sign-in", json={"account": "ada_admin"}, headers=ORIGIN).status_code == 400


def test_wrong_passwords_are_counted_for_the_address_that_the_proxy_names(client) -> None:
    proxied, direct = client(), client(peer="192.0.2.7")
    assert proxied.get("/where", headers={"cookie": signed(proxied), "x-forwarded-for": "198.51.100.1, 203.0.113.9"}).json()[0] == "203.0.113.9"
    assert proxied.get("/where", headers={"cookie": signed(proxied), "x-forwarded-for": "2001:db8:1:2:3::4"}).json()[0] == "2001:db8:1:2::/64"
    assert proxied.get("/where", headers={"cookie": signed(proxied), "x-forwarded-for": "nonsense"}).json()[0] == "127.0.0.1"
    assert direct.get("/where", headers={"cookie": signed(direct), "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}).json() == ["192.0.2.7", False]


def signed(client: TestClient) -> str:
    if COOKIE not in client.cookies:
        signed_in(client)
    return f"{COOKIE}={client.cookies[COOKIE]}"


# --- behind a proxy


def test_the_proxy_says_who_it_is(client) -> None:
    proxy = client("header")
    assert proxy.get("/practice", headers={"x-forwarded-user": "ada_learner"}).json() == "ada_learner"
    assert proxy.get("/practice", headers={"x-forwarded-user": "unknown_here"}).status_code == 403  # a viewer
    assert proxy.get("/curate/x", headers={"x-forwarded-user": "ada_educator"}).json() == "educator"


def test_the_header_has_the_name_of_the_setting(client) -> None:
    proxy = client("header", auth_header="Remote-User")
    assert proxy.get("/curate/x", headers={"remote-user": "ada_admin"}).json() == "admin"
    assert proxy.get("/curate/x", headers={"x-forwarded-user": "ada_admin"}).status_code == 401


def test_from_anywhere_else_the_header_opens_nothing(client) -> None:
    stranger = client("header", peer="192.0.2.7")
    for headers in ({"x-forwarded-user": "ada_admin"}, {"x-forwarded-user": "ada_admin", "x-forwarded-for": "127.0.0.1"}, {}):
        assert stranger.get("/practice", headers=headers).status_code == 401
        assert stranger.get("/curate/x", headers=headers).status_code == 401
    assert stranger.get("/healthz").status_code == 200


def test_two_such_headers_are_nobody(client) -> None:
    assert client("header").get("/curate/x", headers=[("x-forwarded-user", "ada_admin"), ("x-forwarded-user", "ada_viewer")]).status_code == 401


def test_where_accounts_sign_in_the_header_says_nothing(client) -> None:
    assert client().get("/curate/x", headers={"x-forwarded-user": "ada_admin"}).status_code == 303


def test_behind_a_proxy_there_is_no_form_to_sign_in_with(client) -> None:
    proxy = client("header")
    assert "<form" not in proxy.get("/sign-in").text
    assert proxy.post("/sign-in", data={"account": "ada_admin", "password": PASSWORD}, headers=ORIGIN).status_code == 404


def test_a_store_that_cannot_be_read_opens_nothing(client, settings_with) -> None:
    person = signed_in(client(), "admin")
    data = settings_with().data
    for path in data.glob("coach.sqlite3*"):
        path.write_bytes(b"not a database at all" * 400)
    for peer in (client(), client("header")):
        answer = peer.get("/practice/progress.json", headers={"cookie": f"{COOKIE}={person.cookies[COOKIE]}", "x-forwarded-user": "ada_admin"})
        assert answer.status_code == 503
        assert "COACH_DATA" in answer.json()["detail"]


# --- who it is, for routes and for Python


def test_a_request_that_passed_no_gate_is_nobody() -> None:
    for request in (None, object(), Request({"type": "http", "headers": []})):
        with pytest.raises(NotSignedIn):
            person_of(request)
        assert who(request) is None


def test_a_call_that_names_nobody_is_allowed_only_where_nobody_signs_in() -> None:
    assert require_by(None, "write", "none") == local()
    for auth in ("accounts", "header"):
        for by in (None, local("Ada Example")):  # a typed name is nobody's
            with pytest.raises(NotSignedIn):
                require_by(by, "advise", auth)
