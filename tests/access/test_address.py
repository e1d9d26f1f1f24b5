"""Where the app may listen, and what is said about it."""

from pathlib import Path

import pytest

from coach.access.keeper import Keeper
from coach.access.person import local
from coach.errors import ServeError, SettingsError
from coach.settings import Settings, load_settings
from coach.web.address import check_address, tell_where
from tests.access.conftest import PASSWORD
from tests.browser import free_port


def refusal(**settings: object) -> str:
    with pytest.raises(ServeError) as refused:
        check_address(Settings(port=free_port(), **settings))  # type: ignore[arg-type]
    return str(refused.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.0.0.5", "coach.clinic.example", "127.0.0.2", "localhost.evil.example"])
def test_without_sign_in_only_this_computer_may_open_the_page(host: str) -> None:
    said = refusal(host=host)
    assert "COACH_AUTH" in said
    assert "TLS" in said


def test_accounts_without_an_admin_are_refused_with_the_command_to_run(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "127.0.0.1"):
        assert "coach user add NAME --role admin" in refusal(host=host, hosts="coach.lan", auth="accounts", data=tmp_path)
    keeper = Keeper(Settings(auth="accounts", data=tmp_path), lambda *_: None)
    keeper.add(local(), "proxied", "admin")  # has no password: nobody could sign in
    keeper.add(local(), "ada", "educator", password=PASSWORD)
    assert "coach user add" in refusal(auth="accounts", data=tmp_path)


def test_with_an_admin_or_behind_a_proxy_it_may_listen(tmp_path: Path) -> None:
    Keeper(Settings(auth="accounts", data=tmp_path), lambda *_: None).add(local(), "ada", "admin", password=PASSWORD)
    check_address(Settings(host="0.0.0.0", hosts="coach.lan", auth="accounts", data=tmp_path, port=free_port()))
    check_address(Settings(host="0.0.0.0", hosts="coach.lan", auth="header", data=tmp_path / "none", port=free_port()))


def test_listening_everywhere_needs_a_name(tmp_path: Path) -> None:
    assert "COACH_HOSTS" in refusal(host="0.0.0.0", auth="header", data=tmp_path)


def test_an_address_that_is_not_ours_is_not_called_a_port_in_use(tmp_path: Path) -> None:
    for host in ("192.0.2.1", "no-such-name.invalid"):
        assert "no address of this computer" in refusal(host=host, auth="header", data=tmp_path)


def test_beyond_this_computer_it_is_said_that_the_way_is_open(capsys: pytest.CaptureFixture[str]) -> None:
    tell_where(Settings(host="10.0.0.5", auth="header"))
    assert "TLS" in capsys.readouterr().out
    tell_where(Settings())
    assert "TLS" not in capsys.readouterr().out


@pytest.mark.parametrize(("name", "value"), [("COACH_AUTH", "yes"), ("COACH_AUTH_PROXY", "proxy.local"), ("COACH_AUTH_PROXY", "10.0.0.300"), ("COACH_AUTH_HEADER", "X Forwarded"), ("COACH_SESSION_HOURS", "0")])  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load_settings()


def test_the_password_of_the_command_line_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_PASSWORD", PASSWORD)
    assert PASSWORD not in repr(load_settings()) + str(load_settings().model_dump())
