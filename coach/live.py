"""The present state of library and search, replaced whole when a script is saved, and the next search index built behind it.

A reader takes `tools` once and works with that state to its end. A writer calls `replace`, which returns when the change can be found.
"""

import threading
import time
import weakref
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coach.advise.toolbox import Toolbox
from coach.errors import LibraryError
from coach.library.corpus import Library, reread
from coach.library.taxonomy import read_yaml
from coach.log import log
from coach.watch import EVERY, Watch

if TYPE_CHECKING:
    from coach.library.index import ChromaIndex
    from coach.library.search import Search

LOCAL = "local.yaml"
QUIET = 5.0  # seconds without a save before the next index is built
RESTS = 4  # times as long as the last build took it rests before the next: a library of thousands takes minutes, on cores that others need too
CLOSING = 10.0  # seconds to wait for a build under way


class Live:
    """Safe to use from several threads. The files of the corpus are the truth: whatever is said to have changed is read from them."""

    def __init__(self, tools: Toolbox, corpus: Path, index_dir: Path, quiet: float = QUIET):
        self._tools, self._corpus, self._index_dir, self._quiet = tools, corpus, index_dir, quiet
        self._writing = threading.Lock()
        self._due, self._closed = threading.Event(), threading.Event()
        self._next_build, self._took = 0.0, 0.0
        self._builder: threading.Thread | None = None
        self._watch: Watch | None = None
        self._before: list[tuple[weakref.ref[object], ChromaIndex]] = []  # former indexes, each with what is there as long as a search over it is

    @property
    def tools(self) -> Toolbox:
        """The state now. It never changes; the next call may give another."""
        return self._tools

    def replace(self, ids: Iterable[str]) -> Toolbox:
        """Take in scripts, named by id, that were saved, made or removed; a mapping by id does too. Returns the state in which that shows: a script that
        cannot be shown is not in its library and stands in its problems, as at loading. Raises nothing for what the files hold."""
        return self.reread(self._corpus / "scripts" / f"{name}.md" for name in ids)

    def reread(self, paths: Iterable[Path]) -> Toolbox:
        """The same for files, by path. What has to be encoded is encoded while others may save; the files are read again under the lock,
        so that of two saves of one script the later counts, whoever comes first."""
        paths = list(paths)
        now = self._tools
        ahead = reread(now.library, self._corpus, paths)
        vectors = now.search.encoded(ahead.changes_since(now.library))
        with self._writing:
            now = self._tools
            library = reread(now.library, self._corpus, paths, ahead.files)
            if library is now.library:
                return now
            changes = library.changes_since(now.library)
            self._tools = tools = replace(now, library=library, search=now.search.replaced(changes, vectors) if changes else now.search)
            if changes:
                self._plan_build()
        log.info("library_changed", scripts=len(library.scripts), count=len(changes))
        return tools

    def put_local(self, local: Any) -> Toolbox:
        """Answer with another `local.yaml` (as read) from now on."""
        with self._writing:
            self._tools = replace(self._tools, local=local)
            return self._tools

    def reread_local(self) -> None:
        """Answer with `local.yaml` as the file has it now. One that cannot be read, or holds something else than lines with names, leaves the last good one."""
        with self._writing:  # read under the lock, so that of two changes the later counts
            try:
                values = read_yaml(self._corpus / LOCAL)[0]
            except LibraryError as error:
                log.warning("local_page_broken", error=type(error).__name__)
                return
            if values is not None and not isinstance(values, dict):
                log.warning("local_page_broken", error=type(values).__name__)
                return
            self._tools = replace(self._tools, local=values or {})
        log.info("local_page_changed", count=len(values or {}))

    def watch(self, every: float = EVERY) -> None:
        """Look at the files every few seconds from now on, and take in what others change (an editor, git, another process). For a server, which also builds
        the index that its start did without; a single question on the command line does not wait for one."""
        with self._writing:
            if self._tools.search.layers.differs and not self._closed.is_set():
                self._plan_build()
        if self._watch is None and not self._closed.is_set():
            self._watch = Watch(self._corpus / "scripts", self._changed_outside, every, self._corpus / LOCAL)
            self._watch.start()

    def _changed_outside(self, paths: list[Path]) -> None:
        scripts = [path for path in paths if path != self._corpus / LOCAL]
        if len(scripts) < len(paths):
            self.reread_local()
        if scripts:
            self.reread(scripts)

    def close(self) -> None:
        """Stop watching and building, and close the index. Closing twice does no harm."""
        self._closed.set()
        self._due.set()
        if self._watch:
            self._watch.stop()
        if self._builder:
            self._builder.join(CLOSING)
        with self._writing:
            for _, index in self._before:
                index.close()
            if self._tools.search.base:
                self._tools.search.base.close()

    def _plan_build(self) -> None:
        """Called under the lock."""
        self._next_build = time.monotonic() + max(self._quiet, RESTS * self._took)
        if self._builder is None:
            self._builder = threading.Thread(target=self._build_behind, name="build-index", daemon=True)
            self._builder.start()
        self._due.set()

    def _build_behind(self) -> None:
        while True:
            self._due.wait()
            self._due.clear()
            while (rest := self._next_build - time.monotonic()) > 0 and not self._closed.is_set():
                self._closed.wait(rest)
            if self._closed.is_set():
                return
            started = time.monotonic()
            try:
                self._build()
            except Exception as error:  # the changes stay in the overlay, and the next one tries again
                log.warning("index_not_built", error=type(error).__name__)
            self._took = time.monotonic() - started

    def _build(self) -> None:
        """A search over an index of the scripts as they are now, in place of the present one; what was saved meanwhile is carried over."""
        self._close_unused()
        then = self._tools
        if not then.search.layers.differs:
            return  # every change was undone, or touched nothing that is searched: the present index is the right one
        fresh = self._searching(then.library, then.search)
        with self._writing:
            now = self._tools
            if self._closed.is_set():
                if fresh.base:
                    fresh.base.close()
                return
            later = now.library.changes_since(then.library)
            self._tools = replace(now, search=fresh.replaced(later, now.search.layers.vectors) if later else fresh)
            if now.search.base:
                self._before.append((weakref.ref(now.search.layers.base), now.search.base))

    def _searching(self, library: Library, before: "Search") -> "Search":
        from coach.library import index
        from coach.library.passages import passages
        from coach.library.search import Search

        if before.base is None or before.encoder is None:
            return Search(library.live, None, None)
        base = index.open_or_build(self._index_dir, passages(library.live), before.encoder, self._going_on, before.layers.vectors)
        try:
            return Search(library.live, base, before.encoder)
        except BaseException:
            base.close()
            raise

    def _going_on(self, *_: int) -> None:
        if self._closed.is_set():
            raise InterruptedError  # nobody waits for this index any more

    def _close_unused(self) -> None:
        """Close the former indexes that no answer under way can ask any more."""
        unused = [item for item in self._before if item[0]() is None]
        self._before = [item for item in self._before if item[0]() is not None]
        for _, index in unused:
            index.close()
