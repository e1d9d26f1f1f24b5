"""Thumbs: kept with ids and reasons from the list, and nothing else."""

from pathlib import Path

import pytest

from coach.errors import StoreError
from coach.store.ratings import Ratings
from coach.store.reasons import REASONS


def test_thumbs_are_counted_a_script(tmp_path: Path) -> None:
    store = Ratings(tmp_path / "data")
    store.add([("tapering/first-mention", 1)], "up", None)
    store.add([("tapering/first-mention", 1)], "down", "It would sound wrong aloud")
    store.add([("safety/naloxone-at-home", 2)], "up", None)
    assert store.counts() == {"tapering/first-mention": {"up": 1, "down": 1}, "safety/naloxone-at-home": {"up": 1, "down": 0}}


@pytest.mark.parametrize("label", REASONS.values())
def test_every_reason_on_the_list_is_taken(tmp_path: Path, label: str) -> None:
    Ratings(tmp_path).add([("a/b", 1)], "down", label)


@pytest.mark.parametrize(("thumb", "reason"), [("sideways", None), ("down", "she ran out early and I told her so"), ("", None)])
def test_anything_else_is_refused_without_being_repeated(tmp_path: Path, thumb: str, reason: str | None) -> None:
    with pytest.raises(StoreError) as caught:
        Ratings(tmp_path).add([("a/b", 1)], thumb, reason)
    assert "ran out" not in str(caught.value)


def test_a_place_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(StoreError, match="COACH_DATA"):
        Ratings(blocked / "data").add([("a/b", 1)], "up", None)


def test_two_processes_worth_of_writers_lose_nothing(tmp_path: Path) -> None:
    import threading

    stores = [Ratings(tmp_path) for _ in range(4)]
    stores[0].counts()
    threads = [threading.Thread(target=lambda s=s: [s.add([("a/b", 1)], "up", None) for _ in range(10)]) for s in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stores[0].counts()["a/b"]["up"] == 40
