"""How well the rater codes transcripts it was not trained on. Stands on coder_oof.csv: predictions out of fold by transcript, without text.

A record is a session (a session's turns resemble each other). The human row: each of ten annotators against the majority of the other nine, on the sessions
all ten coded; five of the seven there are in the collection, so its figures differ a little from those of the reference. Session quality is a label of the
collection; R:Q is compared as R ÷ (R + Q), which has the same order and is defined without questions.
"""

import json
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from coach.practice.coder_weights import CLINICIAN, PATIENT, SUBTYPES
from evals.suite.station import Context, Figure, Record, Records, Row, Station, fixed_row, total
from evals.train_coder.oof import read

BINS = 10
SOURCE = "a rater who is honest"
TASKS = {"clinician": CLINICIAN, "patient": PATIENT, "question": SUBTYPES["question"], "reflection": SUBTYPES["reflection"]}
Turn = dict[str, str]
TIMED = (
    ("What would a good day look like for you?", "I don't know what you want from me."),
    ("You're worn out, and the pills are the one thing that lets you sleep.", "If you take them away I won't sleep at all."),
    ("Taken together with your other medicine these tablets can slow your breathing, so I'd like us to look at it today.", "They have never harmed me."),
    ("I could try walking to the shop again.", "What would you try first?"),
    ("Okay.", "My sister drove me here."),
)  # our own sentences


def sessions() -> dict[str, list[Turn]]:
    """The turns of each transcript."""
    found: dict[str, list[Turn]] = defaultdict(list)
    for turn in read():
        found[turn["id"].split("-")[0]].append(turn)
    return dict(found)


def pairs(session: Sequence[Turn], task: str) -> list[tuple[str, str]]:
    """(gold, coded) of the turns a task is about: the codes of a speaker, or the kinds of a question or a reflection."""
    if task in ("clinician", "patient"):
        return [(each["gold"], each["code"]) for each in session if each["speaker"] == task]
    return [(each["subtype"], each["subtype_code"]) for each in session if each["gold"] == task and each["subtype"]]


def record(name: str, session: Sequence[Turn]) -> Record:
    """Counts of a session, from which every figure is made: pairs of gold and coded, bins of stated probability, and the share of reflections."""
    values: Counter[str] = Counter()
    for task in TASKS:
        values.update(f"{task} {gold}>{coded}" for gold, coded in pairs(session, task))
    for task in ("clinician", "patient"):
        for turn in session:
            if turn["speaker"] == task:
                stated = float(turn["probabilities"].split()[TASKS[task].index(turn["code"])])
                place = f"{task} bin {min(int(stated * BINS), BINS - 1)}"
                values.update({f"{place} stated": stated, f"{place} right": turn["code"] == turn["gold"]})  # type: ignore[dict-item]
    rest = {"quality": float(session[0]["quality"] == "high"), "R, coded": reflections(session, "code"), "R, gold": reflections(session, "gold")}
    return Record(name, {key: round(float(value), 4) for key, value in (values | Counter(rest)).items() if value}, session[0]["quality"])


def reflections(session: Sequence[Turn], column: str) -> float:
    counts = Counter(each[column] for each in session if each["speaker"] == "clinician")
    both = counts["reflection"] + counts["question"]
    return counts["reflection"] / both if both else 0.0


def macro_f1(task: str) -> Callable[[Records], float]:
    classes = TASKS[task]
    return lambda drawn: macro(np.array([[total(drawn, f"{task} {gold}>{coded}") for coded in classes] for gold in classes]))


def macro(table: Any) -> float:
    """The mean over classes of F1; rows are gold, columns coded."""
    return float(np.mean(2 * np.diag(table) / np.maximum(table.sum(0) + table.sum(1), 1)))


def calibration(task: str) -> Callable[[Records], float]:
    """Expected calibration error: over tenths of the stated probability, the gap between what was stated and what was right, by turns."""

    def of(drawn: Records) -> float:
        gaps = [abs(total(drawn, f"{task} bin {n} stated") - total(drawn, f"{task} bin {n} right")) for n in range(BINS)]
        turns = sum(total(drawn, f"{task} {gold}>{coded}") for gold in TASKS[task] for coded in TASKS[task])
        return sum(gaps) / max(1.0, turns)

    return of


