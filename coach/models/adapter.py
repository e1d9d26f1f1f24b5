"""What MiniLM has learned for this library: low-rank additions to its weights, trained by evals/train_search, checked by hash, added once at load."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from coach.errors import ModelMissing

FILE = Path(__file__).parent / "search_adapter.npz"
NOTED = FILE.with_suffix(".json")
Additions = dict[str, tuple[np.ndarray, np.ndarray]]


def digest() -> str:
    """The first digits of the file's sha256, as noted beside it; empty when there is no adapter. Raises ModelMissing when the file is not the noted one."""
    if not NOTED.exists():
        return ""
    noted = str(json.loads(NOTED.read_text(encoding="utf-8"))["sha256"])
    try:
        found = hashlib.sha256(FILE.read_bytes()).hexdigest()
    except OSError:
        found = ""
    if found != noted:
        raise ModelMissing("The search adapter (coach/models/search_adapter.npz) is not the one that belongs here. Check out the project again.", "its weights failed their check")
    return noted[:8]


def save(additions: Additions) -> None:
    """Write the additions in half precision, and their hash beside them."""
    arrays = {f"{name}.{part}": matrix.astype(np.float16) for name, pair in additions.items() for part, matrix in zip("ba", pair, strict=True)}
    np.savez_compressed(FILE, **arrays)  # type: ignore[arg-type]
    NOTED.write_text(
        json.dumps({"sha256": hashlib.sha256(FILE.read_bytes()).hexdigest(), "base": "all-MiniLM-L6-v2", "trained by": "evals/train_search"}, indent=1) + "\n", encoding="utf-8"
    )


def add_to(model: Any) -> None:
    """Add what was learned to the weights of a freshly loaded MiniLM, in place."""
    import torch

    with np.load(FILE, allow_pickle=False) as stored, torch.no_grad():
        for name, module in model.named_modules():
            if f"{name}.a" in stored:
                module.weight += torch.from_numpy(stored[f"{name}.b"].astype(np.float32) @ stored[f"{name}.a"].astype(np.float32))
