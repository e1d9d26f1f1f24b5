"""How the views are weighed, calibrated and turned into a class. Few numbers, fitted on out-of-fold logits."""

from collections.abc import Callable
from typing import Any

import numpy as np

from coach.practice.coder_weights import CLINICIAN, OUTPUTS, mixed, softmax
from evals.train_coder.data import Turn
from evals.train_coder.line import labelled

RIDGE = 1.0  # holds the weights near their equal shares, the constants near 0
TOLL = 0.5  # of the gap between the areas under the curve, in macro-F1
LEANS = {
    4: (np.arange(-0.4, 0.41, 0.2), np.arange(-1.2, 0.21, 0.2), np.arange(-0.2, 0.81, 0.2)),  # question, reflection, input
    3: (np.arange(-0.2, 1.21, 0.1), np.arange(-0.2, 1.61, 0.1)),  # change, sustain
    2: (np.arange(-1.0, 1.01, 0.1),),
}
EDGES = np.arange(0.3, 0.71, 0.02)


def fit(turns: list[Turn], views: list[Any], places: list[int]) -> dict[str, Any]:
    """Arrays mix.GROUP (weights and constants, for the least log loss) and lean.GROUP (for the best macro-F1 on the same places)."""
    found = {}
    for name, part in OUTPUTS.items():
        rows, classes = labelled(turns, name, places)
        two = part.stop - part.start == 1
        found[f"mix.{name}"] = shares = _mix([view[rows, part] for view in views], classes, two)
        logits = mixed(shares, [view[rows, part] for view in views])
        if two:
            found[f"lean.{name}"] = _edge(1 / (1 + np.exp(-logits[:, 0])), classes) if name in ("question", "reflection") else np.array([0.5])
        else:
            toll = _apart([turns[place] for place in rows]) if name == "clinician" else None
            found[f"lean.{name}"] = _lean(softmax(logits), classes, toll) if name != "input" else np.zeros(4)
    return found


def macro_f1(right: Any, chosen: Any, count: int) -> float:
    """Mean over classes of 2·hits / (gold + chosen), a class that is neither gold nor chosen counting 0."""
    table = np.bincount(right * count + chosen, minlength=count * count).reshape(count, count)
    return float(np.mean(2 * np.diag(table) / np.maximum(table.sum(0) + table.sum(1), 1)))


def _mix(views: list[Any], classes: Any, two: bool) -> Any:
    from scipy.optimize import minimize

    count = len(views)

    def loss(share: Any) -> float:
        logits = mixed(share, views)
        if two:
            logits = np.hstack([logits, np.zeros_like(logits)])
        likely = softmax(logits)[np.arange(len(classes)), classes]
        return float(-np.log(likely + 1e-12).sum() + RIDGE * (np.sum((share[:count] - 1 / count) ** 2) + 0.1 * np.sum(share[count:] ** 2)))

    return minimize(loss, np.array([1 / count] * count + [0.0] * views[0].shape[1]), method="L-BFGS-B").x


def quality_auc(turns: list[Turn], chosen: Any) -> float:
    """How well R ÷ (R + Q) of these codes (indices) parts sessions of high from those of low quality."""
    counts: dict[str, list[float]] = {}
    for turn, code in zip(turns, chosen, strict=True):
        counts.setdefault(turn.transcript, [float(turn.quality == "high"), 0, 0])[2 - (code == 1)] += code in (0, 1)
    high, low = (np.array([heard / max(heard + asked, 1) for kind, heard, asked in counts.values() if kind == wanted]) for wanted in (1, 0))
    return float(np.mean((high[:, None] > low) + 0.5 * (high[:, None] == low))) if len(high) and len(low) else 0.5


def _apart(turns: list[Turn]) -> Callable[[Any], float]:
    """What a choice of codes costs because sessions' quality shows otherwise in them than in the gold codes."""
    gold = quality_auc(turns, [CLINICIAN.index(turn.gold) for turn in turns])
    return lambda chosen: TOLL * abs(gold - quality_auc(turns, chosen))


def _lean(shares: Any, classes: Any, toll: Callable[[Any], float] | None = None) -> Any:
    """A weight (log) a class, the last one's 0: the best of a grid by macro-F1 less the toll, each point smoothed by its neighbours."""
    from scipy.ndimage import uniform_filter

    logs, grid = np.log(shares + 1e-9), LEANS[shares.shape[1]]
    values = np.zeros([len(axis) for axis in grid])
    for place in np.ndindex(values.shape):
        chosen = np.argmax(logs + np.array([*(axis[step] for axis, step in zip(grid, place, strict=True)), 0.0]), axis=1)
        values[place] = macro_f1(classes, chosen, shares.shape[1]) - (toll(chosen) if toll else 0)
    best = np.unravel_index(int(np.argmax(uniform_filter(values, size=3, mode="nearest"))), values.shape)
    return np.array([*(axis[step] for axis, step in zip(grid, best, strict=True)), 0.0])


def _edge(shares: Any, classes: Any) -> Any:
    return np.array([_best(EDGES, lambda edge: macro_f1(classes, (shares < edge).astype(int), 2))])


def _best(steps: Any, value: Callable[[float], float]) -> float:
    values = np.array([value(float(step)) for step in steps])
    smooth = np.convolve(np.pad(values, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    return float(steps[int(np.argmax(smooth))])
