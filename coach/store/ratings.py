"""Thumbs with a reason from a closed list, kept with the script's id and version. Never what was typed."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table, func, insert, select

from coach.errors import StoreError
from coach.store.database import Database
from coach.store.reasons import NAMES, REASONS, THUMBS

metadata = MetaData()
ratings = Table(
    "ratings", metadata,
    Column("id", Integer, primary_key=True), Column("at", DateTime(timezone=True), nullable=False), Column("script_id", String(120), nullable=False),
    Column("version", Integer, nullable=False), Column("thumb", String(4), nullable=False), Column("reason", String(40)),
)  # fmt: skip
NOT_WRITTEN = "The rating could not be kept. Check that the data folder (COACH_DATA) can be written."
NOT_READ = "The ratings could not be read. Check the data folder (COACH_DATA)."


class Ratings:
    """A small table over SQLite (any SQLAlchemy URL will do). Opened when the first thumb comes."""

    def __init__(self, folder: Path, url: str | None = None):
        self._database = Database(folder, metadata, url)

    def add(self, scripts: list[tuple[str, int]], thumb: str, reason: str | None) -> None:
        """One row a script. `reason` is a label or name of REASONS, or None. Raises StoreError."""
        name = NAMES.get(reason or "", reason)
        if thumb not in THUMBS or (name is not None and name not in REASONS):
            raise StoreError("This is not a rating on the list. Choose one of those shown.")
        now = datetime.now(UTC)
        rows = [{"at": now, "script_id": script_id, "version": version, "thumb": thumb, "reason": name} for script_id, version in scripts]
        with self._database.writing(NOT_WRITTEN) as connection:
            connection.execute(insert(ratings), rows)

    def counts(self) -> dict[str, dict[str, int]]:
        """Thumbs a script: {script id: {"up": n, "down": n}}. Raises StoreError."""
        found: dict[str, dict[str, int]] = {}
        with self._database.reading(NOT_READ) as connection:
            asked = select(ratings.c.script_id, ratings.c.thumb, func.count()).group_by(ratings.c.script_id, ratings.c.thumb)
            for script_id, thumb, count in connection.execute(asked).all() if connection is not None else ():
                found.setdefault(script_id, dict.fromkeys(THUMBS, 0))[thumb] = count
        return found
