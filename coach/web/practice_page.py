"""The page Practice: choose a simulated patient, talk, say how it went, read the debrief, try a turn again. It calls Coach and holds no rule of its own."""

import threading
from typing import Any

import gradio as gr

from coach.access.rights import require
from coach.errors import CoachError
from coach.log import log
from coach.practice.patient import Patient
from coach.practice.scene import Scene
from coach.practice.selfview import View
from coach.web import corrections_part, practice_render, progress_part, render
from coach.web.shelf import Shelf
from coach.web.sign_in import person_of, who

ANY = "any"
MODES = {"mi": "Motivational interviewing", "checklist": "A limit, bad news or a danger"}
LEVELS = {1: "1, gentle", 2: "2", 3: "3", 4: "4", 5: "5, hardest"}
VIEWS: dict[str, View | None] = {"It went well": "well", "Mixed": "mixed", "Badly": "badly", "Rather not say": None}
BOX: dict[str, Any] = {
    "label": "What do you say?", "placeholder": "As you would say it aloud. Ctrl+Enter says it; an empty turn is silence.", "lines": 3, "max_lines": 10, "max_length": 5_000,
}  # fmt: skip
NOBODY = "Nobody here fits these three. Set one of them back to “any”."


class PracticePage:
    """Handlers of the page. What each returns goes to the outputs named in `build`."""

    def __init__(self, shelf: Shelf):
        self.shelf = shelf

    def intro(self, request: gr.Request | None = None) -> str:
        return render.page("practice/intro", here="Practice", broken=self.shelf.broken, person=who(request), far=self.shelf.settings.auth != "none")

    def patients(self, request: gr.Request) -> list[Patient]:
        require(person_of(request), "practice")
        return self.shelf.coach().patients()

    def filtered(self, level: str, mode: str, situation: str, request: gr.Request) -> tuple[Any, ...]:
        """The patients that fit the three choices. To `listed`."""
        try:
            everyone = self.patients(request)
        except CoachError as error:
            return gr.update(choices=[]), render.page("problem", message=str(error)), gr.update(visible=False)
        chosen = [p for p in everyone if level in (ANY, LEVELS[p.level]) and mode in (ANY, MODES[p.mode]) and situation in (ANY, *p.situations)]
        choices = [(f"{p.title} · level {p.level}", p.id) for p in chosen]
        return gr.update(choices=choices, value=None), "" if choices else render.page("problem", message=NOBODY), gr.update(visible=False)

    def opened(self, request: gr.Request) -> tuple[Any, ...]:
        """When the page opens: whom one can talk with, and which situations they bring."""
        listed = self.filtered(ANY, ANY, ANY, request)
        try:
            present = sorted({tag for patient in self.patients(request) for tag in patient.situations})
        except CoachError:
            present = []
        return *listed, gr.update(choices=[ANY, *((tag.replace("_", " "), tag) for tag in present)])

    def choose(self, patient_id: str | None, request: gr.Request) -> tuple[Any, ...]:
        """The briefing, and the button that begins. To `briefed`."""
        try:
            patient = next((p for p in self.patients(request) if p.id == patient_id), None)
        except CoachError as error:
            return render.page("problem", message=str(error)), gr.update(visible=False)
        if patient is None:
            return "", gr.update(visible=False)
        return practice_render.briefing(patient), gr.update(visible=True, value=f"Begin with {patient.name}")

    def begin(self, patient_id: str | None, codes: bool, request: gr.Request) -> tuple[Any, ...]:
        """A new scene. To `staged`."""
        try:
            scene = self.shelf.coach().practice(patient_id or "", by=person_of(request))
        except CoachError as error:
            return None, render.page("problem", message=str(error)), *_stage(choosing=True), "", ""
        threading.Thread(target=scene.warm_up, name="load-rater", daemon=True).start()
        return scene, practice_render.talk(scene, codes), *_stage(talking=True), "", ""

    def say(self, text: str, scene: Scene | None, codes: bool, request: gr.Request) -> tuple[Any, ...]:
        """One turn and its answer. To `staged`, and the box."""
        if scene is None:
            return (
                None,
                render.page("problem", message="The coach was started anew and has forgotten the scene. Choose a patient again."),
                *_stage(choosing=True),
                "",
                "",
                gr.skip(),
            )
        try:
            require(person_of(request), "practice")
            scene.say(text)
        except CoachError as error:
            return scene, practice_render.talk(scene, codes) + render.page("problem", message=str(error)), *_stage(talking=True), "", "", gr.skip()
        except Exception as error:
            log.error("practice_failed", error=type(error).__name__)
            message = f"Something went wrong here ({type(error).__name__}). Your words are still in the box: try again, or run `coach doctor`."
            return scene, practice_render.talk(scene, codes) + render.page("problem", message=message), *_stage(talking=True), "", "", gr.skip()
        return scene, practice_render.talk(scene, codes), *_stage(talking=not scene.ended, asking=bool(scene.ended) and not scene.stopped, choosing=bool(scene.stopped)), "", "", ""

    def end(self, scene: Scene | None, codes: bool) -> tuple[Any, ...]:
        if scene is None:
            return None, "", *_stage(choosing=True), "", ""
        scene.end()
        return scene, practice_render.talk(scene, codes), *_stage(asking=True), "", ""

    def show(self, scene: Scene | None, codes: bool) -> str | Any:
        """The conversation again, with or without the codes."""
        return practice_render.talk(scene, codes) if scene else gr.skip()

    def debrief(self, view: str | None, scene: Scene | None, codes: bool) -> tuple[Any, ...]:
        """After the trainee has said how it went. To `staged`, then the button and list of turns, and the view."""
        if scene is None or view is None:
            return scene, *(gr.skip() for _ in range(11))
        found = scene.debrief()
        tried = found.try_this.again if found.try_this else 1
        turns = [str(turn.number) for turn in scene.turns]
        return (
            scene, practice_render.talk(scene, codes), *_stage(after=True), practice_render.debrief(scene, VIEWS.get(view)), "",
            gr.update(visible=bool(turns), value=f"Try turn {tried} again"), gr.update(visible=len(turns) > 1, choices=turns, value=str(tried) if turns else None),
            VIEWS.get(view),
        )  # fmt: skip

    def again(self, turn: str | None, scene: Scene | None, codes: bool, request: gr.Request) -> tuple[Any, ...]:
        """Back to the beginning of a turn. To `staged`."""
        if scene is None:
            return None, "", *_stage(choosing=True), "", ""
        try:
            require(person_of(request), "practice")
            scene.again(int(turn) if turn and turn.isdigit() else 0)
        except CoachError as error:
            return scene, gr.skip(), *_stage(after=True), gr.skip(), render.page("problem", message=str(error))
        return scene, practice_render.talk(scene, codes), *_stage(talking=True), "", ""

    def other(self) -> tuple[Any, ...]:
        """Leave the scene for another patient; it is forgotten. To `staged`."""
        return None, "", *_stage(choosing=True), "", ""


