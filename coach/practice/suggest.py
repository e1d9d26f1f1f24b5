"""What was done well, and the one thing to try with the library script that would have helped. Pure: rules over the turns of a scene."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from coach.library.lines import render
from coach.library.script import Script
from coach.practice.behaviors import behaviors
from coach.practice.checklist import Seen, asked_directly, in_text
from coach.practice.debrief import MISSED, NOT_ASKED, DoneWell, Suggestion
from coach.practice.distress import expected, shows
from coach.practice.moves import IN_A_ROW, topics
from coach.practice.patient import Patient
from coach.practice.rules_rater import RuleRater
from coach.practice.tables import table
from coach.practice.turns import Turn

# What may be praised, the rarest first, and how it is said.
WELL = {
    "direct_safety_question": "You asked straight out about a danger.",
    "emphasize_autonomy": "You left the choice with the patient.",
    "limit": "You said the limit plainly.",
    "complex_reflection": "You said back what lay behind the words.",
    "affirm": "You named something good about the patient.",
    "seek_collaboration": "You asked for the patient's view or leave.",
    "simple_reflection": "You said back what you had heard.",
    "open_question": "You asked a question that left room for an answer.",
}
HURTS = 0.7  # trust lost plus anger gained in one turn, from which it is worth another try
PUSHED = frozenset({"confront", "persuade", "advice", "red_line", "information_while_angry", "limit"})
SAFETY_SCRIPT = "safety/ask-about-suicide"
MOST_LINES = 2
LEAST = {
    "reflection": "saying back what you heard",
    "emphasize_autonomy": "saying what is theirs to decide",
    "seek_collaboration": "asking for their view",
    "affirm": "naming something good",
}
HELPS = frozenset({"reflection", "emphasize_autonomy", "affirm", "seek_collaboration"})


def done_well(turns: Sequence[Turn], mi: bool = True) -> list[DoneWell]:
    """Up to two things, of two kinds and in two turns: those after which the patient opened up or the mood eased most. None are made up when there are none.
    Without `mi`, nothing is said of the patient's kind of talk."""
    rated = sorted(((_worth(turn, name), -turn.number, name, turn) for turn in turns for name in _praised(turn)), key=lambda item: item[:2], reverse=True)
    chosen: list[tuple[str, Turn]] = []
    for _, _, name, turn in rated:
        if len(chosen) < 2 and all(name != other and turn.number != earlier.number for other, earlier in chosen):
            chosen.append((name, turn))
    return [DoneWell(turn=turn.number, what=WELL[name] + _followed(turn, mi), words=turn.words_of(name)) for name, turn in sorted(chosen, key=lambda item: item[1].number)]


def _praised(turn: Turn) -> Iterator[str]:
    if not turn.crossed and not turn.names & {"confront", "persuade"} and turn.loss <= 0.3:
        yield from (name for name in WELL if turn.has(name))


def _worth(turn: Turn, name: str) -> float:
    return -turn.loss + 1.5 * turn.reply.secret + 1.0 * (turn.reply.talk == "change") - 0.15 * list(WELL).index(name)


