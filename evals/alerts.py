"""How many signs the alert rules find, and how often they are wrong. Cases: cases/alerts.jsonl, {id, text, kinds{kind: urgency}, register}.

    python -m evals.alerts [--test] [--written] [--json] [--errors]

Texts written by a model that did not write the rules; checked by no human. Split by blocks of ten ids, since neighbours resemble each other: half of
the blocks are a test half that is run and never read, so errors are listed for dev only.

`--written`: cases/alerts_written.jsonl instead, 2,100 texts by six further hands, harder (a third veiled, half of the harmless ones near twins). Two thirds were
read while the rules were mended; of the rest ("read": false) only figures were seen, but rules were chosen by them, so they are a little kind too.

What counts as found: an alert of the kind the case is labelled with, at now or today where the label says now or today; a label of "plan", and lost
tolerance (which the rules always place in the visit's plan), by an alert of that kind at any urgency. Further alerts on a case with a sign are not
counted; a case without a sign is a false alarm when it raises any alert at now or today.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from coach.guard.alerts import alerts
from evals.cases import FOLDER
from evals.report import Row, row, tell

GRAVE = ("suicide", "overdose")
BAR_GRAVE, BAR_OTHER, BAR_FALSE = 0.97, 0.93, 0.02
TITLE = "alerts, on texts by a model, checked by no human. Recall at now or today; labels of plan and lost tolerance at any urgency."
URGENT = ("now", "today")
ANY_URGENCY = ("lost_tolerance",)
BLOCK = 10  # ids

WRITTEN = {"read": True, "unread": False}  # parts of alerts_written.jsonl

Label = tuple[str, str]  # kind, urgency


@dataclass(frozen=True)
class Case:
    """A text and the signs in it: kind to urgency; none for a text that should raise nothing at now or today."""

    id: str
    text: str
    kinds: tuple[Label, ...]
    register: str

    @property
    def split(self) -> str:
        block = int(self.id[1:]) // BLOCK
        return "test" if hashlib.sha256(str(block).encode()).digest()[0] % 2 else "dev"

    @cached_property
    def raised(self) -> dict[str, str]:
        """Kind to urgency of the alerts the text raises."""
        return {alert.kind: alert.urgency for alert in alerts(self.text)}

    @property
    def false_alarm(self) -> bool:
        return not self.kinds and any(urgency in URGENT for urgency in self.raised.values())

    def found(self, label: Label) -> bool:
        kind, urgency = label
        raised = self.raised.get(kind)
        return raised is not None and (urgency not in URGENT or kind in ANY_URGENCY or raised in URGENT)


def cases(split: str) -> list[Case]:
    """The cases of "dev" or "test", or of the "read" or "unread" written ones."""
    name = "alerts_written.jsonl" if split in WRITTEN else "alerts.jsonl"
    raw = [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]
    if split in WRITTEN:
        return [Case(each["id"], each["text"], tuple(each["kinds"].items()), each["register"]) for each in raw if each["read"] == WRITTEN[split]]
    return [case for case in (Case(each["id"], each["text"], tuple(each["kinds"].items()), each["register"]) for each in raw) if case.split == split]


def rows(split: str) -> list[Row]:
    """One row a figure, with its interval and, where it has one, its bar."""
    every = cases(split)
    found = [
        _recall("suicide and overdose: recall", every, lambda label: label[0] in GRAVE, f"≥ {BAR_GRAVE}"),
        _recall("other kinds: recall", every, lambda label: label[0] not in GRAVE, f"≥ {BAR_OTHER}"),
        _recall("suicide and overdose, labels now and today only", every, lambda label: label[0] in GRAVE and label[1] in URGENT),
        _recall("other kinds, labels now and today only", every, lambda label: label[0] not in GRAVE and label[1] in URGENT),
        _false_alarms(every),
    ]
    for kind in sorted({kind for case in every for kind, _ in case.kinds}):
        found.append(_recall(kind, every, lambda label, kind=kind: label[0] == kind))
    return found


def _recall(what: str, every: Sequence[Case], wanted: Callable[[Label], bool], bar: str = "") -> Row:
    chosen = [case for case in every if any(map(wanted, case.kinds))]

    def share(drawn: Sequence[Case]) -> float:
        met = [case.found(label) for case in drawn for label in case.kinds if wanted(label)]
        return sum(met) / len(met)

    return row(what, chosen, share, bar)


def _false_alarms(every: Sequence[Case]) -> Row:
    negatives = [case for case in every if not case.kinds]
    return row("false alarms at now or today, on texts without a sign", negatives, lambda drawn: sum(case.false_alarm for case in drawn) / len(drawn), f"≤ {BAR_FALSE}")


def _errors() -> None:
    for case in cases("dev"):
        for kind, urgency in case.kinds:
            if not case.found((kind, urgency)):
                print(f"MISSED {case.id} {kind}/{urgency} raised {case.raised.get(kind, 'nothing')}: {case.text[:400]}")
        if case.false_alarm:
            print(f"FALSE {case.id} {case.register}: {', '.join(f'{a.kind}/{a.urgency} <{a.matched}>' for a in alerts(case.text) if a.urgency in URGENT)} in: {case.text[:400]}")


if __name__ == "__main__":
    if "--written" in sys.argv:
        sys.argv.remove("--written")
        codes = [tell(f"{part}: {TITLE}", lambda _, part=part: rows(part), lambda: None) for part in WRITTEN]
        sys.exit(max(codes))
    sys.exit(tell(TITLE, rows, _errors))
