"""The suite: stations are found by themselves, a fall fails the gate and names its cases, the report shows nothing of the test half."""

import json
import math
import re
from dataclasses import replace

import pytest
import typer

from coach.cli import eval as eval_command
from coach.errors import InputError
from coach.settings import ROOT, load_settings
from evals.suite import compare, gate, pictures, report, run
from evals.suite.registry import chosen, stations
from evals.suite.scoring import discrete, judged, numeric
from evals.suite.station import PARTS, Context, Fault, Figure, Record, Station, fixed_row, mean

EVIL = '<img src=x onerror="alert(1)">'
FIGURE = Figure("found", mean("found"), ("found",), "≥ 0.9", "a promise")
STATION = Station("toy", "Toy", "Is it found?", records=lambda split, context: made(0.9 if split == "dev" else 0.95, split), figures=(FIGURE,), quick=50)


def made(share: float, split: str = "dev") -> list[Record]:
    """A hundred cases, the first ones found; what was not found is a fault that quotes its half."""
    cases = [(f"{split}-{n:03}", float(n < share * 100)) for n in range(100)]
    return [Record(name, {"found": found}, "g", None if found else Fault(name, "missed", {EVIL: f"words of the {split} half {EVIL}"})) for name, found in cases]


def test_every_module_of_the_folder_is_a_station_with_a_question_and_figures() -> None:
    files = {path.stem for path in (ROOT / "evals/stations").glob("*.py")} - {"__init__"}
    assert set(stations()) == files
    for station in stations().values():
        assert station.asks.endswith((".", "?")) and station.part in PARTS and (station.figures or station.fixed)
        assert len({figure.what for figure in station.figures}) == len(station.figures), station.name
        assert all(re.fullmatch(r"[≥≤] \d+(\.\d+)?", figure.bar) and figure.source for figure in station.figures if figure.bar), station.name
        assert [name for name in station.uses if not (ROOT / name).exists()] == [], station.name


def test_each_bar_stands_once() -> None:
    said = [(station.name, figure.what) for station in stations().values() for figure in station.figures if figure.bar]
    assert len(said) == len(set(said)) >= 25


def test_a_station_that_is_none_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(InputError, match="alerts"):
        chosen(["nonsense"])


def test_a_sample_is_fixed_and_one_case_more_moves_at_most_one_other() -> None:
    context = Context(None, most=20)
    cases = made(1)
    first = context.take(cases)
    assert len(first) == 20 and context.take(list(reversed(cases))) == first
    assert len(set(map(id, first)) - set(map(id, context.take([*cases, Record("dev-zzz", {})])))) <= 1


def test_metrics_of_ragas_judge_each_case_and_an_error_is_not_passed_over() -> None:
    @discrete("right", "wrong")
    def same(response: str, reference: str) -> str:
        return "right" if response == reference else "wrong"

    @numeric(0, 100)
    def long(response: str) -> float:
        return float(len(response))

    @numeric(0, 1)
    def broken(reference: str) -> float:
        return 2.0  # outside the values it allows: ragas gives None and goes on

    cases = [Record("a", {}), Record("b", {}), Record("c", {})]
    rows = {"a": {"response": "x", "reference": "x"}, "b": {"response": "xy", "reference": "x"}, "c": {"response": "xyz"}}
    found = judged("toy", cases, lambda case: rows[case.id], (same, long), Context(None))
    assert [(record.id, record.values) for record in found] == [("a", {"same": 1.0, "long": 1.0}), ("b", {"same": 0.0, "long": 2.0}), ("c", {"long": 3.0})]
    with pytest.raises(ValueError, match=r"expected value in range \(0, 1\)"):
        judged("toy", cases, lambda case: rows[case.id], (broken,), Context(None))


def test_a_fall_beyond_chance_is_told_with_its_cases_and_a_small_one_is_not() -> None:
    assert gate.falls(STATION, made(0.9), made(0.9)) == gate.falls(STATION, made(0.9), made(0.95)) == []
    assert gate.falls(STATION, made(0.9), made(0.88)) == []  # two cases of a hundred
    (fall,) = gate.falls(STATION, made(0.9), made(0.8))
    assert fall.cases == tuple(f"dev-{n:03}" for n in range(80, 90))
    assert "0.900 → 0.800" in str(fall) and "dev-080" in str(fall)


def test_where_less_is_better_a_rise_is_the_fall_and_what_does_not_gate_never_fails() -> None:
    less = replace(STATION, figures=(replace(FIGURE, bar="≤ 0.1"),))
    assert gate.falls(less, made(0.1), made(0.01)) == []
    assert [fall.what for fall in gate.falls(less, made(0.0), made(0.1))] == ["found"]
    assert gate.falls(replace(STATION, figures=(replace(FIGURE, gates=False),)), made(0.9), made(0.1)) == []


