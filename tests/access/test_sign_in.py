"""Signing in: tokens, sessions that end, what a proxy may say, and that nobody learns which accounts there are."""

import hashlib
from datetime import timedelta

import argon2
import pytest

from coach.access.keeper import Keeper
from coach.access.person import Person, local
from coach.access.sign_in import OVER, WRONG, SignIn, keeper_at_terminal, person_at_terminal
from coach.errors import NotAllowed, NotSignedIn, StoreError
from coach.settings import Settings
from coach.store.accounts import Accounts
from tests.access.conftest import PASSWORD, Clock

HERE = "192.0.2.7"


def keeper(settings: Settings) -> Keeper:
    return Keeper(settings, lambda *_: None)


def is_over(sign_in: SignIn, token: str) -> bool:
    try:
        sign_in.person(token)
    except NotSignedIn as error:
        return str(error) == OVER
    return False


def test_a_name_in_any_case_and_its_password_become_a_person(sign_in) -> None:
    token = sign_in.sign_in("  Ada_Educator ", PASSWORD, HERE)
    assert sign_in.person(token) == Person("educator", "Ada Educator", "pharmacist", "ada_educator")


def test_a_token_is_long_new_each_time_and_only_its_digest_is_kept(sign_in, settings_with) -> None:
    first, second = (sign_in.sign_in("ada_viewer", PASSWORD, HERE) for _ in range(2))
    assert first != second
    assert len(first) >= 43
    written = b"".join(path.read_bytes() for path in settings_with().data.iterdir())
    assert first.encode() not in written
    assert hashlib.sha256(first.encode()).hexdigest().encode() in written


def test_wrong_name_wrong_password_disabled_and_without_password_are_the_same_sentence(sign_in, settings_with) -> None:
    keeper(settings_with()).disable(local(), "ada_learner")
    keeper(settings_with()).add(local(), "proxied", "viewer")
    for name, password in (("ada_viewer", "wrong"), ("nobody", PASSWORD), ("ada_learner", PASSWORD), ("proxied", ""), ("", ""), ("ada_viewer", "")):
        with pytest.raises(NotSignedIn, match=WRONG):
            sign_in.sign_in(name, password, HERE)


