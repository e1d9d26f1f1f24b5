"""Logistic regressions on cues and hashed n-grams, and on the lower layers, one for each group of outputs. Need scikit-learn (sentence-transformers brings it)."""

from typing import Any

import numpy as np

from coach.practice.coder_weights import CLINICIAN, OUTPUTS, PATIENT, PRESENT, SIZE, SUBTYPES
from coach.practice.cues import SIZE as CUES
from evals.train_coder.data import LOW, Turn
from evals.train_coder.states import Counted, Lower

LINE, LOWER, GRAM_SCALE = 0.1, 0.005, 4.0  # inverse penalties; n-grams count so much more than a cue
ROUNDS = 150


def train(turns: list[Turn], seen: Counted, below: Lower, places: list[int]) -> dict[str, Any]:
    """Arrays line.cues, line.ngrams, line.constant and lower.head, lower.constant: from what is counted, and from the lower layers, to sixteen logits."""
    from scipy.sparse import csr_matrix, hstack

    line, line_constant = _fit(turns, hstack([csr_matrix(seen.cues), seen.ngrams * GRAM_SCALE]).tocsr(), places, LINE)
    mean, spread = below.means.mean(axis=0), below.means.std(axis=0) + 1e-6
    head, constant = _fit(turns, (below.means - mean) / spread, places, LOWER)
    head = head / spread[:, None]
    return {
        "line.cues": line[:CUES].T.astype(np.float32), "line.ngrams": (line[CUES:] * GRAM_SCALE).astype(np.float16), "line.constant": line_constant.astype(np.float32),
        "lower.head": head.T.astype(np.float32), "lower.constant": (constant - mean @ head).astype(np.float32),
    }  # fmt: skip


def _fit(turns: list[Turn], features: Any, places: list[int], strength: float) -> tuple[Any, Any]:
    from sklearn.linear_model import LogisticRegression

    weights, constant = np.zeros((features.shape[1], SIZE)), np.zeros(SIZE)
    for name, part in OUTPUTS.items():
        rows, classes = labelled(turns, name, places)
        heavy = np.array([LOW if turns[place].quality == "low" else 1.0 for place in rows])
        fitted = LogisticRegression(C=strength, max_iter=ROUNDS).fit(features[rows], classes, sample_weight=heavy)
        sign = -1 if part.stop - part.start == 1 else 1  # of two classes scikit-learn gives the logit of the second, we want the first's
        weights[:, part], constant[part] = sign * fitted.coef_.T, sign * fitted.intercept_
    return weights, constant


def predict(made: dict[str, Any], seen: Counted, below: Lower, places: list[int]) -> dict[str, Any]:
    """Logits of the views "lower" and "line", a row a place."""
    line = seen.cues[places] @ made["line.cues"].T + seen.ngrams[places] @ made["line.ngrams"].astype(np.float32) + made["line.constant"]
    return {"line": line, "lower": below.means[places] @ made["lower.head"].T + made["lower.constant"]}


def labelled(turns: list[Turn], name: str, places: list[int]) -> tuple[list[int], Any]:
    """Those places that have a label for a group of outputs, and its class: an index, for one output 0 where its first class is so."""
    if name in ("clinician", "patient"):
        classes = CLINICIAN if name == "clinician" else PATIENT
        rows = [place for place in places if turns[place].clinician == (name == "clinician")]
        return rows, np.array([classes.index(turns[place].gold) for place in rows])
    if name.startswith("present_"):
        which = PRESENT.index(name.removeprefix("present_"))
        rows = [place for place in places if turns[place].clinician]
        return rows, np.array([int(turns[place].present[which] < 0.5) for place in rows])
    assert name in SUBTYPES
    rows = [place for place in places if turns[place].gold == name and getattr(turns[place], name)]
    return rows, np.array([int(np.argmax(getattr(turns[place], name))) for place in rows])
