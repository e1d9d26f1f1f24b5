"""How much of what identifies somebody is masked, and how much of the rest. Cases: cases/privacy.jsonl, {id, text, spans[[start, end, class]], form}.

    python -m evals.privacy [--test] [--json] [--errors]

Sentences written by a model that did not write the rules, with invented names and made-up numbers; checked by no human. Half is a test half, by a
hash of the id: it is run and never read. Cases of one sentence frame, and the names in them, are all in the same half. Obfuscated forms are counted apart.
"""

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from coach.guard.privacy import mask
from evals.cases import FOLDER, half
from evals.report import Row, row, tell

DIRECT = ("name_", "phone", "email", "address", "record_number", "ssn")
BAR_DIRECT, BAR_ALL, BAR_INNOCENT = 0.97, 0.93, 0.02


@dataclass(frozen=True)
class Case:
    """A text and the places (start, end, class) of what identifies; an innocent text has none."""

    id: str
    text: str
    spans: tuple[tuple[int, int, str], ...]
    form: str

    @property
    def split(self) -> str:
        return half(self.id)

    @cached_property
    def hidden(self) -> list[bool]:
        """For each character: is it masked?"""
        hidden = [False] * len(self.text)
        for _, start, end in mask(self.text).found:
            hidden[start:end] = [True] * (end - start)
        return hidden

    def found(self, start: int, end: int) -> bool:
        """Only a span with every letter and digit masked is found: half a name still names."""
        return all(self.hidden[i] for i in range(start, end) if self.text[i].isalnum())

    @cached_property
    def innocent_words(self) -> tuple[int, int]:
        """(masked, all) words outside the spans; a word is masked when any of it is."""
        words = [(m.start(), m.end()) for m in re.finditer(r"[^\W_]+(?:'[^\W_]+)*", self.text) if not any(m.start() < end and start < m.end() for start, end, _ in self.spans)]
        return sum(any(self.hidden[start:end]) for start, end in words), len(words)


Each = tuple[str, bool]  # class, found


def cases(split: str) -> list[Case]:
    """The cases of "dev" or "test"."""
    lines = (FOLDER / "privacy.jsonl").read_text(encoding="utf-8").splitlines()
    raw = (json.loads(line) for line in lines)
    return [case for case in (Case(each["id"], each["text"], tuple(tuple(span) for span in each["spans"]), each["form"]) for each in raw) if case.split == split]


def is_direct(kind: str) -> bool:
    return kind.startswith(DIRECT)


def recall(chosen: Sequence[Case], kind: Callable[[str], bool] = lambda _: True) -> float:
    spans = [case.found(start, end) for case in chosen for start, end, name in case.spans if kind(name)]
    return sum(spans) / len(spans) if spans else 1.0


def masked_share(chosen: Sequence[Case]) -> float:
    return sum(case.innocent_words[0] for case in chosen) / max(1, sum(case.innocent_words[1] for case in chosen))


def rows(split: str) -> list[Row]:
    """One row a figure, with its interval and, where it has one, its bar."""
    every = cases(split)
    plain, hard = [case for case in every if case.spans and case.form == "plain"], [case for case in every if case.form == "obfuscated"]
    innocent = [case for case in every if not case.spans]
    found = [
        _recall("direct identifiers: recall", plain, is_direct, f"≥ {BAR_DIRECT}"),
        _recall("all: recall", plain, lambda _: True, f"≥ {BAR_ALL}"),
        row("innocent words masked, in texts without identifiers", innocent, masked_share, f"≤ {BAR_INNOCENT}"),
        row("other words masked, in texts with identifiers", plain, masked_share),
        _recall("obfuscated forms, direct: recall", hard, is_direct),
        _recall("obfuscated forms, all: recall", hard, lambda _: True),
    ]
    for chosen, mark in ((plain, ""), (hard, "obfuscated ")):
        for name in sorted({name for case in chosen for _, _, name in case.spans}):
            found.append(_recall(f"{mark}{name}", chosen, lambda kind, name=name: kind == name))
    return found


def _recall(what: str, chosen: Sequence[Case], kind: Callable[[str], bool], bar: str = "") -> Row:
    """Resamples only the cases that hold such a span."""
    return row(what, [case for case in chosen if any(kind(name) for _, _, name in case.spans)], lambda drawn: recall(drawn, kind), bar)


def _errors() -> None:
    for case in cases("dev"):
        for start, end, name in case.spans:
            if not case.found(start, end):
                print(f"MISSED {name} <{case.text[start:end]}> {mask(case.text).text[:200]}")
        if case.innocent_words[0] and not case.spans:
            print(f"WRONGLY {mask(case.text).text}  <= {case.text[:200]}")


if __name__ == "__main__":
    sys.exit(tell("masking of what identifies, on sentences by a model, checked by no human. A span counts as found only when all of it is masked.", rows, _errors))
