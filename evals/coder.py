"""How well the rater codes transcripts it was not trained on. Stands on coder_oof.csv: predictions out of fold by transcript, without text.

    python -m evals.coder [--json] [--no-timing]

The intervals are bootstraps over sessions (a session's turns resemble each other). The human row: each of ten annotators against the majority of
the other nine, on the sessions all ten coded; five of the seven there are in the collection, so its figures differ a little from those of the
reference. Session quality is a label of the collection; R:Q is compared as R ÷ (R + Q), which has the same order and is defined without questions.
"""

import json
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coach.practice.coder_weights import CLINICIAN, PATIENT, SUBTYPES
from evals.bootstrap import interval
from evals.train_coder.oof import read

BINS = 10
Record = dict[str, str]
Sessions = Sequence[list[Record]]
TIMED = (
    ("What would a good day look like for you?", "I don't know what you want from me."),
    ("You're worn out, and the pills are the one thing that lets you sleep.", "If you take them away I won't sleep at all."),
    ("Taken together with your other medicine these tablets can slow your breathing, so I'd like us to look at it today.", "They have never harmed me."),
    ("I could try walking to the shop again.", "What would you try first?"),
    ("Okay.", "My sister drove me here."),
)  # our own sentences


def sessions() -> list[list[Record]]:
    """The turns of each transcript."""
    found: dict[str, list[Record]] = defaultdict(list)
    for record in read():
        found[record["id"].split("-")[0]].append(record)
    return list(found.values())


def figures() -> list[dict[str, Any]]:
    """One a row of the table: what, figure, low, high, bar, met, human (or None), cases."""
    every = sessions()
    return [
        _f1("clinician, 4 classes, macro-F1", every, "clinician", CLINICIAN, 0.80),
        _f1("patient, 3 classes, macro-F1", every, "patient", PATIENT, 0.57),
        _f1("open/closed, macro-F1", every, "question", SUBTYPES["question"], 0.80),
        _f1("simple/complex, macro-F1", every, "reflection", SUBTYPES["reflection"], 0.58),
        _rq(every),
        _calibration("clinician, expected calibration error", every, "clinician", CLINICIAN),
        _calibration("patient, expected calibration error", every, "patient", PATIENT),
    ]


def _pairs(session: list[Record], task: str) -> list[tuple[str, str]]:
    if task in ("clinician", "patient"):
        return [(each["gold"], each["code"]) for each in session if each["speaker"] == task]
    return [(each["subtype"], each["subtype_code"]) for each in session if each["gold"] == task and each["subtype"]]


def _table(pairs: list[tuple[str, str]], classes: Sequence[str]) -> Any:
    table = np.zeros((len(classes), len(classes)))
    for gold, coded in pairs:
        table[classes.index(gold), classes.index(coded)] += 1
    return table


def _macro(table: Any) -> float:
    return float(np.mean(2 * np.diag(table) / np.maximum(table.sum(0) + table.sum(1), 1)))


def _f1(what: str, every: Sessions, task: str, classes: Sequence[str], bar: float) -> dict[str, Any]:
    tables = [_table(_pairs(session, task), classes) for session in every]
    value, low, high = interval(tables, lambda drawn: _macro(np.sum(drawn, axis=0)))
    return {"what": what, "figure": value, "low": low, "high": high, "bar": f"≥ {bar:.2f}", "met": value >= bar, "human": human(every, task, classes), "cases": int(np.sum(tables))}


def human(every: Sessions, task: str, classes: Sequence[str]) -> float:
    """Mean macro-F1 of one annotator against the majority of the others; a turn without a majority is left out."""
    kind = {"question": 1, "reflection": 2}.get(task, 0)
    coded = [[vote[kind] for vote in json.loads(each["votes"])] for session in every for each in session if each["votes"] and each["speaker"] == _speaker(task)]
    scores = []
    for one in range(10):
        pairs = []
        for votes in coded:
            most = Counter(vote for place, vote in enumerate(votes) if place != one and vote in classes).most_common(2)
            if votes[one] in classes and most and (len(most) == 1 or most[0][1] > most[1][1]):
                pairs.append((most[0][0], votes[one]))
        scores.append(_macro(_table(pairs, classes)))
    return statistics.mean(scores)


def _speaker(task: str) -> str:
    return "patient" if task == "patient" else "clinician"


