"""A valid patient file as text, to be changed piece by piece, and raters that need no model."""

from collections.abc import Iterable

from coach.practice.patient import Patient, parse
from tests.making import CORPUS

PATH = "corpus/patients/sam.md"
TEXT = (CORPUS / "patients/denise.md").read_text(encoding="utf-8").replace("denise", "sam").replace("Denise", "Sam")


def patient_text(**changes: str | None) -> str:
    """A valid file; a key of its head set to `value`, or left out with None."""
    head, body = TEXT.removeprefix("---\n").split("\n---\n", 1)
    lines = []
    for line in head.split("\n"):
        key = line.partition(":")[0]
        if key not in changes:
            lines.append(line)
        elif changes[key] is not None:
            lines.append(f"{key}: {changes[key]}")
    lines += [f"{key}: {value}" for key, value in changes.items() if value is not None and not any(line.startswith(f"{key}:") for line in lines)]
    return "\n".join(["---", *lines, "---", body])


def patient(text: str | None = None, path: str = PATH) -> Patient:
    made, problems = parse(text or TEXT, path)
    assert made, problems
    return made


def without(lines: Iterable[str], marks: Iterable[str]) -> str:
    """The lines that hold none of the marks."""
    unwanted = tuple(marks)
    return "\n".join(line for line in lines if not any(mark in line for mark in unwanted))