def auc(drawn: Records, name: str) -> float:
    """Share of pairs (high, low) in which the high one has the higher value; equal ones count half. A draw without one of the two gives 0.5."""
    high, low = (np.array([each.values.get(name, 0.0) for each in drawn if bool(each.values.get("quality")) == wanted], dtype=float) for wanted in (True, False))
    if not len(high) or not len(low):
        return 0.5
    return float(np.mean((high[:, None] > low) + 0.5 * (high[:, None] == low)))


def apart(drawn: Records) -> float:
    return abs(auc(drawn, "R, coded") - auc(drawn, "R, gold"))


def human(every: Sequence[Sequence[Turn]], task: str) -> float:
    """Mean macro-F1 of one annotator against the majority of the others; a turn without a majority is left out."""
    classes, kind = TASKS[task], {"question": 1, "reflection": 2}.get(task, 0)
    speaker = "patient" if task == "patient" else "clinician"
    coded = [[vote[kind] for vote in json.loads(each["votes"])] for session in every for each in session if each["votes"] and each["speaker"] == speaker]
    scores = []
    for one in range(10):
        found = []
        for votes in coded:
            most = Counter(vote for place, vote in enumerate(votes) if place != one and vote in classes).most_common(2)
            if votes[one] in classes and most and (len(most) == 1 or most[0][1] > most[1][1]):
                found.append((most[0][0], votes[one]))
        scores.append(macro(table_of(found, classes)))
    return statistics.mean(scores)


def table_of(found: Sequence[tuple[str, str]], classes: Sequence[str]) -> Any:
    table = np.zeros((len(classes), len(classes)))
    for gold, coded in found:
        table[classes.index(gold), classes.index(coded)] += 1
    return table


def humans(context: Context) -> list[Row]:
    """One human, for comparison: no figure of ours."""
    every = list(sessions().values())
    return [fixed_row(f"one human rater: {what}", human(every, task), source="", note="each of ten against the majority of the other nine") for what, task in NAMED.items()]


NAMED = {"clinician, 4 classes, macro-F1": "clinician", "patient, 3 classes, macro-F1": "patient", "open/closed, macro-F1": "question", "simple/complex, macro-F1": "reflection"}
BARS = {"clinician": "≥ 0.80", "patient": "≥ 0.57", "question": "≥ 0.80", "reflection": "≥ 0.58"}


def timing(rounds: int = 30) -> Row:
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
    return fixed_row(
        "time a turn ÷ one MiniLM encode", ours / one, bar="≤ 2", better="lower", source=SOURCE, cases=rounds * len(TIMED), note=f"{ours * 1000:.1f} ms ÷ {one * 1000:.1f} ms"
    )


def records(split: str, context: Context) -> list[Record]:
    """Every session: all are out of fold, and none has a text to show."""
    return [record(name, session) for name, session in sessions().items()]


STATION = Station(
    name="coder", title="The rater of practice", asks="Does it code a turn as a rater of motivational interviewing would, on transcripts it was not trained on?", part="Practice",
    records=records, fixed=lambda context: [*humans(context), timing()], quick=1000,
    figures=(
        *(Figure(what, macro_f1(task), bar=BARS[task], source=SOURCE) for what, task in NAMED.items()),
        Figure("high against low quality by R:Q: AUC from predicted codes and from gold are apart by", apart, bar="≤ 0.05", source=SOURCE),
        *(Figure(f"{task}, expected calibration error", calibration(task), bar="≤ 0.05", source=SOURCE) for task in ("clinician", "patient")),
    ),
    uses=("evals/coder_oof.csv", "evals/train_coder/oof.py"), labels="AnnoMI, 95 transcripts, labelled by people; out of fold by transcript; intervals over sessions. No text is kept here, so no case is shown.",
)  # fmt: skip
