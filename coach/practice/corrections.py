"""What the trainee would have called a turn. Kept only when they tick it, with the turn and the one before it masked: data for the next training of the rater."""

import hashlib
from datetime import UTC, datetime
from typing import Literal, get_args

from pydantic import Field

from coach.advise.advice import Shape
from coach.errors import InputError
from coach.guard.privacy import mask
from coach.practice.coder_weights import digest
from coach.practice.moves import CodeLike
from coach.practice.scene import Scene
from coach.practice.turns import Turn

Name = Literal["open_question", "closed_question", "simple_reflection", "complex_reflection", "information", "advice", "options", "negotiation", "other"]
NAMES: tuple[Name, ...] = get_args(Name)
SHOWN = {
    "open_question": "question (open)", "closed_question": "question (closed)", "simple_reflection": "reflection (simple)", "complex_reflection": "reflection (complex)",
    "information": "input (information)", "advice": "input (advice)", "options": "input (options)", "negotiation": "input (negotiation)", "other": "other",
}  # fmt: skip
BY_RULES = "rules"  # in the place of the weights' hash, when rules stood in for the trained rater


class Correction(Shape):
    """One line of `coach practice corrections --export`."""

    at: datetime = Field(description="when, UTC")
    text: str = Field(description="the clinician's turn, masked")
    previous: str = Field(description="what the simulated patient had said before it, masked")
    given: Name
    wanted: Name
    weights: str = Field(description="sha256 of the rater's weights, or `rules`")


def name_of(code: CodeLike) -> str:
    """A code of the rater by its one name: `open_question`, `advice`, `other`."""
    return f"{code.subtype}_{code.code}" if code.subtype and code.code in ("question", "reflection") else code.subtype or code.code


def key(scene: Scene, turn: Turn, place: int) -> str:
    """Which code of which turn: the same again when the trainee changes their mind, another once the turn was said anew."""
    return hashlib.sha256(f"{scene.key} {turn.number} {place} {turn.text}".encode()).hexdigest()[:32]


def correction(scene: Scene, turn: Turn, place: int, wanted: str, at: datetime | None = None) -> Correction:
    """The row for code number `place` (from 0) of a turn. Raises InputError for a code that is not on the list or is the one given, and when masking fails."""
    given = name_of(turn.codes[place]) if 0 <= place < len(turn.codes) else ""
    if wanted not in NAMES or given not in NAMES or wanted == given:
        raise InputError("Choose first what you would call it.")
    before = scene.turns[turn.number - 2].spoken if turn.number > 1 else scene.opening.text
    weights = BY_RULES if scene.rater_note else digest()
    return Correction(at=at or datetime.now(UTC), text=mask(turn.text).text, previous=mask(before).text, given=given, wanted=wanted, weights=weights)  # type: ignore[arg-type]
