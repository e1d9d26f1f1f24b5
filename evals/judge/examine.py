"""The judge's own exam: what it says of the labelled answers against their labels, as Cohen's kappa a criterion. Below the bar its scores are greyed out."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from coach.errors import ModelError, ModelMisbehaved
from evals.bootstrap import interval
from evals.judge import BAR, CRITERIA, Answer, kappa

T = TypeVar("T")
AT_ONCE = 4  # questions
LOST = 0.05  # share of replies that may be unreadable
AT_LEAST = 5  # before the exam is given up
GIVEN_UP = "The judge could not be used, because too many of its replies could not be had or read ({}). Name another model in COACH_JUDGE, or unset it."


class Rates(Protocol):
    async def rate(self, answer: Answer, criterion: str) -> str: ...


@dataclass
class Asking:
    """How many were asked and how many replies were lost; gives up when it is too many."""

    asked: int = 0
    lost: int = 0
    progress: Callable[[int], None] = lambda asked: None
    reasons: dict[str, int] = field(default_factory=dict)

    async def each(self, work: Sequence[Callable[[], Coroutine[Any, Any, T]]]) -> list[T | None]:
        """The results in order, None for a lost reply. Raises ModelMisbehaved, one sentence and what to do, when too many are lost."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(make: Callable[[], Coroutine[Any, Any, T]]) -> T | None:
            async with gate:
                if self.given_up:
                    return None
                try:
                    return await make()
                except (ModelError, ValueError) as error:
                    self.lost += 1
                    reason = getattr(error, "reason", "") or "a reply in another shape"
                    self.reasons[reason] = self.reasons.get(reason, 0) + 1
                    return None
                finally:
                    self.asked += 1
                    self.progress(self.asked)

        found = await asyncio.gather(*(one(make) for make in work))
        if self.given_up:
            commonest = max(self.reasons, key=lambda reason: self.reasons[reason])
            raise ModelMisbehaved(GIVEN_UP.format(commonest), commonest)
        return found

    @property
    def given_up(self) -> bool:
        return self.lost >= AT_LEAST and self.lost > LOST * self.asked


@dataclass(frozen=True)
class Mark:
    """Agreement in one criterion, with its interval by answers, and on how many it stands. `gates` only what agrees; else its scores are greyed out."""

    criterion: str
    kappa: float
    low: float
    high: float
    answers: int

    @property
    def gates(self) -> bool:
        return self.kappa >= BAR

    @property
    def grey(self) -> bool:
        return not self.gates


def examine(judge: Rates, answers: Sequence[Answer], progress: Callable[[int], None] = lambda asked: None) -> dict[str, Mark]:
    """The marks by criterion. Raises ModelMisbehaved when the judge's replies cannot be read."""
    rated = asyncio.run(ratings(judge, answers, Asking(progress=progress)))
    return {criterion: mark(criterion, [(answer.ratings[criterion], given[criterion]) for answer, given in zip(answers, rated, strict=True) if answer.ratings and criterion in given])
            for criterion in CRITERIA}  # fmt: skip


async def ratings(judge: Rates, answers: Sequence[Answer], asking: Asking) -> list[dict[str, str]]:
    """What the judge says of each answer, by criterion; a criterion whose reply was lost is left out."""
    said = await asking.each([lambda answer=answer, criterion=criterion: judge.rate(answer, criterion) for answer in answers for criterion in CRITERIA])  # type: ignore[misc]
    rows = [said[start : start + len(CRITERIA)] for start in range(0, len(said), len(CRITERIA))]
    return [{criterion: value for criterion, value in zip(CRITERIA, row, strict=True) if value} for row in rows]


def mark(criterion: str, pairs: Sequence[tuple[str, str]]) -> Mark:
    figure, low, high = interval(pairs, kappa) if pairs else (0.0, 0.0, 0.0)
    return Mark(criterion, figure, low, high, len(pairs))
