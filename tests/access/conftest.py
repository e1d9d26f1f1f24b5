"""A clock that is moved by hand, and accounts in a data folder of their own."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import argon2
import pytest

from coach.access.keeper import Keeper
from coach.access.person import ROLES, local
from coach.access.sign_in import SignIn
from coach.settings import Settings

PASSWORD = "seven quiet otters"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)


class Quick(argon2.PasswordHasher):
    """argon2id all the same, at a cost at which hundreds of tests can sign in. The cost that ships is held to in test_passwords.py."""

    def __init__(self, time_cost: int = 1, memory_cost: int = 2048, parallelism: int = 1) -> None:
        super().__init__(time_cost, memory_cost, parallelism)


@pytest.fixture(autouse=True, scope="package")
def quick_hashes() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argon2, "PasswordHasher", Quick)
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="package")
def kept(quick_hashes: None, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The database with one account a role (`ada_viewer` …), made once: hashing is slow on purpose."""
    settings = Settings(auth="accounts", data=tmp_path_factory.mktemp("accounts"))
    keeper = Keeper(settings, lambda *_: None)
    for role in ROLES:
        keeper.add(local(), f"ada_{role}", role, f"Ada {role.title()}", "pharmacist", PASSWORD)
    with sqlite3.connect(settings.data / "coach.sqlite3") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # all of it in one file
    return (settings.data / "coach.sqlite3").read_bytes()


@pytest.fixture
def settings_with(kept: bytes, tmp_path: Path) -> Callable[..., Settings]:
    """Settings whose data folder holds those accounts."""

    def made(auth: str = "accounts", **more: object) -> Settings:
        data = tmp_path / "data"
        data.mkdir(exist_ok=True)
        if not (data / "coach.sqlite3").exists():
            (data / "coach.sqlite3").write_bytes(kept)
        return Settings(auth=auth, data=data, **more)  # type: ignore[arg-type]

    return made


@pytest.fixture
def sign_in(settings_with: Callable[..., Settings], clock: Clock) -> SignIn:
    return SignIn(settings_with(), clock)
