"""Watching the scripts of a folder, and the clinic's own page, for changes made by somebody else: an editor, git, another process."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from coach.log import log

EVERY = 2.0  # seconds between two looks; one takes some ten milliseconds for 5,000 files
SETTLED = 0.2  # seconds a file must be left alone before it is read: an editor may still be writing it

Mark = tuple[int, int, int]


class Watch:
    """Calls `changed` with the paths of files that were made, written or removed since the last look: those of scripts, and `page`, a file that need not be
    there. The first look names all."""

    def __init__(self, folder: Path, changed: Callable[[list[Path]], object], every: float = EVERY, page: Path | None = None):
        self._folder, self._changed, self._every, self._page = folder, changed, every, page
        self._marks: dict[str, Mark] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch-corpus", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """A look under way is waited for, at most a look's time."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(self._every)

    def look(self) -> None:
        """Compare the folder with what it was at the last look. A folder that is suddenly empty is more likely not mounted than emptied: it is left alone.
        Raises OSError when the folder cannot be read, and whatever `changed` raises; the same changes are then named again at the next look."""
        before = self._marks
        marks = marks_of(self._folder) or {path: mark for path, mark in before.items() if path != str(self._page)}
        if self._page:
            with suppress(FileNotFoundError):
                marks[str(self._page)] = _mark(self._page.stat())
        now = time.time()  # taken after the marks: a file written since cannot look settled
        unsettled = {path for path, (mtime, _, _) in marks.items() if 0 <= now - mtime / 1e9 < SETTLED}
        differing = sorted(path for path in marks.keys() | before.keys() if marks.get(path) != before.get(path) and path not in unsettled)
        if differing:
            self._changed([Path(path) for path in differing])
        kept = {path: before[path] for path in unsettled & before.keys()}
        self._marks = {path: mark for path, mark in marks.items() if path not in unsettled} | kept

    def _run(self) -> None:
        failed = ""
        while not self._stop.is_set():
            try:
                self.look()
                failed = ""
            except Exception as error:  # the folder may be away for a moment; the next look may find it
                if type(error).__name__ != failed:
                    failed = type(error).__name__
                    log.warning("watch_failed", error=failed)
            self._stop.wait(self._every)


def marks_of(folder: Path) -> dict[str, Mark]:
    """When each Markdown file under the folder was last written (ns), its size and its place on the disk: any change of a file changes one of them. Raises OSError."""
    marks: dict[str, Mark] = {}
    folders = [str(folder)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif entry.name.endswith(".md"):
                    for follow in (True, False):  # a link to nowhere is there all the same
                        with suppress(FileNotFoundError):
                            marks[entry.path] = _mark(entry.stat(follow_symlinks=follow))
                            break
    return marks


def _mark(seen: os.stat_result) -> Mark:
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