def _followed(turn: Turn, mi: bool) -> str:
    if turn.reply.secret:
        return " Then came something the patient had kept back."
    return " Then came change talk." if mi and turn.reply.talk == "change" else ""


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where it mattered, why, and what would have helped: codes and behaviors, or a key of the checklist."""

    turn: Turn
    why: str
    wants: frozenset[str]
    item: str | None = None
    missing: bool = False  # what to try was left undone, so no words of the trainee are held up


def try_this(patient: Patient, turns: Sequence[Turn], opening: str, seen: Sequence[Seen], scripts: Mapping[str, Script]) -> Suggestion | None:
    """One thing: a safety question that was missed, else the turn that cost most, else the first item left undone, else the third question in a row,
    else the turn that gained least. None without turns."""
    if not turns:
        return None
    spot = _missed_safety(patient, turns, opening) or _hurt(turns) or _undone(seen, turns) or _questions(turns) or _least(turns)
    before = opening if spot.turn.number == 1 else turns[spot.turn.number - 2].spoken
    script, lines = helpful(patient, scripts, spot.wants, spot.item, f"{before} {spot.turn.text}")
    return Suggestion(
        again=spot.turn.number, why=spot.why, words="" if spot.missing else spot.turn.text, patient_said=before,
        script=script.id if script else None, title=script.title if script else "", lines=lines,
    )  # fmt: skip


def _missed_safety(patient: Patient, turns: Sequence[Turn], opening: str) -> _Spot | None:
    if not expected(patient) or any(asked_directly(turn) for turn in turns):
        return None
    said = [opening, *(turn.spoken for turn in turns)]
    at = next((number for number, text in enumerate(said) if shows(patient, text)), None)
    trusting = max(turns, key=lambda turn: turn.before.trust)
    turn = trusting if at is None else turns[min(at, len(turns) - 1)]
    why = MISSED if at is not None else f"{NOT_ASKED} Here trust was highest."
    return _Spot(turn, f"{why} Asked directly and kindly, people mostly feel cared for.", frozenset({"direct_safety_question"}), "suicide", missing=True)


def _hurt(turns: Sequence[Turn]) -> _Spot | None:
    worst = max((turn for turn in turns if set(turn.heard.moves) & PUSHED), key=lambda turn: turn.loss, default=None)
    if worst is None or worst.loss < HURTS:
        return None
    moves = table("moves.yaml")
    move = max(worst.heard.moves, key=lambda name: moves[name]["effects"].get("anger", 0) - moves[name]["effects"].get("trust", 0))
    return _Spot(worst, f"This turn cost the most trust or raised the most anger. {moves[move]['why']}", HELPS)


def _questions(turns: Sequence[Turn]) -> _Spot | None:
    run: list[Turn] = []
    longest: list[Turn] = []
    for turn in turns:
        run = [*run, turn] if turn.heard.question and not turn.heard.reflection else []
        longest = max(longest, run, key=len)
    if len(longest) < IN_A_ROW:
        return None
    return _Spot(longest[IN_A_ROW - 1], f"{len(longest)} questions came in a row. Say something back before the next one.", frozenset({"reflection"}))


def _undone(seen: Sequence[Seen], turns: Sequence[Turn]) -> _Spot | None:
    item = next((item for item in seen if not item.done), None)
    if item is None:
        return None
    turn = turns[item.turn - 1] if item.turn else turns[len(turns) // 2]
    return _Spot(turn, f"Still missing: {item.text.rstrip('.')}.", HELPS, item.key, missing=item.turn is None)


def _least(turns: Sequence[Turn]) -> _Spot:
    """When nothing went wrong: the skill used least, at the turn without it that moved least. Asking about a danger is never what should have been something else."""
    for skill in sorted(LEAST, key=lambda name: sum(turn.has(name) for turn in turns)):
        if without := [turn for turn in turns if not turn.has(skill) and not turn.has("direct_safety_question")]:
            return _Spot(max(without, key=lambda turn: turn.loss), f"Nothing went wrong, and this turn moved least. Try {LEAST[skill]} here.", frozenset({skill}))
    return _Spot(turns[-1], f"Nothing went wrong. Try {LEAST['reflection']} once more.", frozenset({"reflection"}))


def helpful(patient: Patient, scripts: Mapping[str, Script], wants: frozenset[str], item: str | None, context: str) -> tuple[Script | None, list[str]]:
    """Of the patient's scripts the one whose lines do most of what was wanted here, and up to two of those lines (its one thing when none does).
    Lines that need a slot or another situation are left out. Only what is said first, not an answer to a pushback. The question about suicide comes from its safety script."""
    names = [name for name in patient.scripts if name in scripts]
    if item == "suicide" and SAFETY_SCRIPT in scripts:
        names = [SAFETY_SCRIPT]
    about, present, rated = set(topics(context)), set(patient.situations), list[tuple[float, Script, str]]()
    for place, script in enumerate(scripts[name] for name in names):
        for line in (line for line in (script.one_thing, *script.say) if line.applies(present)):
            shown = render(line, {})
            if shown and (fit := _fit(shown.text, wants, item)):
                rated.append((fit + 0.5 * len(about & set(topics(shown.text))) + 0.3 * bool(line.conditions) - 0.2 * place, script, shown.text))
    if not rated:
        first = scripts[names[0]] if names else None
        shown = render(first.one_thing, {}) if first else None
        return first, [shown.text] if shown else []
    top, best, _ = max(rated, key=lambda one: one[0])
    lines = [text for fit, script, text in sorted(rated, key=lambda one: -one[0]) if script is best and fit >= top - 1.0]
    return best, list(dict.fromkeys(lines))[:MOST_LINES]


def _fit(text: str, wants: frozenset[str], item: str | None) -> float:
    """How much of what was wanted a line does; 0 when nothing."""
    if item and item != "no_accusation":
        return 4.0 if in_text(item, text) else 0.0
    return float(len(_does(text) & wants))


@lru_cache(maxsize=4096)
def _does(text: str) -> frozenset[str]:
    codes = RuleRater().code("clinician", text).codes
    return frozenset({behavior.name for behavior in behaviors(text)} | {code.code for code in codes})
