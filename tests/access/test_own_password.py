"""Changing one's own password on the page: the present one is asked for and counted like signing in, and every other session ends."""

import pytest

from coach.access.keeper import Keeper
from coach.access.own_password import change
from coach.access.person import Person, local
from coach.access.sign_in import SignIn
from coach.errors import CoachError, InputError, NotAllowed
from coach.store.accounts import Accounts
from coach.store.changes import Changes
from tests.access.conftest import PASSWORD
from tests.access.test_gate import ORIGIN, client, signed_in  # noqa: F401 - a fixture

NEW = "nine slow herons"
WRONG = "This is not your present password. Try again, or ask an admin of this coach for a new one."


def post(browser, present=PASSWORD, new=NEW, again=None):
    return browser.post("/password", data={"present": present, "new": new, "again": new if again is None else again}, headers=ORIGIN)


def may_enter(browser, password):
    return browser.post("/sign-in", data={"account": "ada_learner", "password": password}, headers=ORIGIN).status_code == 303


def test_the_new_one_counts_the_old_does_not_and_only_the_other_sessions_end(client, settings_with) -> None:  # noqa: F811
    mine, other, somebody_else = signed_in(client(), "learner"), signed_in(client(), "learner"), signed_in(client(), "educator")
    assert 'autocomplete="new-password"' in mine.get("/password").text
    answer = post(mine)
    assert answer.status_code == 200 and "Your password is changed" in answer.text and NEW not in answer.text
    assert mine.get("/practice").text == '"ada_learner"' and somebody_else.get("/practice").text == '"ada_educator"'
    assert other.get("/practice").headers["location"].startswith("/sign-in")
    assert not may_enter(client(), PASSWORD) and may_enter(client(), NEW)
    (entry,) = Changes(settings_with().data).entries(5)
    assert (entry.action, entry.item, entry.by) == ("user_password", "ada_learner", "Ada Learner, pharmacist")


def test_what_cannot_be_is_said_and_changes_nothing(client, settings_with) -> None:  # noqa: F811
    mine = signed_in(client(), "learner")
    for given, said in (
        ({"present": "wrong"}, WRONG),
        ({"new": "short"}, "at least 12 characters"),
        ({"new": PASSWORD}, "This is your present password."),
        ({"again": "nine slow heronz"}, "The new password was not typed the same twice."),
        ({"new": "ada_learner ada_learner"}, "account&#39;s name"),
    ):
        answer = post(mine, **given)
        assert answer.status_code == 422 and said in answer.text
        assert not any(typed in answer.text for typed in (PASSWORD, NEW, "heronz", "wrong"))
        assert mine.get("/practice").status_code == 200
    assert Changes(settings_with().data).entries(5) == [] and may_enter(client(), PASSWORD)


def test_wrong_present_passwords_are_counted_with_those_of_signing_in(client) -> None:  # noqa: F811
    mine = signed_in(client(), "learner")
    for _ in range(5):
        assert WRONG in post(mine, present="wrong").text
    told = post(mine)
    assert told.status_code == 401 and "Too many wrong passwords. Wait 1 minute" in told.text
    assert not may_enter(client(), PASSWORD), "from this address it is the same count"


def test_a_form_that_is_none_or_comes_from_elsewhere_is_refused(client) -> None:  # noqa: F811
    mine = signed_in(client(), "learner")
    assert mine.post("/password", content=b"{}", headers=ORIGIN).status_code == 422
    assert mine.post("/password", data={"present": PASSWORD, "new": NEW, "again": NEW}).status_code == 403
    assert may_enter(client(), PASSWORD)


def test_where_nobody_has_a_password_here_there_is_none_to_change(client) -> None:  # noqa: F811
    assert client("none").get("/password").headers["location"] == "/"
    assert client("none").post("/password", data={}, headers=ORIGIN).status_code == 404
    proxy = {"x-forwarded-user": "ada_learner"}
    for answer in (client("header").get("/password", headers=proxy), client("header").post("/password", headers={**proxy, **ORIGIN})):
        assert answer.status_code == 404 and "proxy" in answer.text
    nobody = client()
    assert nobody.get("/password").headers["location"] == "/sign-in?to=/password"
    assert nobody.post("/password", data={}, headers=ORIGIN).status_code == 401


def test_one_that_an_admin_changed_meanwhile_stays_the_admins(settings_with, sign_in, monkeypatch) -> None:
    """Between looking at the present one and writing the new one."""
    settings = settings_with()
    by, token = Person("learner", "Ada Learner", "pharmacist", "ada_learner"), sign_in.sign_in("ada_learner", PASSWORD, "here")
    check = SignIn.check

    def slow(self, *given):
        found = check(self, *given)
        Keeper(settings, lambda *_: None).password(local(), "ada_learner", "the admins own choice")
        return found

    monkeypatch.setattr(SignIn, "check", slow)
    with pytest.raises(InputError, match="not your present password"):
        change(sign_in, lambda *_: None, by, token, PASSWORD, NEW, "here")
    monkeypatch.undo()
    assert sign_in.sign_in("ada_learner", "the admins own choice", "there")
    with pytest.raises(NotAllowed):
        sign_in.sign_in("ada_learner", NEW, "elsewhere")


def test_what_cannot_be_audited_is_not_done(settings_with, sign_in) -> None:
    def audit(*_):
        raise CoachError("no")

    kept = Accounts(settings_with().data).get("ada_learner")
    with pytest.raises(CoachError):
        change(sign_in, audit, Person("learner", account="ada_learner"), "x", PASSWORD, NEW, "here")
    assert Accounts(settings_with().data).get("ada_learner") == kept
