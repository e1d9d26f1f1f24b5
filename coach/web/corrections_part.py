"""The part "Disagree with a code?" of a debrief: what the trainee would have called a turn, kept only when they tick it."""

from typing import Any

import gradio as gr

from coach.errors import CoachError
from coach.practice.corrections import SHOWN, correction, key, name_of
from coach.practice.scene import Scene
from coach.web import render
from coach.web.shelf import Shelf
from coach.web.sign_in import person_of

# A code is a row of HTML, not of Gradio's parts: there may be forty, and a real select is what a phone and a screen reader know.
TELL = """element.addEventListener('change', event => {
  const row = event.target.closest('.correction');
  if (row) trigger('select', {turn: Number(row.dataset.turn), place: Number(row.dataset.place), wanted: row.querySelector('select').value, keep: row.querySelector('input').checked});
});"""


class CorrectionsPart:
    """Handlers. What comes from the page is checked: it may be anything."""

    def __init__(self, shelf: Shelf):
        self.shelf = shelf

    def listed(self, scene: Scene | None) -> tuple[str, str]:
        """Each coded turn with its codes, and no word about what was kept yet."""
        if scene is None:
            return "", ""
        turns = [
            (turn.number, turn.text, [(place, SHOWN.get(name_of(code), name_of(code)), name_of(code)) for place, code in enumerate(turn.codes)])
            for turn in scene.turns
            if turn.codes
        ]
        return render.page("practice/corrections", turns=turns, names=SHOWN), ""

    def changed(self, scene: Scene | None, event: gr.EventData, request: gr.Request) -> str:
        """A code was chosen, or the box ticked or unticked: keep it, change it, or forget it. What was done, in a sentence."""
        told = event._data if isinstance(event._data, dict) else {}
        number, place, wanted, keep = (told.get(name) for name in ("turn", "place", "wanted", "keep"))
        if scene is None or not isinstance(number, int) or not isinstance(place, int) or not 1 <= number <= len(scene.turns):
            return ""
        turn = scene.turns[number - 1]
        try:
            store = self.shelf.coach().corrections_of(person_of(request))
            if keep is not True or not wanted:
                gone = store.drop(key(scene, turn, place))
                return _said("Forgotten again.") if gone else _said("Choose first what you would call it.") if keep is True else ""
            store.add(key(scene, turn, place), correction(scene, turn, place, str(wanted)))
        except CoachError as error:
            return render.page("problem", message=str(error))
        return _said(f"Kept: turn {number}, which you would call {SHOWN[str(wanted)]}.")


def _said(text: str) -> str:
    return render.page("practice/said", text=text)


def build(page: CorrectionsPart, scene: gr.State, quiet: dict[str, Any]) -> list[Any]:
    """The fold and its status line, where the page stands now. Gives what `CorrectionsPart.listed` fills."""
    fold = gr.HTML("", padding=False, js_on_load=TELL, elem_id="corrections")
    status = gr.HTML("", padding=False, elem_id="corrected")
    fold.select(page.changed, [scene], status, trigger_mode="multiple", **quiet)  # else a box ticked right after a choice would be passed over
    return [fold, status]
