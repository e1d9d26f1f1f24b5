"""What every evaluation of rules prints: a figure with its interval, its bar and how many cases it stands on; errors of the development half only."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from evals.bootstrap import interval

T = TypeVar("T")
Row = dict[str, Any]


def row(what: str, chosen: Sequence[T], share: Callable[[Sequence[T]], float], bar: str = "") -> Row:
    """A figure of the cases that it is about. Without any it is left open."""
    figure, low, high = interval(chosen, share) if chosen else (float("nan"),) * 3
    return {"what": what, "figure": figure, "low": low, "high": high, "bar": bar, "cases": len(chosen)}


def tell(title: str, rows: Callable[[str], list[Row]], errors: Callable[[], None]) -> int:
    """Read --test, --json and --errors from the command line, and print. Returns the exit code."""
    split = "test" if "--test" in sys.argv else "dev"
    if "--json" in sys.argv:
        print(json.dumps({"split": split, "rows": rows(split)}, indent=2))
        return 0
    print(f"{split}: {title}")
    for each in rows(split):
        print(f"{each['figure']:.3f}  [{each['low']:.3f}, {each['high']:.3f}]  {each['cases']:4} cases  {('bar ' + each['bar']) if each['bar'] else '':10} {each['what']}")
    if "--errors" in sys.argv and split == "dev":
        errors()
    return 0
