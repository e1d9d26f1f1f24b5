"""`coach code`: the motivational interviewing codes of turns. One {speaker, text, previous} a line in, one {code, codes} a line out."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.errors import InputError

if TYPE_CHECKING:
    from coach.practice.coding import Coder

SPEAKERS = ("clinician", "patient")
WRONG = 'This line is not an object like {"speaker": "clinician" or "patient", "text": "…", "previous": "…"}. Send one a line.'


def code(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read one {speaker, text, previous} a line from standard input, write one {code, codes} a line, in order.")] = False,
) -> None:
    """How motivational interviewing codes a turn: question, reflection, input, other; change, sustain, neutral. A classifier, no chat model."""
    if not jsonl:
        raise InputError("This command reads JSON lines from standard input. Add --jsonl.")
    from coach.practice.coding import Coder
    from coach.settings import load_settings

    coder = Coder(load_settings())
    for line in sys.stdin.buffer:
        if line.strip():
            print(json.dumps(_answer(coder, line), ensure_ascii=False), flush=True)


def _answer(coder: "Coder", line: bytes) -> dict[str, Any]:
    try:
        item = json.loads(line)
    except (ValueError, RecursionError):  # also invalid UTF-8
        item = None
    if not _usable(item):
        return {"error": WRONG}
    coded = coder.code(item["speaker"], item["text"], item.get("previous") or "")
    codes = [{"code": each.code, "subtype": each.subtype, "span": list(each.span), "probability": round(each.probability, 4)} for each in coded.codes]
    return {"code": coded.code, "codes": codes}


def _usable(item: Any) -> bool:
    return isinstance(item, dict) and item.get("speaker") in SPEAKERS and isinstance(item.get("text"), str) and isinstance(item.get("previous"), str | None)