def test_cases_that_left_or_are_new_fail_only_when_they_are_many(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(gate, "BASELINE", tmp_path / "baseline.json")
    with pytest.raises(InputError, match="no baseline"):
        gate.read()
    with pytest.raises(InputError, match="reason"):
        gate.accept("  ", {"toy": made(0.9)}, [])
    gate.accept("a first one", {"toy": made(0.9)}, [{"name": "toy", "rows": [{"what": "found", "figure": 0.9}]}])
    assert gate.judge({"toy": STATION}, {"toy": made(0.9)}) == ([], [])
    assert gate.judge({"toy": STATION}, {"toy": made(0.9)[5:]}) == ([], [])
    assert "Renew it" in gate.judge({"toy": STATION}, {"toy": made(0.9)[20:]})[1][0]
    assert "not in the baseline" in gate.judge({"new": STATION}, {"new": made(0.9)})[1][0]
    gate.accept("a second one", {"toy": made(0.5)}, [])
    assert [each["why"] for each in gate.read()["reasons"]] == ["a second one", "a first one"]
    assert gate.headline() == {"toy: found": 0.9}
    assert gate.judge({"toy": STATION}, {"toy": made(0.9)}) == ([], [])


def test_the_quick_run_ends_with_an_error_that_names_the_cases_when_a_figure_fell(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(gate, "BASELINE", tmp_path / "baseline.json")
    monkeypatch.setattr("evals.suite.registry.chosen", lambda names: [STATION])
    gate.accept("better than it is", {"toy": made(1.0)}, [])
    with pytest.raises(typer.Exit) as ended:
        eval_command.eval_(quick=True)
    assert ended.value.exit_code == 1
    assert "dev-095" in (said := capsys.readouterr().out) and "not as good as before" in said
    gate.accept("as it is", {"toy": made(0.9)}, [])
    eval_command.eval_(quick=True)
    assert "nothing fell" in capsys.readouterr().out


def test_without_its_packages_one_sentence_says_how_to_install_them(monkeypatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match="make evals"):
        eval_command.eval_()


def test_a_finished_station_is_not_run_again_until_something_it_depends_on_changes(tmp_path, monkeypatch) -> None:
    calls = []
    used = tmp_path / "cases.jsonl"
    used.write_text("1", encoding="utf-8")
    station = replace(STATION, uses=(str(used),), records=lambda split, context: calls.append(split) or made(0.9, split))
    settings = load_settings(llm="none", cache=tmp_path / "cache")
    first, again = run.run([station], settings), run.run([station], settings)
    assert calls == ["dev", "test"] and first == again
    used.write_text("2", encoding="utf-8")
    run.tree.cache_clear()
    run.run([station], settings)
    assert calls == ["dev", "test"] * 2


def test_the_report_shows_figures_of_the_test_half_and_cases_of_the_other_only_and_takes_no_text_for_markup(tmp_path) -> None:
    settings = load_settings(llm="none", cache=tmp_path / "cache")
    results = run.run([STATION], settings)
    assert results[0]["rows"][0] | {"low": 0, "high": 0} == fixed_row("found", 0.95, 0, 0, "≥ 0.9", 100, "higher", "a promise")
    folder = report.write(results, settings, tmp_path / "report")
    page, text, data = ((folder / name).read_text(encoding="utf-8") for name in ("index.html", "report.md", "report.json"))
    assert "words of the dev half" in page and "words of the test half" not in page + text + data
    assert "test-0" not in page + text + data
    assert not re.search(r"""(src|href)=["'](?!#)|url\(|<script|@import""", page), "the page must need nothing beside itself"
    assert "<img" not in page and "&lt;img" in page
    assert "1 of 1 bars" in page and "Not judged" in page and "Not judged" in text
    assert json.loads(data)["results"][0]["groups"] == {"missed": 10}


def test_models_are_compared_on_the_same_cases_in_one_table(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    monkeypatch.setattr(report, "COMPARED", tmp_path / "models.json")
    figures = (FIGURE, replace(FIGURE, what="found with the model", model=True))
    station = replace(STATION, model=True, figures=figures, records=lambda split, context: made(0.9 if context.sampled else 0.1))
    settings = load_settings(llm="none", cache=tmp_path / "cache")
    table = compare.compare(["none"], [station, STATION], settings, lambda *_: None)
    assert [row["what"] for row in table["rows"]] == ["Toy: found", "Toy: found with the model"]
    assert table["rows"][1]["cells"][0].startswith("0.900 (") and json.loads((tmp_path / "models.json").read_text(encoding="utf-8")) == table
    assert compare.as_text(table).splitlines()[0] == "| figure | none |"
    with pytest.raises(InputError, match="nothing to compare"):
        compare.compare(["none"], [STATION], settings, lambda *_: None)


def test_the_worst_are_not_all_of_one_group_and_long_texts_are_cut() -> None:
    faults = [Fault(f"a{n}", "common", {"Text": "word " * 1000}, 5.0) for n in range(20)] + [Fault("b", "rare", {"Text": "x"}, 1.0)]
    shown = run.worst(faults)
    assert len(shown) == 10 and "b" in {fault.id for fault in shown}
    assert all(len(fault.shown["Text"]) <= run.LONGEST + 2 for fault in shown)


def test_a_picture_tells_its_figure_in_words_and_none_is_drawn_without_one() -> None:
    drawn = pictures.interval(fixed_row("x", 0.5, 0.4, 0.6, "≥ 0.9", 10))
    assert 'aria-label="0.5, 0.4 to 0.6, bar ≥ 0.9"' in drawn
    places = [float(place) for place in re.findall(r'c?x[12]?="([\d.]+)"', drawn)]
    assert all(0 <= place <= pictures.WIDE for place in places)
    assert pictures.interval(run.plain(fixed_row("x", math.nan))) == ""
