"""How much of the first card is about this patient: lines with a filled slot (other than the medicine) or a line of a situation that is present, among those seen without a click.

A scenario counts where it is labelled with three facts or more: three slot values, the medicine among them. The wider reading, in which a labelled situation counts as a fact too,
is reported beside it. Whether a filled line is right and sayable was read off 200 of them (evals/adaptation/sample.jsonl).
"""

from typing import Any

from evals.adaptation import sample
from evals.adaptation.cards import first_card, lines_of
from evals.bootstrap import interval
from evals.cases import Case, scenarios
from evals.stations.facts import MODEL_CASES
from evals.stations.lines import reading_grade
from evals.suite.scoring import NUMBERS, Row, discrete, judged, numeric
from evals.suite.station import Context, Fault, Figure, Record, Station, fixed_row, mean

MANY = 3  # facts a scenario must have, and lines a card should
SOURCE = "the answer is about this patient"
LABELS = "Facts and situations labelled by the writer of each scenario, filled lines read by the same hand that mended them: all by a model, checked by no human."


@discrete("enough", "too few")
def enough(fitted: list) -> str:
    """Three lines or more that carry something of this patient."""
    return "enough" if len(fitted) >= MANY else "too few"


@numeric(*NUMBERS)
def lines(fitted: list) -> float:
    return float(len(fitted))


@discrete("acceptable", "another")
def acceptable(card: str, grades: dict) -> str:
    """Whether the first card is a script that the labels accept."""
    return "acceptable" if card in grades else "another"


METRICS = (
    enough.on("rules: enough", fitted="by rules"), enough.on("shown: enough", fitted="fitted"), lines.on("lines", fitted="fitted"), reading_grade,
    enough.on("enough, situations counted", fitted="fitted, situations counted"), acceptable.on("acceptable", card="card of three facts"),
)  # fmt: skip


def facts_of(case: Case) -> int:
    return len(case.facts or {})


def row(case: Case, context: Context) -> Row:
    scripts = context.coach.library.scripts
    first, last = context.answers(case.text)
    seen, card = lines_of(last, scripts), first_card(last)
    fitted = [line.text for line in seen if line.carries]
    given: Row = {"card": card.id if card else "", "grades": case.grades, "fitted, situations counted": fitted, "facts": last.facts}
    given |= {"spoken": [line.text for line in seen]} if seen else {}
    if facts_of(case) >= MANY:
        given |= {"fitted": fitted, "by rules": [line.text for line in lines_of(first, scripts) if line.carries], "card of three facts": given["card"]}
    return given


def fault(case: Case, given: Row, values: dict[str, float]) -> Fault | None:
    if values.get("shown: enough", 1.0):
        return None
    fitted = given["fitted"]
    found = {slot: fact.value for slot, fact in given["facts"].items()}
    group = "no card" if not given["card"] else "facts not found" if len(found) < MANY else "facts found, no line for them"
    lists = {"Labelled": case.facts or {}, "Found": found}
    shown = {"Scenario": case.text} | {name: "\n".join(f"{slot}: {value}" for slot, value in each.items()) or "nothing" for name, each in lists.items()}
    return Fault(case.id, group, shown | {f"Lines of {given['card'] or 'no card'} about this patient": "\n".join(fitted) or "none"}, float(MANY - len(fitted)))


def records(split: str, context: Context) -> list[Record]:
    """Scenarios with a script and three facts or more, situations counted; with a chat model, of those with three slot values a sample."""
    cases = [case for case in scenarios(split) if case.grades and facts_of(case) + len(case.situations or ()) >= MANY]
    if context.with_model:
        cases = [case for case in cases if facts_of(case) >= MANY]
    cases = context.take(cases, MODEL_CASES[split] if context.with_model else 0)
    return judged("adaptation", cases, lambda case: row(case, context), METRICS, context, lambda case: case.register, fault)


def from_the_sample(_: Any) -> list[dict[str, Any]]:
    """The rows of the labelled lines: how many are wrong or awkward, of each kind, and how well two readings agree."""
    read, again = sample.read(), sample.read("again")
    figure, low, high = interval(read, sample.faulty)
    rows = [fixed_row("filled lines that are wrong or awkward, as read", figure, low, high, "≤ 0.02", len(read), "lower", SOURCE)]
    fresh = [line for line in read if not line["seen_before"]]
    figure, low, high = interval(fresh, sample.faulty)
    rows.append(fixed_row("of the lines read for the first time, wrong or awkward", figure, low, high, "≤ 0.02", len(fresh), "lower", SOURCE))
    for verdict in sample.VERDICTS[1:]:
        rows.append(fixed_row(f"of these, {verdict}", sum(line["verdict"] == verdict for line in read) / len(read), cases=len(read), better="lower"))
    return [*rows, fixed_row("agreement of two readings of the same lines (κ)", sample.kappa(read, again), cases=len(again), source=SOURCE)]


STATION = Station(
    name="adaptation", title="Lines about this patient", asks="In scenarios with three facts or more: do three lines of the first card carry something of this patient?", part="Lines",
    records=records, fixed=from_the_sample, model=True,
    figures=(
        Figure("three lines about this patient on the first card, with the model", mean("shown: enough"), ("shown: enough",), "≥ 0.8", SOURCE, model=True),
        Figure("three lines about this patient on the first card, by rules alone", mean("rules: enough"), ("rules: enough",), "≥ 0.65", SOURCE),
        Figure("the same, where situations count as facts", mean("enough, situations counted"), ("enough, situations counted",)),
        Figure("lines about this patient on the first card", mean("lines"), ("lines",)),
        Figure("first cards that are a script the labels accept", mean("acceptable"), ("acceptable",), gates=False),
        Figure("reading grade of the lines seen first (Flesch-Kincaid)", mean("reading_grade"), ("reading_grade",), "≤ 6", "lines must read as natural speech", "lower"),
    ),
    uses=("evals/cases/scenarios.jsonl", "evals/adaptation", "evals/stations/facts.py", "evals/stations/lines.py"), labels=LABELS,
)  # fmt: skip
