"""`make evals`: finding and reading on labelled scenarios. `--test` runs the test half for a note; errors are listed for dev only.

    python -m evals [--test] [--json] [--errors] [--model] [--bare]

`--model` lets the configured chat model add facts (some seconds a case); `--bare` reads with MiniLM as it came, without the search adapter.
"""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from coach import Coach
from coach.advise import assemble
from coach.models.embeddings import Embedder
from coach.settings import quiet_libraries
from evals import finding, reading
from evals.bootstrap import interval
from evals.cases import scenarios


def main() -> int:
    quiet_libraries()
    split = "test" if "--test" in sys.argv else "dev"
    cases = scenarios(split)
    with_model = "--model" in sys.argv
    if "--bare" in sys.argv:
        assemble.open_encoder = lambda settings: Embedder(settings, adapted=False)
    with Coach.open(model=with_model) as coach:
        ranked = finding.rank(coach, cases)
        present, known = reading.situations(coach, cases), reading.facts(coach, cases)
        asked, likely = reading.needs(coach, cases, "asked"), reading.needs(coach, cases, "likely")
    same = round(reading.f1(reading.constant(cases, "likely", 3)), 3)
    rows = [
        _row("a best script among the first three", ranked, lambda each: finding.share(each, "best_in_three"), 0.90),
        _row("any acceptable script among the first three", ranked, lambda each: finding.share(each, "any_in_three"), 0.97),
        _row("nDCG@5", ranked, finding.ndcg, 0.85),
        _row("told that nothing fits, though a script does", ranked, lambda each: 1 - finding.share(each, "fits"), 0.02, least=False),
        _row("needs asked: micro-F1", asked, reading.f1, 0.85),
        _row(f"needs likely: micro-F1 (the best constant answer has {same})", likely, reading.f1, round(same + 0.15, 3)),
        _row("situations: precision", present, reading.precision, 0.90),
        _row("situations: recall", present, reading.recall, 0.70),
        _row(f"facts by {'rules and model' if with_model else 'rules'}: precision", known, reading.precision, 0.98),
        _row(f"facts by {'rules and model' if with_model else 'rules'}: recall", known, reading.recall, 0.75 if with_model else 0.50),
    ]
    if "--json" in sys.argv:
        print(json.dumps({"split": split, "rows": rows}, indent=2))
        return 0
    print(f"{split}: {len(ranked)} scenarios to find scripts for. Labels are a model's, checked by no human.")
    for row in rows:
        print(f"{row['figure']:.3f}  [{row['low']:.3f}, {row['high']:.3f}]  bar {row['bar']}  {row['what']}")
    if "--errors" in sys.argv and split == "dev":
        _errors(ranked, present, known)
    return 0


def _row(what: str, cases: Sequence[Any], figure: Callable[[Sequence[Any]], float], bar: float, least: bool = True) -> dict[str, Any]:
    value, low, high = interval(cases, figure) if cases else (0.0, 0.0, 0.0)
    return {"what": what, "figure": value, "low": low, "high": high, "bar": f"{'≥' if least else '≤'} {bar}", "cases": len(cases)}


def _errors(ranked: Sequence[finding.Ranked], present: Sequence[reading.Counted], known: Sequence[reading.Counted]) -> None:
    for each in ranked:
        if not each.best_in_three:
            print(f"\nFIND {each.case.id} {each.case.text[:160]}\n  wanted {each.case.grades}\n  found  {each.ids[:5]}")
    for name, counted in (("SITUATIONS", present), ("FACTS", known)):
        for each in counted:
            if each.wrong:
                print(f"\n{name} {each.case.id} {each.case.text[:300]}\n  wrong {each.wrong}")


if __name__ == "__main__":
    sys.exit(main())
