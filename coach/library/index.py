"""The index on disk: a cache of the corpus, never the truth (DESIGN section 6).

Built whole into a new folder named by the digest of its passages and the encoder, and a random part; every passage in it verified, the
whole sealed by a hash; then a one-line pointer file is switched. Never updated in place, and never deleted while it may be in use: two
builds of one digest have different folders. One process builds (file lock), others read. On any doubt it is built again: another digest,
a broken seal, an opening that never came back, an error, a hang.
"""

import hashlib
import json
import os
import secrets
import shutil
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from coach.errors import CoachError, SearchError
from coach.library import vectors
from coach.library.folders import MANIFEST, SCHEMA, UNFINISHED, current, kept_vectors, make, marked, never_opened, point, pointed, read_held, read_manifest, save_held, sweep, sync
from coach.library.passages import Passage
from coach.library.seal import seal
from coach.library.vectors import Encoder
from coach.log import log

COLLECTION = "passages"
# (neighbors of a node, width of the search), tried in turn until every passage is reached. With Chroma's own 16 neighbors about one graph in
# a hundred left a passage that no search could reach; with 48, none in four hundred. Hundreds of passages with the same words need a wider search.
GRAPHS = ((48, 200), (96, 1_000), (96, 5_000))
OPEN_DEADLINE = 30.0  # seconds; a damaged index can block for ever
LOCK_DEADLINE = 120.0
Progress = Callable[[int, int], None]
_one_at_a_time = threading.Lock()
_open_here: "weakref.WeakSet[ChromaIndex]" = weakref.WeakSet()


def digest_of(passages: Sequence[Passage], encoder_id: str) -> str:
    """Names an index: 16 hex digits over the schema, the encoder and every passage with its metadata."""
    digest = hashlib.sha256(f"{SCHEMA}|{encoder_id}".encode())
    for p in passages:
        digest.update(f"{p.id}|{p.kind}|{p.category}|{p.status}|{','.join(p.situations)}|{p.key}\n".encode())
    return digest.hexdigest()[:16]


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
        _open_here.add(self)

    def nearest(self, vector: np.ndarray, n: int, where: dict[str, Any] | None = None) -> list[tuple[str, float]]:
        """Up to n (passage id, cosine similarity in [-1, 1]), best first."""
        found = self._collection.query(query_embeddings=[vector], n_results=max(1, min(n, self.count)), where=where, include=["distances"])
        return [(name, 1.0 - distance) for name, distance in zip(found["ids"][0], found["distances"][0], strict=True)]  # type: ignore[index]

    def close(self) -> None:
        """Closing twice does no harm."""
        _open_here.discard(self)
        with _registry():
            self._client.close()


def open_or_build(folder: Path, passages: Sequence[Passage], encoder: Encoder, progress: Progress | None = None, known: Mapping[str, np.ndarray] | None = None) -> ChromaIndex:
    """The index for exactly these passages: opened if it is there and whole, else built. `known` are vectors, by text hash, that need not be made again beside
    those that earlier indexes keep. Raises SearchError."""
    wanted = digest_of(passages, encoder.id)
    before = pointed(folder)
    opened = _try_open(folder, wanted, len(passages))
    if opened:
        return opened
    make(folder)
    try:
        with FileLock(folder / "lock", timeout=LOCK_DEADLINE):
            if pointed(folder) != before:  # another process has built meanwhile; what was doubtful before stays so
                opened = _try_open(folder, wanted, len(passages))
                if opened:
                    return opened
            built = _build(folder, wanted, passages, encoder, progress, known or {})
            point(folder, built.name)
            sweep(folder, {built.name, *(index.folder.name for index in list(_open_here))})
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


def open_former(folder: Path, encoder: Encoder) -> tuple[ChromaIndex, list[Passage]] | None:
    """The index that is pointed to, whatever the corpus says now, and what it was built from. None when there is none, it was made by another encoder,
    or it is not whole beyond doubt."""
    target = pointed(folder)
    held = read_held(target) if target else None
    digest = current(folder)
    if held is None or digest is None or digest_of(held, encoder.id) != digest:
        return None
    opened = _try_open(folder, digest, len(held))
    return (opened, held) if opened else None


