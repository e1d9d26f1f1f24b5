"""`coach user …` and the rules behind it: the first admin, the last admin, roles, passwords, and what the audit is told."""

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from coach.access.keeper import Keeper, has_admin
from coach.access.person import ROLES, Person, local
from coach.access.sign_in import SignIn
from coach.cli import app
from coach.errors import InputError, NotAllowed, NotSignedIn, StoreError
from coach.settings import Settings
from coach.store.accounts import Accounts
from coach.store.changes import Changes
from tests.access.conftest import PASSWORD

ADMIN = {"COACH_USER": "ada_admin", "COACH_PASSWORD": PASSWORD}
NEW = "eight quiet otters"


@pytest.fixture
def user(settings_with, monkeypatch):
    """Runs `coach user …` on the data folder of `settings_with`."""

    def run(*arguments: str, auth: str = "accounts", data: Path | None = None, typed: str = "", **environment: str) -> Result:
        monkeypatch.setenv("COACH_AUTH", auth)
        monkeypatch.setenv("COACH_DATA", str(data or settings_with().data))
        return CliRunner().invoke(app, ["user", *arguments], input=typed, env=environment)

    return run


def accounts(settings: Settings) -> dict[str, str]:
    return {one.name: one.role for one in Accounts(settings.data).all()}


def test_the_first_admin_needs_no_sign_in_and_from_then_on_everybody_does(user, tmp_path: Path) -> None:
    data = tmp_path / "new"
    made = user("add", "Ada", "--role", "admin", "--name", "Ada Example", "--title", "pharmacist", "--json", data=data, typed=f"{NEW}\n{NEW}\n")
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    assert (told["account"], told["role"], told["name"], told["title"], told["password"]) == ("ada", "admin", "Ada Example", "pharmacist", True)
    assert NEW not in made.output
    refused = user("add", "ben", "--no-password", data=data, COACH_USER="ben", COACH_PASSWORD="x")
    assert isinstance(refused.exception, NotSignedIn)
    assert user("add", "ben", "--no-password", data=data, COACH_USER="ada", COACH_PASSWORD=NEW).exit_code == 0


def test_an_admin_without_a_password_is_no_admin_where_accounts_sign_in(tmp_path: Path) -> None:
    keeper = Keeper(Settings(auth="accounts", data=tmp_path), lambda *_: None)
    keeper.add(local(), "proxied", "admin")
    assert not has_admin(Settings(auth="accounts", data=tmp_path))
    assert has_admin(Settings(auth="header", data=tmp_path))


@pytest.mark.parametrize("role", [role for role in ROLES if role != "admin"])
@pytest.mark.parametrize(
    "command", [["list"], ["add", "eve", "--no-password"], ["role", "ada_viewer", "admin"], ["password", "ada_viewer"], ["disable", "ada_viewer"], ["enable", "ada_viewer"]]
)
def test_only_an_admin_keeps_accounts(settings_with, role: str, command: list[str]) -> None:
    """By the rules that the commands call; signing in as each of them is tried elsewhere."""
    told: list[str] = []
    keeper = Keeper(settings_with(), lambda by, what, account: told.append(what))
    before = accounts(settings_with())
    by = Person(role, account=f"ada_{role}")  # type: ignore[arg-type]
    calls = {
        "list": lambda: keeper.everyone(by), "add": lambda: keeper.add(by, "eve", "admin"), "role": lambda: keeper.role(by, "ada_viewer", "admin"),
        "password": lambda: keeper.password(by, "ada_viewer", NEW), "disable": lambda: keeper.disable(by, "ada_viewer"), "enable": lambda: keeper.enable(by, "ada_viewer"),
    }  # fmt: skip
    with pytest.raises(NotAllowed, match="manage accounts"):
        calls[command[0]]()
    assert accounts(settings_with()) == before
    assert told == []


def test_an_educator_who_signs_in_at_the_terminal_is_told_who_may(user) -> None:
    result = user("password", "ada_viewer", "--password-stdin", typed=NEW, COACH_USER="ada_educator", COACH_PASSWORD=PASSWORD)
    assert isinstance(result.exception, NotAllowed)
    assert "admin" in str(result.exception)


def test_list_shows_everybody_and_no_hash(user) -> None:
    shown = json.loads(user("list", "--json", **ADMIN).stdout)["accounts"]
    assert [one["role"] for one in shown] == sorted(ROLES, key=lambda role: f"ada_{role}")
    table = user("list", **ADMIN).stdout
    assert "ada_educator" in table
    assert "argon2" not in table + json.dumps(shown)


def test_role_password_disable_and_enable_do_what_they_say(user, settings_with) -> None:
    assert json.loads(user("role", "ADA_viewer", "educator", "--json", **ADMIN).stdout)["role"] == "educator"
    assert user("password", "ada_viewer", "--password-stdin", typed=f"{NEW}\n", **ADMIN).exit_code == 0
    sign_in = SignIn(settings_with())
    token = sign_in.sign_in("ada_viewer", NEW, "terminal")
    assert sign_in.person(token).role == "educator"
    assert json.loads(user("disable", "ada_viewer", "--json", **ADMIN).stdout)["disabled"] is True
    for attempt in (lambda: sign_in.person(token), lambda: sign_in.sign_in("ada_viewer", NEW, "terminal")):
        with pytest.raises(NotSignedIn):
            attempt()
    assert json.loads(user("enable", "ada_viewer", "--json", **ADMIN).stdout)["disabled"] is False
    assert sign_in.sign_in("ada_viewer", NEW, "terminal")


