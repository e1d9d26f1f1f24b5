"""A correction is kept masked, and goes for good."""

import re
from pathlib import Path

import pytest

from coach.errors import InputError, StoreError
from coach.practice.corrections import NAMES, SHOWN, correction, key, name_of
from coach.practice.rating import SafeRater
from coach.practice.scene import Scene
from coach.store.corrections import Corrections
from tests.practice.making import patient
from tests.practice.raters import QueueRater

SAM = patient()


def scene(*texts: str, codes=("simple", "open other")) -> Scene:
    made = Scene(SAM, {}, QueueRater(codes), 1)
    for text in texts or ("You came early, Marcus, and Mrs. Rodriguez told me so.", "What matters to you?"):
        made.say(text)
    return made


def test_a_correction_holds_the_masked_turn_the_one_before_and_both_codes():
    made = scene()
    row = correction(made, made.turns[1], 0, "closed_question")
    assert (row.given, row.wanted, row.text) == ("open_question", "closed_question", "What matters to you?")
    assert row.previous and re.fullmatch(r"[0-9a-f]{64}", row.weights)
    first = correction(made, made.turns[0], 0, "complex_reflection")
    assert "Rodriguez" not in first.text and "Marcus" not in first.text and "[" in first.text  # here even the name of an invented person goes


def test_what_rules_coded_says_so_in_the_place_of_the_weights():
    made = Scene(SAM, {}, SafeRater(None), 1)
    made.say("What matters to you?")
    assert correction(made, made.turns[0], 0, "other").weights == "rules"


@pytest.mark.parametrize(("place", "wanted"), [(0, "open_question"), (0, "brilliant"), (0, ""), (7, "advice"), (-1, "advice")])
def test_the_same_code_and_one_that_is_not_on_the_list_are_refused(place, wanted):
    made = scene()
    with pytest.raises(InputError, match="Choose first"):
        correction(made, made.turns[1], place, wanted)


def test_every_code_the_rater_gives_has_a_name_on_the_list():
    assert set(SHOWN) == set(NAMES)
    made = scene(*["Tell me."] * 7, codes=("open", "closed", "simple", "complex", "information", "advice", "other"))
    assert {name_of(code) for turn in made.turns for code in turn.codes} <= set(NAMES)


def test_changing_ones_mind_changes_the_row_and_unticking_forgets_it(tmp_path):
    store, made = Corrections(tmp_path / "data"), scene()
    at = key(made, made.turns[1], 0)
    assert not store.drop(at) and not (tmp_path / "data").exists()
    for wanted in ("closed_question", "other"):
        store.add(at, correction(made, made.turns[1], 0, wanted))
    assert [row.wanted for row in store.rows()] == ["other"]
    assert store.drop(at) and store.rows() == [] and not store.drop(at)


def test_a_turn_said_anew_has_a_row_of_its_own():
    made = scene()
    before = key(made, made.turns[1], 0)
    made.again(2)
    made.say("And what else?")
    assert key(made, made.turns[1], 0) != before != key(scene(), made.turns[1], 0)


def test_deleting_is_for_good(tmp_path):
    store, made = Corrections(tmp_path), scene("You miss the heron on the windowsill.")
    for number in range(20):
        store.add(str(number), correction(made, made.turns[0], 0, "complex_reflection"))
    assert b"heron" in written(tmp_path)
    assert store.delete() == 20 and store.rows() == []
    assert b"heron" not in written(tmp_path)


def test_what_is_unticked_is_gone_for_good(tmp_path):
    store, made = Corrections(tmp_path), scene("You miss the heron on the windowsill.")
    store.add("one", correction(made, made.turns[0], 0, "complex_reflection"))
    assert store.drop("one") and b"heron" not in written(tmp_path)


def written(folder):
    """All that the database and the log beside it hold."""
    return b"".join(path.read_bytes() for path in folder.glob("coach.sqlite3*"))


def test_a_place_that_cannot_be_written_is_one_sentence_without_the_words(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    made = scene("You miss the heron on the windowsill.")
    with pytest.raises(StoreError, match="COACH_DATA") as caught:
        Corrections(tmp_path / "file/data").add("k", correction(made, made.turns[0], 0, "other"))
    assert "heron" not in str(caught.value) and caught.value.__cause__ is None
