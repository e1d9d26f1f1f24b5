"""What the rater learned: arrays in coder.npz, its sha256 and its story in coder.json. Written by `make train-coder`, checked when loaded.

Of each turn sixteen numbers are made three times: by a tuning of MiniLM's last layers, by what its lower layers see as they are, and by counted
cues alone. `OUTPUTS` says which are whose. No array holds a word of the
conversations it was trained on: n-grams are hashed.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from coach.errors import ModelMissing

CLINICIAN = ("question", "reflection", "input", "other")
PATIENT = ("change", "sustain", "neutral")
PRESENT = ("question", "reflection", "input")
SUBTYPES = {"question": ("open", "closed"), "reflection": ("simple", "complex"), "input": ("information", "advice", "options", "negotiation")}
OUTPUTS = {
    "clinician": slice(0, 4), "patient": slice(4, 7), "present_question": slice(7, 8), "present_reflection": slice(8, 9), "present_input": slice(9, 10),
    "question": slice(10, 11), "reflection": slice(11, 12), "input": slice(12, 16),
}  # fmt: skip
SIZE = 16
TUNINGS = ("a",)
VIEWS = (*TUNINGS, "lower", "line")

FOLDER = Path(__file__).parent
Arrays = Mapping[str, np.ndarray[Any, Any]]
Vector = np.ndarray[Any, np.dtype[np.float64]]


def load(folder: Path = FOLDER) -> Arrays:
    """The arrays by name. Raises ModelMissing when they are not there or not those of coder.json."""
    try:
        wanted = json.loads((folder / "coder.json").read_text(encoding="utf-8"))["sha256"]
        packed = (folder / "coder.npz").read_bytes()
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelMissing("The rater's weights (coach/practice/coder.npz and coder.json) are not there. Install the package anew.", "the rater's weights are not here") from None
    if hashlib.sha256(packed).hexdigest() != wanted:
        raise ModelMissing("The rater's weights do not have the sha256 of coder.json, so they are not used. Install the package anew.", "the rater's weights failed their check")
    with np.load(io.BytesIO(packed), allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def digest(folder: Path = FOLDER) -> str:
    """The weights' sha256 as coder.json has it; empty when it cannot be read."""
    try:
        return str(json.loads((folder / "coder.json").read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def probabilities(arrays: Arrays, views: Sequence[Vector]) -> dict[str, Vector]:
    """Of each group of outputs its calibrated probabilities (0–1); a group of one output gives that of its first class (present, open, simple).
    `views` are the logits of each of `VIEWS`, `SIZE` a row, or one row."""
    found = {}
    for name, part in OUTPUTS.items():
        logits = mixed(arrays[f"mix.{name}"], [view[..., part] for view in views])
        found[name] = 1 / (1 + np.exp(-logits[..., 0])) if logits.shape[-1] == 1 else softmax(logits)
    return found


def mixed(shares: Any, views: Sequence[Vector]) -> Vector:
    """The views' logits weighed: `shares` holds a weight a view, then a constant an output."""
    total: Vector = sum((share * view for share, view in zip(shares, views, strict=False)), start=np.zeros(views[0].shape)) + shares[len(views) :]
    return total


def decided(arrays: Arrays, name: str, found: Vector) -> Any:
    """The class chosen (an index, or one a row): the likeliest, after weights that were set for the mean F1 of the classes, so that rare ones are not passed over."""
    if name in ("clinician", "patient", "input"):
        return np.argmax(np.log(found + 1e-9) + arrays[f"lean.{name}"], axis=-1)
    return np.where(found >= arrays[f"lean.{name}"][0], 0, 1)


def softmax(logits: Vector) -> Vector:
    raised: Vector = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))