@pytest.mark.parametrize("change", [["disable", "ada_admin"], ["role", "ada_admin", "educator"]])
def test_the_last_admin_stays(user, settings_with, change: list[str]) -> None:
    result = user(*change, **ADMIN)
    assert isinstance(result.exception, InputError)
    assert "last admin" in str(result.exception)
    assert accounts(settings_with())["ada_admin"] == "admin"
    assert user("role", "ada_educator", "admin", **ADMIN).exit_code == 0
    assert user(*change, **ADMIN).exit_code == 0


def test_every_change_is_told_to_the_audit_with_who_and_whom(user, settings_with) -> None:
    for command in (["add", "ben", "--no-password"], ["role", "ben", "learner"], ["disable", "ben"], ["enable", "ben"]):
        assert user(*command, **ADMIN).exit_code == 0
    assert user("password", "ben", "--password-stdin", typed=NEW, **ADMIN).exit_code == 0
    told = [(entry.by, entry.action, entry.item) for entry in reversed(Changes(settings_with().data).entries())]
    who = "Ada Admin, pharmacist"
    assert told == [(who, what, "ben") for what in ("user_added", "user_role", "user_disabled", "user_enabled", "user_password")]


def test_what_was_refused_is_not_in_the_audit(user, settings_with) -> None:
    user("disable", "ada_admin", **ADMIN)
    user("add", "ada_viewer", "--no-password", **ADMIN)
    user("role", "nobody", "admin", **ADMIN)
    user("password", "ada_viewer", "--password-stdin", typed="short", **ADMIN)
    assert Changes(settings_with().data).entries() == []


def test_what_cannot_be_audited_is_not_done(settings_with) -> None:
    def broken(*_: object) -> None:
        raise StoreError("The change could not be recorded.")

    keeper, before = Keeper(settings_with(), broken), accounts(settings_with())
    for call in (lambda: keeper.add(local(), "eve", "admin"), lambda: keeper.role(local(), "ada_viewer", "admin"), lambda: keeper.disable(local(), "ada_viewer")):
        with pytest.raises(StoreError):
            call()
    assert accounts(settings_with()) == before


@pytest.mark.parametrize("name", ["", "ada example", "-x", "a" * 101, "a/b", "ädä", "<b>", "a,b", "ada_viewer"])
def test_a_name_that_cannot_be_one_is_refused(settings_with, name: str) -> None:
    keeper = Keeper(settings_with(), lambda *_: None)
    with pytest.raises(InputError):
        keeper.add(local(), name, "viewer")


@pytest.mark.parametrize("password", ["", "eleven char", "0987654321098", "Password12345!"])
def test_a_bad_password_makes_no_account_and_changes_none(settings_with, password: str) -> None:
    keeper, before = Keeper(settings_with(), lambda *_: None), Accounts(settings_with().data).get("ada_viewer")
    with pytest.raises(InputError):
        keeper.add(local(), "ben", "viewer", password=password)
    with pytest.raises(InputError):
        keeper.password(local(), "ada_viewer", password)
    assert Accounts(settings_with().data).get("ben") is None
    assert Accounts(settings_with().data).get("ada_viewer") == before


def test_names_and_professions_are_one_short_line(settings_with) -> None:
    keeper = Keeper(settings_with(), lambda *_: None)
    made = keeper.add(local(), "ben", "viewer", "  Ben\n Example ", "nurse\tpractitioner")
    assert (made.display, made.title) == ("Ben Example", "nurse practitioner")
    for bad in ("x" * 121, "Ben\x1b[31m"):
        with pytest.raises(InputError):
            keeper.add(local(), "cleo", "viewer", bad)


def test_two_admins_cannot_lower_each_other_at_the_same_moment(settings_with) -> None:
    settings = settings_with()
    keeper = Keeper(settings, lambda *_: None)
    keeper.role(local(), "ada_educator", "admin")

    def meanwhile(by: Person, what: str, account: str) -> None:
        if account == "ada_admin":  # the other one's change comes between the look and the writing
            keeper.disable(local(), "ada_educator")

    with pytest.raises(InputError, match="last admin"):
        Keeper(settings, meanwhile).disable(local(), "ada_admin")
    assert has_admin(settings)


def test_the_folder_of_the_hashes_is_nobody_elses(tmp_path: Path) -> None:
    Keeper(Settings(auth="accounts", data=tmp_path / "data"), lambda *_: None).add(local(), "ben", "viewer")
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_no_password_stands_in_the_database(user, settings_with) -> None:
    user("add", "ben", "--password-stdin", typed=f"{NEW}\n", **ADMIN)
    with sqlite3.connect(settings_with().data / "coach.sqlite3") as connection:
        rows = connection.execute("SELECT name, hash FROM accounts").fetchall()
    assert all(kept.startswith("$argon2id$") for _, kept in rows)
    assert not any(secret.encode() in path.read_bytes() for path in settings_with().data.iterdir() for secret in (NEW, PASSWORD))
