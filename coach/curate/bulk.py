"""Many scripts at once: what an import would do, told before anything is written; then done one by one, so that one that fails stops no other."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from coach.access.person import Person
from coach.access.rights import require_by
from coach.curate.check import findings
from coach.curate.diff import differences
from coach.curate.files import PATIENTS, normal
from coach.curate.incoming import Item
from coach.curate.saving import same_but_for_us
from coach.curate.shapes import Difference, Finding, Shape
from coach.errors import CoachError, CurateError
from coach.library.parse import parse
from coach.library.script import Script
from coach.library.validate import NAMED
from coach.log import log
from coach.store.changes import digest_of

if TYPE_CHECKING:
    from coach.curate.curator import Curator

Became = Literal["imported", "draft", "same", "failed"]
State = Literal["new", "changed", "same", "mend", "refused", "passed"]
STATES: tuple[State, ...] = ("new", "changed", "mend", "refused", "passed", "same")  # in the order in which they matter to a reader
IMPORTED_ALREADY = "Another file of this import has the same id. Give one of them another id, or import them one after the other."
HAS_DRAFT = "You have a change of this script that is not saved yet. Save or discard that first."
UNPLAYABLE = "This simulated patient cannot be played as it is, so it was not taken: {} to mend in its file, the first in line {}: {}."
NOT_DONE = "It could not be imported because of a fault of ours. Run `coach doctor`, then import it again."
MOST_PATIENTS = 60  # each is compared with every other
TOO_MANY = f"An import takes at most {MOST_PATIENTS} simulated patients. Import the others after it."
MOST_LINES = 300  # of a text whose difference is shown: comparing takes the square of it


class Planned(Shape):
    """What would become of one item. `number` is its place in the import; `base` the digest of what stands in the library, None for a new script;
    `problems` is what must be mended first; `why` says why it was refused."""

    number: int
    name: str
    id: str | None
    state: State
    title: str = ""
    text: str = ""
    base: str | None = None
    problems: tuple[Finding, ...] = ()
    why: str = ""
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["script", "patient"]:
        return "patient" if (self.id or "").startswith(PATIENTS) else "script"


class Applied(Shape):
    """What became of it: in the library, kept as a draft of the one who imported, as it was (nothing differed), or not done, with the reason."""

    number: int
    name: str
    id: str | None
    became: Became
    version: int | None = None
    draft: str | None = None  # its key
    why: str = ""


def plan(curator: "Curator", by: Person, items: Sequence[Item]) -> list[Planned]:
    """What importing these would do, one answer an item, in their order. Nothing is written."""
    require_by(by, "import", curator.settings.auth)
    seen: set[str] = set()
    planned = [_looked_at(curator, number, item, seen) for number, item in enumerate(items, 1)]
    checked = _checked(curator, {one.id: one.text for one in planned if one.id and one.kind == "script" and one.state in ("new", "changed")})
    patients = [one.number for one in planned if one.kind == "patient"]
    return [
        one.model_copy(update={"state": "refused", "why": TOO_MANY}) if one.number in patients[MOST_PATIENTS:]
        else _told(curator, by, one, checked) if one.state in ("new", "changed") else one for one in planned
    ]  # fmt: skip


def difference(curator: "Curator", by: Person, one: Planned) -> list[Difference] | None:
    """What an item would change, in words; None when it is new, or too long to be compared."""
    require_by(by, "import", curator.settings.auth)
    now = curator.files.read(one.id) if one.id else None
    return differences(now, one.text) if now is not None and _comparable(now, one.text) else None


def apply(curator: "Curator", by: Person, planned: Sequence[Planned], chosen: Collection[int]) -> list[Applied]:
    """Import those whose numbers are chosen: what is valid goes into the library, what needs mending becomes a draft of `by`. It can be found when this
    returns. Raises CurateError when `by` has no name, as every saving does; what one item lacks is told with it."""
    require_by(by, "import", curator.settings.auth)
    if not by.name:
        raise CurateError("Say who you are: give your name and your profession. They stand in the change log.")
    wanted = [one for one in planned if one.number in chosen and one.state in ("new", "changed", "mend")]
    checked = _checked(curator, {one.id: one.text for one in wanted if one.id and one.kind == "script" and one.state != "mend"})
    together = {item for item, (_, problems) in checked.items() if not problems}
    try:
        applied = {one.number: _applied(curator, by, one, together) for one in wanted if one.kind == "script"}
    finally:
        if together:
            curator.live.replace(sorted(together))
    applied |= {one.number: _applied(curator, by, one, together) for one in wanted if one.kind == "patient"}  # they name scripts
    return [applied[one.number] for one in wanted]


def _looked_at(curator: "Curator", number: int, item: Item, seen: set[str]) -> Planned:
    """An item by what stands in its place already; whether it is valid is asked later, of all together."""
    if item.refused is not None or item.text is None or item.id is None:
        return Planned(number=number, name=item.name, id=item.id, state="refused" if item.refused else "passed", why=item.refused or "", notes=item.notes)
    try:
        if item.id in seen:
            raise CurateError(IMPORTED_ALREADY)
        now, text = curator.files.read(item.id), normal(item.text)
        seen.add(item.id)
        same = now is not None and (now in (text, normal(item.given or "")) or same_but_for_us(now, text) or _same_words(now, text))
        state: State = "same" if same else "new" if now is None else "changed"
        return Planned(number=number, name=item.name, id=item.id, state=state, text=text, base=None if now is None else digest_of(now), notes=item.notes)
    except CoachError as error:
        return Planned(number=number, name=item.name, id=item.id, state="refused", why=str(error), notes=item.notes)


def _comparable(now: str, text: str) -> bool:
    return max(now.count("\n"), text.count("\n")) <= MOST_LINES


def _same_words(now: str, text: str) -> bool:
    """Whether only the way it is written down differs: what comes back from a table or a document has lost the file's own layout."""
    return _comparable(now, text) and parse(now, "")[0] is not None and parse(text, "")[0] is not None and not differences(now, text)


