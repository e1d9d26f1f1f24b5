"""What the pages share: the Coach (opened in the background while the server starts) and the store of ratings."""

import threading
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from coach.advise.advice import Advice
from coach.coach import Coach
from coach.errors import CoachError
from coach.log import log
from coach.settings import Settings

if TYPE_CHECKING:
    from coach.store.ratings import Ratings


class Shelf:
    """Opens the Coach once. `coach()` waits for it, and raises the error it could not be opened with."""

    def __init__(self, settings: Settings, opened: Callable[[], Coach]):
        self.settings = settings
        self._coach: Coach | None = None
        self._error: CoachError | None = None
        self._done = threading.Event()
        threading.Thread(target=self._open, args=(opened,), name="open-coach", daemon=True).start()

    def _open(self, opened: Callable[[], Coach]) -> None:
        try:
            self._coach = opened()
        except CoachError as error:
            self._error = error
        except Exception as error:  # a fault of ours: said without its message, which may hold paths or text
            self._error = CoachError(f"The coach could not start ({type(error).__name__}). Run `coach doctor` to see what is wrong.")
        finally:
            self._done.set()
        if self._coach is not None:
            self._coach.live.watch()
            self._coach.rehearse()  # behind readiness: the page can already be used

    def coach(self) -> Coach:
        self._done.wait()
        if self._coach is None:
            raise self._error or CoachError("The coach could not start. Run `coach doctor`.")
        return self._coach

    @property
    def ready(self) -> bool:
        """Whether library, encoder and index answer. The chat model may still be warming up."""
        return self._done.is_set() and self._coach is not None

    @property
    def broken(self) -> str:
        """One sentence, when the coach could not be opened; else empty."""
        return str(self._error) if self._error else ""

    @property
    def notes(self) -> list[str]:
        return self._coach.notes if self._coach else []

    @cached_property
    def _ratings(self) -> "Ratings":
        from coach.store.ratings import Ratings  # SQLAlchemy: a fifth of a second that only the first thumb needs

        return Ratings(self.settings.data)

    def rate(self, advice: Advice, thumb: str, reason: str | None) -> None:
        """Raises StoreError."""
        self._ratings.add([(card.id, card.version) for card in advice.scripts[:1]], thumb, reason)

    def count_shown(self, advice: Advice) -> None:
        """One more for each script of the answer: ids alone, for the educator who asks which are never shown. Behind the answer, and not being able to harms nothing."""
        ids = [card.id for card in advice.scripts] if advice.fits else []
        if ids:
            threading.Thread(target=self._count, args=(ids,), name="count-shown", daemon=True).start()

    def _count(self, ids: list[str]) -> None:
        try:
            self.coach().curator.desk.count_shown(ids)
        except CoachError as error:
            log.warning("shown_not_counted", error=type(error).__name__)

    def close(self) -> None:
        if self._coach:
            self._coach.close()
