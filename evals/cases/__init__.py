"""Labelled data. scenarios.jsonl: one object a line, {id, text, register, grades{script id: 1|2}, needs{asked[], likely[], arguable[]},
situations[], facts{slot: span}}.

The labels are a model's, made by others than the authors of the scripts; no human has checked them. Split once by a hash of the id:
dev 60 %, test 40 %. The test part is run for a note and never looked into.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent
DEV_SHARE = 60


@dataclass(frozen=True)
class Case:
    id: str
    text: str
    register: str
    grades: dict[str, int] = field(default_factory=dict)
    situations: tuple[str, ...] | None = None  # None: not labelled
    facts: dict[str, str] | None = None
    needs: dict[str, list[str]] | None = None  # asked and likely: named by both labellers; arguable: by one
    arguable: dict[str, object] = field(default_factory=dict)  # labels a fair reader could take or leave: counted neither right nor wrong

    @property
    def split(self) -> str:
        return "dev" if int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % 100 < DEV_SHARE else "test"


def half(name: str) -> str:
    """ "dev" or "test", for cases that are halved by a hash of their id."""
    return "test" if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 else "dev"


def scenarios(split: str) -> list[Case]:
    """The cases of "dev" or "test"."""
    return [case for case in _read(FOLDER / "scenarios.jsonl") if case.split == split]


def _read(path: Path) -> Iterator[Case]:
    for line in path.read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        labelled = raw.get("situations")
        situations = None if labelled is None else tuple(labelled)
        yield Case(raw["id"], raw["text"], raw["register"], raw.get("grades", {}), situations, raw.get("facts"), raw.get("needs"), raw.get("arguable", {}))
