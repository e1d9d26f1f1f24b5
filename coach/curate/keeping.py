"""A text is put into a file's place, whatever the file is: what somebody else saved is not lost by it, and what cannot be recorded is not done."""

from coach.access.person import Person
from coach.curate.files import Files
from coach.curate.shapes import Act
from coach.errors import CoachError, Conflict
from coach.library.frontmatter import read_head
from coach.store.changes import Changes, digest_of

MOVED = "Somebody else changed this {} while you were writing. Nothing is lost: look at what differs, and choose."
THERE = "There is already a {} of this id. Give yours another title or id, or open the one that is there."
GONE = "This {} is no longer in the library. Save yours as a new one."
NOBODY = Person("viewer")
LONGEST_NOTE = 2_000


class Keeping:
    """Every method but `version_after` is called inside `Files.writing`."""

    def __init__(self, files: Files, changes: Changes):
        self.files, self.changes = files, changes

    def unmoved(self, item: str, current: str | None, base: str | None, kind: str) -> None:
        """Raises Conflict when the file is not the one the change started from; what stands there is in the store then, so that it can be compared."""
        if current is None:
            if base is not None:
                raise Conflict(GONE.format(kind), "")
        elif base != digest_of(current):
            self.note_outside(item, current)
            raise Conflict((MOVED if base is not None else THERE).format(kind), digest_of(current))

    def put(self, item: str, version: int, current: str | None, final: str, act: Act, by: Person, note: str) -> None:
        """The former text is recorded before, the new one after the file is written; a save that cannot be recorded is taken back."""
        if current is not None:
            self.note_outside(item, current)
        self.files.write(item, final)
        try:
            self.changes.add(item, act, by, final, version, note[:LONGEST_NOTE])
        except CoachError:
            if current is None:
                self.files.remove(item)
            else:
                self.files.write(item, current)
            raise

    def note_outside(self, item: str, current: str) -> None:
        """Record what stands in the file when the log does not know it: as it was found, or changed by other means (an editor, git)."""
        log = self.changes.of(item)
        if not log or log[0].digest != digest_of(current):
            version = read_head(current, "")[0].values.get("version")
            self.changes.add(item, "outside" if log else "found", NOBODY, current, version if isinstance(version, int) else log[0].version if log else 1)

    def version_after(self, item: str, current: str | None) -> int:
        """The number of the next version: no version has the number of another, also when the file was removed or its number put back by other means."""
        version, log = read_head(current or "", "")[0].values.get("version"), self.changes.of(item)
        return max(version if isinstance(version, int) else 0, *(change.version for change in log), 0) + 1
