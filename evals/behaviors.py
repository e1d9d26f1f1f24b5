"""How often the rules for what a clinician's turn does are right, and how much they find. Cases: cases/behaviors.jsonl, {id, text, previous, labels[]}.

    python -m evals.behaviors [--test] [--json] [--errors]

Turns written and labelled by a model that had not read the rules, strictly by MITI 4.2.1's meanings; `limit` and `direct_safety_question` are not in
MITI: a limit the clinician sets on what they will do or accept, and a plain question about the patient's own suicide, self-harm or wish to die. Checked
by no human. Half is a test half, by a hash of the id: it is run and never tuned on. The last rows stand on both halves.

The rules are given the turn's words alone: neither the clinician's turn before nor the rater's "advice", which Practice adds to tell persuading with
permission. `previous` is the patient's, for a reader of the labels.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from coach.practice.behaviors import behaviors
from evals.cases import FOLDER, half
from evals.report import Row, row, tell

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

    @cached_property
    def found(self) -> frozenset[str]:
        return frozenset(behavior.name for behavior in behaviors(self.text))


def turns(split: str = "") -> list[Turn]:
    """The turns of "dev" or "test"; of both without a name."""
    lines = (FOLDER / "behaviors.jsonl").read_text(encoding="utf-8").splitlines()
    every = (Turn(raw["id"], raw["text"], raw["previous"], tuple(raw["labels"])) for raw in map(json.loads, lines))
    return [turn for turn in every if split in ("", turn.split)]


def rows(split: str) -> list[Row]:
    """Precision on the turns in which the rule saw the behavior, recall on those labelled with it: of the half, then of all turns."""
    return [*_figures(turns(split), split), *_figures(turns(), "all turns")]


def _figures(every: Sequence[Turn], of: str) -> list[Row]:
    found = [each for label in LABELS for each in _behavior(every, of, label)]
    near = [turn for turn in every if not turn.labels]
    found.append(row(f"{of}: any behavior seen in a turn that has none", near, lambda drawn: sum(bool(turn.found) for turn in drawn) / len(drawn)))
    return found


def _behavior(every: Sequence[Turn], of: str, label: str) -> list[Row]:
    def right(drawn: Sequence[Turn]) -> float:
        return sum(label in turn.found and label in turn.labels for turn in drawn) / len(drawn)

    seen, labelled = [turn for turn in every if label in turn.found], [turn for turn in every if label in turn.labels]
    return [row(f"{of}: {label}, precision", seen, right), row(f"{of}: {label}, recall", labelled, right)]


def _errors() -> None:
    for turn in turns("dev"):
        missed, wrong = sorted(set(turn.labels) - turn.found), sorted(turn.found - set(turn.labels))
        if missed or wrong:
            print(f"{turn.id} missed {', '.join(missed) or '-'}; wrong {', '.join(wrong) or '-'}: {turn.text}")


if __name__ == "__main__":
    sys.exit(tell(f"what a clinician's turn does, by rules, on {len(turns())} turns of both halves. Labels are a model's, checked by no human.", rows, _errors))
