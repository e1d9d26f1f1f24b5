"""How well the right script is found: ranks against graded labels (scenarios.jsonl), by ir-measures and ragas' ID-based context precision and recall."""

from collections.abc import Sequence
from typing import Any

from evals.cases import Case, scenarios
from evals.suite.scoring import Metric, Row, discrete, judged, numeric
from evals.suite.station import Context, Fault, Figure, Record, Station, mean

DEEP = 10
SOURCE = "find the right script"
LABELS = "Scripts graded by a model in two sittings without sight of each other; checked by no human."


@numeric()
def ndcg(grades: dict, ranked: list) -> float:
    """nDCG@5 of one scenario."""
    import ir_measures
    from ir_measures import nDCG

    judged_ids = [ir_measures.Qrel("q", name, grade) for name, grade in grades.items()]
    run = [ir_measures.ScoredDoc("q", name, float(DEEP - place)) for place, name in enumerate(ranked)]
    return float(ir_measures.calc_aggregate([nDCG @ 5], judged_ids, run)[nDCG @ 5])


@discrete("yes", "no")
def best_in_three(grades: dict, ranked: list) -> str:
    return "yes" if any(grades.get(name) == 2 for name in ranked[:3]) else "no"


@discrete("yes", "no")
def any_in_three(grades: dict, ranked: list) -> str:
    return "yes" if any(name in grades for name in ranked[:3]) else "no"


@discrete("told", "shown")
def nothing_fits(fits: bool) -> str:
    """Whether the reader is told that nothing fits well (only asked where a script does)."""
    return "shown" if fits else "told"


class ByIds:
    """ragas' ID-based context metrics take a sample rather than keywords; this gives them one."""

    def __init__(self, name: str):
        from ragas.metrics._context_precision import IDBasedContextPrecision
        from ragas.metrics._context_recall import IDBasedContextRecall

        self.metric = IDBasedContextPrecision() if name == "precision" else IDBasedContextRecall()

    async def ascore(self, retrieved: list, reference: list) -> Any:
        from ragas.dataset_schema import SingleTurnSample
        from ragas.metrics.result import MetricResult

        sample = SingleTurnSample(retrieved_context_ids=retrieved, reference_context_ids=reference)
        return MetricResult(value=await self.metric.single_turn_ascore(sample))


id_precision = Metric("id_precision", lambda: ByIds("precision"), {"retrieved": "first three", "reference": "acceptable"})
id_recall = Metric("id_recall", lambda: ByIds("recall"), {"retrieved": "first five", "reference": "acceptable"})
METRICS = (ndcg, best_in_three, any_in_three, nothing_fits, id_precision, id_recall)


def with_script(split: str) -> list[Case]:
    """The scenarios that have an acceptable script."""
    return [case for case in scenarios(split) if case.grades]


def graded(case: Case, ranked: Sequence[str], fits: bool = True) -> Row:
    """What the metrics of ranking take."""
    return {"grades": case.grades, "ranked": list(ranked), "fits": fits, "first three": list(ranked[:3]), "first five": list(ranked[:5]), "acceptable": list(case.grades)}


def row(case: Case, context: Context) -> Row:
    result = context.coach.search(case.text, DEEP)
    return graded(case, [hit.id for hit in result.scripts], result.fits)


def fault(case: Case, given: Row, context: Context) -> Fault | None:
    if any(case.grades.get(name) == 2 for name in given["ranked"][:3]) and given["fits"]:
        return None
    group = "told that nothing fits" if not given["fits"] else "no acceptable script in three" if not set(given["ranked"][:3]) & set(case.grades) else "acceptable, not best"
    scripts = context.coach.library.scripts

    def named(ids: Sequence[str]) -> str:
        return "\n".join(f"{scripts[name].title} ({name}{', grade ' + str(case.grades[name]) if name in case.grades else ''})" for name in ids)

    wanted = sorted(case.grades, key=lambda name: (-case.grades[name], name))
    place = min((n for n, name in enumerate(given["ranked"], start=1) if case.grades.get(name) == 2), default=0)
    where = f"the first best one came at place {place}" if place else f"no best one among the first {DEEP}"
    return Fault(
        case.id, group, {"Scenario": case.text, "Labelled": named(wanted[:4]), "Found": named(given["ranked"][:3]) + f"\n({where})"}, 3.0 - (group == "acceptable, not best") * 2
    )


def records(split: str, context: Context) -> list[Record]:
    return judged(
        "finding", context.take(with_script(split)), lambda case: row(case, context), METRICS, context, lambda case: case.register,
        lambda case, given, values: fault(case, given, context),
    )  # fmt: skip


STATION = Station(
    name="finding", title="Finding scripts", asks="Is the right script among the first three, and is anybody told that nothing fits though something does?", part="Finding",
    records=records,
    figures=(
        Figure("a best script among the first three", mean("best_in_three"), bar="≥ 0.90", source=SOURCE),
        Figure("any acceptable script among the first three", mean("any_in_three"), bar="≥ 0.97", source=SOURCE),
        Figure("nDCG@5", mean("ndcg"), bar="≥ 0.85", source=SOURCE),
        Figure("told that nothing fits, though a script does", mean("nothing_fits"), bar="≤ 0.02", source=SOURCE),
        Figure("context precision by id, first three (ragas)", mean("id_precision")), Figure("context recall by id, first five (ragas)", mean("id_recall")),
    ),
    quick=80, uses=("evals/cases/scenarios.jsonl",), labels=LABELS,
)  # fmt: skip
