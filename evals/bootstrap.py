"""Intervals: resample the cases, not the answers."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")
DRAWS = 2000


def interval(cases: Sequence[T], figure: Callable[[Sequence[T]], float], seed: int = 7) -> tuple[float, float, float]:
    """The figure and its 95 % percentile interval by bootstrap over cases (Efron 1979)."""
    random = np.random.default_rng(seed)
    drawn = [figure([cases[i] for i in random.integers(0, len(cases), len(cases))]) for _ in range(DRAWS)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return figure(cases), float(low), float(high)
