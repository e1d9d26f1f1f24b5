"""Progress over practice sessions: what one row holds, and what to practice next. Pure rules; counts and codes, never what was said."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import Field

from coach.advise.advice import Shape
from coach.practice.debrief import Debrief
from coach.practice.measures import THRESHOLDS
from coach.practice.patient import Patient
from coach.practice.selfview import DONE, HALF, View

LEAST_TURNS = 3
RECENT = 3  # how many of the last sessions tell how a skill stands
INPUT = ("information", "advice", "options", "negotiation")
MI = "null in checklist mode, where it means nothing"


class Session(Shape):
    """One practice session as it is kept."""

    at: datetime = Field(description="when it was looked back on, UTC")
    patient: str = Field(description="the patient's id")
    mode: Literal["mi", "checklist"]
    level: int
    turns: int
    open_questions: int | None = Field(None, description=f"turns with one; {MI}")
    closed_questions: int | None = None
    simple_reflections: int | None = None
    complex_reflections: int | None = None
    input: int | None = Field(None, description="turns with information, advice, options or negotiation")
    change: int | None = Field(None, description=f"the patient's turns of change talk; {MI}")
    sustain: int | None = None
    neutral: int | None = None
    reflections_per_question: float | None = Field(None, description="R:Q; null when not defined (no questions)")
    complex_share: float | None = Field(None, description="%CR, 0 to 1; null when not defined (no reflections)")
    open_share: float | None = Field(None, description="open among questions, 0 to 1; null when not defined (no questions)")
    share_of_talk: float | None = None
    checklist_met: int = 0
    checklist_total: int = Field(0, description="0 when the patient has no list")
    trust_start: float
    trust_end: float
    view: View | None = Field(None, description="the trainee's own view, if given")

    @property
    def checklist_share(self) -> float | None:
        return self.checklist_met / self.checklist_total if self.mode == "checklist" and self.checklist_total else None


class Overview(Shape):
    """What `coach practice progress --json` gives."""

    keep: bool = Field(description="whether further sessions are kept")
    met: int = Field(description="how many of the patients of now were met")
    of: int
    next: str = Field(description="what to practice next; empty when nothing is kept")
    sessions: list[Session] = Field(description="oldest first")


def record(patient: Patient, found: Debrief, own: View | None, at: datetime) -> Session | None:
    """The row of a debriefed scene; None when it was too short to count."""
    if found.turns < LEAST_TURNS:
        return None
    mi = found.mode == "mi"
    said = {count.name: count.turns for count in found.counts}
    ratio = {one.name: one.value for one in found.ratios}
    return Session(
        at=at, patient=patient.id, mode=found.mode, level=patient.level, turns=found.turns, view=own,
        open_questions=said.get("open_question"), closed_questions=said.get("closed_question"), simple_reflections=said.get("simple_reflection"),
        complex_reflections=said.get("complex_reflection"), input=sum(said[name] for name in INPUT) if mi else None,
        change=found.patient_talk.get("change"), sustain=found.patient_talk.get("sustain"), neutral=found.patient_talk.get("neutral"),
        reflections_per_question=ratio.get("R:Q"), complex_share=ratio.get("%CR"), open_share=ratio.get("open questions"), share_of_talk=found.share_of_talk,
        checklist_met=sum(item.done for item in found.checklist), checklist_total=len(found.checklist), trust_start=found.start.trust, trust_end=found.end.trust,
    )  # fmt: skip


def overview(sessions: Sequence[Session], keep: bool, patients: Sequence[Patient]) -> Overview:
    met = {one.patient for one in sessions} & {patient.id for patient in patients}
    return Overview(keep=keep, met=len(met), of=len(patients), next=next_step(sessions, patients) if sessions else "", sessions=list(sessions))


class Skill(NamedTuple):
    """How it is read from a session, what is fair and good (MITI 4.2.1; of the list, the authors' own), and what to say: `{}` is the mean of the last three."""

    value: Callable[[Session], float | None]
    fair: float
    good: float
    says: str


SKILLS = (
    Skill(lambda one: one.reflections_per_question, *THRESHOLDS["R:Q"], "In your last three sessions you reflected {:.1f} times per question: say back what you heard before you ask again."),
    Skill(lambda one: one.complex_share, *THRESHOLDS["%CR"], "In your last three sessions {:.0%} of your reflections were complex: try saying what lies under the words."),
    Skill(lambda one: one.checklist_share, HALF, DONE, "In your last three visits with a list {:.0%} of it was there: read the list before you begin, and go through it."),
)  # fmt: skip


def next_step(sessions: Sequence[Session], patients: Sequence[Patient]) -> str:
    """One sentence: the mode not tried yet; else the skill that is furthest below fair; else the next level; else who was not met; else the skill below
    good; else whoever was met longest ago. Patients come the gentlest first."""
    gentle = sorted(patients, key=lambda patient: (patient.level, patient.id))
    return (
        _mode(sessions, gentle)
        or _weakest(sessions, "fair")
        or _level(sessions, gentle)
        or _unmet(sessions, gentle)
        or _weakest(sessions, "good")
        or _longest_ago(sessions, gentle)
    )


def _mode(sessions: Sequence[Session], gentle: Sequence[Patient]) -> str:
    tried = {one.mode for one in sessions}
    for patient in gentle:
        if patient.mode not in tried:
            named = "motivational interviewing" if patient.mode == "mi" else "a limit, bad news or a danger"
            return f"You have not practiced {named} yet: {patient.name} (level {patient.level}) is a beginning."
    return ""


def _weakest(sessions: Sequence[Session], bound: Literal["fair", "good"]) -> str:
    """The skill whose last three sessions lie furthest below its bound; empty when none does."""
    low: list[tuple[float, str]] = []
    for skill in SKILLS:
        values = [value for one in sessions if (value := skill.value(one)) is not None][-RECENT:]
        mean = sum(values) / len(values) if values else 0.0
        wanted = skill.fair if bound == "fair" else skill.good
        if len(values) == RECENT and mean < wanted:
            low.append((mean / wanted, skill.says.format(mean)))
    return min(low)[1] if low else ""


def _level(sessions: Sequence[Session], gentle: Sequence[Patient]) -> str:
    highest = max((one.level for one in sessions), default=0)
    harder = next((patient for patient in gentle if patient.level > highest), None)
    return f"You have not been at level {harder.level} yet: try {harder.name}." if harder else ""


def _unmet(sessions: Sequence[Session], gentle: Sequence[Patient]) -> str:
    met = {one.patient for one in sessions}
    new = next((patient for patient in gentle if patient.id not in met), None)
    return f"You have not met {new.name} yet (level {new.level})." if new else ""


def _longest_ago(sessions: Sequence[Session], gentle: Sequence[Patient]) -> str:
    last = {one.patient: one.at for one in sessions}
    known = [patient for patient in gentle if patient.id in last]
    old = min(known, key=lambda patient: last[patient.id], default=None)
    return f"You have met everyone. It is longest since you talked with {old.name}." if old else ""
