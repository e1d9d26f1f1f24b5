"""Lines that say the same in other words, by vectors made here for the purpose and by the real encoder."""

from pathlib import Path

import numpy as np
import pytest

from coach.library.alike import ALIKE, alike, pairs
from coach.library.near import Spoken
from coach.models.embeddings import Embedder
from coach.settings import load_settings
from tests.library.test_quality import pair
from tests.making import made, row_of, script_text


def spoken(row: int, script_id: str) -> Spoken:
    return Spoken("some words", row, made(id=script_id))


def test_only_lines_of_other_scripts_within_the_bar_are_paired_each_with_its_nearest():
    lines = [spoken(1, "tapering/a"), spoken(2, "tapering/a"), spoken(3, "tapering/b"), spoken(4, "tapering/c")]
    angle = np.arccos(ALIKE)
    turns = np.array([0.0, 0.1, 0.9 * angle, 0.9 * angle + 1.1 * angle])
    vectors = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    assert [(line.row, other.row) for line, other in pairs(lines, vectors)] == [(3, 2)]


class Counting(Embedder):
    """The real encoder, which counts what it is asked."""

    asked = 0

    def encode(self, texts: list[str]) -> np.ndarray:
        self.asked += len(texts)
        return super().encode(texts)


@pytest.mark.integration
def test_the_real_encoder_finds_the_same_said_in_other_words_once_and_keeps_its_vectors(tmp_path: Path):
    encoder = Counting(load_settings(), adapted=False)
    first, second = "Would it be all right if I called you on Friday?", "Would it be okay if I call you on Friday?"
    scripts = [*pair(first, second), made(id="safety/other", Say=f"- {second}")]
    found = alike(scripts, encoder, tmp_path / "lines")
    assert [(problem.path, problem.line, problem.rule) for problem in found] == [
        ("corpus/scripts/pain_education/other.md", row_of(script_text(Say=f"- {second}", If_you_say_one_thing="- Yes."), second), "near")
    ]
    assert f"{scripts[0].path}:" in found[0].message
    before = encoder.asked
    alike(scripts, encoder, tmp_path / "lines")
    assert encoder.asked == before > 0, "what was encoded once is not encoded again"
