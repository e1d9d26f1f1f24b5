"""The part "Your progress" of the page Practice: the box that asks for it, what is kept, and how to take it along or delete it."""

from typing import Any

import gradio as gr

from coach.errors import CoachError
from coach.log import log
from coach.practice.progress import LEAST_TURNS, overview
from coach.practice.scene import Scene
from coach.practice.selfview import View
from coach.web import render
from coach.web.progress_picture import pictures
from coach.web.shelf import Shelf
from coach.web.sign_in import person_of

WHAT_IS_KEPT = "Of each scene: the date, the patient, counts and codes. Never what was said."


class ProgressPart:
    """Handlers. A store that cannot be used is one sentence; practice goes on."""

    def __init__(self, shelf: Shelf):
        self.shelf = shelf

    def shown(self, request: gr.Request, problem: str = "") -> tuple[Any, ...]:
        """The box as it stands, the section, whether there is something to delete, and the question put away. To what `build` gives."""
        try:
            coach = self.shelf.coach()
            own = coach.progress_of(person_of(request))
            kept, keep = own.sessions(), own.keeping()
            found = overview(kept, keep, coach.patients() if kept else [])  # reading all patients takes a moment
        except CoachError as error:
            return gr.skip(), render.page("problem", message=problem or str(error)), gr.update(visible=False), gr.update(visible=False)
        text = render.page("practice/progress", o=found, plots=pictures(found.sessions)) if found.keep or found.sessions else ""
        text += render.page("problem", message=problem) if problem else ""
        return gr.update(value=found.keep), text, gr.update(visible=bool(found.sessions)), gr.update(visible=False)

    def keep(self, on: bool, request: gr.Request) -> tuple[Any, ...]:
        """The box was ticked or unticked. To what `build` gives."""
        try:
            self.shelf.coach().progress_of(person_of(request)).keep(on)
        except CoachError as error:
            return gr.update(value=not on), *self.shown(request, str(error))[1:]
        return self.shown(request)

    def delete(self, request: gr.Request) -> tuple[Any, ...]:
        """Asked twice, so everything goes. To what `build` gives."""
        try:
            self.shelf.coach().progress_of(person_of(request)).delete()
        except CoachError as error:
            return self.shown(request, str(error))
        return self.shown(request)

    def add(self, view: View | None, scene: Scene | None, request: gr.Request) -> str:
        """After a debrief: what was kept, in a sentence. Practice goes on whatever happens here."""
        if scene is None:
            return ""
        try:
            progress = self.shelf.coach().progress_of(person_of(request))
            if progress.add(scene, view):
                return _said("Kept in your progress: the date, the patient, counts and codes.")
            return _said(f"Not kept in your progress: a session counts from {LEAST_TURNS} turns.") if progress.keeping() else ""
        except CoachError as error:
            return render.page("problem", message=str(error))
        except Exception as error:  # a fault of ours must not take the debrief away
            log.error("progress_failed", error=type(error).__name__)
            return render.page("problem", message=f"Your progress could not be kept ({type(error).__name__}). Run `coach doctor`.")


def _said(text: str) -> str:
    return render.page("practice/said", text=text)


def build(page: ProgressPart, quiet: dict[str, Any]) -> list[Any]:
    """The box and the section, where the page stands now. Gives what `ProgressPart.shown` fills."""
    where = "on this computer" if page.shelf.settings.auth == "none" else "for my account"
    box = gr.Checkbox(False, label=f"Keep my progress {where}", info=WHAT_IS_KEPT, elem_id="keep")
    section = gr.HTML("", padding=False, elem_id="progress")
    delete = gr.Button("Delete all", visible=False, min_width=100, elem_id="delete-progress")
    with gr.Column(visible=False, elem_id="delete-sure") as sure:
        gr.HTML('<p role="alert">Delete every session? They cannot be brought back, and no more are kept.</p>', padding=False)
        with gr.Row():
            yes, no = gr.Button("Yes, delete all", min_width=120, elem_id="delete-yes"), gr.Button("No, keep them", min_width=120, elem_id="delete-no")
    shown = [box, section, delete, sure]
    box.input(page.keep, [box], shown, trigger_mode="always_last", **quiet)  # ticked and unticked at once: what is seen last holds
    delete.click(lambda: (gr.update(visible=False), gr.update(visible=True)), None, [delete, sure], **quiet)
    no.click(lambda: (gr.update(visible=True), gr.update(visible=False)), None, [delete, sure], **quiet)
    yes.click(page.delete, None, shown, **quiet)
    return shown
