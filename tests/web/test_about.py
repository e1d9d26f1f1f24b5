"""The page About quotes the committed evaluation, and says so plainly when there is none."""

import json

from coach.web import about, render

REPORT = {
    "made": "2026-01-02",
    "labels": "No human has labelled the cases.",
    "versions": {"chat model": "a-model 0123"},
    "results": [
        {"title": "Toy", "part": "Finding", "rows": [
            {"what": "found <b>", "figure": 0.71239, "low": 0.6, "high": 0.8, "bar": "≥ 0.9", "state": "missed"}, {"what": "no bar", "figure": 1.0, "low": 1.0, "high": 1.0, "bar": "", "state": ""},
        ]},
        {"title": "Ratios", "part": "Speed", "rows": [{"what": "time", "figure": 1.2, "low": None, "high": None, "bar": "≤ 2", "state": "passed"}]},
    ],
}  # fmt: skip


def test_figures_with_a_bar_are_quoted_as_they_are_and_escaped(tmp_path) -> None:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(REPORT), encoding="utf-8")
    page = render.page("about", **about.figures(path))
    assert "Toy: found &lt;b&gt;" in page and "0.712" in page and "0.60 to 0.80" in page and "missed" in page
    assert "no bar" not in page and "Ratios" not in page and "a-model" in page and "0123" not in page


def test_a_report_that_is_missing_or_of_another_kind_is_no_error(tmp_path) -> None:
    (tmp_path / "other.json").write_text("[1]", encoding="utf-8")
    for name in ("missing.json", "other.json"):
        assert "No evaluation is here" in render.page("about", **about.figures(tmp_path / name))


def test_the_committed_report_can_be_quoted() -> None:
    assert len(about.figures(about.REPORT)["rows"]) >= 20
