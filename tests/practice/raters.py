"""Raters for tests: one fed with codes, one that knows nothing."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Code:
    code: str
    subtype: str | None = None
    span: tuple[int, int] = (0, 1)
    probability: float = 0.9
    subtype_probability: float | None = None


@dataclass(frozen=True)
class Rating:
    codes: tuple[Code, ...]

    @property
    def code(self) -> str:
        return self.codes[0].code


KINDS = {
    "open": Code("question", "open"), "closed": Code("question", "closed"), "simple": Code("reflection", "simple"),
    "complex": Code("reflection", "complex", subtype_probability=0.9), "information": Code("input", "information"), "advice": Code("input", "advice"), "other": Code("other"),
}  # fmt: skip


class QueueRater:
    """Gives the codes it was fed, turn by turn ("simple open", "advice"); then `other`. Patients' turns are neutral."""

    def __init__(self, turns: Iterable[str] = ()):
        self.turns = deque(turns)

    def code(self, speaker: str, text: str, previous: str = "") -> Rating:
        if speaker == "patient":
            return Rating((Code("neutral"),))
        return Rating(tuple(replace(KINDS[word], span=(0, len(text))) for word in (self.turns.popleft() if self.turns else "other").split()))
