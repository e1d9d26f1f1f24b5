"""What a station of the evaluation is: a question, labelled cases, a record a case, and the figures made of the records.

A station is one file of evals/stations/ that defines `STATION = Station(…)`. Its `records(split, context)` judges the cases of a half ("dev" or "test")
and gives one `Record` a case: an id, numbers by name, and the group it belongs to; on the dev half also a `Fault` where something was wrong. Each `Figure`
is a function of records, so that its interval (bootstrap by case), its change since the baseline and the gate need nothing further.
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from evals.bootstrap import interval, ratio_interval

MODEL_LABELS = "Cases and labels are a model's, checked by no human."
PARTS = ("Safety and privacy", "Finding", "Reading", "Lines", "Practice", "Models", "Speed")  # of the report, in this order
ROW_KEYS = ("what", "figure", "low", "high", "bar", "state", "cases", "better", "source", "note")
Better = Literal["higher", "lower"]
Row = dict[str, Any]  # ROW_KEYS; what `Figure.row` and `fixed_row` make


class HasId(Protocol):
    @property
    def id(self) -> str: ...


C = TypeVar("C", bound=HasId)


@dataclass(frozen=True)
class Fault:
    """What went wrong in one case of the dev half. `shown` is set side by side in the report: a heading and what stands under it."""

    id: str
    group: str
    shown: dict[str, str]
    weight: float = 1.0  # how bad it is: the worst come first


@dataclass(frozen=True)
class Record:
    """One case, judged. A figure that is not about the case has no value in it."""

    id: str
    values: dict[str, float]
    group: str = ""
    fault: Fault | None = None


Records = Sequence[Record]


@dataclass(frozen=True)
class Figure:
    """A figure of a station: `of` the records that hold one of the values named in `about` (all, when none is). `bar` is "≥ 0.9", "≤ 0.02" or "" for none;
    `source` says by meaning which promise it stands on. One with `model` is left out of a run without a chat model; one that does not gate never fails a test."""

    what: str
    of: Callable[[Records], float]
    about: tuple[str, ...] = ()
    bar: str = ""
    source: str = ""
    better: Better = "higher"
    model: bool = False
    gates: bool = True

    @property
    def wanted(self) -> Better:
        return "lower" if self.bar.startswith("≤") else "higher" if self.bar else self.better

    def chosen(self, records: Records) -> list[Record]:
        return [record for record in records if not self.about or any(name in record.values for name in self.about)]

    def row(self, records: Records) -> Row:
        """Figure, interval, bar and state, with how many cases it stands on; NaN without a case."""
        mine = self.chosen(records)
        if not mine:
            figure, low, high = (math.nan,) * 3
        elif isinstance(self.of, Ratio):
            figure, low, high = self.of.interval(mine)
        else:
            figure, low, high = interval(mine, self.of)
        return fixed_row(self.what, figure, low, high, self.bar, len(mine), self.wanted, self.source)


@dataclass
class Context:
    """What a station is given: the settings, a Coach opened when first asked for, how many cases to take, and whom to tell of progress."""

    settings: Any
    with_model: bool = False
    most: int = 0  # 0: all
    sampled: bool = False  # stations whose cases each take a chat model some seconds take a fixed sample: with a model, and where one is compared with none
    progress: Callable[[int, int], None] = lambda done, total: None
    asked: list[str] = field(default_factory=list)  # what a chat model was asked about: counted in tokens for the report
    _held: dict[object, Any] = field(default_factory=dict)

    @property
    def coach(self) -> Any:
        """The whole product, with the chat model of the settings when `with_model`."""
        from coach import Coach

        return self.once("coach", lambda: Coach.open(self.settings, model=self.with_model))

    def once(self, key: object, make: Callable[[], Any]) -> Any:
        """What `make` gives, kept for the run: stations that ask the same thing share the answer."""
        if key not in self._held:
            self._held[key] = make()
        return self._held[key]

    def answers(self, text: str) -> tuple[Any, Any]:
        """The product's answers to a scenario: by rules at once, and the last one, in which a chat model may have had its say (the same without one)."""

        def make() -> tuple[Any, Any]:
            every = list(self.coach.stream(text))
            self.asked += [text] if self.with_model else []
            return every[0], every[-1]

        found: tuple[Any, Any] = self.once(("answers", text), make)
        return found

    def take(self, cases: Sequence[C], most: int = 0) -> list[C]:
        """The cases, or a fixed sample of `most` (else of the context's own number): the lowest by a hash of their id, so that a case added moves few others."""
        limit = most or self.most
        drawn = sorted(cases, key=lambda case: hashlib.sha256(f"sample {case.id}".encode()).hexdigest())[: limit or None]
        return sorted(drawn, key=lambda case: case.id)

    def close(self) -> None:
        """Stop the chat model and forget the answers."""
        if "coach" in self._held:
            self._held["coach"].close()
        self._held.clear()


