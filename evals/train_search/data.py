"""The queries from which search is trained: written for this by hands that had seen neither the ways of asking nor any labelled case."""

import json
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "queries.jsonl"


@dataclass(frozen=True)
class Query:
    """What a clinician might type, and the script that is best for it."""

    script: str
    text: str


def queries() -> list[Query]:
    return [Query(**json.loads(line)) for line in FILE.read_text(encoding="utf-8").splitlines()]
