"""Sets against labels: how many of what was found are right and wrong, and how many are missed, as ragas metrics for micro-averages."""

from collections.abc import Iterable
from typing import Any

from evals.suite.scoring import NUMBERS, Row, numeric
from evals.suite.station import Fault


@numeric(*NUMBERS)
def right(hits: list) -> float:
    return float(len(hits))


@numeric(*NUMBERS)
def wrong(extra: list) -> float:
    return float(len(extra))


@numeric(*NUMBERS)
def missed(unseen: list) -> float:
    return float(len(unseen))


COUNTS = (right, wrong, missed)


def counted(found: Iterable[str], wanted: Iterable[str]) -> Row:
    """What the three metrics take."""
    found, wanted = set(found), set(wanted)
    return {"hits": sorted(found & wanted), "extra": sorted(found - wanted), "unseen": sorted(wanted - found)}


def fault_of(case: Any, given: Row, values: dict[str, float]) -> Fault | None:
    """Wrong ones weigh double: they put words on the screen; a missed one leaves them out."""
    if not given["extra"] and not given["unseen"]:
        return None
    shown = {"Scenario": case.text, "Right": _list(given["hits"]), "Wrongly seen": _list(given["extra"]), "Missed": _list(given["unseen"])}
    group = f"wrongly seen: {_kind(given['extra'][0])}" if given["extra"] else f"missed: {_kind(given['unseen'][0])}"
    return Fault(case.id, group, shown, 2.0 * len(given["extra"]) + len(given["unseen"]))


def _kind(name: str) -> str:
    """The group of an error: a tag, or the slot of "slot: value"."""
    return name.partition(":")[0].replace("_", " ")


def _list(names: list[str]) -> str:
    return "\n".join(names) or "none"
