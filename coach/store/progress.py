"""Practice sessions, kept only when the trainee asked for it: date, patient, counts and codes. Never what was said."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import Column, DateTime, Float, Integer, MetaData, String, Table, delete, insert, select

from coach.errors import StoreError
from coach.practice.progress import Session, record
from coach.practice.selfview import View
from coach.store.database import Database

if TYPE_CHECKING:
    from coach.practice.scene import Scene

metadata = MetaData()
COUNTS = ("open_questions", "closed_questions", "simple_reflections", "complex_reflections", "input", "change", "sustain", "neutral")
SHARES = ("reflections_per_question", "complex_share", "open_share", "share_of_talk")
sessions = Table(
    "sessions", metadata,
    Column("scene", String(40), primary_key=True), Column("at", DateTime(timezone=True), nullable=False), Column("patient", String(80), nullable=False),
    Column("mode", String(12), nullable=False), Column("level", Integer, nullable=False), Column("turns", Integer, nullable=False),
    *(Column(name, Integer) for name in COUNTS), *(Column(name, Float) for name in SHARES),
    Column("checklist_met", Integer, nullable=False), Column("checklist_total", Integer, nullable=False),
    Column("trust_start", Float, nullable=False), Column("trust_end", Float, nullable=False), Column("view", String(8)),
)  # fmt: skip
choices = Table("choices", metadata, Column("name", String(40), primary_key=True), Column("value", String(8), nullable=False))
KEEP = "keep_progress"
NOT_WRITTEN = "Your progress could not be kept. Check that the data folder (COACH_DATA) can be written."
NOT_READ = "Your progress could not be read. Check the data folder (COACH_DATA)."
NOT_DELETED = "Your progress could not be deleted. Check that the data folder (COACH_DATA) can be written."


class Progress:
    """A small table over SQLite. Off until `keep(True)`; every method raises StoreError when the data folder cannot be used."""

    def __init__(self, folder: Path, url: str | None = None):
        self._database = Database(folder, metadata, url)

    def keeping(self) -> bool:
        """Whether the trainee asked for sessions to be kept."""
        with self._database.reading(NOT_READ) as connection:
            return connection is not None and connection.execute(select(choices.c.value).where(choices.c.name == KEEP)).scalar() == "on"

    def keep(self, on: bool) -> None:
        """Keep further sessions, or no more. Those there are stay."""
        if on != self.keeping():
            with self._database.writing(NOT_WRITTEN) as connection:
                connection.execute(delete(choices).where(choices.c.name == KEEP))
                connection.execute(insert(choices).values(name=KEEP, value="on" if on else "off"))

    def add(self, scene: "Scene", own: View | None = None, now: datetime | None = None) -> bool:
        """Keep a debriefed scene, in the place of its own earlier row. False when it is not to be kept: nobody asked for it, it is not over, it was too
        short, or it stopped for the trainee's sake."""
        if not scene.ended or scene.stopped or not self.keeping():
            return False
        row = record(scene.patient, scene.debrief(), own, now or datetime.now(UTC))
        if row is None:
            return False
        with self._database.writing(NOT_WRITTEN) as connection:
            connection.execute(delete(sessions).where(sessions.c.scene == scene.key))
            connection.execute(insert(sessions).values(scene=scene.key, **row.model_dump()))
        return True

    def sessions(self) -> list[Session]:
        """All that is kept, oldest first."""
        with self._database.reading(NOT_READ) as connection:
            rows = connection.execute(select(sessions).order_by(sessions.c.at)).mappings().all() if connection is not None else []
        try:
            return [_session(row) for row in rows]
        except ValidationError:  # somebody else wrote in the file
            raise StoreError("Your progress holds a row that cannot be read. Delete it all, or mend the database in the data folder (COACH_DATA).") from None

    def delete(self) -> int:
        """Delete every session for good, and keep no more. How many there were."""
        count = self._database.empty(sessions, NOT_READ, NOT_DELETED)
        self.keep(False)
        return count


def _session(row: Mapping[Any, Any]) -> Session:
    values = {name: value for name, value in row.items() if name != "scene"}
    return Session(**{**values, "at": values["at"].replace(tzinfo=UTC)})  # SQLite keeps no time zone
