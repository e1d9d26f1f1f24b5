"""How well the right script is found: ranks against graded labels, by ir-measures."""

from collections.abc import Sequence
from dataclasses import dataclass

import ir_measures
from ir_measures import nDCG

from coach import Coach
from evals.cases import Case

DEEP = 10


@dataclass(frozen=True)
class Ranked:
    """One case with what search gave, best first."""

    case: Case
    ids: tuple[str, ...]
    fits: bool

    @property
    def best_in_three(self) -> bool:
        return any(self.case.grades.get(name) == 2 for name in self.ids[:3])

    @property
    def any_in_three(self) -> bool:
        return any(name in self.case.grades for name in self.ids[:3])


def rank(coach: Coach, cases: Sequence[Case]) -> list[Ranked]:
    """Run search on every case that has an acceptable script."""
    ranked = []
    for case in cases:
        if case.grades:
            result = coach.search(case.text, DEEP)
            ranked.append(Ranked(case, tuple(hit.id for hit in result.scripts), result.fits))
    return ranked


def ndcg(ranked: Sequence[Ranked]) -> float:
    """nDCG@5 over the cases."""
    judged = [ir_measures.Qrel(str(n), name, grade) for n, each in enumerate(ranked) for name, grade in each.case.grades.items()]
    run = [ir_measures.ScoredDoc(str(n), name, float(DEEP - place)) for n, each in enumerate(ranked) for place, name in enumerate(each.ids)]
    return float(ir_measures.calc_aggregate([nDCG @ 5], judged, run)[nDCG @ 5])


def share(ranked: Sequence[Ranked], name: str) -> float:
    return sum(getattr(each, name) for each in ranked) / max(1, len(ranked))
