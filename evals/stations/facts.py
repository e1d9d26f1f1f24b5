"""Which facts are taken from a scenario, against labels (scenarios.jsonl): by rules alone, and with the chat model when there is one.

A fact is right when its span and the labelled one share a word that carries meaning: where exactly a span ends is taste. With a chat model a sample is
asked (MODEL_CASES; some seconds a case).
"""

from typing import Any

from evals.cases import Case, scenarios
from evals.suite.counting import COUNTS, fault_of
from evals.suite.scoring import Row, discrete, judged
from evals.suite.station import Context, Figure, Record, Station, mean, share

SOURCE = "see what is there"
MODEL_CASES = {"test": 60, "dev": 20}
SMALL = {"the", "a", "an", "her", "his", "their", "of", "to", "and", "in", "on", "for", "x"}
PARTS = ("hits", "extra", "unseen")
METRICS = tuple(metric.on(f"{by}: {metric.name}", **{part: f"{by}, {part}"}) for by in ("rules", "shown") for metric, part in zip(COUNTS, PARTS, strict=True))


@discrete("grounded", "invented")
def grounded(spans: list, masked: str) -> str:
    """Whether every value that fills a slot stands in the (masked) scenario, letter for letter."""
    return "grounded" if all(span in masked for span in spans) else "invented"


def compared(case: Case, facts: dict[str, Any]) -> Row:
    free = set(case.arguable.get("facts", {}))  # type: ignore[call-overload]
    wanted = case.facts or {}
    found = {slot: fact.span for slot, fact in facts.items() if slot not in free or slot in wanted}
    right = {slot for slot in found.keys() & wanted.keys() if _overlap(found[slot], wanted[slot])}
    return {
        "hits": sorted(f"{slot}: {found[slot]}" for slot in right), "extra": [f"{slot}: {found[slot]}" for slot in sorted(found.keys() - right)],
        "unseen": [f"{slot}: {wanted[slot]}" for slot in sorted(wanted.keys() - right)],
    }  # fmt: skip


def _overlap(one: str, other: str) -> bool:
    def content(text: str) -> set[str]:
        return {word.strip(".,'\"").lower() for word in text.split()} - SMALL

    return bool(content(one) & content(other)) or one.strip().lower() == other.strip().lower()


def row(case: Case, context: Context) -> Row:
    first, last = context.answers(case.text)
    by = {"rules": compared(case, first.facts), "shown": compared(case, last.facts)}
    given = {f"{name}, {part}": found for name, each in by.items() for part, found in each.items()}
    return by["shown"] | given | {"spans": [fact.span for fact in last.facts.values()], "masked": last.scenario}


def records(split: str, context: Context) -> list[Record]:
    cases = [case for case in scenarios(split) if case.facts is not None]
    cases = context.take(cases, MODEL_CASES[split] if context.sampled else 0)
    return judged("facts", cases, lambda case: row(case, context), (*METRICS, grounded), context, lambda case: case.register, fault_of)


STATION = Station(
    name="facts", title="Facts", asks="Are the values that fill slots really in the text, and how many of those that are there does it take?", part="Reading", records=records,
    figures=(
        Figure("facts with the model: precision", share("shown: right", "shown: wrong"), bar="≥ 0.98", source=SOURCE, model=True),
        Figure("facts with the model: recall", share("shown: right", "shown: missed"), bar="≥ 0.75", source=SOURCE, model=True),
        Figure("facts by rules alone: precision", share("rules: right", "rules: wrong"), bar="≥ 0.98", source=SOURCE),
        Figure("facts by rules alone: recall", share("rules: right", "rules: missed"), bar="≥ 0.50", source=SOURCE),
        Figure("answers in which every filled value stands in the scenario", mean("grounded"), bar="≥ 1", source="library words stay in charge"),
    ),
    quick=80, model=True, uses=("evals/cases/scenarios.jsonl", "evals/suite/counting.py"), labels="One labelling, by the writer of each scenario: a model; checked by no human.",
)  # fmt: skip
