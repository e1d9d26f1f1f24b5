"""The index on disk: a cache of the corpus, never the truth (DESIGN section 6).

Built whole into a new folder named by the digest of its passages and the encoder; every passage in it verified, the whole sealed by a
hash; then a one-line pointer file is switched. Never updated in place. One process builds (file lock), others read. On any doubt it is
built again: another digest, a broken seal, an opening that never came back, an error, a hang.
"""

import hashlib
import json
import os
import secrets
import shutil
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
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


def digest_of(passages: Sequence[Passage], encoder_id: str) -> str:
    """Names an index: 16 hex digits over the schema, the encoder and every passage with its metadata."""
    digest = hashlib.sha256(f"{SCHEMA}|{encoder_id}".encode())
    for p in passages:
        digest.update(f"{p.id}|{p.kind}|{p.category}|{p.status}|{','.join(p.situations)}|{p.key}\n".encode())
    return digest.hexdigest()[:16]


def current(folder: Path) -> str | None:
    """The digest the pointer names, or None."""
    try:
        return (folder / POINTER).read_text(encoding="ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


class ChromaIndex:
    """An open collection. `nearest` gives passage ids with their cosine similarity; it may be called from several threads."""

    def __init__(self, folder: Path, chroma: str):
        self.folder = folder
        self._client = _client(folder / chroma)
        try:
            self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
            self.count: int = self._collection.count()
        except BaseException:
            self._client.close()
            raise

    def nearest(self, vector: np.ndarray, n: int, where: dict[str, Any] | None = None) -> list[tuple[str, float]]:
        """Up to n (passage id, cosine similarity in [-1, 1]), best first."""
        found = self._collection.query(query_embeddings=[vector], n_results=max(1, min(n, self.count)), where=where, include=["distances"])
        return [(name, 1.0 - distance) for name, distance in zip(found["ids"][0], found["distances"][0], strict=True)]  # type: ignore[index]

    def close(self) -> None:
        self._client.close()


def open_or_build(folder: Path, passages: Sequence[Passage], encoder: Encoder, progress: Progress | None = None) -> ChromaIndex:
    """The index for exactly these passages: opened if it is there and whole, else built. Raises SearchError."""
    wanted = digest_of(passages, encoder.id)
    before = _built_when(folder / wanted)
    opened = _try_open(folder, wanted, len(passages))
    if opened:
        return opened
    _make(folder)
    try:
        with FileLock(folder / "lock", timeout=LOCK_DEADLINE):
            if _built_when(folder / wanted) != before:  # another process has built it meanwhile; what was doubtful before stays so
                opened = _try_open(folder, wanted, len(passages))
                if opened:
                    return opened
            _build(folder, wanted, passages, encoder, progress)
            _point(folder, wanted)
            _sweep(folder, keep=wanted)
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
    target = folder / wanted
    if current(folder) != wanted:
        return None
    if any(not _alive(path) for path in target.glob(f"{OPENING}-*")):
        log.warning("index_open_never_finished", digest=wanted)
        return None
    manifest = _manifest(target)
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


def _manifest(target: Path) -> dict[str, Any] | None:
    """What stands in the manifest, or None when it is missing, not of this schema, or its seal is broken."""
    try:
        manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
        whole = manifest["schema"] == SCHEMA and manifest["digest"] == target.name and manifest["seal"] == seal(target / manifest["chroma"])
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
        if given_up.is_set():
            _close(box)

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(deadline)
    if box and isinstance(box[0], ChromaIndex) and box[0].count == count:
        return box[0]
    given_up.set()
    log.warning("index_not_opened", digest=target.name, error=type(box[0]).__name__ if box else "Timeout")
    _close(box)
    return None


def _close(box: list[ChromaIndex | BaseException]) -> None:
    """Closing twice does no harm."""
    for opened in box:
        if isinstance(opened, ChromaIndex):
            opened.close()


def _build(folder: Path, wanted: str, passages: Sequence[Passage], encoder: Encoder, progress: Progress | None) -> None:
    target, unfinished = folder / wanted, folder / f"{wanted}{UNFINISHED}"
    known = {key: vector for name in {current(folder) or wanted, wanted} for key, vector in _kept_vectors(folder / name, encoder).items()}
    for path in (target, unfinished):
        shutil.rmtree(path, ignore_errors=True)
    unfinished.mkdir(parents=True)
    embedded = vectors.embed(passages, encoder, known, progress)
    chroma = _write_whole(unfinished, passages, embedded)
    vectors.save(unfinished, passages, embedded)
    manifest = {"schema": SCHEMA, "digest": wanted, "encoder": encoder.id, "passages": len(passages), "chroma": chroma, "seal": seal(unfinished / chroma)}
    (unfinished / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    _sync(unfinished)
    os.replace(unfinished, target)
    log.info("index_built", digest=wanted, passages=len(passages))


def _write_whole(unfinished: Path, passages: Sequence[Passage], embedded: np.ndarray) -> str:
    """Write the passages, and verify them; the name of the folder. Raises SearchError when that fails again and again.
    A new name each time: Chroma keeps one open store per path, which may still be that of a damaged one."""
    for _ in range(ATTEMPTS):
        chroma = f"chroma-{secrets.token_hex(4)}"
        _write(unfinished / chroma, passages, embedded)
        if _verified(unfinished / chroma, passages, embedded):
            return chroma
        log.warning("index_not_whole", passages=len(passages))
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

    return chromadb.PersistentClient(str(path), settings=chromadb.Settings(anonymized_telemetry=False))


def _kept_vectors(target: Path, encoder: Encoder) -> dict[str, np.ndarray]:
    """The vectors that an earlier index keeps, by text hash, if the same encoder made them."""
    try:
        same = json.loads((target / MANIFEST).read_text(encoding="utf-8"))["encoder"] == encoder.id
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return vectors.load(target) if same else {}


def _built_when(target: Path) -> tuple[int, int] | None:
    """Tells one build of a digest from the next."""
    try:
        stat = (target / MANIFEST).stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns


def _point(folder: Path, wanted: str) -> None:
    fresh = folder / f"{POINTER}.new"
    fresh.write_text(wanted, encoding="ascii")
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