def _try_open(folder: Path, wanted: str, count: int) -> ChromaIndex | None:
    """The index if it is whole beyond doubt, else None."""
    target = pointed(folder)
    if target is None or current(folder) != wanted:
        return None
    if never_opened(target):
        log.warning("index_open_never_finished", digest=wanted)
        return None
    manifest = read_manifest(target, wanted)
    if manifest is None:
        return None
    with marked(target):
        return _open(target, manifest, count, OPEN_DEADLINE)


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


def _build(folder: Path, wanted: str, passages: Sequence[Passage], encoder: Encoder, progress: Progress | None, known: Mapping[str, np.ndarray]) -> Path:
    """A whole index in a folder of its own, not yet pointed to."""
    target = folder / f"{wanted}-{secrets.token_hex(4)}"
    unfinished = folder / f"{target.name}{UNFINISHED}"
    unfinished.mkdir(parents=True)
    embedded = vectors.embed(passages, encoder, {**kept_vectors(folder, encoder), **known}, progress)
    chroma = _write_whole(unfinished, passages, embedded)
    vectors.save(unfinished, passages, embedded)
    save_held(unfinished, passages)
    manifest = {"schema": SCHEMA, "digest": wanted, "encoder": encoder.id, "passages": len(passages), "chroma": chroma, "seal": seal(unfinished / chroma)}
    (unfinished / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    sync(unfinished)
    os.replace(unfinished, target)
    log.info("index_built", digest=wanted, passages=len(passages))
    return target


def _write_whole(unfinished: Path, passages: Sequence[Passage], embedded: np.ndarray) -> str:
    """Write the passages and verify them; the name of the Chroma folder. Raises SearchError when that fails again and again."""
    for attempt, (neighbors, width) in enumerate(GRAPHS, 1):
        chroma = f"chroma-{attempt}"
        _write(unfinished / chroma, passages, embedded, neighbors, width)
        if _verified(unfinished / chroma, passages, embedded):
            return chroma
        log.warning("index_not_whole", passages=len(passages), retry=attempt)
        shutil.rmtree(unfinished / chroma)
    raise SearchError("The search index did not hold every passage after it was built. Run `coach index --rebuild`, and check the disk.")


def _write(path: Path, passages: Sequence[Passage], embedded: np.ndarray, neighbors: int = 48, width: int = 200) -> None:
    # The whole graph goes to disk at the last upsert. What Chroma has not written it builds anew at each opening, unverified, by racing threads.
    at_once = {"sync_threshold": max(2, len(passages)), "batch_size": max(2, min(100, len(passages)))}
    graph = {"space": "cosine", "ef_construction": 200, "ef_search": width, "max_neighbors": neighbors, **at_once}
    with _client(path) as client:
        collection = client.create_collection(COLLECTION, configuration={"hnsw": graph}, embedding_function=None)
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
        whole = bool(collection.count() == len(passages))
        for start in range(0, len(passages), 2000):  # Chroma gives back at most 32,766 at once
            part = passages[start : start + 2000]
            stored = collection.get(ids=[p.id for p in part], include=["documents", "metadatas"])
            there = {name: (text, meta) for name, text, meta in zip(stored["ids"], stored["documents"], stored["metadatas"], strict=True)}
            whole = whole and there == {p.id: (p.text, _metadata(p)) for p in part}
        for start in range(0, len(passages), 500):
            found = collection.query(query_embeddings=embedded[start : start + 500], n_results=1, include=["distances"])
            whole = whole and all(distances and distances[0] < 1e-3 for distances in found["distances"])
    return whole


def _client(path: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    with _registry():
        return chromadb.PersistentClient(str(path), settings=Settings(anonymized_telemetry=False))


@contextmanager
def _registry() -> Iterator[None]:
    """Chroma's list of open stores is not safe to change from two threads. Not waited for without end: whoever holds it may hang."""
    held = _one_at_a_time.acquire(timeout=OPEN_DEADLINE)
    try:
        yield
    finally:
        if held:
            _one_at_a_time.release()
