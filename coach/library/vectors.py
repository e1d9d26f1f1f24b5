"""Vectors of passages, kept beside each built index by the hash of their text, so that unchanged passages are not embedded again."""

from collections.abc import Callable, Sequence
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


def embed(passages: Sequence[Passage], encoder: Encoder, known: dict[str, np.ndarray], progress: Callable[[int, int], None] | None = None, batch: int = 64) -> np.ndarray:
    """One unit vector a passage, (n, dim) float32; only texts not in `known` are encoded."""
    missing = {passage.key: passage.text for passage in passages if passage.key not in known}
    keys, done = sorted(missing, key=lambda key: len(missing[key])), 0  # alike lengths together: less padding
    vectors = dict(known)
    for start in range(0, len(keys), batch):
        part = keys[start : start + batch]
        vectors.update(zip(part, encoder.encode([missing[key] for key in part]), strict=True))
        done += len(part)
        if progress:
            progress(done, len(keys))
    return np.asarray([vectors[passage.key] for passage in passages], dtype=np.float32)


def save(folder: Path, passages: Sequence[Passage], vectors: np.ndarray) -> None:
    np.savez(folder / FILE, keys=np.array([passage.key for passage in passages]), vectors=vectors)


def load(folder: Path) -> dict[str, np.ndarray]:
    """Vectors by text hash; empty when there are none or they cannot be read."""
    try:
        with np.load(folder / FILE, allow_pickle=False) as stored:
            return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
    except Exception:  # a cache: whatever is wrong with it, it is made again
        return {}
