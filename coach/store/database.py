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
        """A transaction. Raises StoreError with the sentence `problem`."""
        try:
            with self._open(make=True).begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError):
            raise StoreError(problem) from None

    @contextmanager
    def reading(self, problem: str) -> Iterator[Connection | None]:
        """A connection; None when nothing has ever been kept. Raises StoreError with the sentence `problem`."""
        try:
            if self._url is None and not (self._folder / FILE).exists():
                yield None
                return
            with self._open().connect() as connection:
                yield connection if set(self._metadata.tables) <= set(inspect(connection).get_table_names()) else None
        except (SQLAlchemyError, OSError):
            raise StoreError(problem) from None

    def empty(self, table: Table, unread: str, undeleted: str) -> int:
        """Delete every row of a table for good. How many there were; no file is made to delete from. Raises StoreError with one of the two sentences."""
        with self.reading(unread) as connection:
            if connection is None:
                return 0
        with self.writing(undeleted) as connection:
            count = connection.execute(select(func.count()).select_from(table)).scalar_one()
            connection.execute(delete(table))
        return int(count)

    def _open(self, make: bool = False) -> Engine:
        with self._lock:
            if self._engine is None:
                self._engine = create_engine(self._url or f"sqlite:///{self._folder / FILE}")
                if self._engine.dialect.name == "sqlite":
                    event.listen(self._engine, "connect", _erase_for_good)
            if make and not self._made:
                if self._url is None:
                    self._folder.mkdir(parents=True, exist_ok=True)
                with self._engine.begin() as connection:
                    for table in self._metadata.sorted_tables:
                        connection.execute(CreateTable(table, if_not_exists=True))  # two windows may come to this at once
                self._made = True
            return self._engine


def _erase_for_good(connection: Any, _: Any) -> None:
    """What is deleted is overwritten: SQLite alone leaves it in the file until the place is needed."""
    connection.execute("PRAGMA secure_delete = ON")
