"""AnnoMI's turns with their labels, read from the folder COACH_ANNOMI names. Its text stays there: nothing of it is written anywhere."""

import csv
import os
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

CLINICIAN = ("question", "reflection", "input", "other")
PATIENT = ("change", "sustain", "neutral")
QUESTION = ("open", "closed")
REFLECTION = ("simple", "complex")
INPUT = ("information", "advice", "options", "negotiation")
PRESENT = ("question", "reflection", "input")
OWN_NAMES = {"therapist_input": "input"}
LOW = 3.0  # weight of a turn of a low-quality session while training
Shares = tuple[float, ...]


@dataclass
class Turn:
    """One utterance. Labels are shares of its annotators (one, or ten), `gold` the collection's own main label; a subtype nobody coded is None."""

    id: str
    transcript: str
    quality: str
    clinician: bool
    text: str
    previous: str
    gold: str
    main: Shares
    present: Shares = (0.0, 0.0, 0.0)
    question: Shares | None = None
    reflection: Shares | None = None
    input: Shares | None = None
    votes: dict[str, dict[str, str]] = field(default_factory=dict)  # annotator → {"main", "question", "reflection"}


def turns(folder: str | None = None) -> list[Turn]:
    """All turns, in order of transcript and utterance. `previous` is the turn before it in its transcript, whoever spoke, else ""."""
    named = folder or os.environ.pop("COACH_ANNOMI", "")  # taken out: the product refuses COACH_ names that are no setting of its own
    if not named:
        sys.exit("Name the folder that holds AnnoMI: COACH_ANNOMI=folder make train-coder")
    home = Path(named)
    coded = defaultdict(list)
    for row in _rows(home / "annotations.csv"):
        coded[row["transcript_id"], row["utterance_id"]].append(row)
    rows = sorted(_rows(home / "utterances.csv"), key=lambda row: (int(row["transcript_id"]), int(row["utterance_id"])))
    made, before = [], None
    for row in rows:
        previous = before["utterance_text"].strip() if before and before["transcript_id"] == row["transcript_id"] else ""
        made.append(_turn(row, previous, coded[row["transcript_id"], row["utterance_id"]]))
        before = row
    return made


def _turn(row: dict[str, str], previous: str, coded: list[dict[str, str]]) -> Turn:
    clinician = row["interlocutor"] == "therapist"
    classes, column = (CLINICIAN, "main_therapist_behaviour") if clinician else (PATIENT, "client_talk_type")
    mains = [OWN_NAMES.get(each[column], each[column]) for each in coded]
    gold = OWN_NAMES.get(row[column], row[column])
    turn = Turn(f"{row['transcript_id']}-{row['utterance_id']}", row["transcript_id"], row["mi_quality"], clinician,
                row["utterance_text"].strip(), previous, gold, _shares(classes, mains or [gold]))  # fmt: skip
    if clinician:
        turn.present = tuple(sum(each[f"{name}_exists"] == "True" for each in coded) / len(coded) for name in ("question", "reflection", "therapist_input"))
        turn.question = _subtype(QUESTION, [each["question_subtype"] for each in coded])
        turn.reflection = _subtype(REFLECTION, [each["reflection_subtype"] for each in coded])
        turn.input = _subtype(INPUT, [each["therapist_input_subtype"] for each in coded])
    turn.votes = {each["annotator_id"]: {"main": main, "question": each["question_subtype"], "reflection": each["reflection_subtype"]}
                  for each, main in zip(coded, mains, strict=True)}  # fmt: skip
    return turn


def _shares(classes: tuple[str, ...], given: list[str]) -> Shares:
    return tuple(given.count(name) / len(given) for name in classes)


def _subtype(classes: tuple[str, ...], given: list[str]) -> Shares | None:
    given = [name for name in given if name in classes]
    return _shares(classes, given) if given else None


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def folds(all_turns: list[Turn], count: int, seed: int = 7) -> dict[str, int]:
    """Transcript → fold. Whole transcripts; low and high quality ones spread alike, and about as many turns in each fold."""
    import random

    size, quality = defaultdict(int), {}
    for turn in all_turns:
        size[turn.transcript] += 1
        quality[turn.transcript] = turn.quality
    names = sorted(size, key=int)
    random.Random(seed).shuffle(names)
    load, placed = [0] * count, {}
    for wanted in ("low", "high"):
        tally = [0] * count
        for name in sorted((each for each in names if quality[each] == wanted), key=lambda each: -size[each]):
            fold = min(range(count), key=lambda each: (tally[each], load[each]))
            placed[name] = fold
            tally[fold] += 1
            load[fold] += size[name]
    return placed
