"""Codes a trainee disagreed with and ticked to be kept: the masked turn, the one before it, the code given, the code wanted. Never logged."""

from datetime import UTC
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Column, DateTime, MetaData, String, Table, Text, delete, insert, select

from coach.errors import StoreError
from coach.practice.corrections import Correction
from coach.store.database import Database

metadata = MetaData()
corrections = Table(
    "corrections", metadata,
    Column("key", String(40), primary_key=True), Column("at", DateTime(timezone=True), nullable=False), Column("text", Text, nullable=False),
    Column("previous", Text, nullable=False), Column("given", String(24), nullable=False), Column("wanted", String(24), nullable=False), Column("weights", String(64), nullable=False),
)  # fmt: skip
NOT_WRITTEN = "The correction could not be kept. Check that the data folder (COACH_DATA) can be written."
NOT_READ = "The corrections could not be read. Check the data folder (COACH_DATA)."
NOT_DELETED = "The corrections could not be deleted. Check that the data folder (COACH_DATA) can be written."


class Corrections:
    """A small table over SQLite. Every method raises StoreError when the data folder cannot be used."""

    def __init__(self, folder: Path, url: str | None = None):
        self._database = Database(folder, metadata, url)

    def add(self, key: str, row: Correction) -> None:
        """Keep a correction, in the place of an earlier one of the same code."""
        with self._database.writing(NOT_WRITTEN) as connection:
            connection.execute(delete(corrections).where(corrections.c.key == key))
            connection.execute(insert(corrections).values(key=key, **row.model_dump()))

    def drop(self, key: str) -> bool:
        """Forget one that was ticked and is no more; whether there was one."""
        with self._database.reading(NOT_READ) as connection:
            if connection is None:
                return False
        with self._database.writing(NOT_DELETED) as connection:
            found = bool(connection.execute(delete(corrections).where(corrections.c.key == key)).rowcount)
        self._database.forget(NOT_DELETED)
        return found

    def rows(self) -> list[Correction]:
        """All that is kept, oldest first."""
        with self._database.reading(NOT_READ) as connection:
            rows = connection.execute(select(corrections).order_by(corrections.c.at)).mappings().all() if connection is not None else []
        try:
            return [Correction(**{**{name: value for name, value in row.items() if name != "key"}, "at": row["at"].replace(tzinfo=UTC)}) for row in rows]
        except ValidationError:  # somebody else wrote in the file
            raise StoreError("The corrections hold a row that cannot be read. Delete them all, or mend the database in the data folder (COACH_DATA).") from None

    def delete(self) -> int:
        """Delete every correction for good. How many there were."""
        return self._database.empty(corrections, NOT_READ, NOT_DELETED)
