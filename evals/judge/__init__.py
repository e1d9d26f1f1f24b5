"""A chat model as judge of answers: asked only when the settings name one (COACH_JUDGE, COACH_JUDGE_URL), never the embedded one, and believed only in what it has passed.

exam.jsonl, one object a line: {id, scenario, source, answer, kind, ratings}. An answer to a situation with the library's lines it should stand on; `kind` is good,
bland, preachy, unsafe or unfaithful; `ratings` say pass or fail for each of five criteria. Situations and answers are our own, and in no other file of cases.
Written and labelled by a model, checked by no human: who agrees with them agrees with a model. The questions are files, prompts/<criterion>.md.

    python -m evals.judge [--exam] [--json]
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
CRITERIA = ("empathy", "autonomy", "clarity", "safety", "faithfulness")
KINDS = ("good", "bland", "preachy", "unsafe", "unfaithful")
VALUES = ("pass", "fail")
BAR = 0.6  # Cohen's kappa


@dataclass(frozen=True)
class Answer:
    """An answer to rate; `ratings` by criterion where they are known."""

    id: str
    scenario: str
    source: str
    answer: str
    kind: str = ""
    ratings: dict[str, str] | None = None


def exam() -> list[Answer]:
    """The labelled answers."""
    return [Answer(**json.loads(line)) for line in (FOLDER / "exam.jsonl").read_text(encoding="utf-8").splitlines()]


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa of two raters (Cohen 1960): agreement beyond what their own frequencies give by chance. 0 where one rater knows one value only, or without pairs."""
    if not pairs:
        return 0.0
    seen = sum(ours == theirs for ours, theirs in pairs) / len(pairs)
    first, second = Counter(ours for ours, _ in pairs), Counter(theirs for _, theirs in pairs)
    chance = sum(first[value] * second[value] for value in first) / len(pairs) ** 2
    return (seen - chance) / (1 - chance) if chance < 1 else 0.0


def judged_rows(**given: Any) -> list[dict[str, Any]]:
    """As `evals.judge.rows.judged_rows`, which imports the product: the judge's agreement and scores, or why nothing was judged."""
    from evals.judge import rows

    return rows.judged_rows(**given)
