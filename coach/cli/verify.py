"""`coach verify`: is a model's rewrite of a library line fit to be shown? One {source, text, scenario} a line in, one {ok, problems} a line out."""

import json
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from coach.errors import InputError

FIELDS = ("source", "text", "scenario")
WRONG = 'This line is not an object like {"source": "…", "text": "…", "scenario": "…"}. Send one a line.'


def verify(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read one {source, text, scenario} a line from standard input, write one {ok, problems} a line, in order.")] = False,
) -> None:
    """Whether rewrites of library lines keep to the library's words. Rules, no model."""
    if not jsonl:
        raise InputError("This command reads JSON lines from standard input. Add --jsonl.")
    for line in sys.stdin.buffer:
        if line.strip():
            print(json.dumps(_answer(line), ensure_ascii=False), flush=True)


def _answer(line: bytes) -> dict[str, Any]:
    from coach.advise.verify import verify as check

    try:
        item = json.loads(line)
    except (ValueError, RecursionError):  # also invalid UTF-8
        item = None
    if not isinstance(item, dict) or not all(isinstance(item.get(field), str) for field in FIELDS):
        return {"error": WRONG}
    problems = check(item["source"], item["text"], item["scenario"])
    return {"ok": not problems, "problems": [asdict(problem) for problem in problems]}
