"""The shapes of a debrief and of a played scene: what the page and `coach practice … --json` give. The JSON Schemas in coach/schemas/ are made from these."""

from typing import Literal

from pydantic import Field

from coach.advise.advice import Shape

MISSED, NOT_ASKED = "There was a sign of thoughts of dying, and the question was not asked.", "Nobody asked about thoughts of dying."
Talk = Literal["change", "sustain", "neutral"]
Standing = Literal["below fair", "fair", "good"]


class Levels(Shape):
    """Where the patient is, 0 to 10 each."""

    trust: float
    fear: float
    anger: float
    readiness: float
    mood: str


class TurnCode(Shape):
    code: str
    subtype: str | None = None
    words: str = Field(description="the trainee's words that carry it")
    probability: float
    counted: bool = Field(True, description="false: the same words persuade, confront, set a limit or cross a red line, so the code does not count")


class TurnBehavior(Shape):
    name: str
    words: str
    validated: bool = Field(False, description="whether it has been measured how often the rule is right")


class PlayedTurn(Shape):
    """One exchange. Turn 0 is the patient's opening, with nothing said by the clinician."""

    turn: int
    clinician: str = Field(description="masked: no name stands here")
    codes: list[TurnCode] = Field([])
    behaviors: list[TurnBehavior] = Field([])
    red_lines: list[str] = Field([], description="rules of coach/guard/redlines.yaml that the turn crossed")
    moves: list[str] = Field([], description="rows of coach/practice/moves.yaml that reached the patient")
    before: Levels
    after: Levels
    patient: str
    talk: Talk | None = Field(None, description="null in checklist mode: change talk means nothing there")
    source: Literal["voiced", "written"]
    told: bool = Field(False, description="the patient said something kept back until now")


class Point(Shape):
    """One turn on the picture of the conversation."""

    turn: int
    trust: float
    anger: float
    fear: float
    readiness: float
    talk: Talk | None = Field(None, description="null in checklist mode")
    codes: list[str] = Field([], description="the trainee's codes and behaviors in this turn")


class Count(Shape):
    name: str
    turns: int = Field(description="in how many turns: a code counts once a turn, complex before simple (MITI 4.2.1)")
    validated: bool


class Ratio(Shape):
    """A summary measure. `value` is null when it is not defined."""

    name: str
    value: float | None
    shown: str
    fair: float | None = Field(None, description="MITI 4.2.1 threshold; null in checklist mode")
    good: float | None = None
    standing: Standing | None = None


class DoneWell(Shape):
    turn: int
    what: str
    words: str = Field(description="the trainee's own words")


class Suggestion(Shape):
    """The one thing to try. `again` is the turn to rewind to."""

    again: int
    why: str
    words: str = Field(description="what the trainee said there; empty when something was missing")
    patient_said: str = Field(description="what the patient had said just before")
    script: str | None = Field(None, description="id of the library script that would have helped")
    title: str = ""
    lines: list[str] = Field([], description="lines of that script that fit here")


class ChecklistItem(Shape):
    key: str
    text: str
    done: bool
    turn: int | None = None
    words: str = ""


class CrossedLine(Shape):
    turn: int
    words: str
    what: str
    source: str


class Debrief(Shape):
    """What the trainee sees after a scene. Every number is counted by code."""

    patient: str
    title: str
    mode: Literal["mi", "checklist"]
    turns: int
    ended: str = Field(description="why the scene ended: by the trainee, after 20 turns, or because the patient left")
    start: Levels
    end: Levels
    patient_talk: dict[str, int] = Field(description="how many of the patient's turns were change, sustain and neutral talk")
    counts: list[Count] = Field([])
    ratios: list[Ratio] = Field([])
    thresholds: str = Field("", description="what the thresholds are, and are not")
    share_of_talk: float | None = Field(None, description="the trainee's share of all words, 0 to 1")
    curve: list[Point] = Field([], description="turn by turn, for the picture")
    done_well: list[DoneWell] = Field([])
    try_this: Suggestion | None = None
    checklist: list[ChecklistItem] = Field([])
    red_lines: list[CrossedLine] = Field([])
    not_validated: str = ""
    rater: str = Field("", description="empty, or what stood in for the trained rater")


class Played(Shape):
    """A scene from the opening to the debrief. `closing` is the patient's last line, empty when the scene was stopped for the trainee's sake."""

    patient: str
    seed: int
    turns: list[PlayedTurn]
    closing: str
    stopped: list[str] = Field([], description="words for the trainee when the scene stopped because of a sign of their own distress")
    debrief: Debrief | None = Field(None, description="null when the scene was stopped for the trainee's sake")
