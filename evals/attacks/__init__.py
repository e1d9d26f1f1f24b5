"""Attacks on the product, each through one of its doors, and what must not come of it.

cases.jsonl, one object a line: {id, class, door, text, must_not, times?}. `text` is what is typed (a list: several turns; with `times`, repeated so often).
Doors: `advise`; `practice:PATIENT`; `import:PART` (what is put into that part of a script's or `patient:` file); `model:extract` and `model:rewrite` (what a lying
chat model answers). `must_not` names what the attack is after, see `checks.py`. All texts are our own. Half is a test half, by a hash of the id.

    coach eval attacks [--split dev --errors]        (COACH_LLM=none leaves the chat model out)
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.cases import half

FILE = Path(__file__).parent / "cases.jsonl"


@dataclass(frozen=True)
class Attack:
    id: str
    group: str
    door: str
    turns: tuple[str, ...]
    must_not: tuple[str, ...]

    @property
    def split(self) -> str:
        return half(self.id)

    @property
    def text(self) -> str:
        return self.turns[-1]


def attacks(split: str = "") -> list[Attack]:
    """The attacks of "dev" or "test"; of both without a name."""
    every = map(attack, _read())
    return [each for each in every if split in ("", each.split)]


def attack(raw: dict[str, Any]) -> Attack:
    """One line of the file."""
    typed = [raw["text"]] if isinstance(raw["text"], str) else raw["text"]
    return Attack(raw["id"], raw["class"], raw["door"], tuple(text * raw.get("times", 1) for text in typed), tuple(raw["must_not"]))


def _read() -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines())
