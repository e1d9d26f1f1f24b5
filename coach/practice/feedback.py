"""The debrief of a scene: counted, quoted, one thing to try. Pure: no model has a word in it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from coach.library.script import Script
from coach.practice import measures
from coach.practice.checklist import checklist
from coach.practice.debrief import ChecklistItem, CrossedLine, Debrief, Levels, Point
from coach.practice.patient import TALKS, Patient, Talk
from coach.practice.session import Said, State, begin, mood
from coach.practice.suggest import done_well, try_this
from coach.practice.turns import Turn

ENDED = {"trainee": "You ended the scene.", "turns": "The scene ended after 20 turns.", "left": "The patient had enough and left.", "stopped": "The scene stopped for your sake."}


def debrief(patient: Patient, turns: Sequence[Turn], opening: Said, ended: str, scripts: Mapping[str, Script]) -> Debrief:
    """The whole debrief. `ended` is a key of ENDED. MI counts with MITI 4.2.1's thresholds only in mode mi, the list only in mode checklist."""
    last, mi = (turns[-1].after if turns else begin(patient)), patient.mode == "mi"
    seen = checklist(patient.checklist, turns)
    said = Counter([opening.talk, *(turn.reply.talk for turn in turns)])
    return Debrief(
        patient=patient.id, title=patient.title, mode=patient.mode, turns=len(turns), ended=ENDED[ended], start=levels(begin(patient)), end=levels(last),
        patient_talk={talk: said[talk] for talk in TALKS} if mi else {}, counts=measures.counts(turns) if mi else [], ratios=measures.ratios(turns) if mi else [],
        thresholds=measures.WHAT_THRESHOLDS_ARE if mi else "", share_of_talk=measures.share_of_talk(turns, opening.text), curve=list(_curve(patient, opening, turns)),
        done_well=done_well(turns, mi), try_this=try_this(patient, turns, opening.text, seen, scripts),
        checklist=[ChecklistItem(key=item.key, text=item.text, done=item.done, turn=item.turn, words=item.words) for item in seen],
        red_lines=list(_crossed(turns)), not_validated=measures.NOT_VALIDATED if mi else "What the list finds is found by rules that have not been validated.",
    )  # fmt: skip


def levels(state: State) -> Levels:
    return Levels(trust=state.trust, fear=state.fear, anger=state.anger, readiness=state.readiness, mood=mood(state))


def _curve(patient: Patient, opening: Said, turns: Sequence[Turn]) -> Iterator[Point]:
    mi = patient.mode == "mi"
    yield _point(0, begin(patient), opening.talk if mi else None, [])
    for turn in turns:
        yield _point(turn.number, turn.after, turn.reply.talk if mi else None, sorted(turn.names - {"question", "reflection", "input"}))


def _point(number: int, state: State, talk: Talk | None, codes: list[str]) -> Point:
    return Point(turn=number, trust=state.trust, anger=state.anger, fear=state.fear, readiness=state.readiness, talk=talk, codes=codes)


def _crossed(turns: Sequence[Turn]) -> Iterator[CrossedLine]:
    for turn in turns:
        for finding in turn.crossed:
            yield CrossedLine(turn=turn.number, words=turn.text, what=finding.what, source=finding.source)