def _told(curator: "Curator", by: Person, one: Planned, checked: Mapping[str, tuple[Script | None, list[Finding]]]) -> Planned:
    if one.kind == "script" and one.id:
        script, problems = checked[one.id]
        return one.model_copy(update={"title": script.title if script else "", "problems": tuple(problems), "state": "mend" if problems else one.state})
    found = curator.patients.check(by, one.text, (one.id or "").removeprefix(PATIENTS))
    if found.can_save or one.base is not None:
        return one.model_copy(update={"title": found.title, "problems": found.findings, "state": one.state if found.can_save else "mend"})
    return one.model_copy(update={"title": found.title, "state": "refused", "why": UNPLAYABLE.format(len(found.findings), found.findings[0].row, found.findings[0].message)})


def _checked(curator: "Curator", texts: Mapping[str, str]) -> dict[str, tuple[Script | None, list[Finding]]]:
    """What blocks each of these texts when they come together: they may name each other, but not one that is itself blocked and not in the library."""
    there = curator.library.ids
    known = {*there, *texts}
    found = {item: _blocked(curator, item, text, known) for item, text in texts.items()}
    while gone := {item for item, (_, problems) in found.items() if problems and item in known and item not in there}:
        known -= gone
        for item, (script, _) in found.items():
            if script and not gone.isdisjoint(NAMED.findall(script.avoid_when)):
                found[item] = _blocked(curator, item, texts[item], known)
    return found


def _blocked(curator: "Curator", item: str, text: str, known: Collection[str]) -> tuple[Script | None, list[Finding]]:
    library = curator.library
    script, found = findings(text, curator.files.shown(item), library.taxonomy, library.sources, None, known)
    return script, [finding for finding in found if finding.blocks]


def _applied(curator: "Curator", by: Person, one: Planned, together: Collection[str]) -> Applied:
    def became(what: Became, version: int | None = None, draft: str | None = None, why: str = "") -> Applied:
        return Applied(number=one.number, name=one.title or one.name, id=one.id, became=what, version=version, draft=draft, why=why)

    try:
        if one.state == "mend":
            return became("draft", draft=_keep(curator, by, one))
        if one.kind == "patient":
            saved = curator.patients.bring(by, one.text, one.base, (one.id or "").removeprefix(PATIENTS))
            return became("imported" if saved.changed else "same", saved.version)
        saved = curator.saving.write(by, one.text, one.base, one.id, "imported", "", together)
        return became("imported" if saved.changed else "same", saved.version)
    except CoachError as error:
        return became("failed", why=str(error))
    except Exception as error:  # a fault of ours with one must not lose the others
        log.error("import_failed", error=type(error).__name__)
        return became("failed", why=NOT_DONE)


def _keep(curator: "Curator", by: Person, one: Planned) -> str:
    """Keep an item as a draft, in the place of none that its owner has begun already. Returns its key."""
    there = one.id if one.base is not None else None
    if there and curator.draft_of(by, there):
        raise CurateError(HAS_DRAFT)
    return curator.keep(by, there, one.text, one.base).key
