"""The whole table: every action, every way to it (Python, page, address for programs, command line), every role. A refusal is a refusal by each of them.

What is refused says whose right it is (403; NotAllowed; exit code 11). What is allowed may still be told that something else is missing: it is not refused.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from httpx import Client
from typer.testing import CliRunner

from coach import log
from coach.access.person import ROLES, Person
from coach.access.rights import LEAST, may
from coach.coach import Coach
from coach.errors import CoachError, NotAllowed
from coach.settings import Settings, quiet_libraries
from coach.web.doors import OPEN
from tests import making
from tests.access.conftest import PASSWORD
from tests.browser import free_port

pytestmark = pytest.mark.integration
ID, OTHER = "tapering/first-mention", "safety/in-withdrawal"
NAMED = {"name": "Ada Example", "title": "pharmacist"}
Call = Callable[[Coach, Person], Any]

# Python: what each action is called.
PYTHON: dict[str, list[Call]] = {
    "advise": [lambda c, by: c.advise("early refill", by=by), lambda c, by: c.search("early refill", by=by), lambda c, by: list(c.stream("early refill", by=by))],
    "practice": [lambda c, by: c.practice("nobody", by=by), lambda c, by: c.progress_of(by), lambda c, by: c.corrections_of(by)],
    "view": [
        lambda c, by: c.curator.rows(by), lambda c, by: c.curator.table(by), lambda c, by: c.curator.coverage(by), lambda c, by: c.curator.source(by, ID),
        lambda c, by: c.curator.history(by, ID), lambda c, by: c.curator.text(by, ID, "0"), lambda c, by: c.curator.difference(by, ID, "0", "1"),
        lambda c, by: c.curator.since_review(by, ID), lambda c, by: c.curator.preview(by, ""), lambda c, by: c.curator.clinic.page(by), lambda c, by: c.curator.comments(by, ID),
    ],
    "ask_educator": [lambda c, by: c.curator.ask_educator(by, "words for a brother")],
    "comment": [lambda c, by: c.curator.comment(by, ID, 1, "Too long?"), lambda c, by: c.curator.done(by, 1)],
    "write": [
        lambda c, by: c.curator.begin(by, "tapering", "A title"), lambda c, by: c.curator.duplicate(by, ID), lambda c, by: c.curator.keep(by, ID, "x", None),
        lambda c, by: c.curator.drafts(by), lambda c, by: c.curator.draft_of(by, ID), lambda c, by: c.curator.discard(by, "0"), lambda c, by: c.curator.check(by, ""),
        lambda c, by: c.curator.found_by(by, ""), lambda c, by: c.curator.save(by, "x", None), lambda c, by: c.curator.restore(by, ID, "0", "0"),
    ],
    "review": [lambda c, by: c.curator.step(by, ID, "submit", "0"), lambda c, by: c.curator.step(by, ID, "send_back", "0"), lambda c, by: c.curator.step(by, ID, "approve", "0")],
    "retire": [lambda c, by: c.curator.step(by, ID, "retire", "0"), lambda c, by: c.curator.step(by, ID, "revive", "0")],
    "unanswered": [lambda c, by: c.curator.questions(by), lambda c, by: c.curator.close_question(by, 1), lambda c, by: c.curator.close_question(by, 1, True)],
    "local": [lambda c, by: c.curator.clinic.save(by, {}, "0"), lambda c, by: c.curator.clinic.restore(by, "0", "0")],
    "patients": [
        lambda c, by: c.curator.patients.rows(by), lambda c, by: c.curator.patients.source(by, "nobody"), lambda c, by: c.curator.patients.check(by, ""),
        lambda c, by: c.curator.patients.preview(by, ""), lambda c, by: c.curator.patients.save(by, "x", None), lambda c, by: c.curator.patients.bring(by, "x", None, "nobody"),
        lambda c, by: c.curator.patients.restore(by, "nobody", "0", "0"),
    ],
    "import": [lambda c, by: bulk().plan(c.curator, by, []), lambda c, by: bulk().apply(c.curator, by, [], [])],
    "export": [lambda c, by: exporting(c, by)],
    "audit": [lambda c, by: c.curator.audit(by)],
    "own_password": [lambda c, by: own_password(c, by)],
    "users": [lambda c, by: keeper(c).add(by, "new_one", "viewer", "", "", PASSWORD), lambda c, by: keeper(c).everyone(by)],
}  # fmt: skip

# Addresses: (method, address, form or JSON). Each open door of Curate, of Practice's export and of the pages stands here once at least (a test sees to it).
WEB: dict[str, list[tuple[str, str, dict[str, Any] | None]]] = {
    "advise": [("GET", "/", None), ("GET", "/about", None), ("POST", "/curate/api/v1/search", {"text": "early refill"})],
    "practice": [("GET", "/practice", None), ("GET", "/practice/progress.json", None)],
    "view": [
        ("GET", "/curate", None), ("GET", f"/curate/script/{ID}", None), ("GET", f"/curate/history/{ID}", None), ("GET", "/curate/coverage", None),
        ("POST", "/curate/api/find", {}), ("GET", "/curate/api/v1/scripts", None), ("GET", f"/curate/api/v1/script/{ID}", None), ("GET", f"/curate/api/v1/history/{ID}", None),
        ("GET", f"/curate/api/v1/difference/{ID}?before=0&after=1", None), ("GET", f"/curate/api/v1/comments/{ID}", None),
    ],
    "ask_educator": [("POST", "/curate/api/v1/ask", {"reason": "words for a brother"})],
    "export": [("GET", f"/curate/api/export?id={ID}&as=md", None)],
    "comment": [
        ("POST", f"/curate/script/{ID}/comment", {"base": "0", "row": "1", "text": "x"}), ("POST", f"/curate/script/{ID}/done", {"number": "1"}),
        ("POST", f"/curate/api/v1/comment/{ID}", {"row": 1, "text": "x"}),
    ],
    "write": [
        ("GET", f"/curate/edit/{ID}", None), ("GET", "/curate/new", None), ("POST", "/curate/new", {"category": "tapering", "script_title": "A title"}),
        ("GET", "/curate/draft/ab12", None), ("GET", "/curate/draft/ab12/choose", None), ("POST", "/curate/draft/ab12/choose", {}), ("POST", "/curate/draft/ab12/drop", {}),
        ("POST", "/curate/save", {"item": ID, "base": "0"}), ("POST", f"/curate/script/{ID}/duplicate", {}), ("POST", f"/curate/script/{ID}/undo", {"base": "0", "digest": "0"}),
        ("POST", "/curate/api/check", {}), ("POST", "/curate/api/draft", {}), ("POST", "/curate/api/save", {}), ("POST", "/curate/api/finders", {}),
        ("POST", f"/curate/history/{ID}", {"digest": "0", "base": "0"}), ("POST", "/curate/api/v1/check", {"text": ""}), ("POST", "/curate/api/v1/save", {"text": "x"}),
        ("POST", f"/curate/api/v1/restore/{ID}", {"digest": "0", "base": "0"}),
    ],
    "review": [
        ("POST", f"/curate/script/{ID}/step", {"action": "submit", "base": "0"}), ("POST", f"/curate/script/{ID}/step", {"action": "approve", "base": "0"}),
        ("POST", f"/curate/api/v1/step/{ID}", {"action": "send_back", "base": "0"}),
    ],
    "retire": [("POST", f"/curate/script/{ID}/step", {"action": "retire", "base": "0"}), ("POST", f"/curate/api/v1/step/{ID}", {"action": "revive", "base": "0"})],
    "import": [("GET", "/curate/import", None), ("POST", "/curate/import", {}), ("GET", "/curate/import/" + "a" * 32, None), ("POST", "/curate/import/" + "a" * 32, {})],
    "unanswered": [("GET", "/curate/questions", None), ("POST", "/curate/questions/1", {"forget": "1"}), ("GET", "/curate/api/v1/questions", None)],
    "local": [("GET", "/curate/clinic", None), ("POST", "/curate/clinic", {"base": "0"})],
    "patients": [("GET", "/curate/patients", None), ("GET", "/curate/patients/denise", None), ("POST", "/curate/patients/denise", {}), ("POST", "/curate/patients/denise/look", {})],
    "own_password": [("GET", "/password", None), ("POST", "/password", {})],
    "audit": [("GET", "/curate/audit", None), ("GET", "/curate/api/v1/audit", None)],
}  # fmt: skip

# The command line.
CLI: dict[str, list[list[str]]] = {
    "advise": [["search", "early refill"], ["advise", "--no-model", "early refill"]],
    "practice": [["practice", "progress"], ["practice", "corrections"], ["practice", "list"]],
    "patients": [["practice", "check"]],
    "view": [["library", "list"], ["library", "show", ID], ["library", "check", "--quick"], ["library", "coverage"], ["library", "history", ID]],
    "export": [["library", "export", ID, "--as", "md", "-o", "{folder}/out.zip"]],
    "write": [["library", "new", "tapering", "--title", "A title", "--file", "{folder}/x.md"], ["library", "edit", ID, "--file", "{folder}/x.md"], ["library", "restore", ID, "0"]],
    "review": [["library", "review", ID, "--submit"], ["library", "review", ID, "--approve"]],
    "retire": [["library", "retire", ID], ["library", "revive", ID]],
    "import": [["library", "import", "{folder}/x.md", "--dry-run"]],
    "unanswered": [["library", "questions"]],
    "local": [["library", "clinic"], ["library", "clinic", "--set", "naloxone=front desk"]],
    "audit": [["library", "audit"]],
    "users": [["user", "list"]],
}
FREE_OF_RIGHTS = re.compile(r"/(assets|static|coach|gradio_api|theme|config|favicon|healthz|readyz|sign-)")


def bulk() -> Any:
    from coach.curate import bulk

    return bulk


def keeper(coach: Coach) -> Any:
    from coach.access.keeper import Keeper

    return Keeper(coach.settings, lambda *_: None)


def own_password(coach: Coach, by: Person) -> None:
    from coach.access.own_password import change
    from coach.access.sign_in import SignIn

    change(SignIn(coach.settings), lambda *_: None, by, "", "not the present one", "nine slow herons", "here")


def exporting(coach: Coach, by: Person) -> Any:
    from coach.curate.export import export

    return export(coach.curator, by, [ID], "md")


@pytest.fixture(scope="module")
def settings(kept: bytes, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("table")
    corpus = making.corpus_folder(folder)
    for name in ("cues.yaml", "lexicon.yaml", "needs.yaml", "guidance.yaml", "local.yaml"):
        (corpus / name).write_bytes((making.CORPUS / name).read_bytes())
    (folder / "data").mkdir()
    (folder / "data/coach.sqlite3").write_bytes(kept)
    (folder / "x.md").write_text("nothing")
    return Settings(llm="none", embedder=str(folder / "no-encoder"), auth="accounts", corpus=corpus, data=folder / "data", cache=folder / "cache", port=free_port())


@pytest.fixture(scope="module")
def served(settings: Settings) -> Iterator[tuple[Coach, str]]:
    """The Coach, and the address of its app on loopback. Search is by words, so that no encoder is loaded."""
    quiet_libraries()
    import uvicorn

    from coach.web.server import make_app
    from coach.web.shelf import Shelf

    shelf = Shelf(settings, lambda: Coach.open(settings, model=False))
    coach = shelf.coach()
    server = uvicorn.Server(uvicorn.Config(make_app(shelf), port=settings.port, ws="none", log_level="critical", proxy_headers=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.05)
    yield coach, f"http://127.0.0.1:{settings.port}"
    server.should_exit = True
    thread.join(20)
    shelf.close()


@pytest.fixture(scope="module")
def people(served: tuple[Coach, str]) -> Iterator[dict[str, Client]]:
    """A browser a role, signed in."""
    with ExitStack() as stack:
        clients = {role: stack.enter_context(Client(base_url=served[1], timeout=60)) for role in ROLES}
        for role, client in clients.items():
            assert client.post("/sign-in", data={"account": f"ada_{role}", "password": PASSWORD}, headers={"origin": served[1]}).status_code == 303
        yield clients


def test_every_action_stands_in_the_table_and_every_address_too() -> None:
    assert set(PYTHON) == set(LEAST)
    asked = [(method, address.partition("?")[0]) for rows in WEB.values() for method, address, _ in rows]
    for method, pattern in OPEN:
        if method != "HEAD" and not FREE_OF_RIGHTS.match(pattern.replace("\\", "")):
            assert any(method == how and re.fullmatch(pattern, address) for how, address in asked), f"no role is tried at {method} {pattern}"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", LEAST)
def test_python(served: tuple[Coach, str], action: str, role: str) -> None:
    by = Person(role, f"Ada {role.title()}", "pharmacist", f"ada_{role}")
    for number, call in enumerate(PYTHON[action]):
        refused = False
        try:
            call(served[0], by)
        except NotAllowed:
            refused = True
        except CoachError:
            pass
        assert refused is not may(by, action), (action, number, role)


@pytest.mark.parametrize("action", [action for action in LEAST if action != "users"])  # the keeper of accounts is reached from the terminal only, which signs people in
def test_a_typed_name_is_nobody_where_people_sign_in(served: tuple[Coach, str], action: str) -> None:
    for call in PYTHON[action]:
        with pytest.raises(NotAllowed):
            call(served[0], Person("admin", "Ada Example", "pharmacist"))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", WEB)
def test_addresses(served: tuple[Coach, str], people: dict[str, Client], action: str, role: str) -> None:
    allowed = may(Person(role), action)
    for method, address, body in WEB[action]:
        sent: dict[str, Any] = {} if body is None else {"json": body} if "/api/" in address else {"data": body}
        answer = people[role].request(method, address, headers={"origin": served[1]}, **sent)
        assert (answer.status_code == 403) is not allowed, (method, address, role, answer.status_code, answer.text[:200])
        assert answer.status_code not in (401, 500), (method, address, role, answer.status_code)


@pytest.mark.parametrize("action", WEB)
def test_addresses_without_signing_in(served: tuple[Coach, str], action: str) -> None:
    with Client(base_url=served[1], timeout=60) as nobody:
        for method, address, body in WEB[action]:
            answer = nobody.request(method, address, headers={"origin": served[1]}, **({} if body is None else {"json": body}))
            assert answer.status_code in (303, 401), (method, address, answer.status_code)
            assert answer.status_code == 401 or answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", CLI)
def test_command_line(request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch, action: str, role: str) -> None:
    from coach.cli import app

    given = {
        "AUTH": "accounts",
        "USER": f"ada_{role}",
        "PASSWORD": PASSWORD,
        "LLM": "none",
        "CORPUS": settings.corpus,
        "DATA": settings.data,
        "CACHE": settings.cache,
        "EMBEDDER": settings.embedder,
    }
    for name, value in given.items():
        monkeypatch.setenv(f"COACH_{name}", str(value))
    monkeypatch.setenv("EDITOR", "true")
    request.addfinalizer(log.start)  # a command logs to the runner's own standard error, which is closed afterwards
    for words in CLI[action]:
        result = CliRunner().invoke(app, [word.format(folder=Path(settings.data).parent) for word in words])
        assert isinstance(result.exception, NotAllowed) is not may(Person(role), action), (words, role, result.exception, result.output[-300:])
        assert result.exit_code != 2, (words, result.output)


def test_what_is_refused_names_whom_to_ask(people: dict[str, Client], served: tuple[Coach, str]) -> None:
    told = json.loads(people["learner"].post("/curate/api/v1/save", json={"text": "x"}, headers={"origin": served[1]}).text)
    assert told["detail"] == "Your role, learner, may not change scripts. Ask an admin of this coach for the role educator."
