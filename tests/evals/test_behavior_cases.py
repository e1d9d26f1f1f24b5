"""The labelled turns are sound: enough of each behavior, and enough that only come near one."""

from collections import Counter

from evals.stations.behaviors import LABELS, turns

TURNS = turns()


def test_there_are_as_many_turns_as_are_reported_each_once() -> None:
    assert len(TURNS) == 240
    assert len({turn.id for turn in TURNS}) == len({turn.text for turn in TURNS}) == 240


def test_every_label_is_known_and_given_once() -> None:
    assert [turn.id for turn in TURNS if not set(turn.labels) <= set(LABELS) or len(set(turn.labels)) < len(turn.labels)] == []


def test_each_behavior_and_none_of_them_stand_in_enough_turns() -> None:
    counted = Counter(label for turn in TURNS for label in turn.labels)
    assert {label: counted[label] for label in LABELS if counted[label] < 20} == {}
    assert sum(not turn.labels for turn in TURNS) >= 60


def test_the_halves_are_apart_and_together_all() -> None:
    dev, test = {turn.id for turn in turns("dev")}, {turn.id for turn in turns("test")}
    assert not dev & test
    assert len(dev) + len(test) == len(TURNS)
