"""How often the rules for what a clinician's turn does are right, and how much they find. Cases: cases/behaviors.jsonl, {id, text, previous, labels[]}.

Labelled strictly by MITI 4.2.1's meanings; `limit` and `direct_safety_question` are not in MITI: a limit the clinician sets on what they will do or accept,
and a plain question about the patient's own suicide, self-harm or wish to die.

The rules are given the turn's words alone: neither the clinician's turn before nor the rater's "advice", which Practice adds to tell persuading with
permission. `previous` is the patient's, for a reader of the labels.
"""

import json
from dataclasses import dataclass

from coach.practice.behaviors import behaviors
from evals.cases import FOLDER, half
from evals.suite.scoring import Row, discrete, judged, numeric
from evals.suite.station import Context, Fault, Figure, Record, Station, mean, share

LABELS = ("affirm", "seek_collaboration", "emphasize_autonomy", "persuade", "persuade_with_permission", "confront", "limit", "direct_safety_question")


@dataclass(frozen=True)
class Turn:
    """A clinician's turn, what the patient said before it, and what it does; no labels for one that does none of these."""

    id: str
    text: str
    previous: str
    labels: tuple[str, ...]

    @property
    def split(self) -> str:
        return half(self.id)


def turns(split: str = "") -> list[Turn]:
    """The turns of "dev" or "test"; of both without a name."""
    every = (Turn(raw["id"], raw["text"], raw["previous"], tuple(raw["labels"])) for raw in map(json.loads, (FOLDER / "behaviors.jsonl").read_text(encoding="utf-8").splitlines()))
    return [turn for turn in every if split in ("", turn.split)]


@numeric()
def right(found: list, labels: list, behavior: str) -> float:
    return float(behavior in found and behavior in labels)


@numeric()
def wrong(found: list, labels: list, behavior: str) -> float:
    return float(behavior in found and behavior not in labels)


@numeric()
def missed(found: list, labels: list, behavior: str) -> float:
    return float(behavior not in found and behavior in labels)


@discrete("seen", "none")
def seen_in_none(found_in_none: list) -> str:
    """Whether the rules see a behavior in a turn that has none."""
    return "seen" if found_in_none else "none"


METRICS = (*(metric.on(f"{label}: {metric.name}", behavior=label) for label in LABELS for metric in (right, wrong, missed)), seen_in_none)


def row(turn: Turn) -> Row:
    found = sorted(behavior.name for behavior in behaviors(turn.text))
    given: Row = {"found": found, "labels": list(turn.labels), **{label: label for label in LABELS if label in found or label in turn.labels}}
    return given if turn.labels else given | {"found_in_none": found}


def fault(turn: Turn, given: Row, values: dict[str, float]) -> Fault | None:
    wrongly, unseen = sorted(set(given["found"]) - set(turn.labels)), sorted(set(turn.labels) - set(given["found"]))
    if not wrongly and not unseen:
        return None
    shown = {"Turn": turn.text, "After": turn.previous, "Is": ", ".join(turn.labels) or "none of these", "Taken for": ", ".join(given["found"]) or "none of these"}
    return Fault(turn.id, f"{'seen' if wrongly else 'missed'}: {(wrongly or unseen)[0].replace('_', ' ')}", shown, len(wrongly) + len(unseen))


def records(split: str, context: Context) -> list[Record]:
    return judged("behaviors", context.take(turns(split)), row, METRICS, context, lambda turn: turn.labels[0] if turn.labels else "none", fault)


def both_halves(context: Context) -> list:
    """The same figures over all turns: more cases, half of which were learned from."""
    every = judged("behaviors, all", turns(), row, METRICS, context)
    return [figure.row(every) | {"what": f"both halves: {figure.what}"} for figure in FIGURES if figure.chosen(every)]


def _figures(label: str) -> tuple[Figure, Figure]:
    name, seen, there = label.replace("_", " "), (f"{label}: right", f"{label}: wrong"), (f"{label}: right", f"{label}: missed")
    return Figure(f"{name}: precision", share(*seen), seen), Figure(f"{name}: recall", share(*there), there)


FIGURES = (
    Figure("any behavior seen in a turn that has none", mean("seen_in_none"), ("seen_in_none",), better="lower"), *(figure for label in LABELS for figure in _figures(label)),
)  # fmt: skip

STATION = Station(
    name="behaviors", title="What a turn does", asks="Do the rules see affirming, persuading, confronting, limits and safety questions where they are, and only there?",
    part="Practice", records=records, figures=FIGURES, fixed=both_halves, quick=120, uses=("evals/cases/behaviors.jsonl",),
    labels="Turns and labels by a model that had not read the rules, by MITI 4.2.1's meanings; checked by no human.",
)  # fmt: skip
