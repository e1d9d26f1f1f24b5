"""The Curator without a running Coach, for the command line: the library alone, no encoder, no index, no model. What it saves a running server notices in the files."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from coach.curate.curator import Curator
from coach.library import corpus
from coach.library.corpus import Library
from coach.settings import Settings

if TYPE_CHECKING:
    from coach.library.search import Search
    from coach.live import Live


class Alone:
    """Stands where `coach.live.Live` stands, and for its tools; what is not asked for is not read."""

    def __init__(self, settings: Settings):
        self._corpus = settings.corpus
        self._library: Library | None = None

    @property
    def tools(self) -> "Alone":
        return self

    @property
    def library(self) -> Library:
        if self._library is None:
            self._library = corpus.load(self._corpus)
        return self._library

    @property
    def search(self) -> "Search":
        """By words alone."""
        from coach.library.search import Search

        return Search(self.library.live, None, None)

    def replace(self, ids: Iterable[str]) -> "Alone":
        """Read these scripts again."""
        self._library = corpus.reread(self.library, self._corpus, [self._corpus / "scripts" / f"{name}.md" for name in ids])
        return self

    def put_local(self, _: Any) -> "Alone":
        """Nothing here answers by the clinic's own page."""
        return self


def at_terminal(settings: Settings) -> Curator:
    """The Curator over the files of the settings. Raises LibraryError when first asked for a library that cannot be read."""
    return Curator(settings, cast("Live", Alone(settings)))
