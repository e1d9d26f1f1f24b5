"""The page About: what this is and is not, and how good it is, from the last committed evaluation (the JSON that the README quotes too)."""

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from coach.settings import ROOT
from coach.web import render

REPORT = ROOT / "evals" / "reports" / "latest" / "report.json"
ELSEWHERE = ("Models", "Speed")  # parts that say nothing to somebody who reads lines


def add(app: FastAPI) -> None:
    """GET /about."""

    @app.get("/about")
    def about() -> HTMLResponse:
        return HTMLResponse(render.page("about", **figures(REPORT)))


def figures(path: Path) -> dict[str, Any]:
    """{made, labels, model, rows[{title, what, figure, between, bar, met}]} of the figures that have a bar; no rows where no evaluation is here."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        rows = [_row(result["title"], row) for result in report["results"] if result["part"] not in ELSEWHERE for row in result["rows"] if row["bar"] and row["figure"] is not None]
        return {"made": report["made"], "labels": report["labels"], "model": report["versions"]["chat model"].partition(" ")[0], "rows": rows}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # not here, or of another version
        return {"made": "", "labels": "", "model": "", "rows": []}


def _row(title: str, row: dict[str, Any]) -> dict[str, Any]:
    between = f"{row['low']:.2f} to {row['high']:.2f}" if row["low"] is not None else ""
    return {"title": title, "what": row["what"], "figure": f"{row['figure']:.3f}", "between": between, "bar": row["bar"], "met": row["state"] == "passed"}
