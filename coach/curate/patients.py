"""The simulated patients, listed, checked, saved and heard: files of corpus/patients, kept by the same rules as scripts. A saved one can be played at once."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from coach.access.person import Person
from coach.curate.files import ITEM, PATIENTS, Files, normal
from coach.curate.head import Value, set_values
from coach.curate.keeping import Keeping
from coach.curate.shapes import Act, Finding, Heard, PatientCheck, PatientPreview, PatientRow, Saved, Source
from coach.errors import CurateError, LibraryError, UnknownScript
from coach.library.frontmatter import LARGEST, read_head
from coach.library.quality import load_style
from coach.library.script import Problem
from coach.practice import patient_check
from coach.practice.patient import MOODS, Patient, SpokenLine, parse
from coach.practice.patient_speech import across
from coach.store.changes import Changes, digest_of

if TYPE_CHECKING:
    from coach.library.corpus import Library

HEARD = 3  # lines of each mood in a preview
NO_ID = "The patient has no id. Write one into its head: one word in lower case, such as denise, which is the name of its file too."
MOVED_ID = "The id of a patient names its file and cannot change. Save a new patient under the other id."


class Patients:
    """`Curator.patients`: every method takes who asks; `may` checks their right. A patient's id is the name of its file: denise."""

    def __init__(self, files: Files, changes: Changes, library: "Callable[[], Library]", may: Callable[[Person, str], None]):
        self._files, self._changes, self._library, self._may = files, changes, library, may
        self._keeping = Keeping(files, changes)
        self._lock = threading.Lock()
        self._checked: tuple[Library, dict[str, list[Problem]]] | None = None  # what was found in each text, as long as the library is the same

    def rows(self, by: Person) -> list[PatientRow]:
        """Every patient of the folder, the gentlest first; those that cannot be read last."""
        self._may(by, "patients")
        found = self._all()
        problems = [problem for _, (patient, own) in found.items() for problem in (own if patient is None else [*own, *self._check(patient)])]
        problems += across([patient for patient, _ in found.values() if patient])
        return sorted((self._row(slug, patient, problems) for slug, (patient, _) in found.items()), key=lambda row: (row.level, row.id))

    def source(self, by: Person, patient_id: str) -> Source:
        """A patient's file as it stands. Raises UnknownScript."""
        self._may(by, "patients")
        item = _item(patient_id)
        text = self._files.read(item)
        if text is None:
            raise UnknownScript("No patient has this id. The list of patients shows them all.")
        patient, found = self._findings(text, patient_id)
        return Source(
            id=item, path=self._files.shown(item), text=text, digest=digest_of(text), status=patient.status if patient else "draft",
            version=patient.version if patient else 1, findings=tuple(found),
        )  # fmt: skip

    def check(self, by: Person, text: str, patient_id: str | None = None) -> PatientCheck:
        """What the editor says beside the text. `patient_id` is the patient being changed; a new one stands where its id says."""
        self._may(by, "patients")
        patient, found = self._findings(normal(text), patient_id or _named(text) or "unnamed")
        return PatientCheck(id=patient.id if patient else None, title=patient.title if patient else "", findings=tuple(found), can_save=patient is not None and not found)

    def preview(self, by: Person, text: str) -> PatientPreview | None:
        """What a trainee reads before the talk, and some of what the patient says; None when too little can be read."""
        self._may(by, "patients")
        patient, _ = parse(normal(text), f"patients/{_named(text) or 'unnamed'}.md")
        if patient is None:
            return None
        heard = [Heard(name="opening", lines=tuple(line.text for line in patient.of("opening")))]
        heard += [Heard(name=mood, lines=_some([line for line in patient.of("line") if line.mood == mood])) for mood in MOODS]
        return PatientPreview(title=patient.title, one_line=patient.one_line, task=patient.task, chart=patient.chart, lines=tuple(form for form in heard if form.lines))

    def save(self, by: Person, text: str, base: str | None, patient_id: str | None = None, note: str = "") -> Saved:
        """Save a changed patient, or (`base` None) a new one; it can be played when this returns. Raises Conflict, CurateError, StoreError."""
        self._may(by, "patients")
        return self._save(by, text, base, patient_id, "saved", note)

    def bring(self, by: Person, text: str, base: str | None, patient_id: str) -> Saved:
        """As `save`, for one that comes with an import."""
        self._may(by, "patients")
        return self._save(by, text, base, patient_id, "imported", "")

    def restore(self, by: Person, patient_id: str, digest: str, base: str | None) -> Saved:
        """Bring a former version back, on top of the log."""
        self._may(by, "patients")
        return self._save(by, self._changes.text(digest), base, patient_id, "restored", "")

    def _save(self, by: Person, text: str, base: str | None, patient_id: str | None, act: Act, note: str) -> Saved:
        if not by.name:
            raise CurateError("Say who you are: give your name and your profession beside the save button. They stand in the change log.")
        wanted = normal(text)
        if len(wanted) > LARGEST:
            raise CurateError(f"This is too long for a patient: {LARGEST:,} characters is the most. Take some of it out; your draft is kept.")
        slug = _named(wanted)
        if slug is None:
            raise CurateError(NO_ID)
        if patient_id is not None and slug != patient_id:
            raise CurateError(MOVED_ID)
        item = _item(slug)
        with self._files.writing():
            current = self._files.read(item)
            self._keeping.unmoved(item, current, base, "patient")
            if current is not None and _same(current, wanted):
                patient = self._mended(current, slug)
                return Saved(id=item, version=patient.version, status=patient.status, digest=digest_of(current), changed=False, live=True)
            final = set_values(wanted, _kept_by_us(wanted, self._keeping.version_after(item, current)))
            patient = self._mended(final, slug)
            self._keeping.put(item, patient.version, current, final, act, by, note)
        return Saved(id=item, version=patient.version, status=patient.status, digest=digest_of(final), changed=True, live=True)

    def _mended(self, text: str, slug: str) -> Patient:
        patient, found = self._findings(text, slug)
        if patient is None or found:
            first = f" The first, in line {found[0].row}: {found[0].message}." if found else ""
            raise CurateError(f"{len(found) or 1} {'thing' if len(found) < 2 else 'things'} must be mended before this patient can be saved.{first}")
        return patient

    def _findings(self, text: str, slug: str) -> tuple[Patient | None, list[Finding]]:
        """The patient, or None; and everything that keeps it from being played, by line."""
        path = f"{self._files.corpus.name}/{PATIENTS}{slug}.md"
        patient, problems = parse(text, path)
        if patient:
            others = [other for name, (other, _) in self._all().items() if other and name != slug]
            problems = [*problems, *self._check(patient), *(problem for problem in across([*others, patient]) if problem.path == path)]
        return patient, [Finding(row=problem.line, message=problem.message, rule=problem.rule, blocks=True) for problem in sorted(problems, key=lambda one: one.line)]

    def _all(self) -> dict[str, tuple[Patient | None, list[Problem]]]:
        """Every file of the folder by its name: the patient, if there is enough for one, and the problems of its form."""
        found: dict[str, tuple[Patient | None, list[Problem]]] = {}
        folder = self._files.corpus / PATIENTS
        for file in sorted(folder.glob("*.md")) if folder.is_dir() else ():
            if file.name == "README.md":
                continue
            path = file.relative_to(self._files.corpus.parent).as_posix()
            try:
                found[file.stem] = parse(file.read_text(encoding="utf-8-sig"), path)
            except (OSError, UnicodeDecodeError):
                found[file.stem] = (None, [Problem(path, 1, "the file cannot be read as UTF-8 text: save it again as UTF-8")])
        return found

    def _check(self, patient: Patient) -> list[Problem]:
        library = self._library()
        with self._lock:
            if self._checked is None or self._checked[0] is not library:
                self._checked = (library, {})
            known = self._checked[1]
        key = f"{patient.path} {patient.digest}"
        if key not in known:
            try:
                style = load_style(self._files.corpus)
            except LibraryError:
                style = None
            known[key] = patient_check.check(patient, library.taxonomy, library.scripts, style)
        return known[key]

    def _row(self, slug: str, patient: Patient | None, problems: list[Problem]) -> PatientRow:
        count = sum(problem.path.endswith(f"/{PATIENTS}{slug}.md") for problem in problems)
        if patient is None:
            return PatientRow(id=slug, name="(cannot be read)", title="", level=9, mode="", status="draft", version=1, problems=count)
        return PatientRow(id=slug, name=patient.name, title=patient.title, level=patient.level, mode=patient.mode, status=patient.status, version=patient.version, problems=count)


