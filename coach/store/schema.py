"""Which shape the database file has: one number in it. An older file is brought forward, a newer one is refused."""

from sqlalchemy import Connection, inspect, text

from coach.errors import StoreError

VERSION = 2
# What is done to a file of version n to make it n + 1. Whole tables need nothing here: each store makes its own when they are missing.
FORWARD: dict[int, tuple[str, ...]] = {
    1: (),  # ratings, practice and corrections only; curating brought tables of its own
}
NEWER = "The database in the data folder was written by a newer Conversation Coach. Update this one, or set COACH_DATA to another folder."


def version_of(connection: Connection) -> int:
    """The file's number; 1 when it has tables and no number yet (the first releases wrote none), VERSION when it is empty."""
    tables = inspect(connection).get_table_names()
    if "schema" in tables:
        return int(connection.execute(text("SELECT version FROM schema")).scalar_one())
    return 1 if tables else VERSION


def check(connection: Connection) -> None:
    """Raises StoreError when the file is newer than this program."""
    if version_of(connection) > VERSION:
        raise StoreError(NEWER)


def bring_forward(connection: Connection) -> None:
    """Make an older file one of VERSION, inside the caller's transaction. Raises StoreError for a newer one."""
    found = version_of(connection)
    if found > VERSION:
        raise StoreError(NEWER)
    for step in range(found, VERSION):
        for statement in FORWARD[step]:
            connection.execute(text(statement))
    connection.execute(text("CREATE TABLE IF NOT EXISTS schema (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL)"))
    connection.execute(text("DELETE FROM schema"))
    connection.execute(text("INSERT INTO schema (one, version) VALUES (1, :version)"), {"version": VERSION})
