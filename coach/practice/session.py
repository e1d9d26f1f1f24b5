"""A practice scene as a state machine: what a turn does to the patient, and which of the patient's own lines comes next.

Pure: no model, no clock, no chance but what a given seed makes. The sizes of all effects stand in moves.yaml.
"""

import random
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import lru_cache

from coach.practice.moves import EFFECTS, Heard, asked, topics
from coach.practice.patient import Mood, Patient, Secret, SpokenLine, Talk
from coach.practice.tables import table

MOST_TURNS = 20
BOILING, BOILING_TURNS = 10.0, 2
# How moods shade into each other when the lines of one are used up.
NEAR: Mapping[str, tuple[str, ...]] = {"angry": ("wary",), "wary": ("sad", "angry"), "sad": ("wary", "open"), "open": ("wary", "sad"), "silent": ("wary", "sad")}
BASE: Mapping[Talk, float] = {"neutral": 0.6, "sustain": 0.3, "change": 0.1}  # AnnoMI's patients: 0.64, 0.11, 0.24 over all readiness
GAINED = {"trust": 1.0, "anger": -1.2, "fear": -0.6, "readiness": 0.6}  # the most one turn can win: nobody is won over by one sentence
DANGERS = frozenset({"suicide", "overdose", "naloxone", "alcohol", "drugs", "home", "means"})
SAY_UNASKED = 0.6  # chance that something trusted is said when its topic comes up


@dataclass(frozen=True, slots=True)
class State:
    """Where the patient is, 0 to 10 each; which secrets are told (numbers in `Patient.secrets`) and which lines said (in `Patient.lines`).
    `questions`: turns in a row with a question and no reflection; `boiling`: turns in a row at full anger; `topic`: what was talked about last."""

    trust: float
    fear: float
    anger: float
    readiness: float
    disclosed: frozenset[int] = frozenset()
    said: tuple[int, ...] = ()
    turn: int = 0
    questions: int = 0
    boiling: int = 0
    topic: str = "any"
    told: bool = False  # the patient's last line was something not told before

    @property
    def over(self) -> bool:
        """Whether the scene ends here: 20 turns, or full anger for two."""
        return self.turn >= MOST_TURNS or self.left

    @property
    def left(self) -> bool:
        """Whether the patient has had enough and goes."""
        return self.boiling >= BOILING_TURNS


@dataclass(frozen=True, slots=True)
class Said:
    """What the patient says next. `secret`: it was not told before. `number` is its place in `Patient.lines` or `Patient.secrets`."""

    text: str
    talk: Talk
    topic: str
    mood: Mood
    number: int
    secret: bool = False
    part: str = "line"


def begin(patient: Patient) -> State:
    """The state before the first word."""
    trust, fear, anger, readiness = (float(patient.start[name]) for name in EFFECTS)
    return State(trust, fear, anger, readiness)


def mood(state: State) -> Mood:
    if state.anger >= 6:
        return "angry"
    if state.trust <= 2:
        return "silent"
    if state.fear >= 7 or state.told:
        return "sad"
    return "open" if state.trust >= 6 and state.anger < 4 else "wary"


def step(patient: Patient, state: State, heard: Heard) -> State:
    """The state after a clinician's turn, before the patient answers."""
    sums = {name: sum(effects(patient, move).get(name, 0.0) for move in heard.moves) for name in EFFECTS}
    for name, most in GAINED.items():
        sums[name] = min(sums[name], most) if most > 0 else max(sums[name], most)
    values = {name: min(10.0, max(0.0, round(getattr(state, name) + size, 3))) for name, size in sums.items()}
    return replace(
        state, **values, turn=state.turn + 1, questions=state.questions + 1 if heard.question and not heard.reflection else 0,
        boiling=state.boiling + 1 if values["anger"] >= BOILING else 0, topic=heard.topics[0] if heard.topics else state.topic,
    )  # fmt: skip


def effects(patient: Patient, move: str) -> dict[str, float]:
    """What a move does to this patient's trust, fear, anger and readiness."""
    row: Mapping[str, float] = table("moves.yaml")[move]["effects"]
    times = patient.triggers.get(move, patient.softens.get(move, 1.0))
    sizes = {name: row[name] * (times if name in ("trust", "anger") else 1) for name in EFFECTS if name in row}
    if move == "limit" and patient.mode == "checklist":
        sizes.pop("anger", None)  # the visit is about a limit: said honestly, it does not make things worse
    return sizes


def opening(patient: Patient, state: State, seed: int) -> tuple[Said, State]:
    """The first thing the patient says, before the clinician does."""
    said = _pick(patient, [n for n, line in enumerate(patient.lines) if line.part == "opening"], _chance(patient, seed, 0), mood(state))
    return said, replace(state, said=(*state.said, said.number), topic=said.topic)


def closing(patient: Patient, state: State, seed: int) -> Said:
    """The last thing: a good one when trust has grown and the patient is not angry."""
    part = "closing good" if state.trust > patient.start["trust"] and state.anger < 6 and not state.left else "closing bad"
    return _pick(patient, [n for n, line in enumerate(patient.lines) if line.part == part], _chance(patient, seed, state.turn + 1000), mood(state))


