"""The Curator: what an educator can do with the library. Every method takes who asks, and checks their right here and nowhere else.

Writing lives in `saving.py`, reading here; patients, the clinic's own page, coverage, import and export have files of their own beside them.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from coach.access.person import Person
from coach.access.rights import may, require_by
from coach.curate import templates
from coach.curate.check import check, findings
from coach.curate.clinic import Clinic
from coach.curate.coverage import coverage
from coach.curate.diff import differences
from coach.curate.files import LOCAL, PATIENTS, Files
from coach.curate.grades import Grades
from coach.curate.likeness import Likeness
from coach.curate.listing import EVERYTHING, Counts, Listed, Listing, Wanted
from coach.curate.patients import Patients
from coach.curate.preview import heard
from coach.curate.review import open_steps
from coach.curate.saving import Saving
from coach.curate.shapes import Act, Change, Check, Comment, Coverage, Difference, Draft, Entry, Heard, Question, Row, Saved, Source, Unanswered
from coach.errors import CurateError, StoreError, UnknownScript
from coach.guard import privacy
from coach.library.parse import parse
from coach.library.quality import Style, load_style
from coach.settings import Settings
from coach.store.changes import Changes, digest_of
from coach.store.drafts import Desk
from coach.store.ratings import Ratings

if TYPE_CHECKING:
    from coach.curate.finders import Finders
    from coach.library.corpus import Library
    from coach.live import Live

LONGEST_NOTE, LONGEST_REASON = 2_000, 300


class Curator:
    """One for a Coach; safe to call from several threads."""

    def __init__(self, settings: Settings, live: "Live"):
        self.settings, self.live = settings, live
        self.files = Files(settings.corpus, settings.data)
        self.changes, self.desk = Changes(settings.data), Desk(settings.data)
        self.saving = Saving(self.files, self.changes, live)
        self._ratings = Ratings(settings.data)
        self._listing, self._likeness, self._one_at_a_time = Listing(), Likeness(), threading.Lock()
        self._grades = Grades(settings.cache / "grades")

    @property
    def library(self) -> "Library":
        return self.live.tools.library

    @cached_property
    def style(self) -> Style:
        return load_style(self.settings.corpus)

    @cached_property
    def _finders(self) -> "Finders":
        from coach.curate.finders import Finders, held_questions

        return Finders(self.settings.cache, held_questions())

    @cached_property
    def clinic(self) -> Clinic:
        """The clinic's own page, local.yaml."""
        return Clinic(self.files, self.changes, self.live, self.may)

    @cached_property
    def patients(self) -> Patients:
        """The simulated patients."""
        return Patients(self.files, self.changes, lambda: self.library, self.may)

    def may(self, by: Person, action: str) -> None:
        """Raises NotAllowed, and NotSignedIn for a typed name where people sign in."""
        require_by(by, action, self.settings.auth)

    # --- reading

    def rows(self, by: Person) -> list[Row]:
        """The table of the library: every script, also those that cannot be shown (they have problems)."""
        return list(self.table(by).rows)

    def table(self, by: Person, wanted: Wanted = EVERYTHING, start: int = 0, n: int | None = None) -> Listed:
        """A part of the table: what fits `wanted`, from the row `start` on."""
        self.may(by, "view")
        newest = self.changes.entries(1)
        reviews = self._listing.reviews(newest[0].number if newest else 0, lambda: {item: change.at for item, change in self.changes.latest("reviewed").items()})
        counts = Counts(self.desk.shown(), self._ratings.counts(), reviews, {draft.item for draft in self.desk.drafts(_owner(by))})
        return self._listing.listed(self.library, counts, wanted, start, n)

    def coverage(self, by: Person) -> Coverage:
        """What the library has and what it lacks."""
        return coverage(self.rows(by), self.library, date.today(), self._grades)

    def source(self, by: Person, script_id: str) -> Source:
        """A script's file as it stands. Raises UnknownScript."""
        self.may(by, "view")
        text = None if script_id == LOCAL or script_id.startswith(PATIENTS) else self.files.read(script_id)
        if text is None:
            raise UnknownScript("No script has this id. The table of the library shows them all.")
        script, found = findings(text, self.files.shown(script_id), self.library.taxonomy, self.library.sources, None, self.library.ids)
        return Source(
            id=script_id, path=self.files.shown(script_id), text=text, digest=digest_of(text), status=script.status if script else "draft",
            version=script.version if script else 1, findings=tuple(found),
        )  # fmt: skip

    def history(self, by: Person, item: str) -> list[Change]:
        """The change log of a script, patient or the local page, newest first; a text that was changed by other means stands first, as `outside`."""
        self.may(by, _to_read(item))
        log = self.changes.of(item)
        text = self.files.read(item)
        if text is not None and (not log or log[0].digest != digest_of(text)):
            act: Act = "outside" if log else "found"
            log.insert(0, Change(number=0, item=item, act=act, at=datetime.now(UTC), by="", key="", digest=digest_of(text), version=log[0].version if log else 1))
        return log

    def text(self, by: Person, item: str, digest: str) -> str:
        """A version's text, of the log or as it stands now."""
        self.may(by, _to_read(item))
        now = self.files.read(item)
        return now if now is not None and digest_of(now) == digest else self.changes.text(digest)

    def difference(self, by: Person, item: str, before: str, after: str) -> list[Difference]:
        """What differs between two versions (digests), in words."""
        return differences(self.text(by, item, before), self.text(by, item, after))

    def since_review(self, by: Person, script_id: str) -> tuple[Change | None, list[Difference]]:
        """The last reviewed version and what differs from it now; (None, []) when it was never reviewed."""
        last = next((change for change in self.history(by, script_id) if change.act == "reviewed"), None)
        return last, self.difference(by, script_id, last.digest, self.source(by, script_id).digest) if last else []

    # --- writing and changing

    def begin(self, by: Person, category: str, title: str, question: int | None = None) -> Draft:
        """A new script from the template of a category; from an unanswered question it takes that as its first way of asking."""
        self.may(by, "write")
        asked = [each.reason for each in self.desk.questions() if each.number == question]
        script_id = templates.free_id(category, title or "untitled", self.library.ids)
        return self.keep(by, None, templates.new(category, script_id.partition("/")[2], title, self.library.taxonomy, asked), None)

    def duplicate(self, by: Person, script_id: str) -> Draft:
        """A new script that begins as a copy of this one."""
        self.may(by, "write")
        source = self.source(by, script_id)
        title = f"{self.library.scripts[script_id].title} (copy)" if script_id in self.library.scripts else "Copy"
        return self.keep(by, None, templates.copy(source.text, templates.free_id(script_id.partition("/")[0], title, self.library.ids), title), None)

    def keep(self, by: Person, item: str | None, text: str, base: str | None, key: str | None = None) -> Draft:
        """Keep what is being written. It survives a reload and a crash; a script has one draft a person, a new script one a `key`."""
        self.may(by, "write")
        if len(text) > 400_000:
            raise CurateError("This is too long for a script: 200,000 characters is the most. Take some of it out; what was kept before is still there.")
        name = key or (_key(by, item) if item else _key(by, f"new-{datetime.now(UTC).isoformat()}"))
        return self.desk.keep_draft(name, _owner(by), item, text, base)

    def drafts(self, by: Person) -> list[Draft]:
        self.may(by, "write")
        return self.desk.drafts(_owner(by))

    def draft_of(self, by: Person, script_id: str) -> Draft | None:
        """This person's unfinished change of a script."""
        self.may(by, "write")
        return self.desk.draft(_key(by, script_id), _owner(by))

    def discard(self, by: Person, key: str) -> None:
        self.may(by, "write")
        self.desk.drop_draft(key, _owner(by))

    def check(self, by: Person, text: str, item: str | None = None) -> Check:
        """What the editor says beside the text. `item` is the script being changed; a new one stands where its id says."""
        self.may(by, "write")
        path = self.files.shown(item) if item else _path_for(text)
        with self._one_at_a_time:
            self._likeness.follow(self.library.scripts)
            return check(text, path, self.library.taxonomy, self.library.sources, self.style, self.library.ids, self._likeness)

    def preview(self, by: Person, text: str) -> list[Heard]:
        """The lines in every form they can take; empty when too little can be read."""
        self.may(by, "view")
        script, _ = parse(text, _path_for(text))
        return heard(script, self.library.taxonomy) if script else []

    def found_by(self, by: Person, text: str, progress: Callable[[int, int], None] | None = None) -> list[Question]:
        """Which questions would find this text. The first call on a computer reads some thousand questions (a minute or two; `progress` is told how many of
        how many, and may raise to stop: what was read is kept)."""
        self.may(by, "write")
        script, _ = parse(text, _path_for(text))
        return self._finders.questions(script, self.live.tools.search, self.library.live, progress) if script else []

    def save(self, by: Person, text: str, base: str | None, item: str | None = None, note: str = "", draft: str | None = None, question: int | None = None) -> Saved:
        """Save a changed script, or (`base` None) a new one; it is in search when this returns. `base` is the digest the change started from.
        Raises Conflict when somebody saved it meanwhile, CurateError when something must be mended first; the draft is kept either way."""
        self.may(by, "write")
        saved = self.saving.save(by, text, base, item, "saved", note[:LONGEST_NOTE])
        with suppress(StoreError):  # it is saved: what lies on the desk may stay there
            if draft:
                self.desk.drop_draft(draft, _owner(by))
            if question is not None:
                self.desk.close_question(question, "written", saved.id)
        return saved

    def restore(self, by: Person, script_id: str, digest: str, base: str | None) -> Saved:
        """Bring a former version back, as a new draft on top of the log: nothing is lost by it."""
        self.may(by, "write")
        return self.saving.save(by, self.changes.text(digest), base, script_id, "restored", "")

    # --- review

    def steps(self, by: Person, script_id: str) -> list[str]:
        """The steps of review this person can take from where the script stands."""
        rights = {"retire": "retire", "revive": "retire"}
        return [name for name in open_steps(self.source(by, script_id).status) if may(by, rights.get(name, "review"))]

    def step(self, by: Person, script_id: str, action: str, base: str, note: str = "", review_by: date | None = None) -> Saved:
        """Submit, send_back, approve, retire, revive. Raises CurateError, Conflict."""
        self.may(by, "retire" if action in ("retire", "revive") else "review")
        return self.saving.step(by, script_id, action, base, note[:LONGEST_NOTE], review_by)

    def comment(self, by: Person, script_id: str, row: int, text: str) -> Comment:
        """A comment on one line of the file as it stands."""
        self.may(by, "comment")
        said = text.strip()
        if not said:
            raise CurateError("The comment is empty. Write a sentence, or leave it.")
        source = self.source(by, script_id)
        lines = source.text.split("\n")
        if not 1 <= row <= len(lines):
            raise CurateError("There is no such line. Load the page again and choose one that is there.")
        return self.desk.add_comment(script_id, source.digest, row, lines[row - 1].strip(), said[:LONGEST_NOTE], by.line)

    def comments(self, by: Person, script_id: str) -> list[Comment]:
        self.may(by, "view")
        return self.desk.comments(script_id)

    def done(self, by: Person, number: int, done: bool = True) -> None:
        self.may(by, "comment")
        self.desk.set_done(number, done)

    # --- questions without an answer, and the audit

    def ask_educator(self, by: Person, reason: str) -> Unanswered:
        """Keep one line for which nothing fitted, masked first: only because the clinician asked for it."""
        self.may(by, "ask_educator")
        line = " ".join(privacy.mask(reason).text.split())[:LONGEST_REASON]
        if not line:
            raise CurateError("There is nothing to send. Say in one line what you looked for.")
        return self.desk.ask(line)

    def questions(self, by: Person) -> list[Unanswered]:
        self.may(by, "unanswered")
        return self.desk.questions()

    def close_question(self, by: Person, number: int, forget: bool = False) -> None:
        """Put a question away, or delete its text for good."""
        self.may(by, "unanswered")
        if forget:
            self.desk.forget_question(number)
        else:
            self.desk.close_question(number, "dismissed")

    def audit(self, by: Person, n: int = 200, before: int | None = None) -> list[Entry]:
        self.may(by, "audit")
        return self.changes.entries(n, before)


def _to_read(item: str) -> str:
    return "patients" if item.startswith(PATIENTS) else "view"  # what a patient says only when trusted is not for who practices with them


def _owner(by: Person) -> str:
    """Whose a draft is: the account's; where nobody signs in, this computer's, whatever name is typed on the way."""
    return by.key if by.account else "here"


def _key(by: Person, item: str) -> str:
    return digest_of(f"{_owner(by)}|{item}")[:40]


def _path_for(text: str) -> str:
    """Where a text says that it stands, so that a new script is not told that it stands elsewhere."""
    from coach.library.frontmatter import read_head

    head, _ = read_head(text, "")
    return f"corpus/scripts/{head.values.get('id', 'unnamed')}.md"
