"""Saving: one at a time, checked, written at once, recorded, and then in search. What was acknowledged is never lost, what fails leaves the old text."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from coach.access.person import Person
from coach.curate.check import findings
from coach.curate.files import Files, normal
from coach.curate.head import set_values
from coach.curate.keeping import GONE, Keeping
from coach.curate.review import STEPS, step
from coach.curate.shapes import Act, Saved
from coach.errors import Conflict, CurateError
from coach.library.frontmatter import LARGEST, read_head
from coach.library.script import Script
from coach.store.changes import Changes, digest_of

if TYPE_CHECKING:
    from coach.live import Live


class Saving:
    """Used by the Curator, which has checked the rights."""

    def __init__(self, files: Files, changes: Changes, live: "Live"):
        self.files, self.changes, self.live = files, changes, live
        self.keeping = Keeping(files, changes)

    def save(self, by: Person, text: str, base: str | None, item: str | None, act: Act, note: str) -> Saved:
        """A changed script, or a new one (`base` None). Raises Conflict, CurateError, StoreError."""
        saved = self.write(by, text, base, item, act, note)
        if saved.changed:
            self.live.replace([saved.id])
        return saved.model_copy(update={"live": True})

    def write(self, by: Person, text: str, base: str | None, item: str | None, act: Act, note: str, also: Collection[str] = ()) -> Saved:
        """The same without search, for many at once. `also` are ids of scripts that come with it, which it may name already."""
        if not by.name:
            raise CurateError("Say who you are: give your name and your profession beside the save button. They stand in the change log.")
        wanted = normal(text)
        if len(wanted) > LARGEST:
            raise CurateError(f"This is too long for a script: {LARGEST:,} characters is the most. Take some of it out; your draft is kept.")
        script_id = self._id(wanted, item)
        with self.files.writing():
            current = self.files.read(script_id)
            self.keeping.unmoved(script_id, current, base, "script")
            if current is not None and current == wanted:
                return self._unchanged(script_id, current)
            final = set_values(wanted, self._kept_by_us(script_id, current, by))
            if current is not None and same_but_for_us(current, final):
                return self._unchanged(script_id, current)
            script = self._checked(script_id, final, also)
            self.keeping.put(script_id, script.version, current, final, act, by, note)
        return Saved(id=script_id, version=script.version, status=script.status, digest=digest_of(final), changed=True, live=False)

    def step(self, by: Person, script_id: str, action: str, base: str, note: str, review_by: date | None) -> Saved:
        """A step of review. The words stay, so the version does."""
        if action not in STEPS:
            raise CurateError(f"There is no such step. They are: {', '.join(STEPS)}.")
        with self.files.writing():
            current = self.files.read(script_id)
            self.keeping.unmoved(script_id, current, base, "script")
            if current is None:
                raise Conflict(GONE.format("script"), "")
            before = self._checked(script_id, current)
            final = set_values(current, step(action, before.status, by, self.changes.of(script_id), before.author, review_by))
            script = self._checked(script_id, final)
            self.keeping.put(script_id, script.version, current, final, STEPS[action][2], by, note)
        self.live.replace({script_id: script})
        return Saved(id=script_id, version=script.version, status=script.status, digest=digest_of(final), changed=True, live=True)

    def _id(self, text: str, item: str | None) -> str:
        head, problems = read_head(text, "")
        named = head.values.get("id")
        if not isinstance(named, str):
            if problems and not head.values:
                raise CurateError(f"The head of the script cannot be read, so it was not saved. In line {problems[0].line}: {problems[0].message}.")
            raise CurateError("The script has no id. Write one into its head: category/name, such as tapering/first-mention.")
        if item is not None and named != item:
            raise CurateError("The id of a script names its file and cannot change. Duplicate the script to give it another.")
        self.files.path(named)
        return named

    def _kept_by_us(self, script_id: str, current: str | None, by: Person) -> dict[str, str | int | None]:
        """The keys that the program keeps: nobody makes a script reviewed by typing so, and no version has the number of another."""
        head = read_head(current, "")[0].values if current is not None else {}
        number = self.keeping.version_after(script_id, current)
        return {"status": "retired" if head.get("status") == "retired" else "draft", "version": number, "reviewed_by": None, "review_by": None, "author": by.line}

    def _checked(self, script_id: str, text: str, also: Collection[str] = ()) -> Script:
        library = self.live.tools.library
        script, found = findings(text, self.files.shown(script_id), library.taxonomy, library.sources, None, {*library.ids, *also})
        blocking = [finding for finding in found if finding.blocks]
        if script is None or blocking:
            first = f" The first, in line {blocking[0].row}: {blocking[0].message}." if blocking else ""
            raise CurateError(f"{len(blocking) or 1} {'thing' if len(blocking) < 2 else 'things'} must be mended before this can be saved.{first}")
        return script

    def _unchanged(self, script_id: str, current: str) -> Saved:
        script = self._checked(script_id, current)
        return Saved(id=script_id, version=script.version, status=script.status, digest=digest_of(current), changed=False, live=True)


def same_but_for_us(current: str, final: str) -> bool:
    """Whether two texts differ only in the keys that the program keeps."""
    blank: dict[str, str | int | None] = {"status": "draft", "version": 1, "reviewed_by": None, "review_by": None, "author": None}
    try:
        return set_values(current, blank) == set_values(final, blank)
    except CurateError:  # what stands there was broken by other means, and is being mended
        return False
