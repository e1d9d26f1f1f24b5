"""What the readers get: `python -m evals.blind.packets FOLDER` writes reader-1.jsonl … there, and key.jsonl here, which says what stood where.

Three readers for the first half of the scenarios, three for the second; one of three sees each pair turned round.
"""

import json
import random
import sys
from itertools import count
from pathlib import Path
from typing import Any

from evals.blind.arms import HERE, read

AGAINST = (("embedded", "library"), ("embedded", "bare"), ("rules", "library"), ("embedded", "advice"), ("embedded", "foil"))
READERS_EACH, HALVES, SEED = 3, 2, 40


def pairs(arms: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """(scenario, our arm, the other) of all comparisons for which both texts are there."""
    there = {(row["id"], row["arm"]) for row in arms}
    return [(case, ours, other) for case in sorted({row["id"] for row in arms}) for ours, other in AGAINST if {(case, ours), (case, other)} <= there]


def main() -> int:
    folder, arms, scenarios = Path(sys.argv[1]), read("arms.jsonl"), {case["id"]: case["text"] for case in read("scenarios.jsonl")}
    texts = {(row["id"], row["arm"]): row["lines"] for row in arms}
    ids, key = sorted(scenarios), []
    number, draw = count(1), random.Random(SEED)
    for reader in range(READERS_EACH * HALVES):
        mine = set(ids[reader // READERS_EACH :: HALVES])
        rows = []
        for case, ours, other in pairs(arms):
            if case not in mine or texts[case, ours] == texts[case, other]:
                continue
            turned = (hash_of(case, ours, other) + (reader % READERS_EACH == 0)) % 2 == 1
            left, right = (other, ours) if turned else (ours, other)
            rows.append({"pair": f"p{next(number):04}", "scenario": scenarios[case], "left": texts[case, left], "right": texts[case, right]})
            key.append({"pair": rows[-1]["pair"], "reader": reader + 1, "id": case, "left": left, "right": right})
        draw.shuffle(rows)
        (folder / f"reader-{reader + 1}.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    (HERE / "key.jsonl").write_text("".join(json.dumps(row) + "\n" for row in key), encoding="utf-8")
    return 0


def hash_of(*parts: str) -> int:
    """A lot that falls the same way in every run."""
    return random.Random("·".join(parts)).randrange(2)


if __name__ == "__main__":
    sys.exit(main())