def _stage(choosing: bool = False, talking: bool = False, asking: bool = False, after: bool = False) -> tuple[Any, ...]:
    """Which part of the page is seen: choosing, talking, "how did it go", and what can be done afterwards. A new question is not answered yet."""
    return gr.update(visible=choosing), gr.update(visible=talking), gr.update(visible=asking), gr.update(value=None), gr.update(visible=after)


QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def build(shelf: Shelf, blocks: gr.Blocks) -> None:
    """The page's parts, inside the Blocks of its route."""
    page, progress, corrections = PracticePage(shelf), progress_part.ProgressPart(shelf), corrections_part.CorrectionsPart(shelf)
    gr.Navbar(visible=False)  # type: ignore[attr-defined]
    gr.HTML(page.intro, padding=False)
    scene, own = gr.State(None, time_to_live=4 * 3600), gr.State(None)  # `own`: the trainee's view, once the question for it is put away
    with gr.Column(elem_id="choosing") as choosing:
        with gr.Row(elem_id="filters"):
            level = gr.Dropdown([ANY, *LEVELS.values()], value=ANY, label="Level", min_width=110)
            mode = gr.Dropdown([ANY, *MODES.values()], value=ANY, label="What to practice", min_width=180)
            situation = gr.Dropdown([ANY], value=ANY, label="Situation", min_width=180)
        patient = gr.Radio([], label="Who comes in?", elem_id="patients")
        nobody = gr.HTML("", padding=False)
        briefing = gr.HTML("", padding=False)
        begin = gr.Button("Begin", variant="primary", visible=False, elem_id="begin")
        kept = progress_part.build(progress, QUIET)
    talk = gr.HTML("", padding=False, elem_id="talk")
    with gr.Column(visible=False, elem_id="talking") as talking:
        box = gr.Textbox(**BOX, elem_id="saying")
        with gr.Row(elem_id="row"):
            say = gr.Button("Say it", variant="primary", elem_id="say", min_width=120)
            end = gr.Button("End and look back", min_width=120, elem_id="end")
            codes = gr.Checkbox(True, label="Show how my turns are coded", elem_id="codes", min_width=200)
    with gr.Column(visible=False, elem_id="asking") as asking:
        view = gr.Radio(list(VIEWS), label="How did that go?", elem_id="view")
    debrief = gr.HTML("", padding=False, elem_id="debriefing")
    problem = gr.HTML("", padding=False)
    with gr.Column(visible=False, elem_id="after") as after:
        corrected = corrections_part.build(corrections, scene, QUIET)
        note = gr.HTML("", padding=False, elem_id="kept")
        with gr.Row(elem_id="row-after"):
            again = gr.Button("Try this turn again", variant="primary", min_width=160, elem_id="again-turn")
            which = gr.Dropdown([], label="from turn", min_width=90, elem_id="which", interactive=True)
            fresh = gr.Button("Start over", min_width=100, elem_id="fresh")
            other = gr.Button("Another patient", min_width=120, elem_id="other")

    listed, briefed = [patient, nobody, begin], [briefing, begin]
    staged = [scene, talk, choosing, talking, asking, view, after, debrief, problem]
    for choice in (level, mode, situation):
        choice.input(page.filtered, [level, mode, situation], listed, **QUIET).then(lambda: "", None, briefing, **QUIET)
    patient.input(page.choose, [patient], briefed, **QUIET)
    begin.click(page.begin, [patient, codes], staged, **QUIET)
    fresh.click(page.begin, [patient, codes], staged, **QUIET)
    say.click(page.say, [box, scene, codes], [*staged, box], concurrency_limit=4, **QUIET)
    end.click(page.end, [scene, codes], staged, **QUIET)
    codes.input(page.show, [scene, codes], talk, **QUIET)
    looked = view.input(page.debrief, [view, scene, codes], [*staged, again, which, own], **QUIET)
    looked.then(corrections.listed, [scene], corrected, **QUIET)
    looked.then(progress.add, [own, scene], note, **QUIET).then(progress.shown, None, kept, **QUIET)
    which.input(lambda turn: gr.update(value=f"Try turn {turn} again"), [which], again, **QUIET)
    again.click(page.again, [which, scene, codes], staged, **QUIET)
    other.click(page.other, None, staged, **QUIET)
    blocks.load(page.opened, None, [*listed, situation], **QUIET)
    blocks.load(progress.shown, None, kept, **QUIET)
