"""What chat models have passed of `coach model exam`: the results that ship (prompts/exams/results.json). What a model has not passed, it is not asked."""

import json

from coach.settings import ROOT
from evals.suite.station import Context, Row, Station, fixed_row

RESULTS = ROOT / "prompts" / "exams" / "results.json"


def rows(context: Context) -> list[Row]:
    return [
        fixed_row(f"{each['station']}, {each['model']}: {what}", each["figures"][what], None, None, bar, each["cases"], "lower" if bar.startswith("≤") else "higher", "a model earns its station")
        for each in json.loads(RESULTS.read_text(encoding="utf-8")) for what, bar in each["bars"].items()
    ]  # fmt: skip


STATION = Station(
    name="exams", title="Exams of chat models", part="Models", fixed=rows, uses=("prompts/exams/results.json",),
    asks="What may a chat model be asked? A bar that is missed here keeps the model from being asked; it does not fail anything.",
    labels="Cases by a model, checked by no human.",
)  # fmt: skip
