"""Prompts are contracts: what goes in, and what the reply of the real embedded model must be like. One file a prompt, <prompt id>.jsonl: {id, input, must, known?}.

`must`, of extract: `copied` (each span stands in the scenario), `find` {slot: words its span holds}, `null` [slots that say nothing], `never` [words in no span].
Of rewrite: `kept` (the least share of the line's words in their order), `holds` [words], `ends` (the last mark), `same` (the line as it was), `safe` (no red line), `never`.
A reply that cannot be read breaks every contract. `known`: properties that the embedded model is known to lack: they say what a better model or prompt would bring,
and the product does not lean on them (a span is checked against the text, a rewrite is proved or not shown). Written by a model.

    python -m evals.prompt_cases [extract|rewrite] [--json]     asks the chat model of the settings every case
    python -m evals.prompt_cases --digests                      writes digests.json anew, after a prompt and its version were changed
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from coach.errors import ModelError, ModelMissing
from coach.guard.redlines import check_line
from coach.models.prompts import load_prompt

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Contract:
    """One case: `input` are the prompt's variables."""

    id: str
    prompt: str
    input: Mapping[str, str]
    must: Mapping[str, Any]
    known: tuple[str, ...] = ()


def contracts(prompt: str) -> list[Contract]:
    """The cases of a prompt."""
    lines = (FOLDER / f"{prompt}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Contract(raw["id"], prompt, raw["input"], raw["must"], tuple(raw.get("known", ()))) for raw in map(json.loads, lines)]


def prompts() -> list[str]:
    """The prompts that have cases."""
    return sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def asked(contract: Contract, model: Any, folder: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """The reply, None when none could be read, and which properties it lacks. Raises ModelMissing: without a model there is nothing to hold to a contract."""
    try:
        reply = model.ask(load_prompt(contract.prompt, folder), contract.input, shape(contract.prompt), alone=True)[0].model_dump()
    except ModelMissing:
        raise
    except ModelError as error:
        return None, [f"no reply ({error.reason})"]
    return reply, broken(contract, reply)


def shape(prompt: str) -> Any:
    from coach.models.rewritten import Rewritten
    from coach.models.spans import Spans

    return {"extract": Spans, "rewrite": Rewritten}[prompt]


def broken(contract: Contract, reply: Mapping[str, Any]) -> list[str]:
    """The properties that a reply lacks. Pure."""
    return list((_extract if contract.prompt == "extract" else _rewrite)(contract.input, contract.must, reply))


def _extract(given: Mapping[str, str], must: Mapping[str, Any], spans: Mapping[str, str | None]) -> Iterator[str]:
    found = {slot: " ".join(span.split()).lower() for slot, span in spans.items() if span and span.strip()}
    text = " ".join(given["scenario"].split()).lower()
    if must.get("copied"):
        yield from (f"copied: {slot}" for slot, span in found.items() if span not in text)
    yield from (f"find: {slot}" for slot, words in must.get("find", {}).items() if words.lower() not in found.get(slot, ""))
    yield from (f"null: {slot}" for slot in must.get("null", ()) if slot in found)
    yield from (f"never: {words}" for words in must.get("never", ()) if any(words.lower() in span for span in found.values()))


def _rewrite(given: Mapping[str, str], must: Mapping[str, Any], reply: Mapping[str, str]) -> Iterator[str]:
    line, said = given["line"], " ".join(reply["line"].split())
    if must.get("same") and said != line:
        yield "same"
    if kept(line, said) < must.get("kept", 0.0):
        yield "kept"
    if must.get("safe") and check_line(said, scenario=line):
        yield "safe"
    if not said.endswith(must.get("ends", "")):
        yield "ends"
    yield from (f"holds: {words}" for words in must.get("holds", ()) if words.lower() not in said.lower().replace("’", "'"))
    yield from (f"never: {words}" for words in must.get("never", ()) if words.lower() in said.lower())


def kept(line: str, said: str) -> float:
    """The share of the line's words that stand in `said` in their order."""
    words, there = ([word.strip(".,?!;:\"'").lower() for word in text.split()] for text in (line, said))
    return sum(block.size for block in SequenceMatcher(None, words, there, autojunk=False).get_matching_blocks()) / max(1, len(words))