def _rq(every: Sessions) -> dict[str, Any]:
    rows = [(session[0]["quality"] == "high", _share(session, "code"), _share(session, "gold")) for session in every]

    def gap(drawn: Sequence[tuple[bool, float, float]]) -> float:
        return abs(_auc(drawn, 1) - _auc(drawn, 2))

    value, low, high = interval(rows, gap)
    what = f"R:Q, high against low quality, AUC: {_auc(rows, 1):.3f} from predicted codes, {_auc(rows, 2):.3f} from gold; apart by"
    return {"what": what, "figure": value, "low": low, "high": high, "bar": "≤ 0.05", "met": value <= 0.05, "human": None, "cases": len(rows)}


def _share(session: list[Record], column: str) -> float:
    counts = Counter(each[column] for each in session if each["speaker"] == "clinician")
    both = counts["reflection"] + counts["question"]
    return counts["reflection"] / both if both else 0.0


def _auc(rows: Sequence[tuple[bool, float, float]], column: int) -> float:
    """Share of pairs (high, low) in which the high one has the higher value; equal ones count half. A draw without one of the two gives 0.5."""
    high, low = (np.array([row[column] for row in rows if row[0] == wanted], dtype=float) for wanted in (True, False))
    if not len(high) or not len(low):
        return 0.5
    return float(np.mean((high[:, None] > low) + 0.5 * (high[:, None] == low)))


def _calibration(what: str, every: Sessions, task: str, classes: Sequence[str]) -> dict[str, Any]:
    value, low, high = interval([_bins(session, task, classes) for session in every], _error)
    cases = sum(each["speaker"] == task for session in every for each in session)
    return {"what": what, "figure": value, "low": low, "high": high, "bar": "≤ 0.05", "met": value <= 0.05, "human": None, "cases": cases}


def _bins(session: list[Record], task: str, classes: Sequence[str]) -> Any:
    """Per tenth of the stated probability of the code given: turns, sum of probabilities, right ones."""
    found = np.zeros((3, BINS))
    for each in session:
        if each["speaker"] == task:
            stated = float(each["probabilities"].split()[classes.index(each["code"])])
            found[:, min(int(stated * BINS), BINS - 1)] += (1, stated, each["code"] == each["gold"])
    return found


def _error(drawn: Sequence[Any]) -> float:
    counts, stated, right = np.sum(drawn, axis=0)
    return float(np.abs(stated - right).sum() / counts.sum())


def timing(rounds: int = 30) -> dict[str, Any]:
    """Coding a turn ÷ one encode of its text by the packaged MiniLM (both on one thread, one in turn with the other; medians)."""
    from coach.models.embeddings import Embedder
    from coach.practice.coding import Coder
    from coach.settings import load_settings, quiet_libraries

    quiet_libraries()
    settings = load_settings().model_copy(update={"embedder": None})
    coder, embedder = Coder(settings), Embedder(settings)
    calls: tuple[Callable[[str, str], object], ...] = (
        lambda text, before: coder.code("clinician", text, before), lambda text, before: embedder.encode_query(text),
    )  # fmt: skip
    took: list[list[float]] = [[], []]
    for count in range(rounds + 1):
        for said in TIMED:
            for call, mine in zip(calls, took, strict=True):
                start = time.perf_counter()
                call(*said)
                if count:
                    mine.append(time.perf_counter() - start)
    ours, one = (statistics.median(mine) for mine in took)
    return {"what": f"time a turn ÷ one MiniLM encode ({ours * 1000:.1f} ms ÷ {one * 1000:.1f} ms)", "figure": ours / one, "low": None, "high": None,
            "bar": "≤ 2", "met": ours / one <= 2, "human": None, "cases": rounds * len(TIMED)}  # fmt: skip


def main() -> int:
    rows = figures() + ([] if "--no-timing" in sys.argv else [timing()])
    if "--json" in sys.argv:
        print(json.dumps({"rows": rows}, indent=2))
        return 0
    print("Out-of-fold by transcript, AnnoMI (95 transcripts); 95 % intervals over sessions; one human: of ten, against the other nine.")
    for row in rows:
        between = f"[{row['low']:.3f}, {row['high']:.3f}]" if row["low"] is not None else " " * 14
        person = f"human {row['human']:.3f}" if row["human"] is not None else " " * 11
        print(f"{row['figure']:.3f}  {between}  bar {row['bar']:6}  {'met   ' if row['met'] else 'missed'}  {person}  {row['cases']:4}  {row['what']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