def _item(patient_id: str) -> str:
    """The patient's name as the change log has it. Raises CurateError for what can be none, such as the README of the folder."""
    item = PATIENTS + patient_id
    if not ITEM.fullmatch(item) or patient_id == "readme":
        raise CurateError(NO_ID)
    return item


def _named(text: str) -> str | None:
    named = read_head(normal(text), "")[0].values.get("id")
    return named if isinstance(named, str) and ITEM.fullmatch(PATIENTS + named) else None


def _kept_by_us(text: str, version: int) -> dict[str, Value]:
    """The keys that the program keeps: a change makes a draft of it, unless it says that it is retired."""
    head = read_head(text, "")[0].values
    return {"version": version, "status": "retired" if head.get("status") == "retired" else "draft", **{key: None for key in ("reviewed_by", "review_by") if key in head}}


def _same(current: str, wanted: str) -> bool:
    try:
        return current == wanted or set_values(current, _kept_by_us(current, 1)) == set_values(wanted, _kept_by_us(wanted, 1))
    except CurateError:  # what stands there was broken by other means, and is being mended
        return False


def _some(lines: list[SpokenLine]) -> tuple[str, ...]:
    """A few lines, about different things first."""
    first = list({line.topic: line for line in reversed(lines)}.values())[::-1]
    return tuple(line.text for line in [*first, *(line for line in lines if line not in first)][:HEARD])
