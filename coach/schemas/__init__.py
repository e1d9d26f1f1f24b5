"""The JSON Schemas of `coach advise --json`, `coach search --json`, `coach practice PATIENT --json` and `coach practice progress --json`, made from the
shapes in advise/advice.py, practice/debrief.py and practice/progress.py.

`python -m coach.schemas` writes them anew; a test fails when they are stale."""

import json
from pathlib import Path

from pydantic import BaseModel

from coach.advise.advice import Advice, SearchResult
from coach.practice.debrief import Played
from coach.practice.progress import Overview

FOLDER = Path(__file__).parent
SHAPES: dict[str, type[BaseModel]] = {"advice": Advice, "search": SearchResult, "practice": Played, "progress": Overview}
INTERNAL = ("complete", "earlier")  # fields of the Python object that are not part of the JSON


def schema(name: str) -> str:
    """The schema's text."""
    made = SHAPES[name].model_json_schema(mode="serialization")
    for field in INTERNAL:
        made.get("properties", {}).pop(field, None)
    made["required"] = sorted(made["properties"])  # every field is always written
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **made}, indent=2, ensure_ascii=False) + "\n"


def path(name: str) -> Path:
    return FOLDER / f"{name}.schema.json"
