"""Coach: the one object that the web page, the command line and a notebook use."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from coach.access.rights import require_by
from coach.errors import CoachError, SearchError
from coach.log import log
from coach.settings import Settings, load_settings, quiet_libraries, refuse_tracing

if TYPE_CHECKING:
    import threading

    from coach.access.person import Person
    from coach.advise.advice import Advice, SearchResult
    from coach.advise.rewrite import RewriteStation
    from coach.advise.station import FactsStation
    from coach.advise.toolbox import Toolbox
    from coach.curate.curator import Curator
    from coach.library.corpus import Library
    from coach.live import Live
    from coach.practice.patient import Patient
    from coach.practice.scene import Scene
    from coach.store.corrections import Corrections
    from coach.store.progress import Progress as PracticeProgress

Progress = Callable[[str, int, int], None]
REHEARSAL = (
    "New patient on oxycodone for ten years, angry and afraid that I will stop the pills. Ran out early, took extra with a drink and his wife could not wake him. "
    "She says he hit the wall, cannot sleep, sweats, and has thought of suicide. His back hurts, his leg is numb. He misses fishing."
)


class Coach:
    """Scripts for a described situation. Make one with `Coach.open()`; it may be used from several threads."""

    def __init__(self, settings: Settings, live: "Live", station: "FactsStation | None", rewrite: "RewriteStation | None" = None, notes: Sequence[str] = ()):
        self.settings, self.live, self.station, self.rewrite = settings, live, station, rewrite
        self.by: Person | None = None  # who is meant when a call names nobody: the command line sets it once
        self.notes = list(notes)  # what is not as it should be, for the status line and `coach doctor`

    @classmethod
    def open(cls, settings: Settings | None = None, progress: Progress | None = None, model: bool = True) -> "Coach":
        """Load the library, open the index (or build it), and start the chat model in the background.

        `progress(step, done, total)` is told of anything that takes long. With `model=False` no chat model is used.
        Raises LibraryError when the corpus cannot be read, SettingsError for a wrong setting, PrivacyError when tracing is on.
        An index or encoder that cannot be had is no error: keyword search answers, and `notes` says so.
        """
        from coach.advise.assemble import assemble
        from coach.live import Live

        refuse_tracing()
        quiet_libraries()
        chosen = settings or load_settings()
        tools, station, rewrite, notes = assemble(chosen, progress or (lambda *_: None), model)
        coach = cls(chosen, Live(tools, chosen.corpus, chosen.index_dir), station, rewrite, notes)
        coach.warm_up()
        return coach

    @property
    def tools(self) -> "Toolbox":
        """Library and search as they are now. Take them once for one answer: a script may be saved meanwhile."""
        return self.live.tools

    @property
    def library(self) -> "Library":
        return self.tools.library

    def advise(self, text: str, previous: "Advice | Sequence[str] | None" = None, by: "Person | None" = None) -> "Advice":
        """The whole answer to one scenario (shape: coach/schemas/advice.schema.json), waiting for the chat model within its deadline.

        `previous` makes it a follow-up: the Advice before it, or the texts of the earlier turns.
        Raises InputError when the text is empty, too long or not words. Never raises for a model that is missing or slow.
        """
        *_, last = self.stream(text, previous, by=by)
        return last

    def stream(self, text: str, previous: "Advice | Sequence[str] | None" = None, stop: "threading.Event | None" = None, by: "Person | None" = None) -> "Iterator[Advice]":
        """Yields the answer by rules at once, before any model is asked, and then, when a model adds facts, the fuller one.
        The last one has `complete` set. Setting `stop` ends a model call under way. Raises as `advise`."""
        from coach.advise import reply

        self._may(by, "advise")
        tools = self.tools
        yield from reply.stream(text, tools, self._before(previous, tools), self.station, self.rewrite, stop)

    def search(self, text: str, n: int = 5, category: str | None = None, situation: str | None = None, status: str | None = None, by: "Person | None" = None) -> "SearchResult":
        """The n scripts that fit best, without lines and without a model. Names are masked first. Raises InputError as `advise`."""
        from coach.advise.advice import ScriptFound, SearchResult, Timings
        from coach.advise.reply import masked_search
        from coach.library.search import Filters

        self._may(by, "advise")
        self._known(category, situation)
        tools = self.tools
        said, found, ms = masked_search(text, tools, n, Filters(category, situation, status))
        scripts = [ScriptFound(**_head(tools.library.scripts[hit.script_id]), score=hit.score, why=hit.why) for hit in found.hits]
        return SearchResult(scenario=said, scripts=scripts, fits=found.fits, timings_ms=Timings(search=ms, total=ms))

    def alerts(self, text: str) -> "list[Any]":
        """Only the alerts of a text (rules; no search, no model)."""
        from coach.guard import alerts, privacy
        from coach.guard.folding import cleaned

        tools = self.tools
        return alerts.alerts(privacy.mask(cleaned(text)).text, say_from=tools.words_of, local=tools.local)

    def patients(self) -> "list[Patient]":
        """The simulated patients that can be played, the gentlest first."""
        from coach.practice.patient_check import patients

        found = patients(self.settings.corpus / "patients", self.library.taxonomy, self.library.scripts)
        return sorted(found.playable.values(), key=lambda patient: (patient.level, patient.name))

    def practice(self, patient: str, seed: int | None = None, by: "Person | None" = None) -> "Scene":
        """A scene with a simulated patient (ids: `coach practice list`), to talk with by `say` and to end with `debrief`. The same seed gives the same scene.
        Raises LibraryError when there is no such patient."""
        from coach.practice.assemble import open_scene

        self._may(by, "practice")
        return open_scene(self.settings, patient, seed, library=self.library)

    @cached_property
    def progress(self) -> "PracticeProgress":
        """The practice sessions kept on this computer: `keep(True)`, then `add(scene)` after each; `sessions()`, `delete()`. Off until asked for."""
        from coach.store.progress import Progress as PracticeProgress

        return PracticeProgress(self.settings.data)

    @cached_property
    def corrections(self) -> "Corrections":
        """What trainees would have called a turn, each ticked by them to be kept: `rows()`, `delete()`."""
        from coach.store.corrections import Corrections

        return Corrections(self.settings.data)

    def progress_of(self, by: "Person") -> "PracticeProgress":
        """As `progress`, of one person: where people sign in each has their own. Raises NotAllowed."""
        from coach.access import own

        person = self._may(by, "practice")
        return own.progress(own.folder_of(self.settings.data, person)) if person.account else self.progress

    def corrections_of(self, by: "Person") -> "Corrections":
        """As `corrections`, of one person. Raises NotAllowed."""
        from coach.access import own

        person = self._may(by, "practice")
        return own.corrections(own.folder_of(self.settings.data, person)) if person.account else self.corrections

    @cached_property
    def curator(self) -> "Curator":
        """What an educator does with the library: read, write, review, import and export. Every method takes who asks (`coach.access.person`)."""
        from coach.curate.curator import Curator

        return Curator(self.settings, self.live)

    def warm_up(self) -> None:
        """Have the chat model start in the background and read the stable part of its prompt. Returns at once; `open` has done it."""
        if self.station is not None:
            self.station.warm_up()

    def rehearse(self) -> None:
        """Read a made-up scenario once, so that the first real one need not wait for rules to be read and compiled (about a second). For a server;
        it waits for nothing and nothing is kept."""
        from coach.advise import reply

        try:
            next(iter(reply.stream(REHEARSAL, self.tools)))
        except Exception as error:  # the first real scenario will say what is wrong, to somebody who reads it
            log.warning("rehearsal_failed", error=type(error).__name__)

    def close(self) -> None:
        """Stop the chat model and close the index."""
        if self.station is not None:
            self.station.close()
        self.live.close()

    def __enter__(self) -> "Coach":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _before(self, previous: "Advice | Sequence[str] | None", tools: "Toolbox") -> "Advice | None":
        from coach.advise import reply

        if previous is None or not isinstance(previous, Sequence | str):
            return previous  # type: ignore[return-value]
        before: Advice | None = None
        for text in [previous] if isinstance(previous, str) else previous:
            *_, before = reply.stream(text, tools, before)
        return before

    def _may(self, by: "Person | None", action: str) -> "Person":
        return require_by(by or self.by, action, self.settings.auth)

    def _known(self, category: str | None, situation: str | None) -> None:
        for name, names, what in ((category, self.library.taxonomy.categories, "category"), (situation, self.library.taxonomy.situations, "situation")):
            if name is not None and name not in names:
                raise SearchError(f"There is no such {what}. The names are: {', '.join(names)}.")


def _head(script: Any) -> dict[str, Any]:
    return {
        "id": script.id, "title": script.title, "category": script.category, "situations": list(script.situations), "status": script.status, "version": script.version,
    }  # fmt: skip


__all__ = ["Coach", "CoachError"]
