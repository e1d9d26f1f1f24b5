"""The one small database of the data folder: opened when first needed, its faults told in a sentence. Any SQLAlchemy URL will do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, delete, event, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable

from coach.errors import StoreError
from coach.store import schema

FILE = "coach.sqlite3"


class Database:
    """Tables of `metadata`. They are made at the first writing; looking makes no file."""

    def __init__(self, folder: Path, metadata: MetaData, url: str | None = None):
        self._folder, self._metadata, self._url = folder, metadata, url
        self._engine: Engine | None = None
        self._made = False
        self._lock = threading.Lock()

    @contextmanager
    def writing(self, problem: str) -> Iterator[Connection]:
        """A transaction that has the database for itself. Raises StoreError with the sentence `problem`."""
        try:
            with self._open(make=True).begin() as connection:
                if connection.dialect.name == "sqlite":
                    connection.exec_driver_sql("BEGIN IMMEDIATE")  # a reader that turns writer half-way would be refused, not made to wait
                yield connection
        except (SQLAlchemyError, OSError, UnicodeError):  # half a character is no text
            raise StoreError(problem) from None

    @contextmanager
    def reading(self, problem: str) -> Iterator[Connection | None]:
        """A connection; None when nothing has ever been kept. Raises StoreError with the sentence `problem`."""
        try:
            if self._url is None and not (self._folder / FILE).exists():
                yield None
                return
            with self._open().connect() as connection:
                schema.check(connection)
                yield connection if set(self._metadata.tables) <= set(inspect(connection).get_table_names()) else None
        except (SQLAlchemyError, OSError, UnicodeError):
            raise StoreError(problem) from None

    def empty(self, table: Table, unread: str, undeleted: str) -> int:
        """Delete every row of a table for good. How many there were; no file is made to delete from. Raises StoreError with one of the two sentences."""
        with self.reading(unread) as connection:
            if connection is None:
                return 0
        with self.writing(undeleted) as connection:
            count = connection.execute(select(func.count()).select_from(table)).scalar_one()
            connection.execute(delete(table))
        self.forget(undeleted)
        return int(count)

    def forget(self, problem: str) -> None:
        """Take out of the write-ahead log what was deleted: until then the file beside the database still holds it. Raises StoreError."""
        try:
            with self._open(make=True).connect() as connection:
                if connection.dialect.name == "sqlite":
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        except (SQLAlchemyError, OSError):
            raise StoreError(problem) from None

    def _open(self, make: bool = False) -> Engine:
        with self._lock:
            if self._engine is None:
                self._engine = create_engine(self._url or f"sqlite:///{self._folder / FILE}")
                if self._engine.dialect.name == "sqlite":
                    event.listen(self._engine, "connect", _set_up)
            if make and not self._made:
                if self._url is None:
                    self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds hashes of passwords: nobody else of this computer reads it
                with self._engine.begin() as connection:
                    if connection.dialect.name == "sqlite":
                        connection.exec_driver_sql("BEGIN IMMEDIATE")
                    schema.bring_forward(connection)
                    for table in self._metadata.sorted_tables:
                        connection.execute(CreateTable(table, if_not_exists=True))  # two windows may come to this at once
                self._made = True
            return self._engine


def _set_up(connection: Any, _: Any) -> None:
    """Readers do not wait for a writer (write-ahead log), a writer waits for another; what is acknowledged is on the disk; what is deleted is
    overwritten (SQLite alone leaves it in the file until the place is needed). The driver leaves transactions to us."""
    connection.isolation_level = None
    for pragma in ("busy_timeout = 30000", "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
