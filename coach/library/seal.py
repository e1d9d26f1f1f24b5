"""One hash over what a built index holds, so that damage is seen before anyone searches in it.

Chroma writes into its database whenever it is opened (a row of a lock table), so the file itself cannot be hashed. What is hashed is
every row of its other tables, and the graph files byte for byte (if the graph was ever written; else it is made anew from the database);
SQLite's own check covers how the database hangs together.
"""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

DATABASE, WRITTEN = "chroma.sqlite3", "index_metadata.pickle"
CHANGING = ("acquire_write", "maintenance_log", "sqlite_")  # written on opening
UNUSED = ("embedding_fulltext_search",)  # the text index, which no query of ours uses


def seal(chroma: Path) -> str:
    """The hash of one Chroma folder. Raises OSError or sqlite3.Error when a part of it is missing, damaged or cannot be read."""
    digest = hashlib.sha256()
    for path in sorted(path for path in chroma.glob("*/*") if path.is_file() and (path.parent / WRITTEN).is_file()):
        digest.update(f"{path.relative_to(chroma).as_posix()}|{path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    with closing(sqlite3.connect(f"{(chroma / DATABASE).resolve().as_uri()}?mode=ro", uri=True, timeout=5)) as database:
        if database.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("integrity check")
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
            if not table.startswith((*CHANGING, *UNUSED)):
                rows = sorted(map(repr, database.execute(f'SELECT * FROM "{table}"')))  # noqa: S608 - a name out of the database itself
                digest.update("\n".join([table, *rows]).encode("utf-8", "replace"))
    return digest.hexdigest()
