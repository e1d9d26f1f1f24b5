"""Which questions would find a text that is being written, and which script it pushes out of the first three."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from coach.curate.shapes import Question
from coach.library import vectors
from coach.library.passages import Passage, of_script
from coach.library.script import Script
from coach.library.vectors import Kept
from coach.settings import ROOT

if TYPE_CHECKING:
    from coach.library.search import Search

HELD = ROOT / "evals/cases/scenarios.jsonl"
DEV_SHARE = 60  # percent: the half of the cases that may be looked at, as evals/cases splits them
TRIED = 12  # questions that are really asked, those nearest in meaning to each version
FIRST = 3


def held_questions(path: Path = HELD) -> list[str]:
    """Scenarios as clinicians write them, of the half that may be looked at. None where the folder evals was not installed."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [row["text"] for row in rows if int(hashlib.sha256(row["id"].encode()).hexdigest(), 16) % 100 < DEV_SHARE]
    except (OSError, ValueError, KeyError, TypeError):
        return []


class Finders:
    """Asks questions of two states of search: with the text, and as the library stands. Their vectors are kept in `cache` as they are made, so that who stops
    it, or the program, loses none; it may fail to be written."""

    def __init__(self, cache: Path, held: Sequence[str]):
        self._cache, self._held = cache, list(held)

    def questions(self, script: Script, search: "Search", scripts: Sequence[Script], progress: Callable[[int, int], None] | None = None) -> list[Question]:
        """The script's own ways of asking, and those questions nearest to it as it is written and as it stands, each with the place it takes and took.
        Without an encoder only words are compared."""
        others = [ask for other in scripts for ask in other.asks if ask not in script.asks]
        versions = [script, *(other for other in scripts if other.id == script.id)]
        asked = list(dict.fromkeys([*script.asks, *self._nearest(versions, [*self._held, *others], search, progress)]))
        now = search.replaced({script.id: script})
        return [question for question in (_asked(text, script.id, search, now) for text in asked) if question.place or question.before or question.text in script.asks]

    def _nearest(self, versions: Sequence[Script], texts: list[str], search: "Search", progress: Callable[[int, int], None] | None) -> list[str]:
        encoder = search.encoder
        if encoder is None or not texts:
            return []
        asked = [Passage(f"question-{number}", "", "ask", text, "", "", ()) for number, text in enumerate(texts)]
        kept = Kept(self._cache / "questions" / encoder.id)
        indexed = {passage.key: vector for passage in asked if (vector := search.layers.vector(passage.key)) is not None}  # every way of asking is a passage
        known, own = kept.load(), {passage.key for passage in asked if passage.key not in indexed}
        lacking = len(own - known.keys())

        def read(done: int, _: int) -> None:
            if progress:
                progress(len(own) - lacking + done, len(own))

        matrix = vectors.embed(asked, encoder, {**known, **indexed}, read, keep=kept)
        if lacking:
            kept.only(own)
        nearest: list[str] = []
        for script in versions:
            near = (matrix @ encoder.encode([passage.text for passage in of_script(script)]).T).max(axis=1)
            nearest += [texts[number] for number in np.argsort(-near, kind="stable")[:TRIED]]
        return nearest


def _asked(text: str, script_id: str, before: "Search", now: "Search") -> Question:
    places = []
    firsts = []
    for state in (now, before):
        ids = [hit.script_id for hit in state.find(text, FIRST).hits]
        firsts.append(ids)
        places.append(ids.index(script_id) + 1 if script_id in ids else None)
    pushed = [name for name in firsts[1] if name not in firsts[0]]
    return Question(text=text, place=places[0], before=places[1], displaces=pushed[0] if places[0] and pushed else None)
