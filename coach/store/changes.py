"""Every saved version of every script, patient and local page, by its content; who did what and when. Ids and digests in the audit, never patient text."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, DateTime, Index, Integer, MetaData, String, Table, Text, func, insert, select

from coach.access.person import Person
from coach.curate.shapes import Act, Change, Entry
from coach.errors import StoreError
from coach.store.database import Database

metadata = MetaData()
texts = Table("texts", metadata, Column("digest", String(64), primary_key=True), Column("text", Text, nullable=False))
changes = Table(
    "changes", metadata,
    Column("number", Integer, primary_key=True), Column("item", String(160), nullable=False), Column("act", String(16), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False), Column("by", String(240), nullable=False), Column("key", String(160), nullable=False),
    Column("digest", String(64), nullable=False), Column("version", Integer, nullable=False), Column("note", Text, nullable=False), Index("changes_of", "item", "number"),
)  # fmt: skip
audit = Table(
    "audit", metadata,
    Column("number", Integer, primary_key=True), Column("at", DateTime(timezone=True), nullable=False), Column("by", String(240), nullable=False),
    Column("action", String(32), nullable=False), Column("item", String(160), nullable=False), Column("digest", String(64), nullable=False), Column("count", Integer, nullable=False),
)  # fmt: skip
NOT_WRITTEN = "The change could not be recorded, so it was not made. Check that the data folder (COACH_DATA) can be written."
NOT_READ = "The change log could not be read. Check the data folder (COACH_DATA)."


def digest_of(text: str) -> str:
    """The name of a text: sha256, 64 hex digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Changes:
    """The change log and the audit. Every method raises StoreError when the data folder cannot be used."""

    def __init__(self, folder: Path, url: str | None = None):
        self._database = Database(folder, metadata, url)

    def add(self, item: str, act: Act, by: Person, text: str, version: int, note: str = "") -> Change:
        """Record one change with its whole text, and its audit entry, in one transaction."""
        return self.add_all([(item, act, by, text, version, note)])[0]

    def add_all(self, rows: Sequence[tuple[str, Act, Person, str, int, str]]) -> list[Change]:
        """Record several changes (item, act, by, text, version, note), all or none."""
        with self._database.writing(NOT_WRITTEN) as connection:
            return [_add(connection, *row) for row in rows]

    def of(self, item: str) -> list[Change]:
        """The change log of one item, newest first."""
        return self._changes(select(changes).where(changes.c.item == item).order_by(changes.c.number.desc()))

    def latest(self, act: Act | None = None) -> dict[str, Change]:
        """Of every item its newest change, or its newest of one kind."""
        newest = select(func.max(changes.c.number)).group_by(changes.c.item)
        return {found.item: found for found in self._changes(select(changes).where(changes.c.number.in_(newest.where(changes.c.act == act) if act else newest)))}

    def text(self, digest: str) -> str:
        """A version's text. Raises StoreError when there is none of this digest."""
        with self._database.reading(NOT_READ) as connection:
            found = connection.execute(select(texts.c.text).where(texts.c.digest == digest)).scalar() if connection is not None else None
        if found is None:
            raise StoreError("This version is not in the change log. Open the history of the script and choose one that is.")
        return str(found)

    def audit(self, by: Person, action: str, item: str = "", digest: str = "", count: int = 0) -> None:
        """Record something that changed no text: an export, an account, a setting."""
        with self._database.writing(NOT_WRITTEN) as connection:
            connection.execute(insert(audit).values(at=datetime.now(UTC), by=by.line, action=action, item=item, digest=digest, count=count))

    def entries(self, n: int = 200, before: int | None = None) -> list[Entry]:
        """The n newest entries of the audit (below number `before`), newest first."""
        asked = select(audit).order_by(audit.c.number.desc()).limit(n)
        with self._database.reading(NOT_READ) as connection:
            rows = connection.execute(asked.where(audit.c.number < before) if before else asked).mappings().all() if connection is not None else []
        return [Entry(**_aware(row)) for row in rows]

    def _changes(self, asked: Any) -> list[Change]:
        with self._database.reading(NOT_READ) as connection:
            rows = connection.execute(asked).mappings().all() if connection is not None else []
        return [Change(**_aware(row)) for row in rows]


def _add(connection: Connection, item: str, act: Act, by: Person, text: str, version: int, note: str) -> Change:
    digest, now = digest_of(text), datetime.now(UTC)
    if connection.execute(select(texts.c.digest).where(texts.c.digest == digest)).scalar() is None:
        connection.execute(insert(texts).values(digest=digest, text=text))
    row: dict[str, Any] = {"item": item, "act": act, "at": now, "by": by.line, "key": by.key, "digest": digest, "version": version, "note": note}
    number = connection.execute(insert(changes).values(row)).inserted_primary_key
    if act not in ("found", "outside"):  # nobody did anything
        connection.execute(insert(audit).values(at=now, by=by.line, action=act, item=item, digest=digest, count=1))
    return Change(number=number[0] if number else 0, **row)


def _aware(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {**row, "at": row["at"].replace(tzinfo=UTC)}  # SQLite keeps no time zone
