"""Learn the scorecards of corpus/needs.yaml: `python -m evals.train_needs` (a minute). A logistic regression a need, held small (L2), points below LEAST left out.

Learned from train_search/scenarios.jsonl (written and labelled for training by a model) and from the development half of the cases, which is for
learning from; the figures of that half are therefore no evidence (`coach eval needs` is).
"""

import sys
from typing import Any

import numpy as np
import yaml
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from coach import Coach
from coach.advise import cues, needs
from coach.advise.reading import read
from coach.settings import load_settings, quiet_libraries
from evals.cases import scenarios
from evals.train_search.data import training_scenarios

STRENGTH, LEAST, SHOWN_FROM = 0.3, 0.08, 0.4
Seen = dict[str, float]
HEAD = """# How much each thing speaks for a need (points: log odds). Learned by evals/train_needs.py from {count} scenarios that a model wrote or labelled; no human did.
# A need is shown when 1 / (1 + e^-points) reaches shown_from. "base" counts always; "situation x" when x is present; "named x" when the text names need x;
# "category x" and "script x" when the first three scripts found are of that category, or name need x (1, 0.6, 0.4); "own words" for each tenth of the
# text that is I, me, my.
"""


def main() -> int:
    quiet_libraries()
    settings = load_settings()
    known = cues.load(settings.corpus)
    written, dev = training_scenarios(), [case for case in scenarios("dev") if case.needs is not None and case.grades]
    with Coach.open(model=False) as coach:
        names = list(coach.tools.taxonomy.needs)
        seen = [_seen(coach, known, text) for text in (*(each["text"] for each in written), *(case.text for case in dev))]
    labels = [({*each["asked"], *each["likely"]}, set()) for each in written]
    labels += [({*case.needs["asked"], *case.needs["likely"]}, {*case.needs["arguable"]}) for case in dev if case.needs]
    cards = {need: _card(*_labelled(seen, labels, need)) for need in names}
    text = HEAD.format(count=len(seen)) + yaml.safe_dump({"shown_from": SHOWN_FROM, "needs": cards}, sort_keys=False, default_flow_style=None, width=160)
    (settings.corpus / "needs.yaml").write_text(text, encoding="utf-8")
    return 0


def _labelled(seen: list[Seen], labels: list[tuple[set[str], set[str]]], need: str) -> tuple[list[Seen], list[bool]]:
    """Those scenarios whose label for this need is not arguable."""
    rows = [row for row, (_, free) in enumerate(labels) if need not in free]
    return [seen[row] for row in rows], [need in labels[row][0] for row in rows]


def _seen(coach: Coach, known: cues.Cues, text: str) -> Seen:
    tags = [each.tag for each in coach.tools.situations(text)]
    found = coach.tools.fitting(coach.tools.search.find(text, 3, situations=tags))
    return needs.features(text, tags, cues.present(read(text), known, "needs"), found)


def _card(seen: list[Seen], labels: list[bool]) -> dict[str, float]:
    vectors = DictVectorizer()
    fitted = LogisticRegression(C=STRENGTH, max_iter=1000).fit(vectors.fit_transform(seen), np.array(labels))
    points: dict[str, Any] = {"base": round(float(fitted.intercept_[0]), 2)}
    named = zip(vectors.get_feature_names_out(), fitted.coef_[0].tolist(), strict=True)
    return points | {name: round(value, 2) for name, value in sorted(named, key=lambda pair: -abs(pair[1])) if abs(value) >= LEAST}


if __name__ == "__main__":
    sys.exit(main())
