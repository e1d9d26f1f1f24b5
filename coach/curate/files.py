"""The files of the corpus: read, and written so that a reader, or the next start after a crash, sees the old text or the new one and never half of one."""

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from coach.errors import CurateError, StoreError

ITEM = re.compile(r"[a-z_]{1,60}/[a-z0-9]+(-[a-z0-9]+)*")
PATIENTS = "patients/"
LOCAL = "local"
LONGEST_ID = 120
LOCKS = ".coach"  # the folder in the corpus where the lock stands; it tells git by itself to pass over it
WAIT = 20.0  # seconds for another save


def normal(text: str) -> str:
    """A text as it is kept and compared: without a byte order mark, lines ended by \\n (browsers send \\r\\n)."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


class Files:
    """`item` is a script's id, `patients/<slug>`, or `local`."""

    def __init__(self, corpus: Path, data: Path):
        self.corpus, self._data = corpus, data

    def path(self, item: str) -> Path:
        """Where the item stands. Raises CurateError for what is no id: nothing outside the corpus can be named."""
        if item == LOCAL:
            return self.corpus / "local.yaml"
        if len(item) > LONGEST_ID or not ITEM.fullmatch(item):
            raise CurateError("This is not an id. An id is category/slug in lower case, such as tapering/first-mention.")
        return self.corpus / f"{item}.md" if item.startswith(PATIENTS) else self.corpus / "scripts" / f"{item}.md"

    def shown(self, item: str) -> str:
        """The path as problems name it."""
        return self.path(item).relative_to(self.corpus.parent).as_posix()

    def read(self, item: str) -> str | None:
        """The text, or None when there is no such file. Raises CurateError when it cannot be read."""
        try:
            return normal(self.path(item).read_bytes().decode("utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            raise CurateError("The file cannot be read as UTF-8 text. Save it again as UTF-8 with an editor, and load the page again.") from None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One writer at a time, over all processes, also those with another data folder. Raises StoreError after WAIT seconds."""
        try:
            self._data.mkdir(parents=True, exist_ok=True)
            mode = stat.S_IMODE(self.corpus.stat().st_mode) & 0o666 if self.corpus.is_dir() else 0o600  # who may write in the corpus may wait for the lock
            with FileLock(self._lock(), timeout=WAIT, mode=mode):
                yield
        except Timeout:
            raise StoreError("Somebody else has been saving for a while. Try again in a moment.") from None
        except OSError:
            raise StoreError("The data folder (COACH_DATA) cannot be written. Check its rights and the free space; what you typed is still here.") from None

    def _lock(self) -> Path:
        """In the corpus, where every server over it meets; in the data folder when nothing can be written there."""
        folder = self.corpus.resolve() / LOCKS
        with contextlib.suppress(OSError):
            if not (folder / ".gitignore").exists():
                folder.mkdir(exist_ok=True)
                shutil.copymode(self.corpus, folder)
                (folder / ".gitignore").write_text("*\n", encoding="ascii")
            if os.access(folder, os.W_OK):
                return folder / "save.lock"
        return self._data / f"curate-{hashlib.sha256(str(self.corpus.resolve()).encode()).hexdigest()[:16]}.lock"

    def write(self, item: str, text: str) -> None:
        """Put the text in the item's place at once, inside `writing`. Lines end as most did in the file before, and its rights stay. Raises CurateError and
        leaves the old text when that fails."""
        path = self.path(item)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            for left in path.parent.glob(".*.????????.tmp"):  # of a process that was killed: nobody else writes now
                left.unlink(missing_ok=True)
            before = path.read_bytes() if path.exists() else b""
            crlf = before.count(b"\r\n") * 2 > before.count(b"\n")
            beside = path.with_name(f".{path.stem}.{secrets.token_hex(4)}.tmp")
            try:
                with beside.open("xb") as file:
                    file.write((normal(text).replace("\n", "\r\n") if crlf else normal(text)).encode("utf-8"))
                    file.flush()
                    os.fsync(file.fileno())
                if before:
                    shutil.copymode(path, beside)
                os.replace(beside, path)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
            _sync(path.parent)
        except OSError:
            raise CurateError("The library folder cannot be written, so nothing was saved. Check its rights and the free space; your draft is kept.") from None

    def remove(self, item: str) -> None:
        """Take the file away again (used only to undo a save that could not be recorded)."""
        with contextlib.suppress(OSError):
            self.path(item).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every system lets a folder be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
