"""python -m evals.judge: the judge's exam and its scores of our answers; `--exam` the exam alone. See the package."""

import json
import sys

from evals.judge import judged_rows


def main() -> int:
    alone = {"answers": []} if "--exam" in sys.argv else {}
    rows = judged_rows(progress=lambda asked: print(f"\r{asked} questions", end="", file=sys.stderr), **alone)
    if "--json" in sys.argv:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        shown = "     -" if row["figure"] is None else f"{row['figure']:6.3f}"
        print(f"{shown} {'(grey) ' if row['grey'] else ''}{row['what']}{'; ' + row['note'] if row['note'] else ''}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
