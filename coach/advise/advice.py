"""The shapes of an answer: what `Coach.advise`, `Coach.search` and `coach … --json` give. The JSON Schemas in coach/schemas/ are made from these."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Scope = Literal["in_scope", "dosing", "off_topic", "outside_guideline"]
Urgency = Literal["now", "today", "plan"]
How = Literal["verbatim", "filled", "rewritten"]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Alert(Shape):
    """Something to act on before anything else. Made by rules; `say` are fixed words of a safety script."""

    kind: str
    urgency: Urgency = Field(description="now: in this room; today; plan: belongs in this visit's plan")
    matched: str = Field(description="the words of the (masked) scenario that raised it")
    say: list[str]
    do: list[str]
    source: str = Field(description="the script the words come from, and the source of the rule")


class Needs(Shape):
    """Needs by their names in taxonomy.yaml (seed 000, tables 1 and 2)."""

    asked: list[str] = []
    likely: list[str] = []


class Situation(Shape):
    tag: str
    evidence: str = Field(description="the words of the scenario that show it")


class Fact(Shape):
    """A slot's value. `span` stands in the scenario, letter for letter; `value` is it, turned to speech addressed to the patient."""

    value: str
    span: str
    by: Literal["rules", "model"] = "rules"


class SpokenLine(Shape):
    """A line on the screen. `source` is the library line as written, `text` what is to be said."""

    source: str
    text: str
    how: How
    rejected: str | None = Field(None, description="why a rewrite was not used")
    note: str = Field("", description="a stage direction of the script for the clinician; never said or copied")
    core: bool = Field(True, description="among the lines to read first; the others are one click away")
    fills: list[tuple[int, int, str]] = Field([], description="start, end, slot: which characters of text came from the scenario")


class PushbackLines(Shape):
    quote: str = Field(description="what the patient may say")
    answers: list[SpokenLine]
    heard: bool = Field(False, description="the scenario or follow-up says that the patient said something like this")


class ScriptFound(Shape):
    """A script as `search` gives it: without its lines."""

    id: str
    title: str
    category: str
    situations: list[str]
    status: str
    version: int
    score: float = Field(description="reciprocal rank fusion, 0 to 1: 1 when both searches put it first")
    why: str = Field(description="the passage of the script that matched best")


class ScriptAdvice(ScriptFound):
    """A script as `advise` gives it: lines chosen by what is known, slots filled."""

    audience: str = "patient"
    decision: str = "shared"
    use_when: str = ""
    avoid_when: str = ""
    one_thing: SpokenLine | None
    check_first: list[str]
    lines: list[SpokenLine]
    pushbacks: list[PushbackLines]
    avoid: list[str]
    then: list[str]
    why_it_works: str = ""
    reviewed_by: str | None = Field(None, description="who reviewed it, with their profession; null while it is a draft")
    review_by: str | None = Field(None, description="when it should be reviewed again, as a date")
    evidence: list[str] = Field([], description="each claim with the title of its source")
    clinic: list[str] = Field([], description="what this clinic's own page (local.yaml) says that fits, for the clinician to read: no lines to say")


class Guidance(Shape):
    """A short guideline fact, shown for dosing and taper-plan questions. Never arithmetic."""

    text: str
    source: str


class Timings(Shape):
    """Milliseconds since the call began; null for what did not happen."""

    search: float | None = None
    first_line: float | None = None
    facts: float | None = None
    total: float = 0.0


class Advice(Shape):
    """The whole answer to one scenario."""

    scenario: str = Field(description="what was asked, masked: nothing after the masking step sees a name")
    alerts: list[Alert] = []
    scope: Scope = "in_scope"
    scope_note: str = Field("", description="one or two sentences for the reader when the scope is not in_scope, or when nothing fits well")
    needs: Needs = Needs()
    situations: list[Situation] = []
    facts: dict[str, Fact] = {}
    scripts: list[ScriptAdvice] = []
    fits: bool = Field(True, description="false: nothing fits well; `scripts` are only the nearest")
    guidance: list[Guidance] = []
    clinic: str = Field("Your clinic", description="how the clinic is called on its own page, for the lines of `scripts[].clinic`")
    model: str = Field("none", description="the chat model that took part, or none; with the reason when it fell back")
    prompt: str | None = Field(None, description="id and version of the prompt used")
    masked: int = Field(0, description="how many identifiers were masked")
    follows: int = Field(0, description="how many earlier turns this one was read in the light of")
    timings_ms: Timings = Timings()
    complete: bool = Field(True, exclude=True, description="false while a model may still add facts")
    earlier: tuple[str, ...] = Field((), exclude=True, description="earlier turns, masked: what a follow-up is read in the light of")


class SearchResult(Shape):
    scenario: str
    scripts: list[ScriptFound]
    fits: bool = True
    timings_ms: Timings = Timings()
