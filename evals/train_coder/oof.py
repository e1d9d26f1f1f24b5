"""The file of out-of-fold predictions, by utterance id, without a word of text: evals/coder_oof.csv. `coach eval coder` reads it."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from coach.practice.coder_weights import CLINICIAN, PATIENT, SUBTYPES, decided, probabilities
from evals.train_coder import mix
from evals.train_coder.data import Turn

FILE = Path(__file__).parents[1] / "coder_oof.csv"
COLUMNS = ("id", "quality", "fold", "speaker", "gold", "subtype", "code", "probabilities", "subtype_code", "subtype_probability", "votes")


def write(every: list[Turn], fold: Any, views: list[Any]) -> None:
    """Each fold's calibration and decision weights come from the other folds' logits. `subtype*` are those of the gold main code; `votes` of ten annotators where there are."""
    with FILE.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for number in sorted(set(fold.tolist())):
            learned = mix.fit(every, views, np.flatnonzero(fold != number).tolist())
            places = np.flatnonzero(fold == number).tolist()
            found = probabilities(learned, [view[places] for view in views])
            chosen = {name: decided(learned, name, found[name]) for name in ("clinician", "patient", *SUBTYPES)}
            for row, place in enumerate(places):
                table.writerow(_row(every[place], number, row, found, chosen))


def _row(turn: Turn, number: int, row: int, found: dict[str, Any], chosen: dict[str, Any]) -> list[Any]:
    name, classes = ("clinician", CLINICIAN) if turn.clinician else ("patient", PATIENT)
    shares, subtype, coded, share = found[name][row], "", "", ""
    given = getattr(turn, turn.gold) if turn.gold in SUBTYPES else None
    if given:
        subtype, coded = SUBTYPES[turn.gold][int(np.argmax(given))], SUBTYPES[turn.gold][int(chosen[turn.gold][row])]
        share = f"{float(np.max(found[turn.gold][row])):.3f}"
    votes = json.dumps([[vote["main"], vote["question"], vote["reflection"]] for vote in turn.votes.values()], separators=(",", ":")) if len(turn.votes) > 1 else ""
    return [turn.id, turn.quality, number, name, turn.gold, subtype, classes[int(chosen[name][row])], " ".join(f"{value:.4f}" for value in shares), coded, share, votes]


def read() -> list[dict[str, str]]:
    """One record a turn."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
