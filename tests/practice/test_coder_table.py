"""The rater's table: its arithmetic, and that its file holds no text."""

import json
import re

import numpy as np
import pytest

from evals.stations import coder
from evals.suite.station import Record
from evals.train_coder import mix
from evals.train_coder.data import Turn, folds
from evals.train_coder.oof import read

LABELS = {*coder.CLINICIAN, *coder.PATIENT, "open", "closed", "simple", "complex", "n/a", "information", "advice", "options", "negotiation", ""}


def test_the_predictions_file_holds_ids_numbers_and_labels_only():
    for each in read():
        assert re.fullmatch(r"\d+-\d+", each["id"]) and each["quality"] in ("high", "low") and each["speaker"] in ("clinician", "patient")
        assert {each["gold"], each["code"], each["subtype"], each["subtype_code"]} <= LABELS
        assert {label for vote in json.loads(each["votes"] or "[]") for label in vote} <= LABELS
        assert sum(map(float, each["probabilities"].split())) == pytest.approx(1, abs=0.001)


def test_a_transcript_is_never_in_two_folds():
    seen = {}
    for each in read():
        assert seen.setdefault(each["id"].split("-")[0], each["fold"]) == each["fold"]


def test_macro_f1_is_the_mean_over_classes():
    assert coder.macro(np.array([[2.0, 0.0], [1.0, 1.0]])) == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert mix.macro_f1(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1]), 2) == pytest.approx((4 / 5 + 2 / 3) / 2)


def test_auc_counts_ties_half():
    rows = [
        Record("a", {"quality": 1.0, "R, coded": 0.9, "R, gold": 0.5}),
        Record("b", {"quality": 1.0, "R, coded": 0.4, "R, gold": 0.5}),
        Record("c", {"R, coded": 0.5, "R, gold": 0.5}),
    ]
    assert coder.auc(rows, "R, coded") == 0.5 and coder.auc(rows, "R, gold") == 0.5
    assert coder.auc(rows[:1] + rows[2:], "R, coded") == 1.0


def said(share, right):
    turn = {"speaker": "patient", "code": "change", "gold": "change" if right else "neutral", "subtype": "", "subtype_code": "", "quality": "high"}
    return turn | {"probabilities": f"{share} 0 {round(1 - share, 4)}"}


def test_calibration_error_is_the_gap_of_stated_and_found():
    assert coder.calibration("patient")([coder.record("1", [said(0.8, True), said(0.8, False)])]) == pytest.approx(0.3)


def test_a_figure_of_sessions_is_that_of_all_their_turns():
    one, other = [said(0.8, True)] * 3, [said(0.8, False), *[said(0.9, True)] * 2]
    apart, together = [coder.record("1", one), coder.record("2", other)], [coder.record("3", one + other)]
    assert coder.macro_f1("patient")(apart) == pytest.approx(coder.macro_f1("patient")(together)) == pytest.approx(10 / 11 / 3)


def test_one_human_is_held_against_the_majority_of_the_others():
    votes = [["change", "n/a", "n/a"]] * 9 + [["neutral", "n/a", "n/a"]]
    session = [{"speaker": "patient", "votes": json.dumps(votes)}]
    assert coder.human([session], "patient") == pytest.approx((9 / 3 + 0) / 10)


def test_a_humans_own_vote_is_no_part_of_the_majority(monkeypatch):
    votes = [["change", "n/a", "n/a"]] * 5 + [["neutral", "n/a", "n/a"]] * 5
    pairs, original = [], coder.table_of
    monkeypatch.setattr(coder, "table_of", lambda given, classes: pairs.append(given) or original(given, classes))
    coder.human([[{"speaker": "patient", "votes": json.dumps(votes)}]], "patient")
    assert pairs[0] == [("neutral", "change")] and pairs[9] == [("change", "neutral")]


def test_folds_keep_transcripts_whole_and_spread_both_qualities():
    turns = [Turn(f"{t}-{u}", str(t), "low" if t % 5 == 0 else "high", True, "x", "", "other", (0, 0, 0, 1)) for t in range(20) for u in range(40 if t == 0 else t + 1)]
    placed = folds(turns, 4)
    assert sorted(placed[str(t)] for t in range(0, 20, 5)) == [0, 1, 2, 3]
    assert placed == folds(list(turns), 4)


def test_mixing_trusts_the_view_that_knows():
    random = np.random.default_rng(1)
    classes = random.integers(0, 3, 600)
    knows, noise = np.eye(3)[classes] * 3 + random.normal(size=(600, 3)), random.normal(size=(600, 3))
    shares = mix._mix([knows, noise, noise], classes, two=False)
    assert shares[0] > 5 * abs(shares[1])
    assert not mix._lean(np.array([[0.6, 0.4], [0.4, 0.6]] * 9), np.array([0, 1] * 9))[1]
