"""From a scene and its debrief to HTML, by the templates of practice/. Everything is escaped by Jinja."""

import re
from dataclasses import dataclass
from itertools import pairwise

from coach.practice.feedback import ENDED
from coach.practice.moves import CONFIDENT
from coach.practice.nudge import nudge
from coach.practice.patient import Patient
from coach.practice.scene import Scene
from coach.practice.selfview import View, compared
from coach.practice.turns import Turn
from coach.web import render
from coach.web.picture import picture

MASK = re.compile(r"\[[a-z_ ]+\]")  # what masking puts in the place of a name or number
RATIOS = {"R:Q": "Reflections to questions (R:Q)", "%CR": "Complex among reflections (%CR)", "open questions": "Open among questions"}


@dataclass(frozen=True, slots=True)
class Row:
    """One exchange as it is shown: the trainee's turn in pieces (text, whether a code lies on it), its codes in words, a hint, and the answer."""

    pieces: list[tuple[str, bool]]
    codes: str
    hint: str
    patient: str


def briefing(patient: Patient) -> str:
    return render.page("practice/briefing", patient=patient)


def talk(scene: Scene, codes: bool) -> str:
    """The conversation so far; with `codes`, how each turn was coded and at most one hint."""
    rows = [Row(pieces(turn, codes), coded(turn) if codes else "", nudge(turn) if codes and turn is scene.turns[-1] else "", turn.spoken) for turn in scene.turns]
    return render.page(
        "practice/talk", who=scene.patient.name, task=scene.patient.task, chart=scene.patient.chart, opening=scene.opening.text, rows=rows,
        closing=scene.closing.text if scene.closing else "", stopped=scene.stopped, ended=ENDED[scene.ended] if scene.ended else "",
        masked=any(MASK.search(turn.text) for turn in scene.turns),
    )  # fmt: skip


def debrief(scene: Scene, own: View | None) -> str:
    found = scene.debrief()
    return render.page("practice/debrief", d=found, who=scene.patient.name, compared=compared(own, found), plot=picture(found.curve, found.mode == "mi"), names=RATIOS)


def coded(turn: Turn) -> str:
    """The codes of a turn in words, each once; one of which the rater is not sure says so."""
    sure = {code.code: code.probability >= CONFIDENT for code in turn.codes}
    words = [f"{code.subtype} {code.code}" if code.subtype and code.code in ("question", "reflection") else code.subtype or code.code for code in turn.codes]
    shown = [word if sure[code.code] else f"{word} (unsure)" for word, code in zip(words, turn.codes, strict=True)]
    return " · ".join(dict.fromkeys([*shown, *(behavior.name.replace("_", " ") for behavior in turn.behaviors)]))


def pieces(turn: Turn, marked: bool) -> list[tuple[str, bool]]:
    """The turn cut where a code of which the rater is sure begins or ends (greetings and the like, coded other, are not marked)."""
    spans = [code.span for code in turn.codes if code.code != "other" and code.probability >= CONFIDENT] if marked else []
    cuts = sorted({0, len(turn.text), *(edge for span in spans for edge in span)})
    found = [(turn.text[start:end], any(a <= start and end <= b for a, b in spans)) for start, end in pairwise(cuts)]
    return [piece for piece in found if piece[0]]
