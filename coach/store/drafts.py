"""Changes begun and not saved, comments on lines, questions an educator was asked to write for, and how often a script was shown."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, String, Table, Text, delete, insert, select, update

from coach.curate.shapes import Comment, Draft, Unanswered
from coach.errors import StoreError
from coach.store.database import Database

metadata = MetaData()
drafts = Table(
    "drafts", metadata,
    Column("key", String(48), primary_key=True), Column("owner", String(160), nullable=False), Column("item", String(160)), Column("text", Text, nullable=False),
    Column("base", String(64)), Column("at", DateTime(timezone=True), nullable=False),
)  # fmt: skip
comments = Table(
    "comments", metadata,
    Column("number", Integer, primary_key=True), Column("item", String(160), nullable=False), Column("digest", String(64), nullable=False), Column("row", Integer, nullable=False),
    Column("line", Text, nullable=False), Column("text", Text, nullable=False), Column("by", String(240), nullable=False), Column("at", DateTime(timezone=True), nullable=False),
    Column("done", Boolean, nullable=False),
)  # fmt: skip
unanswered = Table(
    "unanswered", metadata,
    Column("number", Integer, primary_key=True), Column("at", DateTime(timezone=True), nullable=False), Column("reason", Text, nullable=False),
    Column("state", String(12), nullable=False), Column("script_id", String(160)),
)  # fmt: skip
shown = Table("shown", metadata, Column("script_id", String(160), primary_key=True), Column("count", Integer, nullable=False))
NOT_WRITTEN = "It could not be kept. Check that the data folder (COACH_DATA) can be written; what you typed is still on the page."
NOT_READ = "What was kept could not be read. Check the data folder (COACH_DATA)."


class Desk:
    """What lies on an educator's desk. Every method raises StoreError when the data folder cannot be used."""

    def __init__(self, folder: Path, url: str | None = None):
        self._database = Database(folder, metadata, url)

    def keep_draft(self, key: str, owner: str, item: str | None, text: str, base: str | None) -> Draft:
        """Keep a change begun, in the place of what was kept under this key. One person's draft is not overwritten by another's."""
        now = datetime.now(UTC)
        with self._database.writing(NOT_WRITTEN) as connection:
            if connection.execute(select(drafts.c.owner).where(drafts.c.key == key)).scalar() not in (None, owner):
                raise StoreError("This draft is somebody else's. Open the script again to begin one of your own.")
            connection.execute(delete(drafts).where(drafts.c.key == key))
            connection.execute(insert(drafts).values(key=key, owner=owner, item=item, text=text, base=base, at=now))
        return Draft(key=key, item=item, text=text, base=base, at=now)

    def draft(self, key: str, owner: str) -> Draft | None:
        found = [each for each in self.drafts(owner) if each.key == key]
        return found[0] if found else None

    def drafts(self, owner: str | None = None) -> list[Draft]:
        """Whose they are, newest first; with None everybody's."""
        asked = select(drafts).order_by(drafts.c.at.desc())
        rows = self._rows(asked.where(drafts.c.owner == owner) if owner is not None else asked)
        return [Draft(**{name: value for name, value in row.items() if name != "owner"}) for row in rows]

    def drop_draft(self, key: str, owner: str) -> None:
        with self._database.writing(NOT_WRITTEN) as connection:
            connection.execute(delete(drafts).where(drafts.c.key == key, drafts.c.owner == owner))

    def add_comment(self, item: str, digest: str, row: int, line: str, text: str, by: str) -> Comment:
        values: dict[str, Any] = {"item": item, "digest": digest, "row": row, "line": line, "text": text, "by": by, "at": datetime.now(UTC), "done": False}
        with self._database.writing(NOT_WRITTEN) as connection:
            number = connection.execute(insert(comments).values(values)).inserted_primary_key
        return Comment(number=number[0] if number else 0, **values)

    def comments(self, item: str) -> list[Comment]:
        """Oldest first, those that are done too."""
        return [Comment(**row) for row in self._rows(select(comments).where(comments.c.item == item).order_by(comments.c.number))]

    def set_done(self, number: int, done: bool) -> None:
        with self._database.writing(NOT_WRITTEN) as connection:
            connection.execute(update(comments).where(comments.c.number == number).values(done=done))

    def ask(self, reason: str) -> Unanswered:
        """Keep a question nothing fitted. The caller has masked it."""
        values: dict[str, Any] = {"at": datetime.now(UTC), "reason": reason, "state": "open", "script_id": None}
        with self._database.writing(NOT_WRITTEN) as connection:
            number = connection.execute(insert(unanswered).values(values)).inserted_primary_key
        return Unanswered(number=number[0] if number else 0, **values)

    def questions(self) -> list[Unanswered]:
        """Newest first, closed ones too."""
        return [Unanswered(**row) for row in self._rows(select(unanswered).order_by(unanswered.c.number.desc()))]

    def close_question(self, number: int, state: str, script_id: str | None = None) -> None:
        with self._database.writing(NOT_WRITTEN) as connection:
            connection.execute(update(unanswered).where(unanswered.c.number == number).values(state=state, script_id=script_id))

    def forget_question(self, number: int) -> None:
        """Delete its text for good."""
        with self._database.writing(NOT_WRITTEN) as connection:
            connection.execute(delete(unanswered).where(unanswered.c.number == number))
        self._database.forget(NOT_WRITTEN)

    def count_shown(self, script_ids: Sequence[str]) -> None:
        """One more for each of these scripts."""
        with self._database.writing(NOT_WRITTEN) as connection:
            for script_id in script_ids:
                if not connection.execute(update(shown).where(shown.c.script_id == script_id).values(count=shown.c.count + 1)).rowcount:
                    connection.execute(insert(shown).values(script_id=script_id, count=1))

    def shown(self) -> dict[str, int]:
        """How often each script was shown as one of the answers."""
        with self._database.reading(NOT_READ) as connection:
            rows = connection.execute(select(shown.c.script_id, shown.c.count)).all() if connection is not None else []
        return {script_id: count for script_id, count in rows}  # noqa: C416 - rows are not tuples to a type checker

    def _rows(self, asked: Any) -> list[Mapping[str, Any]]:
        with self._database.reading(NOT_READ) as connection:
            rows = connection.execute(asked).mappings().all() if connection is not None else []
        return [{**row, "at": row["at"].replace(tzinfo=UTC)} if "at" in row else dict(row) for row in rows]  # SQLite keeps no time zone
