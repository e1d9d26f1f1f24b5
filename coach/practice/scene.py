"""A scene: one trainee, one simulated patient, turn by turn. Masks, codes, moves, answers, and gives the debrief. Keeps nothing once it is gone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import uuid4

from coach.advise.advice import Alert
from coach.errors import InputError
from coach.guard.folding import cleaned
from coach.guard.privacy import mask
from coach.guard.redlines import Finding, check_line
from coach.library.script import Script
from coach.practice import feedback, session
from coach.practice.behaviors import behaviors
from coach.practice.checklist import safety
from coach.practice.cues import sentences
from coach.practice.debrief import Debrief, Played, PlayedTurn, TurnBehavior, TurnCode
from coach.practice.distress import own_distress
from coach.practice.moves import CodeLike, Rater, counted, hear
from coach.practice.patient import Patient
from coach.practice.session import Said, State
from coach.practice.turns import Source, Turn
from coach.practice.voice import Voice, Written

READ = 4_000  # characters of a turn; the rest is not read
PUSHING = frozenset({"persuade", "confront", "limit"})
# Red lines that reach the patient as such. A number, a promise or a tapering rate is coached in the debrief only.
HARD = frozenset({"R1", "R5", "R6", "R7", "R8", "R9", "R10", "R11", "threat", "dismissal", "section 6"})
SOON = r"(?:today|tonight|tomorrow|now|right away|at once|immediately|overnight|this week|next week|(?:in|within) (?:a|one|the next) (?:day|week)|in (?:a few|two|three|several) days|starting monday)"
LARGE = r"(?:half|a third|two thirds|three quarters|(?:[3-9]\d|100) ?(?:%|percent))"
CUT = r"(?:cut|cutting|lower|lowering|reduc\w+|drop|dropping|taper\w*|bring\w* (?:it|them|this|you|(?:your|the) dose) down|com\w+ down|go\w* down|decreas\w+|halv\w+)"
FAST = re.compile(rf"\b(?:{CUT}\b[^.;?!]{{0,60}}\b{LARGE}(?!\w)[^.;?!]{{0,30}}\b{SOON}|{SOON}\b[^.;?!]{{0,40}}\b{CUT}\b[^.;?!]{{0,40}}\b{LARGE})(?!\w)")
UNSAID = re.compile(
    r"n't\b|\b(?:not|never|no one|nobody|afraid|scared|worried|fear\w*|heard|said|told|if|you(?:'ve| have| already| managed to)? (?:cut|dropped|lowered|reduced)|past|dangerous)\b"
)
APART = re.compile(r"[,;:–—]|\b(?:so|because|but|and)\b")
TOO_FAST = Finding(
    "R1",
    "This lowers the medicine by a large part at once. Say how it will be lowered together and slowly, or that nothing changes today.",
    "CDC 2022 (cdc-2022); HHS 2019 (hhs-2019)",
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What comes back for a turn. `turn` is None when the scene stopped for the trainee's sake: then `stopped` has words and steps for the trainee.
    `closing` is the patient's last line once the scene is over."""

    text: str
    source: Source
    turn: Turn | None
    closing: str = ""
    stopped: Alert | None = None


