"""Which situations a scenario shows, against labels (scenarios.jsonl); `arguable` ones count neither way."""

from evals.cases import Case, scenarios
from evals.suite.counting import COUNTS, counted, fault_of
from evals.suite.scoring import Row, judged
from evals.suite.station import Context, Figure, Record, Station, share

SOURCE = "see what is there"


def row(case: Case, context: Context) -> Row:
    free = set(case.arguable.get("situations", []))  # type: ignore[call-overload]
    return counted({each.tag for each in context.coach.tools.situations(case.text)} - free, set(case.situations or ()) - free)


def records(split: str, context: Context) -> list[Record]:
    cases = context.take([case for case in scenarios(split) if case.situations is not None])
    return judged("situations", cases, lambda case: row(case, context), COUNTS, context, lambda case: case.register, fault_of)


STATION = Station(
    name="situations", title="Situations present", asks="Are the situations it takes to be present (they switch lines on) really there, and how many does it see?",
    part="Reading", records=records,
    figures=(
        Figure("situations: precision", share("right", "wrong"), ("right", "wrong"), "≥ 0.90", SOURCE),
        Figure("situations: recall", share("right", "missed"), ("right", "missed"), "≥ 0.70", SOURCE),
    ),
    quick=150, uses=("evals/cases/scenarios.jsonl", "evals/suite/counting.py"), labels="One labelling, by the writer of each scenario: a model; checked by no human.",
)  # fmt: skip