def choose(patient: Patient, state: State, heard: Heard, seed: int) -> tuple[Said, State]:
    """The patient's next line for a state that `step` gave, and the state once it is said. Same patient, state, turn and seed, same line."""
    chance = _chance(patient, seed, state.turn)
    number = _trusted(patient, state, heard, chance)
    if number is not None:
        secret = patient.secrets[number]
        said = Said(secret.text, "neutral", state.topic, mood(state), number, secret=True)
        return said, replace(state, disclosed=state.disclosed | {number}, told=True)
    talk = _talk(state, heard, chance)
    said = _pick(patient, _best(patient, state, heard, talk), chance, mood(state))
    return said, replace(state, said=(*state.said, said.number), told=False)


def odds(state: State, heard: Heard) -> dict[Talk, float]:
    """How likely the next line is sustain, change or neutral talk: by readiness, mood and what the clinician just did. Sums to 1."""
    lean = {name: sum(table("moves.yaml")[move]["effects"].get(name, 0.0) for move in heard.moves) for name in ("sustain", "change")}
    now = mood(state)
    weights: dict[Talk, float] = {
        "neutral": BASE["neutral"],
        "sustain": max(0.08, BASE["sustain"] - 0.025 * state.readiness + lean["sustain"] + (0.1 if now == "angry" else 0)),
        "change": max(0.08, BASE["change"] + 0.03 * state.readiness + lean["change"] - lean["sustain"] / 2 + (0.08 if now == "open" else 0)),
    }
    total = sum(weights.values())
    return {talk: weight / total for talk, weight in weights.items()}


def _talk(state: State, heard: Heard, chance: random.Random) -> Talk:
    weights = odds(state, heard)
    return chance.choices(list(weights), list(weights.values()))[0]


def _trusted(patient: Patient, state: State, heard: Heard, chance: random.Random) -> int | None:
    """A secret that may be told now: asked about, or its topic came up with an inviting turn."""
    roll = chance.random()
    open_now = [n for n, secret in enumerate(patient.secrets) if n not in state.disclosed and state.trust >= secret.trust]
    for number in open_now:
        if patient.secrets[number].asked in heard.asked:
            return number
    if heard.inviting and not state.told and "safety" not in heard.topics and roll < SAY_UNASKED:
        for number in open_now:
            if patient.secrets[number].asked is None and _comes_up(patient.secrets[number], state, heard):
                return number
    return None


def _comes_up(secret: Secret, state: State, heard: Heard) -> bool:
    about = _about(secret.text)
    return not about or bool(set(about) & set(heard.topics or (state.topic,)))


@lru_cache(maxsize=1024)
def _about(text: str) -> tuple[str, ...]:
    return topics(text)


def _best(patient: Patient, state: State, heard: Heard, talk: Talk) -> list[int]:
    """The lines that fit best, none said before while others remain."""
    lines = [n for n, line in enumerate(patient.lines) if line.part == "line"]
    fresh = [n for n in lines if n not in state.said] or [n for n in lines if n not in state.said[-6:]]
    scores = {n: _score(patient.lines[n], state, heard, talk) for n in fresh}
    return [n for n in fresh if scores[n] == max(scores.values())]


def _score(line: SpokenLine, state: State, heard: Heard, talk: Talk) -> float:
    now, about = mood(state), heard.topics or (state.topic,)
    fits = 3.5 if line.topic == about[0] else 3.0 if line.topic in about else 1.0 if line.topic == "any" or now == "silent" else 0.0
    if line.topic == "safety":
        fits = _answers(line.text, heard.asked) if "safety" in heard.topics else -6.0  # an answer to a question that was not asked sounds mad
    near = 3.0 if now == "silent" else 1.0  # who says little still lets something slip
    felt = 5.0 if line.mood == now else near if line.mood in NEAR[now] else 0.0
    return fits + felt + (3.5 if line.talk == talk else 0.0)


def _answers(text: str, wanted: Set[str]) -> float:
    """How well a line about safety answers what was asked: one about the naloxone is no answer to a question about suicide."""
    about = _dangers(text)
    return 11.0 if about & wanted else 5.0 if about and wanted & DANGERS else 9.0


@lru_cache(maxsize=1024)
def _dangers(text: str) -> frozenset[str]:
    return asked(text) & DANGERS


def _pick(patient: Patient, numbers: Iterable[int], chance: random.Random, now: Mood) -> Said:
    number = chance.choice(list(numbers))
    line = patient.lines[number]
    return Said(line.text, line.talk, line.topic, now, number, part=line.part)


def _chance(patient: Patient, seed: int, turn: int) -> random.Random:
    return random.Random(f"{patient.id} {seed} {turn}")  # noqa: S311 no secret depends on it


def rewind(states: Sequence[State], turn: int) -> State:
    """The state in which turn `turn` (from 1) began; `states` are those before each turn so far. Raises IndexError when there was no such turn."""
    if not 1 <= turn <= len(states):
        raise IndexError(turn)
    return states[turn - 1]
