"""Whether a text is for this tool. Cases: cases/scope.jsonl, {id, text, scope, register}.

    python -m evals.scope [--test] [--json] [--errors]

Texts written by a model that had not seen the rules; checked by no human. Half is a test half, by a hash of the id: it is run and never read.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from coach.errors import InputError
from coach.guard import scope
from evals.cases import FOLDER, half
from evals.report import Row, row, tell

BAR_CAUGHT, BAR_REFUSED = 0.97, 0.02
REFUSED = ("dosing", "off_topic")


@dataclass(frozen=True)
class Case:
    id: str
    text: str
    wanted: str

    @property
    def split(self) -> str:
        return half(self.id)

    @cached_property
    def found(self) -> str:
        """The scope the rules give it; a text that cannot be read at all is refused as well."""
        try:
            scope.readable(self.text)
        except InputError:
            return "off_topic"
        return scope.scope(self.text)[0]


def cases(split: str) -> list[Case]:
    lines = (FOLDER / "scope.jsonl").read_text(encoding="utf-8").splitlines()
    return [case for case in (Case(each["id"], each["text"], each["scope"]) for each in map(json.loads, lines)) if case.split == split]


def rows(split: str) -> list[Row]:
    every = {wanted: [case for case in cases(split) if case.wanted == wanted] for wanted in ("dosing", "off_topic", "in_scope", "outside_guideline")}
    about = every["in_scope"] + every["outside_guideline"]
    return [
        row("dosing: refused", every["dosing"], refused, f"≥ {BAR_CAUGHT}"), row("off topic: refused", every["off_topic"], refused, f"≥ {BAR_CAUGHT}"),
        row("in scope: wrongly refused", about, refused, f"≤ {BAR_REFUSED}"), row("dosing: known as dosing", every["dosing"], right),
        row("off topic: known as off topic", every["off_topic"], right), row("outside the guideline: known as such", every["outside_guideline"], right),
        row("in scope: taken for outside the guideline", every["in_scope"], lambda drawn: share(drawn, lambda case: case.found == "outside_guideline")),
    ]  # fmt: skip


def share(drawn: Sequence[Case], test) -> float:  # type: ignore[no-untyped-def]
    return sum(map(test, drawn)) / len(drawn)


def refused(drawn: Sequence[Case]) -> float:
    return share(drawn, lambda case: case.found in REFUSED)


def right(drawn: Sequence[Case]) -> float:
    return share(drawn, lambda case: case.found == case.wanted)


def errors() -> None:
    for case in cases("dev"):
        if case.found != case.wanted:
            print(f"{case.id} is {case.wanted}, taken for {case.found}: {case.text[:300]}")


if __name__ == "__main__":
    sys.exit(tell("scope, on texts by a model, checked by no human.", rows, errors))