@dataclass(frozen=True)
class Station:
    """One question to the product; `part` of the report it stands in. `quick`: how many dev cases the quick run takes (0: not in it). `model`: its figures depend on the chat model.
    `fixed`: rows that stand on a committed file rather than on cases. `uses`: files and folders (from the repository's root) its result depends on,
    beside corpus, prompts, coach and its own file."""

    name: str
    title: str
    asks: str
    part: str = PARTS[0]
    records: Callable[[str, Context], list[Record]] = lambda split, context: []
    figures: tuple[Figure, ...] = ()
    fixed: Callable[[Context], list[Row]] | None = None
    quick: int = 0
    model: bool = False
    uses: tuple[str, ...] = ()
    labels: str = MODEL_LABELS


def fixed_row(
    what: str, figure: float, low: float | None = None, high: float | None = None, bar: str = "", cases: int = 0, better: Better = "higher", source: str = "", note: str = "",
) -> Row:  # fmt: skip
    """A row from a figure that is already there. `state`: passed, missed or "" without a bar."""
    state = "" if not bar or math.isnan(figure) else "passed" if reached(figure, bar) else "missed"
    return dict(zip(ROW_KEYS, (what, figure, low, high, bar, state, cases, better, source, note), strict=True))


def reached(figure: float, bar: str) -> bool:
    """Whether the figure meets "≥ x" or "≤ x"."""
    sign, value = bar.split()
    return figure >= float(value) if sign == "≥" else figure <= float(value)


def total(records: Records, name: str) -> float:
    return sum(record.values.get(name, 0.0) for record in records)


@dataclass(frozen=True)
class Ratio:
    """A figure that is a sum over cases divided by another: what a mean, a share and a micro-F1 are. `empty` where there is nothing to divide by."""

    top: Callable[[Record], float]
    bottom: Callable[[Record], float]
    empty: float

    def __call__(self, records: Records) -> float:
        below = sum(map(self.bottom, records))
        return sum(map(self.top, records)) / below if below else self.empty

    def interval(self, records: Records) -> tuple[float, float, float]:
        """Figure and 95 % interval by bootstrap; where every case says the same, 0 or 1, which tells a bootstrap nothing, the exact bound (Clopper and Pearson 1934)."""
        tops, bottoms = [self.top(record) for record in records], [self.bottom(record) for record in records]
        figure, low, high = ratio_interval(tops, bottoms, self.empty)
        bound = 0.025 ** (1 / len(records))
        if low == high == 0 and any(bottoms):
            high = 1 - bound
        elif low == high == 1 and any(bottoms):
            low = bound
        return figure, low, high


def summed(*names: str) -> Callable[[Record], float]:
    """The sum of a record's values of these names."""
    return lambda record: sum(record.values.get(name, 0.0) for name in names)


def mean(*names: str) -> Ratio:
    """The mean of the values of these names, over all there are."""
    return Ratio(summed(*names), lambda record: sum(name in record.values for name in names), 0.0)


def share(right: str, *rest: str) -> Ratio:
    """Micro-averaged: the sum of `right` over the sum of `right` and `rest`; 1 where there is nothing."""
    return Ratio(summed(right), summed(right, *rest), 1.0)


def f1(right: str, wrong: str, missed: str) -> Ratio:
    """Micro-F1 from counts: 2 · right / (2 · right + wrong + missed); 0 where there is nothing."""
    return Ratio(summed(right, right), summed(right, right, wrong, missed), 0.0)
