"""Two hundred filled lines of the dev half, read as a strict clinician-editor would (sample.jsonl), and sixty of them read again (again.jsonl).

A verdict is `ok`; `wrong`: it says what the text does not say, or of the wrong person or time; or `awkward`: no clinician would say it so. A model gave them, no human; the second
reading is the same hand's within the hour, so its agreement is an upper bound. `seen_before`: a line of the same kind had been read, and faults mended, before; the others are fresh.
Verdicts are of the lines as they were then: the six faulty ones were mended afterwards.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
VERDICTS = ("ok", "wrong", "awkward")
Labelled = dict[str, Any]  # id, script, line, said, fills, verdict, why


def read(name: str = "sample") -> list[Labelled]:
    """The lines of "sample" or "again", with their verdicts."""
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def faulty(lines: Sequence[Labelled]) -> float:
    """The share that is wrong or awkward."""
    return sum(line["verdict"] != "ok" for line in lines) / max(1, len(lines))


def key(line: Labelled) -> tuple[str, str]:
    """What a verdict is about: the scenario and what is said."""
    return line["id"], line["said"]


def kappa(first: Iterable[Labelled], second: Iterable[Labelled]) -> float:
    """Cohen's κ of "ok" against not, over the lines in both (Cohen 1960); 1 where both readings are all of one kind and agree."""
    one, two = ({key(line): line["verdict"] == "ok" for line in lines} for lines in (first, second))
    both = [(one[name], two[name]) for name in one.keys() & two.keys()]
    if not both:
        return float("nan")
    agreed = sum(a == b for a, b in both) / len(both)
    counts = Counter(a for a, _ in both), Counter(b for _, b in both)
    chance = sum(counts[0][verdict] * counts[1][verdict] for verdict in (True, False)) / len(both) ** 2
    return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)
