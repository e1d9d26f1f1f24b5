"""The lines an answer shows: are they library lines, word for word (ragas' QuotedSpansAlignment), plain (Flesch-Kincaid) and person-first (corpus/style.yaml)?

Scenarios of scenarios.jsonl; no labels are needed. Every spoken line of the three cards is quoted with the library line it says it comes from, and each quotation must stand in
the file of a script that was found.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from coach.advise.advice import Advice, ScriptAdvice, SpokenLine
from coach.library.quality import load_style, sentences, syllables, words
from evals.cases import Case, scenarios
from evals.stations.facts import MODEL_CASES
from evals.suite.scoring import Metric, Row, discrete, judged, numeric
from evals.suite.station import Context, Fault, Figure, Record, Station, mean

SOURCE = "library words stay in charge"
GRADE = 6.0


@numeric(-5.0, 40.0)
def reading_grade(spoken: list) -> float:
    """Flesch-Kincaid grade of the lines of the first card (Kincaid et al. 1975: 0.39 words/sentence + 11.8 syllables/word − 15.59)."""
    said = [sentence for line in spoken for sentence in sentences(line)]
    every = [word for sentence in said for word in words(sentence)]
    return 0.39 * len(every) / len(said) + 11.8 * sum(map(syllables, every)) / len(every) - 15.59


@discrete("person first", "labels")
def person_first(labelling: list) -> str:
    """Whether no line shown to be said calls a person by a condition ("addict", "clean")."""
    return "labels" if labelling else "person first"


def quoted_spans() -> Any:
    from ragas.metrics.collections import QuotedSpansAlignment

    return QuotedSpansAlignment(min_span_words=1)


METRICS = (Metric("quoted_spans", quoted_spans, ("response", "retrieved_contexts")), reading_grade, person_first)


@cache
def person_first_rules(corpus: Path) -> tuple[re.Pattern[str], ...]:
    return tuple(pattern for group, pattern, _ in load_style(corpus).rules if group == "person_first")


def spoken_lines(card: ScriptAdvice) -> list[SpokenLine]:
    return [*([card.one_thing] if card.one_thing else []), *card.lines, *(answer for pushback in card.pushbacks for answer in pushback.answers)]


def bare(text: str) -> str:
    """Without apostrophes and quotation marks, which ragas would take for the ends of a quotation."""
    return re.sub(r"[\"'`´“”„‟‘’]", "", text)


def row(case: Case, context: Context) -> Row:
    _, advice = context.answers(case.text)
    lines = [line for card in advice.scripts for line in spoken_lines(card)]
    files = {card.id: _file(context, card.id) for card in advice.scripts}
    given: Row = {"advice": advice}
    if lines:
        given |= {"response": "\n".join(f'"{bare(line.source)}"' for line in lines), "retrieved_contexts": [bare(text) for text in files.values()]}
        given |= {"spoken": [line.text for line in spoken_lines(advice.scripts[0])]}
        rules = person_first_rules(context.settings.corpus)
        given |= {"labelling": [line.text for line in lines if any(rule.search(line.text) for rule in rules)]}
    return given


def _file(context: Context, name: str) -> str:
    script = context.coach.library.scripts[name]
    return context.once(("file", name), lambda: Path(context.settings.corpus.parent / script.path).read_text(encoding="utf-8"))


def fault(case: Case, given: Row, values: dict[str, float]) -> Fault | None:
    advice: Advice = given["advice"]
    if values.get("quoted_spans", 1.0) < 1:
        return Fault(case.id, "a line that is not in its script", {"Scenario": case.text, "Scripts": "\n".join(card.id for card in advice.scripts)}, 5.0)
    if given.get("labelling"):
        return Fault(case.id, "labels a person", {"Scenario": case.text, "Lines": "\n".join(given["labelling"])}, 3.0)
    if values.get("reading_grade", 0.0) > GRADE:
        return Fault(
            case.id, f"first card above grade {GRADE:.0f}", {"Scenario": case.text, f"Grade {values['reading_grade']:.1f}": "\n".join(given["spoken"][:6])}, values["reading_grade"]
        )
    return None


def records(split: str, context: Context) -> list[Record]:
    """On the scenarios whose facts are labelled, as the facts are: the answers are then made once."""
    cases = context.take([case for case in scenarios(split) if case.facts is not None], MODEL_CASES[split] if context.sampled else 0)
    return judged("lines", cases, lambda case: row(case, context), METRICS, context, lambda case: case.register, fault)


STATION = Station(
    name="lines", title="Lines shown", asks="Is every line on the screen a line of a script that was found, plain to read and person-first?", part="Lines", records=records,
    figures=(
        Figure("quoted lines that stand in the scripts found (ragas QuotedSpansAlignment)", mean("quoted_spans"), ("quoted_spans",), "≥ 1", SOURCE),
        Figure("answers without a line that labels a person", mean("person_first"), ("person_first",), "≥ 1", "person-first language everywhere"),
        Figure("reading grade of the first card (Flesch-Kincaid)", mean("reading_grade"), ("reading_grade",), "≤ 6", "lines must read as natural speech", "lower"),
    ),
    quick=80, model=True, uses=("evals/cases/scenarios.jsonl", "evals/stations/facts.py"), labels="No labels: counted by rules on answers to scenarios that a model wrote.",
)  # fmt: skip
