"""The labelled scenarios are sound, and kept apart from what they measure."""

import re

from coach.library import corpus
from coach.settings import ROOT
from evals.bootstrap import interval
from evals.cases import scenarios
from evals.suite.station import Figure, Record, f1, mean, share

CASES = [*scenarios("dev"), *scenarios("test")]
LIBRARY = corpus.load(ROOT / "corpus")


def runs(text: str) -> set[tuple[str, ...]]:
    said = re.findall(r"[a-z0-9']+", text.lower())
    return {tuple(said[start : start + 5]) for start in range(len(said) - 4)}


def test_every_label_names_a_script_a_situation_or_a_slot_that_exists() -> None:
    for case in CASES:
        assert set(case.grades) <= set(LIBRARY.scripts), case.id
        assert set(case.grades.values()) <= {1, 2}
        assert set(case.situations or ()) <= set(LIBRARY.taxonomy.situations), case.id
        assert set(case.facts or {}) <= set(LIBRARY.taxonomy.slots), case.id


def test_every_labelled_fact_stands_in_its_scenario() -> None:
    assert [(case.id, span) for case in CASES for span in (case.facts or {}).values() if span.lower() not in case.text.lower()] == []


def test_no_scenario_shares_five_words_in_a_row_with_a_way_of_asking() -> None:
    asked = {run for script in LIBRARY.scripts.values() for ask in script.asks for run in runs(ask)}
    shared = {case.id: runs(case.text) & asked for case in CASES if runs(case.text) & asked}
    assert shared == {}


def test_nothing_of_the_test_half_is_quoted_in_code_corpus_or_prompts() -> None:
    """Eight words in a row: fewer may stand in two texts by chance."""
    said = {}
    for case in scenarios("test"):
        words = re.findall(r"[a-z0-9']+", case.text.lower())
        said |= {tuple(words[start : start + 8]): case.id for start in range(len(words) - 7)}
    for folder, pattern in (("coach", "*.py"), ("coach", "*.yaml"), ("corpus", "**/*"), ("prompts", "*.md"), ("tests", "**/*.jsonl")):
        for path in (ROOT / folder).rglob(pattern):
            if path.is_file():
                words = re.findall(r"[a-z0-9']+", path.read_text(encoding="utf-8", errors="ignore").lower())
                found = {said[tuple(words[start : start + 8])] for start in range(len(words) - 7) if tuple(words[start : start + 8]) in said}
                assert not found, (path.name, found)


def test_the_halves_are_apart_and_of_the_size_they_should_be() -> None:
    dev, test = {case.id for case in scenarios("dev")}, {case.id for case in scenarios("test")}
    assert not dev & test
    assert 0.5 < len(dev) / len(CASES) < 0.7


def test_the_figures_are_what_they_say() -> None:
    counted = [Record("a", {"right": 3, "wrong": 1, "missed": 0}), Record("b", {"right": 1, "wrong": 0, "missed": 2})]
    assert share("right", "wrong")(counted) == 0.8
    assert share("right", "missed")(counted) == 4 / 6
    assert round(f1("right", "wrong", "missed")(counted), 9) == round(2 * 0.8 * (4 / 6) / (0.8 + 4 / 6), 9)
    assert mean("x", "y")([Record("a", {"x": 1.0}), Record("b", {"y": 0.0}), Record("c", {"x": 1.0, "y": 1.0}), Record("d", {"z": 1.0})]) == 0.75
    none_of_100 = Figure("x", mean("x"), bar="≤ 0").row([Record(str(n), {"x": 0.0}) for n in range(100)])
    assert (none_of_100["figure"], none_of_100["low"], round(none_of_100["high"], 3), none_of_100["state"]) == (0.0, 0.0, 0.036, "passed")  # Clopper and Pearson
    drawn = [Record(str(n), {"right": n % 3, "wrong": n % 2}) for n in range(60)]
    assert Figure("x", share("right", "wrong")).row(drawn) == Figure("x", lambda records: share("right", "wrong")(records)).row(drawn), "both ways to an interval are one"
    figure, low, high = interval([0.0, 1.0] * 50, lambda cases: sum(cases) / len(cases))
    assert figure == 0.5
    assert 0.38 < low < 0.46
    assert 0.54 < high < 0.62
