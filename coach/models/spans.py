"""What the *extract* station may answer: spans copied from the scenario, one a slot, null where the text says nothing.

Only the slots that rules find badly; the names and meanings are those of corpus/taxonomy.yaml. The model's word is not taken
for it: coach.advise checks each span against the scenario before it is used.
"""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

LONGEST = 80  # characters; a longer "span" is a copied sentence, of no use in a line


def _short(value: object) -> object:
    return None if isinstance(value, str) and len(value) > LONGEST else value


Span = Annotated[str | None, BeforeValidator(_short)]


class Spans(BaseModel):
    """The order is the order in which the model writes them: what stands first in most scenarios comes first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body_part: Span
    treatment_tried: Span
    valued_activity: Span
    fear: Span
    person: Span
    event: Span
    coming_event: Span
    patient_words: Span

    def found(self) -> dict[str, str]:
        """The spans that hold something."""
        return {slot: span.strip() for slot, span in self.model_dump().items() if span and span.strip()}
