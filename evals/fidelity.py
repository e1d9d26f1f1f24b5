"""How well verify tells rewrites that may be shown from those that may not. Cases: cases/fidelity.jsonl, {id, source, text, scenario, ok, why}.

    python -m evals.fidelity [--test] [--json] [--errors]

Written by a model on real library lines, checked by no human. Half is a test half, by a hash of the id: it is run and never tuned on.
"""

import json
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

from coach.advise.verify import Problem, verify
from evals.cases import FOLDER, half

BAD_CAUGHT, GOOD_REJECTED = 0.99, 0.05


@dataclass(frozen=True)
class Pair:
    """A filled library line, a rewrite of it, the scenario, and whether the rewrite may be shown. `why` names the kind."""

    id: str
    source: str
    text: str
    scenario: str
    ok: bool
    why: str

    @property
    def split(self) -> str:
        return half(self.id)

    def problems(self) -> list[Problem]:
        return verify(self.source, self.text, self.scenario)


def pairs(split: str) -> list[Pair]:
    """The cases of "dev" or "test"."""
    lines = (FOLDER / "fidelity.jsonl").read_text(encoding="utf-8").splitlines()
    return [pair for pair in (Pair(**json.loads(line)) for line in lines) if pair.split == split]


def figures(split: str) -> dict[str, Any]:
    """Counts and shares: bad caught, good accepted and rejected; kinds missed and kinds wrongly rejected, by name only."""
    judged = [(pair, not pair.problems()) for pair in pairs(split)]
    good, bad = [shown for pair, shown in judged if pair.ok], [shown for pair, shown in judged if not pair.ok]
    return {
        "split": split, "good": len(good), "bad": len(bad), "bad_caught": bad.count(False), "good_accepted": good.count(True),
        "bad_caught_share": bad.count(False) / len(bad), "good_accepted_share": good.count(True) / len(good), "good_rejected_share": good.count(False) / len(good),
        "kinds_of_bad": len({pair.why for pair, _ in judged if not pair.ok}),
        "missed": dict(Counter(pair.why for pair, shown in judged if shown and not pair.ok)), "wrongly_rejected": dict(Counter(pair.why for pair, shown in judged if pair.ok and not shown)),
    }  # fmt: skip


def main() -> int:
    split = "test" if "--test" in sys.argv else "dev"
    found = figures(split)
    if "--json" in sys.argv:
        print(json.dumps(found, indent=2))
        return 0
    print(f"{split}: {found['good']} rewrites that may be shown, {found['bad']} that may not, of {found['kinds_of_bad']} kinds. Labels are a model's, checked by no human.")
    print(f"{found['bad_caught_share']:.3f}  bar ≥ {BAD_CAUGHT}  bad caught ({found['bad_caught']} of {found['bad']}) {found['missed'] or ''}")
    print(
        f"{found['good_rejected_share']:.3f}  bar ≤ {GOOD_REJECTED}  good rejected ({found['good'] - found['good_accepted']} of {found['good']}) {found['wrongly_rejected'] or ''}"
    )
    if "--errors" in sys.argv and split == "dev":
        for pair in pairs(split):
            problems = pair.problems()
            if pair.ok == bool(problems):
                print(f"\n{pair.id} {'GOOD' if pair.ok else 'BAD'} ({pair.why})\n  {pair.source}\n  {pair.text}\n  {[problem.rule for problem in problems]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
