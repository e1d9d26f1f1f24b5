"""Lines of different scripts that mean nearly the same. `near` compares their letters, this the encoder's vectors: other words can say one thing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from coach.library import vectors
from coach.library.near import DIRECT, SHORTEST, Spoken
from coach.library.passages import Passage, plain
from coach.library.script import Problem, Script
from coach.library.vectors import Encoder

ALIKE = 0.93  # cosine of two lines from which one of them goes
BLOCK = 1024  # lines compared at a time: memory stays small for any library


def alike(scripts: Sequence[Script], encoder: Encoder, cache: Path, progress: Callable[[int, int], None] | None = None) -> list[Problem]:
    """One problem a line that says what an earlier line of another script says. Vectors are kept in the folder `cache`, which may fail to be written.
    Safety scripts, short lines and the direct question about suicide are left out. Raises ModelMissing when there is no encoder."""
    spoken = list(_spoken(scripts))
    lines = [line for line, _ in spoken]
    texts = [passage for _, passage in spoken]
    matrix = vectors.embed(texts, encoder, vectors.load(cache), progress)
    with suppress(OSError):  # a cache
        cache.mkdir(parents=True, exist_ok=True)
        vectors.save(cache, texts, matrix)
    return [
        Problem(line.script.path, line.row, f"this line says nearly what {other.script.path}:{other.row} says: one of the two goes, or says something of its own", "near")
        for line, other in pairs(lines, matrix)
    ]


def pairs(lines: Sequence[Spoken], matrix: np.ndarray) -> Iterator[tuple[Spoken, Spoken]]:
    """Each line whose vector (a unit row of `matrix`) is within ALIKE of an earlier line of another script, with the nearest such line."""
    for start in range(0, len(lines), BLOCK):
        block = matrix[start : start + BLOCK] @ matrix[: start + BLOCK].T
        for row in range(len(block)):
            at = start + row
            others = [column for column in (block[row, :at] >= ALIKE).nonzero()[0] if lines[column].script.id != lines[at].script.id]
            if others:
                yield lines[at], lines[max(others, key=lambda column: block[row, column])]


def _spoken(scripts: Sequence[Script]) -> Iterator[tuple[Spoken, Passage]]:
    for script in scripts:
        for number, line in enumerate(script.spoken()):
            spoken = Spoken(line.source.lower(), line.row, script)
            if script.category != "safety" and len(spoken.words) >= SHORTEST and not DIRECT & set(spoken.words):
                yield spoken, Passage(f"{script.id}#spoken-{number}", script.id, "spoken", plain(line), script.category, script.status, script.situations)