@pytest.mark.parametrize("name", ["ada_viewer", "nobody", "disabled", "proxied"])
def test_whoever_it_is_exactly_one_hash_of_the_same_cost_is_computed(sign_in, settings_with, monkeypatch, name: str) -> None:
    keeper(settings_with()).add(local(), "disabled", "viewer", password=PASSWORD)
    keeper(settings_with()).disable(local(), "disabled")
    keeper(settings_with()).add(local(), "proxied", "viewer")
    with pytest.raises(NotSignedIn):  # the hash of nobody has been made
        sign_in.sign_in("nobody", "x", HERE)
    seen, real = [], argon2.PasswordHasher.verify

    def counted(self, kept, password):
        seen.append(argon2.extract_parameters(kept))
        return real(self, kept, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    with pytest.raises(NotSignedIn):
        sign_in.sign_in(name, "not the password", HERE)
    assert len(seen) == 1
    assert seen[0] == argon2.extract_parameters(argon2.PasswordHasher().hash("x"))


def test_a_session_ends_after_its_hours_however_much_it_is_used(sign_in, clock: Clock) -> None:
    token = sign_in.sign_in("ada_viewer", PASSWORD, HERE)
    for _ in range(11):
        clock.wait(hours=1)
        assert not is_over(sign_in, token)
    clock.wait(minutes=59)
    assert not is_over(sign_in, token)
    clock.wait(minutes=1)
    assert is_over(sign_in, token)
    clock.wait(hours=-1)
    assert is_over(sign_in, token)  # it is gone, not only late


def test_the_hours_are_a_setting(settings_with, clock: Clock) -> None:
    sign_in = SignIn(settings_with(session_hours=0.5), clock)
    token = sign_in.sign_in("ada_viewer", PASSWORD, HERE)
    clock.wait(minutes=31)
    assert is_over(sign_in, token)


def test_a_session_ends_after_two_hours_without_use(sign_in, clock: Clock) -> None:
    token = sign_in.sign_in("ada_viewer", PASSWORD, HERE)
    clock.wait(minutes=119)
    assert not is_over(sign_in, token)
    clock.wait(minutes=119)
    assert not is_over(sign_in, token)
    clock.wait(minutes=121)
    assert is_over(sign_in, token)


def test_signing_out_ends_this_session_and_no_other(sign_in) -> None:
    first, second = (sign_in.sign_in("ada_viewer", PASSWORD, HERE) for _ in range(2))
    sign_in.sign_out(first)
    assert is_over(sign_in, first)
    assert not is_over(sign_in, second)
    sign_in.end_all("ada_viewer")
    assert is_over(sign_in, second)


@pytest.mark.parametrize("change", ["role", "password", "disable"])
def test_another_role_or_password_or_disabling_ends_every_session_of_that_account(sign_in, settings_with, change: str) -> None:
    tokens = [sign_in.sign_in("ada_viewer", PASSWORD, HERE) for _ in range(2)]
    other = sign_in.sign_in("ada_admin", PASSWORD, HERE)
    made = {"role": ("learner",), "password": ("eight quiet otters",), "disable": ()}[change]
    getattr(keeper(settings_with()), change)(local(), "ada_viewer", *made)
    assert all(is_over(sign_in, token) for token in tokens)
    assert not is_over(sign_in, other)


def test_a_token_that_never_was_is_nobody(sign_in) -> None:
    for token in ("", "x", "0" * 64, "' OR 1=1 --", "\ud800"):
        assert is_over(sign_in, token)


def test_a_password_changed_while_it_was_looked_at_opens_no_session(settings_with, clock: Clock) -> None:
    accounts = Accounts(settings_with().data)
    old = accounts.get("ada_viewer")
    assert old and old.hash
    keeper(settings_with()).password(local(), "ada_viewer", "eight quiet otters")
    assert not accounts.begin("digest", "ada_viewer", old.hash, clock(), clock() + timedelta(hours=1))


def test_an_old_hash_is_made_anew_when_its_password_comes(sign_in, settings_with) -> None:
    accounts = Accounts(settings_with().data)
    weak = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    accounts.change("ada_viewer", lambda _: True, hash=weak)
    token = sign_in.sign_in("ada_viewer", PASSWORD, HERE)
    renewed = accounts.get("ada_viewer")
    assert renewed and renewed.hash != weak
    assert not is_over(sign_in, token)
    assert sign_in.sign_in("ada_viewer", PASSWORD, HERE)


def test_a_store_that_cannot_be_read_lets_nobody_in(settings_with, clock: Clock) -> None:
    settings = settings_with()
    token = SignIn(settings, clock).sign_in("ada_viewer", PASSWORD, HERE)
    (settings.data / "coach.sqlite3").write_bytes(b"not a database at all" * 400)
    for path in settings.data.glob("coach.sqlite3-*"):
        path.unlink()
    with pytest.raises(StoreError):
        SignIn(settings, clock).person(token)
    with pytest.raises(StoreError):
        SignIn(settings, clock).sign_in("ada_viewer", PASSWORD, HERE)


# --- a proxy's word


def test_the_proxy_names_an_account_and_its_role_comes_from_here(settings_with) -> None:
    sign_in = SignIn(settings_with("header"))
    assert sign_in.person_from_header("Ada_Educator", "127.0.0.1") == Person("educator", "Ada Educator", "pharmacist", "ada_educator")


def test_an_account_unknown_here_is_a_viewer(settings_with) -> None:
    person = SignIn(settings_with("header")).person_from_header("clinic\\BEN.Example@clinic.example", "::ffff:127.0.0.1")
    assert person == Person("viewer", "clinic\\ben.example@clinic.example", account="clinic\\ben.example@clinic.example")


@pytest.mark.parametrize("peer", ["192.0.2.7", "127.0.0.2", "::1", "", None, "127.0.0.1, 192.0.2.7", "localhost"])
def test_anybody_else_who_says_so_is_refused(settings_with, peer: str | None) -> None:
    with pytest.raises(NotSignedIn):
        SignIn(settings_with("header")).person_from_header("ada_admin", peer)


@pytest.mark.parametrize("value", [None, "", "  ", "ada_admin,ada_viewer", "ada admin", "-", "ädä", "a" * 101, "<b>", "../x", "a\0"])
def test_a_header_that_names_nobody_is_refused(settings_with, value: str | None) -> None:
    with pytest.raises(NotSignedIn):
        SignIn(settings_with("header")).person_from_header(value, "127.0.0.1")


def test_a_disabled_account_is_refused_though_the_proxy_knows_it(settings_with) -> None:
    keeper(settings_with()).disable(local(), "ada_learner")
    with pytest.raises(NotSignedIn, match="disabled"):
        SignIn(settings_with("header")).person_from_header("ada_learner", "127.0.0.1")


def test_proxies_may_be_several_and_networks(settings_with) -> None:
    sign_in = SignIn(settings_with("header", auth_proxy="10.1.0.0/16, 2001:db8::5"))
    assert [sign_in.is_proxy(peer) for peer in ("10.1.2.3", "2001:db8::5", "10.2.0.1", "127.0.0.1", "2001:db8::6")] == [True, True, False, False, False]


# --- the command line


def never(what: str, hidden: bool) -> str:
    raise AssertionError("nothing is asked for here")


def test_at_the_terminal_of_a_laptop_nobody_is_asked(settings_with) -> None:
    assert person_at_terminal(settings_with("none"), never) == local()


def test_at_the_terminal_the_settings_or_the_keyboard_say_who_it_is(settings_with) -> None:
    assert person_at_terminal(settings_with(user="ada_learner", password=PASSWORD), never).role == "learner"
    asked: list[tuple[str, bool]] = []

    def typed(what: str, hidden: bool) -> str:
        asked.append((what, hidden))
        return PASSWORD if hidden else "ada_educator"

    assert person_at_terminal(settings_with(), typed).role == "educator"
    assert asked == [("Account", False), ("Password", True)]
    with pytest.raises(NotSignedIn):
        person_at_terminal(settings_with(user="ada_learner", password="wrong"), never)


def test_behind_a_proxy_the_terminal_signs_nobody_in_but_an_admin_with_a_password_keeps_accounts(settings_with) -> None:
    settings = settings_with("header", user="ada_admin", password=PASSWORD)
    with pytest.raises(NotAllowed, match="proxy"):
        person_at_terminal(settings, never)
    assert keeper_at_terminal(settings, never).role == "admin"


def test_while_there_is_no_admin_whoever_has_the_data_folder_may_make_one(tmp_path) -> None:
    for auth in ("accounts", "header"):
        assert keeper_at_terminal(Settings(auth=auth, data=tmp_path / "empty"), never) == local()
    assert not (tmp_path / "empty").exists()
