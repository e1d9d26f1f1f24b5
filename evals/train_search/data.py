"""The texts from which search is trained: written for this by hands that had seen neither the ways of asking nor any labelled case."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

QUERIES, SCENARIOS = (Path(__file__).parent / f"{name}.jsonl" for name in ("queries", "scenarios"))
BEST = 2  # the grade of a script that is among the best answers


@dataclass(frozen=True)
class Query:
    """What a clinician might type, the script that is best for it (one of them), and all that are acceptable, where that is known."""

    script: str
    text: str
    fits: frozenset[str] = frozenset()


def queries() -> list[Query]:
    """Those written for one script each, and each training scenario once for every script that is best for it."""
    found = [Query(**json.loads(line)) for line in QUERIES.read_text(encoding="utf-8").splitlines()]
    for each in training_scenarios():
        found += [Query(name, each["text"], frozenset(each["grades"])) for name, grade in each["grades"].items() if grade == BEST]
    return found


def training_scenarios() -> list[dict[str, Any]]:
    """Longer texts, each with graded scripts, needs asked and likely, situations and facts, labelled by their writers over the whole library."""
    return [json.loads(line) for line in SCENARIOS.read_text(encoding="utf-8").splitlines()]
