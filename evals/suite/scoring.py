"""ragas' machinery, as a station uses it: metrics by decorator, a Dataset of cases, an @experiment that asks the product and scores every metric.

ragas takes seconds to import, so it is imported when a metric is first asked for, with its telemetry off (`quiet_libraries`).
"""

import asyncio
import importlib
import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from tqdm import tqdm

from coach.settings import quiet_libraries
from evals.suite.station import Context, Fault, Record

Row = dict[str, Any]  # what the product was given and gave, and what it should have given: the metrics take what they name
NUMBERS = (-math.inf, math.inf)


class Metric:
    """One ragas metric. `build` makes it; `takes`: its parameters, and the names of the row's values for them; a row without one of them is not about it."""

    def __init__(self, name: str, build: Callable[[], Any], takes: Mapping[str, str] | Iterable[str], good: str | None = None):
        self.name, self.build, self.good = name, build, good
        self.takes = dict(takes) if isinstance(takes, Mapping) else {name: name for name in takes}

    def on(self, name: str, **takes: str) -> "Metric":
        """The same metric under another name, on other values of the row: parameter = the row's name."""
        return Metric(name, lambda: self.ragas, self.takes | takes, self.good)

    @cached_property
    def ragas(self) -> Any:
        start_ragas()
        made = self.build()
        if "_create_pydantic_model" in dir(made) and made.__dict__.get("_create_pydantic_model") is None:  # ragas makes the same class again for every score: 3 ms each
            checked = made._create_pydantic_model()
            made._create_pydantic_model = lambda: checked
        return made

    async def score(self, row: Row) -> float | None:
        """The value as a number (a discrete one: 1 when it is the good one); None when the row is not about it. Raises what ragas only notes."""
        if not all(name in row for name in self.takes.values()):
            return None
        result = await self.ragas.ascore(**{parameter: row[name] for parameter, name in self.takes.items()})
        if result.value is None:
            raise ValueError(result.reason)
        return float(result.value) if self.good is None else float(result.value == self.good)


def numeric(low: float = 0.0, high: float = 1.0) -> Callable[[Callable[..., float]], Metric]:
    """ragas' @numeric_metric: the function's parameters name what it takes of a row."""

    def decorate(function: Callable[..., float]) -> Metric:
        def build() -> Any:
            from ragas.metrics import numeric_metric

            return numeric_metric(name=function.__name__, allowed_values=(low, high))(function)

        return Metric(function.__name__, build, list(inspect.signature(function).parameters))

    return decorate


def discrete(good: str, bad: str) -> Callable[[Callable[..., str]], Metric]:
    """ragas' @discrete_metric with two values: a record counts 1 for the good one."""

    def decorate(function: Callable[..., str]) -> Metric:
        def build() -> Any:
            from ragas.metrics import discrete_metric

            return discrete_metric(name=function.__name__, allowed_values=[good, bad])(function)

        return Metric(function.__name__, build, list(inspect.signature(function).parameters), good)

    return decorate


def judged(
    name: str, cases: Sequence[Any], row: Callable[[Any], Row], metrics: Sequence[Metric], context: Context,
    group: Callable[[Any], str] = lambda case: "", fault: Callable[[Any, Row, dict[str, float]], Fault | None] | None = None,
) -> list[Record]:  # fmt: skip
    """Ask the product about every case (`row`) and score it: a ragas Dataset, run through an @experiment in memory. Records in the order of the cases.
    Raises the first error of a case or metric, which ragas alone would print and leave out."""
    start_ragas()
    from ragas import Dataset, experiment

    failures: list[Exception] = []
    done: list[str] = []

    @experiment()
    async def each(item: Row) -> Row | None:
        case = item["case"]
        if failures:
            return None
        try:
            given = row(case)
            values = {metric.name: score for metric in metrics if (score := await metric.score(given)) is not None}
            found = fault(case, given, values) if fault else None
        except Exception as error:
            failures.append(error)
            return None
        done.append(case.id)
        context.progress(len(done), len(cases))
        return {"record": Record(case.id, values, group(case), found)}

    dataset: Any = Dataset(name, backend="inmemory", data=[{"id": case.id, "case": case} for case in cases])
    rows = asyncio.run(each.arun(dataset, name=name))
    if failures:
        raise failures[0]
    order = {case.id: place for place, case in enumerate(cases)}
    return sorted((each["record"] for each in rows), key=lambda record: order[record.id])


def start_ragas() -> None:
    """Import ragas with its telemetry off and its own progress bar silent: the suite has one."""
    quiet_libraries()
    module = importlib.import_module("ragas.experiment")
    module.tqdm = partial(tqdm, disable=True)  # type: ignore[attr-defined]
