"""Each role on the real app: pages, Gradio's addresses, and what a click does for whom. Search is by keywords, so that no encoder is loaded."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from httpx import Client

from coach.access.own import folder_of
from coach.access.person import ROLES, Person, local
from coach.coach import Coach
from coach.errors import NotAllowed, NotSignedIn
from coach.settings import Settings, quiet_libraries
from tests.access.conftest import PASSWORD
from tests.browser import free_port

pytestmark = pytest.mark.integration
NOBODY = "nobody"


@pytest.fixture(scope="module")
def settings(kept: bytes, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("roles")
    (folder / "data").mkdir()
    (folder / "data/coach.sqlite3").write_bytes(kept)
    return Settings(llm="none", embedder=str(folder / "no-encoder"), auth="accounts", data=folder / "data", cache=folder / "cache", port=free_port())


@pytest.fixture(scope="module")
def home(settings: Settings) -> Iterator[str]:
    """The address of the app, served on loopback by a thread."""
    quiet_libraries()
    import uvicorn

    from coach.web.server import make_app
    from coach.web.shelf import Shelf

    shelf = Shelf(settings, lambda: Coach.open(settings, model=False))
    shelf.coach()
    server = uvicorn.Server(uvicorn.Config(make_app(shelf), port=settings.port, ws="none", log_level="critical", proxy_headers=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.05)
    yield f"http://127.0.0.1:{settings.port}"
    server.should_exit = True
    thread.join(20)
    shelf.close()


@pytest.fixture(scope="module")
def people(home: str) -> Iterator[dict[str, Client]]:
    """A browser a role, signed in, and one that is not."""
    with ExitStack() as stack:
        clients = {who: stack.enter_context(Client(base_url=home, timeout=60)) for who in (NOBODY, *ROLES)}
        for role in ROLES:
            answer = clients[role].post("/sign-in", data={"account": f"ada_{role}", "password": PASSWORD}, headers={"origin": home})
            assert answer.status_code == 303
        yield clients


def origin(client: Client) -> dict[str, str]:
    return {"origin": str(client.base_url).rstrip("/")}


def click(client: Client, fn: str, data: list[Any], window: str) -> Any:
    """What a handler of the page gives, as the page itself asks for it. Handlers are known by their name in the layout."""
    numbers = [one["id"] for one in client.get("/config").json()["dependencies"] if one["api_name"] == fn]
    joined = client.post("/gradio_api/queue/join", json={"data": data, "fn_index": numbers[0], "session_hash": window}, headers=origin(client))
    assert joined.status_code == 200, joined.text
    with client.stream("GET", f"/gradio_api/queue/data?session_hash={window}") as stream:
        for line in stream.iter_lines():
            told = json.loads(line.removeprefix("data: ")) if line else {}
            if told.get("msg") == "process_completed":
                assert told["success"], told
                return told["output"]["data"]
    raise AssertionError("no answer")


TABLE = {  # what comes back for nobody, viewer, learner, educator, admin
    ("GET", "/"): (303, 200, 200, 200, 200),
    ("HEAD", "/"): (303, 200, 200, 200, 200),
    ("GET", "/practice"): (303, 403, 200, 200, 200),
    ("GET", "/practice/progress.json"): (401, 403, 200, 200, 200),
    ("GET", "/config"): (401, 200, 200, 200, 200),
    ("GET", "/theme.css"): (401, 200, 200, 200, 200),
    ("GET", "/gradio_api/startup-events"): (401, 200, 200, 200, 200),
    ("POST", "/gradio_api/queue/join"): (401, 422, 422, 422, 422),  # let in, and told that nothing was asked
    ("POST", "/gradio_api/cancel"): (401, 422, 422, 422, 422),
    ("POST", "/gradio_api/reset"): (401, 422, 422, 422, 422),
    ("GET", "/curate"): (303, 200, 200, 200, 200),
    ("GET", "/curate/audit"): (303, 403, 403, 403, 200),
    ("GET", "/curate/api/v1/scripts"): (401, 200, 200, 200, 200),
    ("GET", "/curate/api/v1/audit"): (401, 403, 403, 403, 200),
    ("GET", "/healthz"): (200, 200, 200, 200, 200),
    ("GET", "/readyz"): (200, 200, 200, 200, 200),
    ("GET", "/coach/style.css"): (200, 200, 200, 200, 200),
    ("GET", "/coach/sign_in.css"): (200, 200, 200, 200, 200),
    ("GET", "/sign-in"): (200, 303, 303, 303, 303),
    ("GET", "/nowhere"): (404, 404, 404, 404, 404),
}


@pytest.mark.parametrize("who", [NOBODY, *ROLES])
@pytest.mark.parametrize(("method", "path"), TABLE)
def test_each_role_at_each_address(people: dict[str, Client], method: str, path: str, who: str) -> None:
    sent: dict[str, Any] = {"json": {}, "headers": origin(people[who])} if method == "POST" else {}
    answer = people[who].request(method, path, **sent)
    assert answer.status_code == TABLE[method, path][[NOBODY, *ROLES].index(who)], answer.text[:300]
    assert answer.headers["x-content-type-options"] == "nosniff"  # refused or not, the headers are there


def test_a_page_that_is_refused_says_whom_to_ask(people: dict[str, Client]) -> None:
    answer = people["viewer"].get("/practice")
    assert 'role="alert"' in answer.text
    assert "Ask an admin" in answer.text


@pytest.mark.parametrize("role", ROLES)
def test_the_page_says_who_is_signed_in_and_leaves_out_what_they_may_not(people: dict[str, Client], role: str) -> None:
    top = click(people[role], "intro", [], f"top{role}")[0]
    assert f"Ada {role.title()}" in top
    assert 'action="/sign-out"' in top
    assert ('href="/practice"' in top) is (role != "viewer")
    assert "leaves your clinic" in top


@pytest.mark.parametrize("role", ROLES)
def test_asking_for_words_is_for_everybody(people: dict[str, Client], role: str) -> None:
    answer = click(people[role], "ask", ["Early refill again, he ran out five days ahead and is angry.", None], f"ask{role}")
    assert 'class="card' in answer[1]


@pytest.mark.parametrize("role", ROLES)
def test_practice_is_refused_to_a_viewer_who_clicks_past_the_page(people: dict[str, Client], role: str) -> None:
    listed = json.dumps(click(people[role], "opened", [], f"begin{role}"))
    assert ("may not practice" in listed) is (role == "viewer")
    assert ("denise" in listed) is (role != "viewer")
    told = json.dumps(click(people[role], "begin", [None if role == "viewer" else "denise", True], f"begin{role}"))
    assert ("may not practice" in told) is (role == "viewer")
    assert ("scene" in told) is (role != "viewer")
    kept = json.dumps(click(people[role], "keep", [True], f"keep{role}"))
    assert ("may not practice" in kept) is (role == "viewer")


def test_what_one_keeps_of_practice_is_their_own(people: dict[str, Client], settings: Settings) -> None:
    click(people["educator"], "keep", [True], "own1")
    click(people["admin"], "keep", [False], "own2")
    assert people["educator"].get("/practice/progress.json").json()["keep"] is True
    assert people["admin"].get("/practice/progress.json").json()["keep"] is False
    folders = {folder_of(settings.data, Person("educator", account=f"ada_{role}")) for role in ROLES}
    assert len(folders) == len(ROLES)
    assert {folder.parent for folder in folders} == {settings.data / "people"}
    assert folder_of(settings.data, Person("educator", account="ada_educator")).is_dir()
    assert folder_of(settings.data, local()) == settings.data


def test_a_call_from_python_is_asked_the_same(settings: Settings) -> None:
    with Coach.open(settings, model=False) as coach:
        viewer, learner = Person("viewer", account="ada_viewer"), Person("learner", account="ada_learner")
        for call in (lambda: coach.practice("denise", by=viewer), lambda: coach.progress_of(viewer), lambda: coach.corrections_of(viewer)):
            with pytest.raises(NotAllowed, match="may not practice"):
                call()
        for call in (
            lambda: coach.advise("early refill"),
            lambda: coach.search("early refill"),
            lambda: coach.practice("denise"),
            lambda: coach.advise("early refill", by=local()),
        ):
            with pytest.raises(NotSignedIn):
                call()
        assert coach.advise("early refill, angry", by=viewer).scripts
        assert coach.practice("denise", by=learner)
