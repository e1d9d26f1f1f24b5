"""The needs an answer names, against those that both labellers named (scenarios.jsonl); what only one named counts neither way."""

from collections import Counter
from collections.abc import Sequence

from evals.cases import Case, scenarios
from evals.suite.counting import COUNTS, counted, fault_of
from evals.suite.scoring import Row, judged
from evals.suite.station import Context, Figure, Record, Records, Station, f1

SOURCE = "see the unasked need"
KINDS = ("asked", "likely")
PARTS = ("hits", "extra", "unseen")
METRICS = tuple(metric.on(f"{kind}: {metric.name}", **{part: f"{kind}, {part}"}) for kind in (*KINDS, "constant") for metric, part in zip(COUNTS, PARTS, strict=True))


def labelled(split: str) -> list[Case]:
    return [case for case in scenarios(split) if case.needs is not None and case.grades]


def against(case: Case, found: set[str], kind: str) -> Row:
    free = set((case.needs or {})["arguable"])
    return counted(found - free, (case.needs or {})[kind])


def constant(cases: Sequence[Case], kind: str = "likely", most: int = 3) -> set[str]:
    """The best answer that is the same for every case: the needs most often labelled, as many of them (1 to `most`) as score best."""
    order = [name for name, _ in Counter(name for case in cases for name in (case.needs or {})[kind]).most_common(most)]

    def score(answer: set[str]) -> float:
        rows = [against(case, answer, kind) for case in cases]
        right, wrong, missed = (sum(len(each[part]) for each in rows) for part in PARTS)
        return 2 * right / max(1, 2 * right + wrong + missed)

    return max((set(order[:count]) for count in range(1, len(order) + 1)), key=score)


def row(case: Case, same: set[str], context: Context) -> Row:
    said = context.answers(case.text)[0].needs
    rows = {"asked": against(case, set(said.asked), "asked"), "likely": against(case, set(said.likely), "likely"), "constant": against(case, same, "likely")}
    return rows["likely"] | {f"{kind}, {part}": found for kind, each in rows.items() for part, found in each.items()}


def records(split: str, context: Context) -> list[Record]:
    cases = context.take(labelled(split))
    same = constant(cases)
    return judged("needs", cases, lambda case: row(case, same, context), METRICS, context, lambda case: case.register, fault_of)


def _f1(kind: str) -> "tuple[str, str, str]":
    return f"{kind}: right", f"{kind}: wrong", f"{kind}: missed"


def above_constant(drawn: Records) -> float:
    return f1(*_f1("likely"))(drawn) - f1(*_f1("constant"))(drawn)


STATION = Station(
    name="needs", title="Needs", asks="Are the needs that were asked for seen, and those that clinicians in such a situation also turn out to have?", part="Reading",
    records=records,
    figures=(
        Figure("needs asked: micro-F1", f1(*_f1("asked")), bar="≥ 0.85", source=SOURCE),
        Figure("needs likely: micro-F1 above that of the best constant answer", above_constant, bar="≥ 0.15", source=SOURCE),
        Figure("needs likely: micro-F1", f1(*_f1("likely"))),
    ),
    quick=80, uses=("evals/cases/scenarios.jsonl", "evals/suite/counting.py"),
    labels="Two labellings by a model without sight of each other (agreement κ 0.87 on needs asked, 0.70 on likely); checked by no human.",
)  # fmt: skip
