"""How well the rules read a scenario: situations and facts against labels, micro-averaged."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from coach import Coach
from coach.advise.advice import Needs
from evals.cases import Case


@dataclass(frozen=True)
class Counted:
    """True positives, false positives and misses of one case, with what was wrong."""

    case: Case
    right: int
    wrong: tuple[str, ...]
    missed: tuple[str, ...]


def precision(counted: Sequence[Counted]) -> float:
    found = sum(each.right + len(each.wrong) for each in counted)
    return sum(each.right for each in counted) / found if found else 1.0


def recall(counted: Sequence[Counted]) -> float:
    there = sum(each.right + len(each.missed) for each in counted)
    return sum(each.right for each in counted) / there if there else 1.0


def f1(counted: Sequence[Counted]) -> float:
    """The harmonic mean of micro-averaged precision and recall."""
    p, r = precision(counted), recall(counted)
    return 2 * p * r / (p + r) if p + r else 0.0


def needs_of(coach: Coach, text: str) -> Needs:
    """The needs that an answer to this text names."""
    present = coach.tools.situations(text)
    found = coach.tools.search.find(text, 3, situations=[each.tag for each in present])
    return coach.tools.needs(text, present, coach.tools.fitting(found))


def needs(coach: Coach, cases: Sequence[Case], kind: str) -> list[Counted]:
    """Needs "asked" or "likely" against those that both labellers named; what only one named counts neither way."""
    counted = []
    for case in cases:
        if case.needs is not None and case.grades:
            said = needs_of(coach, case.text)
            free, wanted = set(case.needs["arguable"]), set(case.needs[kind])
            found = set(getattr(said, kind)) - free
            counted.append(Counted(case, len(found & wanted), tuple(sorted(found - wanted)), tuple(sorted(wanted - found))))
    return counted


def constant(cases: Sequence[Case], kind: str, most: int) -> list[Counted]:
    """The best answer that is the same for every case: the needs most often labelled, as many of them (1 to `most`) as score best."""
    labelled = [case for case in cases if case.needs is not None and case.grades]
    order = [name for name, _ in Counter(name for case in labelled for name in (case.needs or {})[kind]).most_common(most)]
    answers = [[_same(case, set(order[:count]), kind) for case in labelled] for count in range(1, len(order) + 1)]
    return max(answers, key=f1)


def _same(case: Case, answer: set[str], kind: str) -> Counted:
    wanted, found = set((case.needs or {})[kind]), answer - set((case.needs or {})["arguable"])
    return Counted(case, len(found & wanted), tuple(sorted(found - wanted)), tuple(sorted(wanted - found)))


def situations(coach: Coach, cases: Sequence[Case]) -> list[Counted]:
    counted = []
    for case in cases:
        if case.situations is not None:
            free = set(case.arguable.get("situations", []))  # type: ignore[call-overload]
            found, wanted = {each.tag for each in coach.tools.situations(case.text)} - free, set(case.situations) - free
            counted.append(Counted(case, len(found & wanted), tuple(sorted(found - wanted)), tuple(sorted(wanted - found))))
    return counted


def facts(coach: Coach, cases: Sequence[Case]) -> list[Counted]:
    """A fact is right when its span and the labelled one share a word that carries meaning: where exactly a span ends is taste."""
    counted = []
    for case in cases:
        if case.facts is None:
            continue
        free = set(case.arguable.get("facts", {}))  # type: ignore[call-overload]
        found = {slot: fact.span for slot, fact in coach.advise(case.text).facts.items() if slot not in free or slot in case.facts}
        right = {slot for slot in found.keys() & case.facts.keys() if _overlap(found[slot], case.facts[slot])}
        wrong = tuple(f"{slot}: {found[slot]}" for slot in sorted(found.keys() - right))
        missed = tuple(f"{slot}: {case.facts[slot]}" for slot in sorted(case.facts.keys() - right))
        counted.append(Counted(case, len(right), wrong, missed))
    return counted


def _overlap(one: str, other: str) -> bool:
    small = {"the", "a", "an", "her", "his", "their", "of", "to", "and", "in", "on", "for", "x"}

    def content(text: str) -> set[str]:
        return {word.strip(".,'\"").lower() for word in text.split()} - small

    return bool(content(one) & content(other)) or one.strip().lower() == other.strip().lower()
