"""The rater's weights: checked when loaded; how views become probabilities and probabilities a class."""

import json
import shutil

import numpy as np
import pytest

from coach.errors import ModelMissing
from coach.practice.coder_weights import FOLDER, OUTPUTS, SIZE, decided, load, mixed, probabilities


@pytest.fixture
def copy(tmp_path):
    for name in ("coder.npz", "coder.json"):
        shutil.copy(FOLDER / name, tmp_path)
    return tmp_path


def test_the_shipped_weights_load(copy):
    assert load(copy)["line.constant"].shape == (SIZE,)


def test_changed_weights_are_refused(copy):
    with (copy / "coder.npz").open("r+b") as file:
        file.seek(5000)
        byte = file.read(1)
        file.seek(5000)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(ModelMissing, match="sha256"):
        load(copy)


@pytest.mark.parametrize("story", ["", "[]", "{}", "not json"])
def test_weights_without_their_story_are_refused(copy, story):
    (copy / "coder.json").write_text(story)
    with pytest.raises(ModelMissing):
        load(copy)


def test_missing_weights_are_our_error(tmp_path):
    with pytest.raises(ModelMissing):
        load(tmp_path)


def test_the_weights_are_small_and_say_what_they_come_from():
    assert (FOLDER / "coder.npz").stat().st_size < 8_000_000
    assert "AnnoMI" in json.loads((FOLDER / "coder.json").read_text())["trained_on"]


def test_views_are_weighed_and_a_constant_is_added():
    assert mixed([2.0, 3.0, 0.5, -0.5], [np.array([1.0, 0.0]), np.array([0.0, 1.0])]) == pytest.approx([2.5, 2.5])


def test_probabilities_of_a_group_sum_to_one_and_single_ones_are_shares():
    arrays = {f"mix.{name}": np.array([1.0, 1.0, 1.0, *[0.0] * (part.stop - part.start)]) for name, part in OUTPUTS.items()}
    view = np.zeros((2, SIZE))
    view[0, 0], view[1, OUTPUTS["question"].start] = 1.0, 2.0
    found = probabilities(arrays, [view, view, view])
    assert found["clinician"].sum(axis=1) == pytest.approx([1, 1]) and found["clinician"][0].argmax() == 0
    assert found["question"] == pytest.approx([0.5, 1 / (1 + np.exp(-6))])


def test_a_lean_helps_a_rare_class_and_an_edge_parts_two():
    shares = np.array([[0.2, 0.3, 0.5]])
    assert decided({"lean.patient": np.zeros(3)}, "patient", shares) == [2]
    assert decided({"lean.patient": np.array([0.0, 0.8, 0.0])}, "patient", shares) == [1]
    assert decided({"lean.question": np.array([0.6])}, "question", np.array([0.59, 0.6])).tolist() == [1, 0]
