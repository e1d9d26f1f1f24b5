"""The index on disk: a cache of the corpus, never the truth (DESIGN section 6).

Built whole into a new folder named by the digest of its passages and the encoder, and a random part; every passage in it verified, the
whole sealed by a hash; then a one-line pointer file is switched. Never updated in place, and never deleted while it may be in use: two
builds of one digest have different folders. One process builds (file lock), others read. On any doubt it is built again: another digest,
a broken seal, an opening that never came back, an error, a hang.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from coach.errors import CoachError, SearchError
from coach.library import vectors
from coach.library.passages import Passage
from coach.library.seal import seal
from coach.library.vectors import Encoder
from coach.log import log

SCHEMA = 2  # raise it when passages, metadata or the manifest change their form
COLLECTION = "passages"
POINTER, MANIFEST, OPENING, UNFINISHED = "CURRENT", "manifest.json", "opening", ".tmp"
# With Chroma's own 16 neighbours about one graph in a hundred left a passage that no search could reach; with 48, none in four hundred.
HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 48}
ATTEMPTS = 3  # the graph is built by several threads, so the next attempt gives another one
OPEN_DEADLINE = 30.0  # seconds; a damaged index can block for ever
LOCK_DEADLINE = 120.0
Progress = Callable[[int, int], None]
_opening: set[Path] = set()  # the markers of openings now under way in this process
_one_at_a_time = threading.Lock()


def digest_of(passages: Sequence[Passage], encoder_id: str) -> str:
    """Names an index: 16 hex digits over the schema, the encoder and every passage with its metadata."""
    digest = hashlib.sha256(f"{SCHEMA}|{encoder_id}".encode())
    for p in passages:
        digest.update(f"{p.id}|{p.kind}|{p.category}|{p.status}|{','.join(p.situations)}|{p.key}\n".encode())
    return digest.hexdigest()[:16]


def current(folder: Path) -> str | None:
    """The digest of the index that is pointed to, or None."""
    pointed = _pointed(folder)
    return pointed.name.partition("-")[0] if pointed else None


def _pointed(folder: Path) -> Path | None:
    try:
        name = (folder / POINTER).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return folder / name if re.fullmatch(r"[0-9a-f]{16}-[0-9a-f]{8}", name) else None


class ChromaIndex:
    """An open collection. `nearest` gives passage ids with their cosine similarity; it may be called from several threads."""

    def __init__(self, folder: Path, chroma: str):
        self.folder = folder
        self._client = _client(folder / chroma)
        try:
            self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
            self.count: int = self._collection.count()
        except BaseException:
            self.close()
            raise

    def nearest(self, vector: np.ndarray, n: int, where: dict[str, Any] | None = None) -> list[tuple[str, float]]:
        """Up to n (passage id, cosine similarity in [-1, 1]), best first."""
        found = self._collection.query(query_embeddings=[vector], n_results=max(1, min(n, self.count)), where=where, include=["distances"])
        return [(name, 1.0 - distance) for name, distance in zip(found["ids"][0], found["distances"][0], strict=True)]  # type: ignore[index]

    def close(self) -> None:
        """Closing twice does no harm."""
        with _registry():
            self._client.close()


def open_or_build(folder: Path, passages: Sequence[Passage], encoder: Encoder, progress: Progress | None = None) -> ChromaIndex:
    """The index for exactly these passages: opened if it is there and whole, else built. Raises SearchError."""
    wanted = digest_of(passages, encoder.id)
    before = _pointed(folder)
    opened = _try_open(folder, wanted, len(passages))
    if opened:
        return opened
    _make(folder)
    try:
        with FileLock(folder / "lock", timeout=LOCK_DEADLINE):
            if _pointed(folder) != before:  # another process has built meanwhile; what was doubtful before stays so
                opened = _try_open(folder, wanted, len(passages))
                if opened:
                    return opened
            built = _build(folder, wanted, passages, encoder, progress)
            _point(folder, built.name)
            _sweep(folder, keep=built.name)
    except CoachError:
        raise
    except Timeout:
        raise SearchError("Another process has been building the search index for a while. Wait for it, or stop it, and start again.") from None
    except Exception as error:  # of the file system, of SQLite and of Chroma alike
        raise SearchError(f"The search index could not be written ({type(error).__name__}). Check the free space and the rights of the cache folder (COACH_CACHE).") from None
    opened = _try_open(folder, wanted, len(passages))
    if not opened:
        raise SearchError("The search index was built but could not be opened. Run `coach index --rebuild`.")
    return opened


def _try_open(folder: Path, wanted: str, count: int) -> ChromaIndex | None:
    """The index if it is whole beyond doubt, else None."""
    target = _pointed(folder)
    if target is None or current(folder) != wanted:
        return None
    if any(not _alive(path) for path in target.glob(f"{OPENING}-*")):
        log.warning("index_open_never_finished", digest=wanted)
        return None
    manifest = _manifest(target, wanted)
    if manifest is None:
        return None
    marker = target / f"{OPENING}-{threading.get_ident()}-{os.getpid()}"
    with suppress(OSError):  # a cache that cannot be written can still be read
        _opening.add(marker)
        marker.touch()
    opened = _open(target, manifest, count, OPEN_DEADLINE)
    with suppress(OSError):
        marker.unlink(missing_ok=True)
    _opening.discard(marker)
    return opened


def _manifest(target: Path, wanted: str) -> dict[str, Any] | None:
    """What stands in the manifest, or None when it is missing, not of this schema, or its seal is broken."""
    try:
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
        whole = manifest["schema"] == SCHEMA and manifest["digest"] == wanted and manifest["seal"] == seal(target / manifest["chroma"])
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error) as error:
        log.warning("index_manifest", error=type(error).__name__)
        return None
    return manifest if whole else None


def _open(target: Path, manifest: dict[str, Any], count: int, deadline: float) -> ChromaIndex | None:
    """Open in a thread, since Chroma can block for ever. What comes back after the deadline is closed at once."""
    box: list[ChromaIndex | BaseException] = []
    given_up = threading.Event()

    def attempt() -> None:
        try:
            box.append(ChromaIndex(target, manifest["chroma"]))
        except BaseException as error:  # a panic inside Chroma is no Exception
            box.append(error)
        if given_up.is_set() and isinstance(box[0], ChromaIndex):
            box[0].close()

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(deadline)
    opened = box[0] if box else None
    if isinstance(opened, ChromaIndex) and opened.count == count:
        return opened
    given_up.set()
    log.warning("index_not_opened", digest=target.name, error=type(opened).__name__ if opened else "Timeout")
    if isinstance(opened, ChromaIndex):
        opened.close()
    return None


def _build(folder: Path, wanted: str, passages: Sequence[Passage], encoder: Encoder, progress: Progress | None) -> Path:
    """A whole index in a folder of its own, not yet pointed to."""
    target = folder / f"{wanted}-{secrets.token_hex(4)}"
    unfinished = folder / f"{target.name}{UNFINISHED}"
    unfinished.mkdir(parents=True)
    embedded = vectors.embed(passages, encoder, _kept_vectors(folder, encoder), progress)
    chroma = _write_whole(unfinished, passages, embedded)
    vectors.save(unfinished, passages, embedded)
    manifest = {"schema": SCHEMA, "digest": wanted, "encoder": encoder.id, "passages": len(passages), "chroma": chroma, "seal": seal(unfinished / chroma)}
    (unfinished / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    _sync(unfinished)
    os.replace(unfinished, target)
    log.info("index_built", digest=wanted, passages=len(passages))
    return target


def _write_whole(unfinished: Path, passages: Sequence[Passage], embedded: np.ndarray) -> str:
    """Write the passages and verify them; the name of the Chroma folder. Raises SearchError when that fails again and again."""
    for attempt in range(1, ATTEMPTS + 1):
        chroma = f"chroma-{attempt}"
        _write(unfinished / chroma, passages, embedded)
        if _verified(unfinished / chroma, passages, embedded):
            return chroma
        log.warning("index_not_whole", passages=len(passages), retry=attempt)
        shutil.rmtree(unfinished / chroma)
    raise SearchError("The search index did not hold every passage after it was built. Run `coach index --rebuild`, and check the disk.")


def _write(path: Path, passages: Sequence[Passage], embedded: np.ndarray) -> None:
    with _client(path) as client:
        collection = client.create_collection(COLLECTION, configuration={"hnsw": HNSW}, embedding_function=None)
        for start in range(0, len(passages), 2000):  # Chroma takes at most 5461 a call
            part = passages[start : start + 2000]
            collection.upsert(ids=[p.id for p in part], embeddings=embedded[start : start + 2000], documents=[p.text for p in part], metadatas=[_metadata(p) for p in part])


def _metadata(p: Passage) -> dict[str, Any]:
    plain = {"script": p.script_id, "kind": p.kind, "category": p.category, "status": p.status}
    return {**plain, "situations": list(p.situations)} if p.situations else plain  # Chroma refuses an empty list


def _verified(path: Path, passages: Sequence[Passage], embedded: np.ndarray) -> bool:
    """Whether every passage is there with its text and what it is filtered by, and a passage with its very vector is found nearest to it."""
    with _client(path) as client:
        collection = client.get_collection(COLLECTION, embedding_function=None)
        stored = collection.get(include=["documents", "metadatas"])
        there = {name: (text, meta) for name, text, meta in zip(stored["ids"], stored["documents"], stored["metadatas"], strict=True)}
        whole = there == {p.id: (p.text, _metadata(p)) for p in passages}
        for start in range(0, len(passages), 500):
            found = collection.query(query_embeddings=embedded[start : start + 500], n_results=1, include=["distances"])
            whole = whole and all(distances and distances[0] < 1e-3 for distances in found["distances"])
    return whole


def _client(path: Path) -> Any:
    import chromadb

    with _registry():
        return chromadb.PersistentClient(str(path), settings=chromadb.Settings(anonymized_telemetry=False))


@contextmanager
def _registry() -> Iterator[None]:
    """Chroma's list of open stores is not safe to change from two threads. Not waited for without end: whoever holds it may hang."""
    held = _one_at_a_time.acquire(timeout=OPEN_DEADLINE)
    try:
        yield
    finally:
        if held:
            _one_at_a_time.release()


def _kept_vectors(folder: Path, encoder: Encoder) -> dict[str, np.ndarray]:
    """The vectors that earlier indexes keep, by text hash, as far as the same encoder made them."""
    kept: dict[str, np.ndarray] = {}
    for path in folder.glob(f"*/{MANIFEST}"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            if json.loads(path.read_text(encoding="utf-8"))["encoder"] == encoder.id:
                kept |= vectors.load(path.parent)
    return kept


def _point(folder: Path, name: str) -> None:
    fresh = folder / f"{POINTER}.new"
    fresh.write_text(name, encoding="ascii")
    _sync_file(fresh)
    os.replace(fresh, folder / POINTER)


def _sweep(folder: Path, keep: str) -> None:
    """Remove what was never finished (nobody else builds now), and older indexes but the one before (another process may still read it)."""
    others = [path for path in folder.iterdir() if path.is_dir() and path.name != keep]
    finished = sorted((path for path in others if not path.name.endswith(UNFINISHED)), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in (*finished[1:], *(path for path in others if path.name.endswith(UNFINISHED))):
        shutil.rmtree(path, ignore_errors=True)


def _make(folder: Path) -> None:
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


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            _sync_file(path)


def _sync_file(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