class Scene:
    """A conversation with `patient`. Everything in it follows from the seed and the turns (a voice that is not `Written` may add chance of its own)."""

    def __init__(self, patient: Patient, scripts: Mapping[str, Script], rater: Rater, seed: int = 0, voice: Voice | None = None, local: Mapping[str, Any] | None = None):
        self.patient, self.seed = patient, seed
        self.key = uuid4().hex  # tells this scene from others where something of it is kept; nothing follows from it
        self._scripts, self._rater, self._voice, self._local = scripts, rater, voice or Written(), local or {}
        self.opening, self._begun = session.opening(patient, session.begin(patient), seed)
        self.turns: tuple[Turn, ...] = ()
        self.closing: Said | None = None
        self.ended: str | None = None  # a key of feedback.ENDED
        self.stopped: Alert | None = None

    @property
    def state(self) -> State:
        return self.turns[-1].after if self.turns else self._begun

    @property
    def last_said(self) -> str:
        """What the patient said last."""
        return self.turns[-1].spoken if self.turns else self.opening.text

    @property
    def rater_note(self) -> str:
        """Empty, or what stood in for the trained rater."""
        return str(getattr(self._rater, "note", ""))

    def warm_up(self) -> None:
        """Have the rater load now rather than at the first turn (a second or two). Changes nothing."""
        self._rater.code("clinician", "Good morning.", "")

    def say(self, text: str) -> Reply:
        """The patient's answer to a clinician's turn, of which the first 4,000 characters are read, masked. An empty turn is silence.
        Raises InputError when the scene is over, or when masking fails."""
        if self.ended:
            raise InputError("The scene is over. See the debrief, or go back to a turn with again.")
        said = masked(cleaned(text[:READ].encode("utf-8", "replace").decode("utf-8")), self.patient)
        if alert := own_distress(said, self._local):
            self.ended, self.stopped = "stopped", alert
            return Reply("", "written", None, stopped=alert)
        turn = self._exchange(said)
        self.turns = (*self.turns, turn)
        if turn.after.over:
            self._close("left" if turn.after.left else "turns")
        return Reply(turn.spoken, turn.source, turn, self.closing.text if self.closing else "")

    def end(self) -> str:
        """End the scene; the patient's last line. Does nothing to a scene that is over."""
        if not self.ended:
            self._close("trainee")
        return self.closing.text if self.closing else ""

    def again(self, turn: int) -> str:
        """Go back to the beginning of a turn (from 1); what the patient had said before it. Raises InputError when there was no such turn."""
        try:
            session.rewind([one.before for one in self.turns], turn)
        except IndexError:
            raise InputError(f"There is no turn to go back to by that number. Choose one from 1 to {len(self.turns)}.") from None
        self.turns, self.ended, self.closing, self.stopped = self.turns[: turn - 1], None, None, None
        return self.last_said

    def debrief(self) -> Debrief:
        """The debrief of the scene so far."""
        found = feedback.debrief(self.patient, self.turns, self.opening, self.ended or "trainee", self._scripts)
        return found.model_copy(update={"rater": self.rater_note})

    def played(self) -> Played:
        """The scene from the opening to the debrief, as `coach practice --json` gives it. One that stopped for the trainee's sake has no debrief: their
        words and steps stand alone."""
        begun = feedback.levels(session.begin(self.patient))
        mi = self.patient.mode == "mi"
        first = PlayedTurn(turn=0, clinician="", before=begun, after=begun, patient=self.opening.text, talk=self.opening.talk if mi else None, source="written")
        return Played(
            patient=self.patient.id, seed=self.seed, turns=[first, *(_played(turn, mi) for turn in self.turns)], closing=self.closing.text if self.closing else "",
            stopped=[*self.stopped.say, *self.stopped.do] if self.stopped else [], debrief=None if self.stopped else self.debrief(),
        )  # fmt: skip

    def _exchange(self, text: str) -> Turn:
        before = self.state
        rated = self._codes(text)
        crossed = red_lines(text, " ".join((*self.patient.chart, self.patient.life, self.patient.pain, *(turn.spoken for turn in self.turns), self.opening.text)))
        found = behaviors(text, self.turns[-1].text if self.turns else "", any(code.subtype == "advice" for code in rated))
        codes = counted(text, rated, [(0, len(text))] if crossed else [one.span for one in found if one.name in PUSHING])
        names = [*(one.name for one in found), *(["red_line"] if any(one.rule in HARD for one in crossed) else [])]
        heard = hear(text, codes, names, session.mood(before) == "angry", before.questions, self._follows() or safety(text))
        said, after = session.choose(self.patient, session.step(self.patient, before, heard), heard, self.seed)
        spoken, source = self._voice.speak(self.patient, after, said, self.turns, text)
        if source == "voiced" and not said.secret:  # a written line says in the file what kind of talk it is; what was kept back is neither kind
            said = replace(said, talk=self._talk(spoken, text))
        return Turn(len(self.turns) + 1, text, codes, found, heard, before, after, said, spoken, source, crossed, tuple(code for code in rated if code not in codes))

    def _follows(self) -> bool:
        """Whether this turn follows up on a question about a danger."""
        return bool(self.turns) and self.turns[-1].has("direct_safety_question")

    def _codes(self, text: str) -> tuple[CodeLike, ...]:
        return tuple(self._rater.code("clinician", text, self.last_said).codes) if any(letter.isalnum() for letter in text) else ()

    def _talk(self, spoken: str, text: str) -> Any:
        return self._rater.code("patient", spoken, text).code

    def _close(self, why: str) -> None:
        self.ended, self.closing = why, session.closing(self.patient, self.state, self.seed)


