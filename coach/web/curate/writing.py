"""From the editor's form to a script's text, and what saving it leads to: the same for the page's own form and for its script."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

from starlette.datastructures import FormData

from coach.access.person import Person
from coach.curate import compose
from coach.curate.compose import Form
from coach.curate.curator import Curator
from coach.curate.files import normal
from coach.curate.shapes import Draft, Saved
from coach.errors import CurateError
from coach.web.curate.fields import key_of, number_of, text_of

MOST_KEPT = 1_000
LONGEST_WAIT = 2.0  # seconds
NO_DRAFT = "This draft is no longer here: it was saved or dropped. What was saved is in the library."


def new_key() -> str:
    return token_hex(20)


def composed(given: FormData) -> str:
    """The text that the form stands for. Raises CurateError when the head cannot be changed by a form."""
    if text_of(given, "view") == "file":
        return normal(text_of(given, "whole"))
    original = normal(text_of(given, "original"))
    return compose.compose(original, _form(given, original))


def _form(given: FormData, original: str) -> Form:
    before = compose.read(original)
    script_id = before.id if before else ""
    if text_of(given, "slug") and not text_of(given, "item"):  # a new script may still choose its place
        script_id = f"{text_of(given, 'category')}/{text_of(given, 'slug')}"
    return Form(
        id=script_id, title=text_of(given, "script_title"), asks=tuple(text_of(given, "asks").splitlines()), evidence=tuple(_pair(value) for value in given.getlist("evidence")), body=text_of(given, "body"),
        **{key: text_of(given, key) for key in ("decision", "audience", "use_when", "avoid_when", "license")},
        **{key: tuple(value for value in given.getlist(key) if isinstance(value, str)) for key in compose.TAGS},
    )  # fmt: skip


def pair(claim: str, source: str) -> str:
    """A claim and its source as one value of a form."""
    return json.dumps([claim, source], ensure_ascii=False)


def _pair(value: object) -> tuple[str, str]:
    try:
        claim, source = json.loads(str(value))
        return str(claim), str(source)
    except (ValueError, TypeError):
        raise CurateError("A piece of evidence cannot be read. Load the page again, and choose it from the list.") from None


def kept(desk: Curator, by: Person, given: FormData, text: str, key: str) -> Draft:
    """Keep what is being written under this key."""
    return desk.keep(by, text_of(given, "item") or None, text, text_of(given, "base") or None, key)


def saved(desk: Curator, by: Person, given: FormData) -> tuple[Saved, str]:
    """What was saved, and the address to go to. Whatever keeps it from being saved, the text is kept as a draft first; raises as Curator.save."""
    desk.may(by, "write")
    key, text = key_of(text_of(given, "key")), composed(given)
    kept(desk, by, given, text, key)
    done = desk.save(by, text, text_of(given, "base") or None, text_of(given, "item") or None, text_of(given, "note"), key, _question(desk, by, given, text))
    code = "saved" if done.changed else "same"
    if text_of(given, "do") == "submit" and "submit" in desk.steps(by, done.id):
        done = desk.step(by, done.id, "submit", done.digest)
        code = "saved_submitted" if code == "saved" else "submitted"
    return done, f"/curate/script/{done.id}?done={code}"


def _question(desk: Curator, by: Person, given: FormData, text: str) -> int | None:
    """The question that this script answers: the one it was begun from, or one that stands word for word among its ways of asking."""
    asked = number_of(given, "question")
    form = compose.read(text)
    asks = {ask.casefold() for ask in form.asks} if form else set()
    still_open = {each.number: each for each in desk.questions(by) if each.state == "open"}
    return asked if asked in still_open else next((number for number, each in still_open.items() if each.reason.casefold() in asks), None)


def draft_of(desk: Curator, by: Person, key: str) -> Draft:
    """Raises CurateError when it is no longer there."""
    found = next((draft for draft in desk.drafts(by) if draft.key == key_of(key)), None)
    if found is None:
        raise CurateError(NO_DRAFT)
    return found


class Windows:
    """Which window of a browser writes on which draft, in this process's memory only: two windows on one draft do not write over each other."""

    def __init__(self) -> None:
        self._of: dict[str, tuple[str, int]] = {}
        self._lock = threading.Lock()
        self._coming, self._none_coming = 0, threading.Condition()

    @contextmanager
    def coming(self) -> Iterator[None]:
        """A text is being received and kept."""
        with self._none_coming:
            self._coming += 1
        try:
            yield
        finally:
            with self._none_coming:
                self._coming -= 1
                self._none_coming.notify_all()

    def settled(self) -> None:
        """Wait, not for long, for the texts that are being kept: a page that is loaded again sends its last one just before."""
        with self._none_coming:
            self._none_coming.wait_for(lambda: self._coming == 0, LONGEST_WAIT)

    def opened(self, key: str) -> str:
        """A draft is opened: the mark of the window that writes on it from now on."""
        window = token_hex(8)
        with self._lock:
            self._note(key, window, 0)
        return window

    def key(self, key: str, window: str, number: int) -> str | None:
        """Under which key this window's text is to be kept: its own, or a new one when another window has the draft now. None when a later text of this
        window was kept already (`number` counts them)."""
        with self._lock:
            owner, last = self._of.get(key, (window, -1))
            if owner == window and number <= last:
                return None
            mine = key if owner == window else new_key()
            self._note(mine, window, number)
            return mine

    def _note(self, key: str, window: str, number: int) -> None:
        self._of.pop(key, None)
        self._of[key] = (window, number)
        while len(self._of) > MOST_KEPT:
            del self._of[next(iter(self._of))]
