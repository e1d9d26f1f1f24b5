"""What stands where in the index folder: finished indexes, the pointer to the present one, manifests, and the marks of openings under way.

CURRENT                       the name of the present index
lock                          held by whoever builds
<digest>-<random>/            a finished index: manifest.json, vectors.npz, passages.json, chroma-N/; opening-<thread>-<pid> while it is being opened
<digest>-<random>.tmp/        one being built, or left by a process that was killed
"""

import json
import os
import re
import shutil
import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from coach.errors import SearchError
from coach.library import vectors
from coach.library.passages import Passage
from coach.library.seal import seal
from coach.library.vectors import Encoder
from coach.log import log

SCHEMA = 2  # raise it when passages, metadata or the manifest change their form
POINTER, MANIFEST, HELD, OPENING, UNFINISHED = "CURRENT", "manifest.json", "passages.json", "opening", ".tmp"
_opening: set[Path] = set()  # the marks of openings now under way in this process


def current(folder: Path) -> str | None:
    """The digest of the index that is pointed to, or None."""
    target = pointed(folder)
    return target.name.partition("-")[0] if target else None


def pointed(folder: Path) -> Path | None:
    """The folder of the index that is pointed to, or None. It may be gone."""
    try:
        name = (folder / POINTER).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return folder / name if re.fullmatch(r"[0-9a-f]{16}-[0-9a-f]{8}", name) else None


def read_manifest(target: Path, wanted: str) -> dict[str, Any] | None:
    """What stands in an index's manifest, or None when it is missing, not of this schema, or its seal is broken."""
    try:
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
        whole = manifest["schema"] == SCHEMA and manifest["digest"] == wanted and manifest["seal"] == seal(target / manifest["chroma"])
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error) as error:
        log.warning("index_manifest", error=type(error).__name__)
        return None
    return manifest if whole else None


def kept_vectors(folder: Path, encoder: Encoder) -> dict[str, np.ndarray]:
    """The vectors that earlier indexes keep, by text hash, as far as the same encoder made them."""
    kept: dict[str, np.ndarray] = {}
    for path in folder.glob(f"*/{MANIFEST}"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            if json.loads(path.read_text(encoding="utf-8"))["encoder"] == encoder.id:
                kept |= vectors.load(path.parent)
    return kept


def save_held(target: Path, passages: Sequence[Passage]) -> None:
    """Keep beside an index what it was built from, in its order."""
    rows = [[p.id, p.script_id, p.kind, p.text, p.category, p.status, p.situations] for p in passages]
    (target / HELD).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8", errors="surrogatepass")


def read_held(target: Path) -> list[Passage] | None:
    """What an index was built from, or None when that cannot be read. Whether it is so, the digest tells, which is made of it."""
    try:
        rows = json.loads((target / HELD).read_text(encoding="utf-8", errors="surrogatepass"))
        return [Passage(name, script, kind, text, category, status, tuple(tags)) for name, script, kind, text, category, status, tags in rows]
    except (OSError, ValueError, TypeError):
        return None


@contextmanager
def marked(target: Path) -> Iterator[None]:
    """Leave a mark while an index is being opened. If it never comes back, the mark stays and the next start builds again."""
    mark = target / f"{OPENING}-{threading.get_ident()}-{os.getpid()}"
    _opening.add(mark)
    with suppress(OSError):  # a cache that cannot be written can still be read
        mark.touch()
    try:
        yield
    finally:
        with suppress(OSError):
            mark.unlink(missing_ok=True)
        _opening.discard(mark)


def never_opened(target: Path) -> bool:
    """Whether an earlier opening of this index never came back."""
    return any(not _alive(mark) for mark in target.glob(f"{OPENING}-*"))


def point(folder: Path, name: str) -> None:
    """Switch the pointer in one step."""
    fresh = folder / f"{POINTER}.new"
    fresh.write_text(name, encoding="ascii")
    _sync_file(fresh)
    os.replace(fresh, folder / POINTER)


def sweep(folder: Path, keep: Collection[str]) -> None:
    """Remove what was never finished (nobody else builds now), and older indexes but those to keep and the one before (another process may still read it)."""
    others = [path for path in folder.iterdir() if path.is_dir() and path.name not in keep]
    finished = sorted((path for path in others if not path.name.endswith(UNFINISHED)), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in (*finished[1:], *(path for path in others if path.name.endswith(UNFINISHED))):
        shutil.rmtree(path, ignore_errors=True)


def make(folder: Path) -> None:
    """Raises SearchError when the folder can be neither found nor made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise SearchError("The cache folder cannot be written. Set COACH_CACHE to a folder that you may write to.") from None


def _alive(marker: Path) -> bool:
    """Whether the opening that a marker stands for may still be under way: its process runs (if it is this one, it must be known here)."""
    try:
        pid = int(marker.name.rpartition("-")[2])
        if pid == os.getpid():  # in a container every start has the same number
            return marker in _opening
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ValueError, OverflowError, OSError):
        return False
    return True


def sync(folder: Path) -> None:
    """Have everything in the folder on disk before it is pointed to."""
    for path in folder.rglob("*"):
        if path.is_file():
            _sync_file(path)


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
