"""Wrong passwords, counted under digests of who and where from: neither a name nor an address is kept."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Column, Connection, DateTime, Integer, MetaData, String, Table, delete, insert, select

from coach.access.throttle import WINDOW, Attempts, one_less, one_more
from coach.store.database import Database

metadata = MetaData()
attempts = Table(
    "attempts", metadata,
    Column("key", String(64), primary_key=True), Column("count", Integer, nullable=False), Column("since", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True)), Column("forget_at", DateTime(timezone=True), nullable=False),
)  # fmt: skip
NOT_WRITTEN = "Nobody can sign in, because the data folder (COACH_DATA) cannot be written. Check that it can be."


class AttemptStore:
    """A small table over SQLite. Every method raises StoreError when the data folder cannot be used: then nobody signs in."""

    def __init__(self, folder: Path, url: str | None = None):
        self._database = Database(folder, metadata, url)

    def add(self, limits: Mapping[str, int], now: datetime) -> datetime | None:
        """Count one more try under each key, before the password is looked at, so that a hundred at once are a hundred. When one of the keys has to
        wait nothing is counted, and until when is returned."""
        with self._database.writing(NOT_WRITTEN) as connection:
            connection.execute(delete(attempts).where(attempts.c.forget_at <= now))
            found = {key: _get(connection, key) for key in limits}
            waits = [one.until for one in found.values() if one is not None and one.until is not None and one.until > now]
            if waits:
                return max(waits)
            for key, limit in limits.items():
                _put(connection, key, one_more(found[key], limit, now))
        return None

    def right(self, account: str, address: str, limit: int) -> None:
        """The password was right: forget the tries under the key `account`; under `address` this one does not count."""
        with self._database.writing(NOT_WRITTEN) as connection:
            connection.execute(delete(attempts).where(attempts.c.key == account))
            if (found := _get(connection, address)) is not None:
                _put(connection, address, one_less(found, limit))


def _get(connection: Connection, key: str) -> Attempts | None:
    row = connection.execute(select(attempts).where(attempts.c.key == key)).mappings().one_or_none()
    return Attempts(row["count"], _aware(row["since"]), _aware(row["until"]) if row["until"] else None) if row else None


def _put(connection: Connection, key: str, one: Attempts) -> None:
    connection.execute(delete(attempts).where(attempts.c.key == key))
    connection.execute(insert(attempts).values(key=key, count=one.count, since=one.since, until=one.until, forget_at=(one.until or one.since) + WINDOW))


def _aware(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)  # SQLite keeps no time zone
