"""coder.npz: the tuned layers as differences from the packaged weights, in fifteenths of a row's largest, and the rest as it is; coder.json: its hash and story."""

import hashlib
import io
import json
from dataclasses import asdict
from typing import Any

import numpy as np

from coach.models.turn_encoder import NORMS, PARTS, SHARED
from coach.practice.coder_weights import FOLDER
from evals.train_coder import net as tuning
from evals.train_coder.states import encoder

STEPS = 15  # of a row's largest difference: rounding moves a weight by a thirtieth of it at most, and zip halves the bytes
CITATION = (
    "Trained on AnnoMI, 95 of its 133 transcripts: Wu Z, Balloccu S, Kumar V, Helaoui R, Reforgiato Recupero D, Riboni D. "
    "Creation, analysis and evaluation of AnnoMI. Future Internet 2023;15(3):110; and ICASSP 2022."
)


def arrays(nets: list[Any], line: dict[str, Any], mix: dict[str, Any]) -> dict[str, Any]:
    """All that the rater reads, by name."""
    made, before = line | {name: array.astype(np.float32) for name, array in mix.items()}, encoder().encoder.layer
    for net in nets:
        name, head = net.tuning.name, net.head.weight.detach().numpy()
        made[f"{name}.head"] = np.hstack([head, net.cue.weight.detach().numpy()])
        made[f"{name}.constant"] = (net.head.bias + net.cue.bias).detach().numpy()
        for depth, layer in enumerate(net.layers, SHARED):
            made |= {f"{name}.{key}": array for key, array in _layer(depth, dict(layer.named_parameters()), dict(before[depth].named_parameters())).items()}
    return made


def write(made: dict[str, Any], used: int) -> int:
    """The two files. Returns the bytes of the larger."""
    file = io.BytesIO()
    np.savez_compressed(file, **made)
    packed = file.getvalue()
    (FOLDER / "coder.npz").write_bytes(packed)
    story = {"sha256": hashlib.sha256(packed).hexdigest(), "turns": used, "tunings": [asdict(each) for each in tuning.TUNINGS], "trained_on": CITATION}
    (FOLDER / "coder.json").write_text(json.dumps(story, indent=2) + "\n", encoding="utf-8")
    return len(packed)


def _layer(place: int, after: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    made = {}
    for part in PARTS:
        step = (after[f"{part}.weight"] - before[f"{part}.weight"]).detach().numpy()
        scale = np.maximum(np.abs(step).max(axis=1), 1e-8) / STEPS
        made[f"layer.{place}.{part}.weight.q"] = np.round(step / scale[:, None]).astype(np.int8)
        made[f"layer.{place}.{part}.weight.scale"] = scale.astype(np.float32)
        made[f"layer.{place}.{part}.bias"] = (after[f"{part}.bias"] - before[f"{part}.bias"]).detach().numpy()
    for norm in NORMS:
        for kind in ("weight", "bias"):
            made[f"layer.{place}.{norm}.{kind}"] = after[f"{norm}.{kind}"].detach().numpy()
    return made
