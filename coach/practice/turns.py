"""One exchange of a scene, as it is kept while the scene lasts: what was said, how it was coded, and where it left the patient."""

from dataclasses import dataclass
from typing import Literal

from coach.guard.redlines import Finding
from coach.practice.behaviors import Behavior
from coach.practice.moves import CodeLike, Heard
from coach.practice.session import Said, State

Source = Literal["voiced", "written"]


@dataclass(frozen=True, slots=True)
class Turn:
    """A clinician's turn (masked) and the patient's answer. `number` counts from 1."""

    number: int
    text: str
    codes: tuple[CodeLike, ...]
    behaviors: tuple[Behavior, ...]
    heard: Heard
    before: State
    after: State
    reply: Said
    spoken: str  # the reply as it was shown: as written, or voiced
    source: Source = "written"
    crossed: tuple[Finding, ...] = ()  # red lines
    set_aside: tuple[CodeLike, ...] = ()  # codes of the rater that do not count, since the same words push or accuse

    def has(self, name: str) -> bool:
        """Whether the turn carries this code (`question`, `reflection` …), subtype-code (`open_question`, `complex_reflection` …) or behavior."""
        return name in self.names

    @property
    def names(self) -> frozenset[str]:
        """Every code, with its subtype, and every behavior of the turn."""
        found = {behavior.name for behavior in self.behaviors}
        for code in self.codes:
            found.add(code.code)
            if code.subtype:
                found.add(f"{code.subtype}_{code.code}" if code.code in ("question", "reflection") else code.subtype)
        return frozenset(found)

    def words_of(self, name: str) -> str:
        """The trainee's own words that carry a code or behavior; the whole turn when they are not known."""
        for behavior in self.behaviors:
            if behavior.name == name:
                return sentence_around(self.text, *behavior.span)
        for code in self.codes:
            if name in (code.code, code.subtype, f"{code.subtype}_{code.code}"):
                return self.text[slice(*code.span)].strip() or self.text
        return self.text

    @property
    def loss(self) -> float:
        """How much this turn cost: trust lost plus anger gained; below 0 when it helped."""
        return round(self.before.trust - self.after.trust + self.after.anger - self.before.anger, 3)


def sentence_around(text: str, start: int, end: int) -> str:
    """The whole sentence or sentences around characters start..end."""
    left = max((text.rfind(mark, 0, start) for mark in ".?!\n"), default=-1) + 1
    ends = [at for mark in ".?!\n" if (at := text.find(mark, max(end - 1, 0))) >= 0]
    return text[left : min(ends) + 1 if ends else len(text)].strip().strip("\"'”’ ")
