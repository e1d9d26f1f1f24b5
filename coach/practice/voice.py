"""Who gives the patient's next line its words. Written lines need no model; a model that voices them has to pass its exam and its checks first."""

from collections.abc import Sequence
from typing import Protocol

from coach.practice.patient import Patient
from coach.practice.session import Said, State
from coach.practice.turns import Source, Turn


class Voice(Protocol):
    """Turns the line that the session chose into what is shown."""

    def speak(self, patient: Patient, state: State, said: Said, turns: Sequence[Turn], clinician: str) -> tuple[str, Source]:
        """What is shown and whether it was `voiced` or `written`. Never raises: whatever fails, the written line is shown."""
        ...


class Written:
    """The patient's own written line, as it stands."""

    def speak(self, patient: Patient, state: State, said: Said, turns: Sequence[Turn], clinician: str) -> tuple[str, Source]:  # noqa: ARG002 the shape of Voice
        return said.text, "written"
