"""Accounts, and who is signed in. Of a password its argon2 hash is kept, of a session the sha256 of its token."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, DateTime, Index, MetaData, String, Table, delete, insert, select, update

from coach.access.person import Role
from coach.store.database import Database

metadata = MetaData()
accounts = Table(
    "accounts", metadata,
    Column("name", String(100), primary_key=True), Column("display", String(120), nullable=False), Column("title", String(120), nullable=False),
    Column("role", String(16), nullable=False), Column("hash", String(200)), Column("created_at", DateTime(timezone=True), nullable=False), Column("disabled_at", DateTime(timezone=True)),
)  # fmt: skip
signed_in = Table(
    "signed_in", metadata,
    Column("token", String(64), primary_key=True), Column("account", String(100), nullable=False), Column("created_at", DateTime(timezone=True), nullable=False),
    Column("last_seen", DateTime(timezone=True), nullable=False), Column("ends_at", DateTime(timezone=True), nullable=False), Index("signed_in_account", "account"),
)  # fmt: skip
NOT_WRITTEN = "The accounts could not be written. Check that the data folder (COACH_DATA) can be written."
NOT_READ = "The accounts could not be read. Check the data folder (COACH_DATA)."


@dataclass(frozen=True, slots=True)
class Account:
    """`name` is what one signs in with, in lower case; `display` and `title` (the profession) are what others read."""

    name: str
    display: str
    title: str
    role: Role
    hash: str | None
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    account: Account
    last_seen: datetime
    ends_at: datetime


class Accounts:
    """Small tables over SQLite (any SQLAlchemy URL will do). Every method raises StoreError when the data folder cannot be used."""

    def __init__(self, folder: Path, url: str | None = None):
        self._database = Database(folder, metadata, url)

    def get(self, name: str) -> Account | None:
        with self._database.reading(NOT_READ) as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == name)).mappings().one_or_none() if connection is not None else None
        return _account(row) if row else None

    def all(self) -> list[Account]:
        """Every account, by name; also those that are disabled."""
        with self._database.reading(NOT_READ) as connection:
            rows = connection.execute(select(accounts).order_by(accounts.c.name)).mappings().all() if connection is not None else []
        return [_account(row) for row in rows]

    def add(self, account: Account) -> bool:
        """False when there is one of this name."""
        with self._database.writing(NOT_WRITTEN) as connection:
            if connection.execute(select(accounts.c.name).where(accounts.c.name == account.name)).scalar() is not None:
                return False
            connection.execute(insert(accounts).values({name: getattr(account, name) for name in Account.__slots__}))
            return True

    def change(self, name: str, keep: Callable[[list[Account]], bool], **values: Any) -> bool:
        """Set `role`, `hash` or `disabled_at` and end the account's sessions, in one transaction. False, and nothing is done, when `keep` says no to the accounts as they would then be."""
        with self._database.writing(NOT_WRITTEN) as connection:
            connection.execute(update(accounts).where(accounts.c.name == name).values(**values))
            if not keep([_account(row) for row in connection.execute(select(accounts)).mappings()]):
                connection.rollback()
                return False
            connection.execute(delete(signed_in).where(signed_in.c.account == name))
            return True

    def renew(self, name: str, old: str, new: str) -> None:
        """Another hash of the same password: the sessions stay. Nothing is done when the password was changed meanwhile."""
        with self._database.writing(NOT_WRITTEN) as connection:
            connection.execute(update(accounts).where(accounts.c.name == name, accounts.c.hash == old).values(hash=new))

    def exchange(self, name: str, old: str, new: str, but: str) -> bool:
        """The hash of another password, and every session ended but the one with the digest `but`, in one transaction. False, and nothing is done, when the
        password was changed or the account disabled meanwhile."""
        with self._database.writing(NOT_WRITTEN) as connection:
            if not connection.execute(update(accounts).where(accounts.c.name == name, accounts.c.hash == old, accounts.c.disabled_at.is_(None)).values(hash=new)).rowcount:
                return False
            connection.execute(delete(signed_in).where(signed_in.c.account == name, signed_in.c.token != but))
            return True

    # --- who is signed in

    def begin(self, token: str, name: str, kept: str, now: datetime, ends_at: datetime) -> bool:
        """Keep a session by its token's digest; sessions that are over are forgotten. False when the account was disabled or got another password since `kept` was read."""
        with self._database.writing(NOT_WRITTEN) as connection:
            connection.execute(delete(signed_in).where(signed_in.c.ends_at <= now))
            still = select(accounts.c.name).where(accounts.c.name == name, accounts.c.hash == kept, accounts.c.disabled_at.is_(None))
            if connection.execute(still).scalar() is None:
                return False
            connection.execute(insert(signed_in).values(token=token, account=name, created_at=now, last_seen=now, ends_at=ends_at))
            return True

    def session(self, token: str) -> Session | None:
        asked = (
            select(accounts, signed_in.c.last_seen, signed_in.c.ends_at).join_from(signed_in, accounts, signed_in.c.account == accounts.c.name).where(signed_in.c.token == token)
        )
        with self._database.reading(NOT_READ) as connection:
            row = connection.execute(asked).mappings().one_or_none() if connection is not None else None
        return Session(_account(row), _aware(row["last_seen"]), _aware(row["ends_at"])) if row else None

    def seen(self, token: str, now: datetime) -> None:
        with self._database.writing(NOT_WRITTEN) as connection:
            connection.execute(update(signed_in).where(signed_in.c.token == token).values(last_seen=now))

    def end(self, token: str) -> None:
        self._end(signed_in.c.token == token)

    def end_all(self, name: str) -> int:
        """End every session of an account; how many there were."""
        return self._end(signed_in.c.account == name)

    def _end(self, which: Any) -> int:
        with self._database.writing(NOT_WRITTEN) as connection:
            return int(connection.execute(delete(signed_in).where(which)).rowcount)


def _account(row: Mapping[Any, Any]) -> Account:
    values = {name: row[name] for name in Account.__slots__}
    return Account(**{**values, "created_at": _aware(row["created_at"]), "disabled_at": _aware(row["disabled_at"]) if row["disabled_at"] else None})


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)  # SQLite keeps no time zone
