"""One table of the figures that depend on the chat model, a column a model. Written beside the report, which shows it."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from coach.errors import InputError
from coach.settings import Settings
from evals.suite import report, run
from evals.suite.station import Station

NOTE = "Figures of the test half with their 95 % intervals; a fixed sample where a model is asked some seconds a case. “none” is the product by rules and library alone."


def compare(models: Sequence[str], stations: Sequence[Station], settings: Settings, progress: Callable[[str, int, int], None]) -> dict[str, Any]:
    """{models, rows[{what, cells}], note}: every station whose figures depend on the model, run with each; written to evals/reports/latest/models.json.
    Raises InputError without a model, or when none of the stations depends on one."""
    mine = [station for station in stations if station.model]
    if not models or not mine:
        raise InputError("There is nothing to compare: name models (embedded,none,provider:model) and stations that depend on one, or no station.")
    columns = [run.run(mine, settings.model_copy(update={"llm": name}), "test", progress, every=True) for name in models]
    cells = [{f"{result['title']}: {row['what']}": _cell(row) for result in results for row in result["rows"]} for results in columns]
    names = list(dict.fromkeys(name for column in cells for name in column))
    table = {"models": list(models), "rows": [{"what": name, "cells": [column.get(name, "–") for column in cells]} for name in names], "note": NOTE}
    report.FOLDER.mkdir(parents=True, exist_ok=True)
    report.COMPARED.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return table


def _cell(row: dict[str, Any]) -> str:
    return f"{report.number(row['figure'])} ({report.between(row)})" if row["low"] is not None else report.number(row["figure"])


def as_text(table: dict[str, Any]) -> str:
    """For the terminal and a README: a Markdown table."""
    head = [f"| figure | {' | '.join(table['models'])} |", "|---" * (len(table["models"]) + 1) + "|"]
    return "\n".join([*head, *(f"| {row['what']} | {' | '.join(row['cells'])} |" for row in table["rows"])])
