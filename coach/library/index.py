"""The index on disk: a cache of the corpus, never the truth (DESIGN section 6).

Built whole into a new folder named by the digest of corpus, taxonomy and encoder; every passage in it verified; then a one-line
pointer file is switched. Never updated in place. One process builds (file lock), others read. On any doubt it is built again.
"""

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from coach.errors import SearchError
from coach.library import vectors
from coach.library.passages import Passage
from coach.library.vectors import Encoder
from coach.log import log

SCHEMA = 1  # raise it when passages or metadata change their form
COLLECTION = "passages"
POINTER, MANIFEST, OPENING = "CURRENT", "manifest.json", "opening"
OPEN_DEADLINE = 30.0  # seconds; a damaged index can block for ever
LOCK_DEADLINE = 120.0
Progress = Callable[[int, int], None]


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
    """An open, verified collection. `nearest` gives passage ids with their cosine similarity."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._client = _client(folder / "chroma")
        try:
            self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
            self.count: int = self._collection.count()
        except Exception:
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
    opened = _try_open(folder, wanted, len(passages))
    if opened:
        return opened
    _make(folder)
    try:
        with FileLock(folder / "lock", timeout=LOCK_DEADLINE):
            opened = _try_open(folder, wanted, len(passages))  # another process may have built it meanwhile
            if opened:
                return opened
            _build(folder, wanted, passages, encoder, progress)
            _point(folder, wanted)
            _sweep(folder, keep=wanted)
    except Timeout:
        raise SearchError("Another process has been building the search index for a while. Wait for it, or stop it, and start again.") from None
    except OSError as error:
        raise SearchError(f"The search index could not be written ({type(error).__name__}). Check the free space and the rights of the cache folder (COACH_CACHE).") from None
    opened = _try_open(folder, wanted, len(passages))
    if not opened:
        raise SearchError("The search index was built but could not be opened. Run `coach index --rebuild`.")
    return opened


def _try_open(folder: Path, wanted: str, count: int) -> ChromaIndex | None:
    """None on any doubt: another digest, no manifest, an earlier attempt to open it that never came back, a wrong count, an error, a hang."""
    target = folder / wanted
    if current(folder) != wanted or not (target / MANIFEST).is_file():
        return None
    marker = target / f"{OPENING}-{os.getpid()}"
    if any(not _alive(path) for path in target.glob(f"{OPENING}-*")):
        log.warning("index_open_never_finished", digest=wanted)
        return None
    box: list[ChromaIndex | Exception] = []

    def attempt() -> None:
        try:
            box.append(ChromaIndex(target))
        except Exception as error:
            box.append(error)

    _touch(marker)
    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(OPEN_DEADLINE)
    marker.unlink(missing_ok=True)
    if not box or isinstance(box[0], Exception) or box[0].count != count:
        log.warning("index_not_opened", digest=wanted, error=type(box[0]).__name__ if box else "Timeout")
        return None
    return box[0]


def _build(folder: Path, wanted: str, passages: Sequence[Passage], encoder: Encoder, progress: Progress | None) -> None:
    known = vectors.load(folder / (current(folder) or "none"))
    target, unfinished = folder / wanted, folder / f"{wanted}.tmp"
    for path in (target, unfinished):
        shutil.rmtree(path, ignore_errors=True)
    unfinished.mkdir(parents=True)
    embedded = vectors.embed(passages, encoder, known if _same_encoder(folder, encoder) else {}, progress)
    _write(unfinished / "chroma", passages, embedded)
    _verify(unfinished / "chroma", passages, embedded)
    vectors.save(unfinished, passages, embedded)
    (unfinished / MANIFEST).write_text(json.dumps({"schema": SCHEMA, "encoder": encoder.id, "passages": len(passages), "digest": wanted}), encoding="utf-8")
    _sync(unfinished)
    os.replace(unfinished, target)
    log.info("index_built", digest=wanted, passages=len(passages))


def _write(path: Path, passages: Sequence[Passage], embedded: np.ndarray) -> None:
    with _client(path) as client:
        collection = client.create_collection(COLLECTION, configuration={"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200}}, embedding_function=None)
        for start in range(0, len(passages), 2000):  # Chroma takes at most 5461 a call
            part = passages[start : start + 2000]
            collection.upsert(ids=[p.id for p in part], embeddings=embedded[start : start + 2000], documents=[p.text for p in part], metadatas=[_metadata(p) for p in part])


def _metadata(p: Passage) -> dict[str, Any]:
    plain = {"script": p.script_id, "kind": p.kind, "category": p.category, "status": p.status}
    return {**plain, "situations": list(p.situations)} if p.situations else plain  # Chroma refuses an empty list


def _verify(path: Path, passages: Sequence[Passage], embedded: np.ndarray) -> None:
    """Every passage is there with its text and script, and a passage with its very vector is found nearest to it. Raises SearchError."""
    with _client(path) as client:
        collection = client.get_collection(COLLECTION, embedding_function=None)
        stored = collection.get(include=["documents", "metadatas"])
        there = {name: (text, meta["script"]) for name, text, meta in zip(stored["ids"], stored["documents"], stored["metadatas"], strict=True)}
        whole = there == {p.id: (p.text, p.script_id) for p in passages}
        for start in range(0, len(passages), 500):
            found = collection.query(query_embeddings=embedded[start : start + 500], n_results=1, include=["distances"])
            whole = whole and all(distances and distances[0] < 1e-3 for distances in found["distances"])
    if not whole:
        raise SearchError("The search index did not hold every passage after it was built. Run `coach index --rebuild`, and check the disk.")


def _client(path: Path) -> Any:
    import chromadb

    return chromadb.PersistentClient(str(path), settings=chromadb.Settings(anonymized_telemetry=False))


def _same_encoder(folder: Path, encoder: Encoder) -> bool:
    try:
        return json.loads((folder / (current(folder) or "none") / MANIFEST).read_text(encoding="utf-8"))["encoder"] == encoder.id
    except (OSError, ValueError, KeyError):
        return False


def _point(folder: Path, wanted: str) -> None:
    fresh = folder / f"{POINTER}.new"
    fresh.write_text(wanted, encoding="ascii")
    _sync_file(fresh)
    os.replace(fresh, folder / POINTER)


def _sweep(folder: Path, keep: str) -> None:
    """Remove older indexes, but the one before (another process may still read it)."""
    old = sorted((p for p in folder.iterdir() if p.is_dir() and p.name != keep), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in old[1:]:
        shutil.rmtree(path, ignore_errors=True)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise SearchError("The cache folder cannot be written. Set COACH_CACHE to a folder that you may write to.") from None


def _touch(path: Path) -> None:
    try:
        path.touch()
    except OSError:
        pass  # a read-only cache can still be read


def _alive(marker: Path) -> bool:
    """Whether the process named in an opening marker still runs (and may therefore still be opening)."""
    try:
        os.kill(int(marker.name.rpartition("-")[2]), 0)
    except (ValueError, ProcessLookupError):
        marker.unlink(missing_ok=True)
        return False
    except PermissionError:
        return True
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
