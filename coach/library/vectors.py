"""Vectors of passages by the hash of their text, so that none is made twice: kept beside each built index, or as they are made (`Kept`)."""

import os
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np

from coach.library.passages import Passage

FILE = "vectors.npz"


class Encoder(Protocol):
    """What search needs of an encoder: `models.embeddings.Embedder` is one."""

    @property
    def id(self) -> str: ...
    def encode(self, texts: list[str]) -> np.ndarray: ...
    def encode_query(self, text: str) -> np.ndarray: ...


def embed(
    passages: Sequence[Passage], encoder: Encoder, known: Mapping[str, np.ndarray], progress: Callable[[int, int], None] | None = None, batch: int = 64, keep: "Kept | None" = None
) -> np.ndarray:
    """One unit vector a passage, (n, dim) float32; only texts not in `known` are encoded. With `keep` each batch is kept before `progress` is told of it,
    which may raise to stop."""
    missing = {passage.key: passage.text for passage in passages if passage.key not in known}
    keys, done = sorted(missing, key=lambda key: len(missing[key])), 0  # alike lengths together: less padding
    vectors = dict(known)
    for start in range(0, len(keys), batch):
        part = keys[start : start + batch]
        made = dict(zip(part, encoder.encode([missing[key] for key in part]), strict=True))
        vectors.update(made)
        if keep:
            keep.add(made)
        done += len(part)
        if progress:
            progress(done, len(keys))
    return np.asarray([vectors[passage.key] for passage in passages], dtype=np.float32)


def save(folder: Path, passages: Sequence[Passage], vectors: np.ndarray) -> None:
    np.savez(folder / FILE, keys=np.array([passage.key for passage in passages]), vectors=vectors)


def load(folder: Path) -> dict[str, np.ndarray]:
    """Vectors by text hash; empty when there are none or they cannot be read."""
    return _read(folder / FILE)


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
    except Exception:  # a cache: whatever is wrong with it, it is made again
        return {}


class Kept:
    """Vectors that outlive whoever made them: one file a batch in a folder, which is for one encoder. A cache: what cannot be read or written costs only time."""

    def __init__(self, folder: Path):
        self.folder = folder

    def load(self) -> dict[str, np.ndarray]:
        """All that are kept, by text hash."""
        found: dict[str, np.ndarray] = {}
        for path in sorted(self.folder.glob("*.npz")):
            found |= _read(path)
        return found

    def add(self, made: Mapping[str, np.ndarray]) -> None:
        """Keep these; they are there whole or not at all."""
        beside = self.folder / f"{secrets.token_hex(8)}.tmp"
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            with beside.open("xb") as file:
                np.savez(file, keys=np.array(list(made)), vectors=np.asarray(list(made.values()), dtype=np.float32))
            os.replace(beside, beside.with_suffix(".npz"))

    def only(self, keys: Collection[str]) -> dict[str, np.ndarray]:
        """Those of these texts; what is kept beyond them is forgotten, and the rest put into one file."""
        parts = sorted(self.folder.glob("*.npz"))
        kept = self.load()
        wanted = {key: vector for key, vector in kept.items() if key in keys}
        if len(parts) > 1 or len(wanted) < len(kept):
            if wanted:
                self.add(wanted)
            for path in parts:
                with suppress(OSError):
                    path.unlink()
        return wanted