def red_lines(text: str, known: str) -> tuple[Finding, ...]:
    """The red lines that a clinician's turn crosses. `known` is what has been said or stands in the chart: its numbers may be repeated. Form, and
    numbers that are no dose, are not for the trainee to mind while they talk. A cut by a large part at once is no tapering rate (R2) but a stop (R1)."""
    found = [one for one in check_line(text, scenario=known) if one.rule not in ("form", "superseded") and not one.what.startswith("A number stands here")]
    if not _fast(text):
        return tuple(found)
    return (TOO_FAST, *(one for one in found if one.rule not in ("R1", "R2")))


def _fast(text: str) -> bool:
    """Whether a sentence says that a large part of the dose goes within days, and does not deny it."""
    said = text.lower().replace("’", "'")
    found = [(said[start:end], cut) for start, end in sentences(said) if (cut := FAST.search(said[start:end]))]
    return any(not UNSAID.search(APART.split(sentence[: cut.start()])[-1] + cut.group()) for sentence, cut in found)


def masked(text: str, patient: Patient) -> str:
    """The text masked, but for words that stand in the patient's own file: names that were invented are nobody's. Raises InputError as `mask`."""
    found, pieces, at = mask(text), [], 0
    for kind, start, end in found.found:
        known = kind in ("name", "relative") and set(re.findall(r"\w+", text[start:end])) <= _words(patient)
        pieces += [text[at:start], text[start:end] if known else f"[{kind}]"]
        at = end
    return "".join(pieces) + text[at:]


@lru_cache(maxsize=64)
def _file_words(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in re.findall(r"\w+", text))


def _words(patient: Patient) -> frozenset[str]:
    return _file_words(patient.name, patient.life, patient.pain, *patient.chart, *(line.text for line in patient.lines), *(secret.text for secret in patient.secrets))


def _played(turn: Turn, mi: bool) -> PlayedTurn:
    codes = [(code, True) for code in turn.codes] + [(code, False) for code in turn.set_aside]
    return PlayedTurn(
        turn=turn.number, clinician=turn.text,
        codes=[TurnCode(code=one.code, subtype=one.subtype, words=turn.text[slice(*one.span)], probability=round(one.probability, 4), counted=counts) for one, counts in codes],
        behaviors=[TurnBehavior(name=one.name, words=one.words, validated=one.validated) for one in turn.behaviors], red_lines=[one.rule for one in turn.crossed],
        moves=list(turn.heard.moves), before=feedback.levels(turn.before), after=feedback.levels(turn.after), patient=turn.spoken, talk=turn.reply.talk if mi else None,
        source=turn.source, told=turn.reply.secret,
    )  # fmt: skip


def clinician_turns(scene: Scene, texts: Sequence[str]) -> None:
    """Say these turns one after the other, as long as the scene lasts, and end it."""
    for text in texts:
        if scene.ended:
            break
        scene.say(text)
    scene.end()
