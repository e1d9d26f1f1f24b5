"""The figures of the blind comparison, on answers whose figures are known."""

import pytest

from evals.blind.arms import cut
from evals.blind.figures import attentive, fleiss, heard, preference, upper

KEY = [
    {"pair": "p1", "reader": 1, "id": "b01", "left": "embedded", "right": "library"},
    {"pair": "p2", "reader": 2, "id": "b01", "left": "library", "right": "embedded"},
    {"pair": "p3", "reader": 1, "id": "b01", "left": "foil", "right": "embedded"},
    {"pair": "p4", "reader": 2, "id": "b01", "left": "embedded", "right": "foil"},
]


def test_a_turned_pair_counts_for_the_same_side() -> None:
    found = heard(
        KEY,
        [{"pair": "p1", "choice": "left"}, {"pair": "p2", "choice": "right"}, {"pair": "p3", "choice": "neither", "unsafe_right": "it"}, {"pair": "nobody's", "choice": "left"}],
    )
    assert [(each.reader, each.ours, each.other, each.taken, each.unsafe_ours) for each in found] == [
        (1, "embedded", "library", 1.0, ""), (2, "embedded", "library", 1.0, ""), (1, "embedded", "foil", 0.5, "it"),
    ]  # fmt: skip
    assert preference(found, "embedded", "library", ["b01", "b02"]) == [1.0, 0.5]  # nobody was shown b02


def test_a_reader_who_takes_the_foil_is_dropped() -> None:
    assert attentive(heard(KEY, [{"pair": "p3", "choice": "left"}, {"pair": "p4", "choice": "left"}])) == {2}


def test_agreement_is_one_when_all_agree_and_nothing_when_they_draw_lots() -> None:
    def votes(*rows: str) -> list[dict[str, str]]:
        return [{"pair": f"{case}{reader}", "choice": choice} for case, row in enumerate(rows) for reader, choice in enumerate(row.split())]

    key = [{"pair": f"{case}{reader}", "reader": reader, "id": str(case), "left": "embedded", "right": "bare"} for case in range(4) for reader in range(3)]
    assert fleiss(heard(key, votes("left left left", "right right right", "left left left", "right right right"))) == (1.0, 4)
    kappa, whole = fleiss(heard(key, votes("left right left", "right left right", "left left right", "right right left")))
    assert kappa < 0 and whole == 4


def test_the_bound_on_what_was_never_seen_is_that_of_the_tables() -> None:
    assert upper(0, 40) == pytest.approx(1 - 0.05 ** (1 / 40))  # 7.2 %
    assert upper(2, 40) == pytest.approx(0.1492, abs=5e-5)


def test_lines_are_plain_and_end_with_the_one_that_is_long_enough() -> None:
    assert cut(["- **Yes.**", " ", '2. "No."']) == ["Yes.", "No."]
    assert len(cut(["word " * 100, "word " * 100, "word"])) == 2
