"""The page Advise: one box, and a conversation of answers. It calls Coach and holds no rule of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from coach.advise.adapt import filled_lines
from coach.advise.advice import Advice
from coach.errors import CoachError
from coach.log import log
from coach.store.ratings import REASONS
from coach.web import render
from coach.web.shelf import Shelf

EXAMPLES = {
    "Early refill, angry": "Early refill again, he ran out five days ahead and he's already angry with the front desk. What do I say?",
    "New to me, ten years on oxycodone": "New to me since her doctor retired. Ten years on oxycodone for low back pain, scared I'll cut her off. She misses gardening.",
    "“You think I'm an addict”": "I brought up cutting down and she blew up: \"You think I'm an addict!\" How do I go on from here?",
    "Taper stalled, not sleeping": "Halfway through the taper and stuck. He isn't sleeping, sweats at night, and says I lied to him. He wants the old dose back.",
    "Unexpected drug test": "Her urine test came back with no oxycodone in it. I like her and I don't know what to think. How do I bring it up?",
    "I dread this visit": "I dread seeing him every month. We say the same things over and over and I feel stuck and alone with it.",
}
LABEL_FIRST, LABEL_NEXT = "What is the situation?", "What happens next, or a new situation"
HINT_FIRST = "Type, paste or dictate. For example: who the patient is, what they said, what you have to bring up. Ctrl+Enter sends."
HINT_NEXT = "He says: “Then I'll just buy them on the street.”"
TURNS_KEPT = 20


@dataclass(frozen=True)
class Talk:
    """One conversation of one window, in this process's memory only."""

    turns: tuple[Advice, ...] = ()
    better: Advice | None = None
    typed: str = ""

    @property
    def last(self) -> Advice | None:
        return self.turns[-1] if self.turns else None


class Page:
    """Handlers of the page. `shelf` gives the Coach once it is ready."""

    def __init__(self, shelf: Shelf):
        self.shelf = shelf

    def ask(self, text: str, talk: Talk) -> Iterator[tuple[Any, ...]]:
        """The answer by rules at once; then, perhaps, an offer of better lines."""
        earlier = self._earlier(talk.turns)
        yield earlier, render.page("thinking", scenario=text.strip()[:600]), *_waiting(), talk, gr.skip(), "", gr.update(visible=False)
        try:
            coach = self.shelf.coach()
            shown: Talk | None = None
            for advice in coach.stream(text, talk.last):
                if shown is None:
                    shown = Talk((*talk.turns, advice)[-TURNS_KEPT:], None, text)
                    yield earlier, self._answer(advice), *_answered(busy=not advice.complete), shown, gr.update(value="", label=LABEL_NEXT, placeholder=HINT_NEXT), "", gr.update(visible=bool(advice.scripts))
                elif advice.complete:
                    yield from self._offer(shown, advice)
        except Exception as error:  # whatever it is: one sentence, and the text stays in the box
            message = str(error) if isinstance(error, CoachError) else f"Something went wrong here ({type(error).__name__}). Your text is still in the box: try again, or run `coach doctor`."
            log.error("advise_failed", error=type(error).__name__)
            yield earlier, render.page("problem", message=message), *_answered(), replace(talk, typed=text), gr.skip(), "", gr.skip()

    def _offer(self, shown: Talk, advice: Advice) -> Iterator[tuple[Any, ...]]:
        first = shown.turns[-1]
        gained = sum(max(0, filled_lines(new) - filled_lines(old)) for new, old in zip(advice.scripts, first.scripts, strict=False))
        talk = replace(shown, turns=(*shown.turns[:-1], first.model_copy(update={"model": advice.model})), better=advice if gained else None)
        label = f"{gained} {'line fits' if gained == 1 else 'lines fit'} better now: show {'it' if gained == 1 else 'them'}"
        yield gr.skip(), gr.skip(), gr.update(visible=bool(gained), value=label), gr.update(visible=False), gr.skip(), talk, gr.skip(), _status(advice, self.shelf.notes), gr.skip()

    def show_better(self, talk: Talk) -> tuple[Any, ...]:
        if talk.better is None:
            return gr.skip(), gr.update(visible=False), talk
        return self._answer(talk.better), gr.update(visible=False), Talk((*talk.turns[:-1], talk.better), None, talk.typed)

    def stop(self) -> tuple[Any, ...]:
        """The event is cancelled by Gradio; what was shown stays."""
        return gr.update(visible=False), gr.update(visible=True), "Stopped. The lines above are complete; no model added to them."

    def edit(self, talk: Talk) -> tuple[Any, ...]:
        """Take the last turn back into the box."""
        turns = talk.turns[:-1]
        before = self._answer(turns[-1]) if turns else ""
        label, hint = (LABEL_NEXT, HINT_NEXT) if turns else (LABEL_FIRST, HINT_FIRST)
        return self._earlier(turns[:-1]), before, gr.update(value=talk.typed, label=label, placeholder=hint), Talk(turns), "", gr.update(visible=bool(turns)), gr.update(visible=bool(turns)), gr.update(visible=False)

    def retry(self, talk: Talk) -> Iterator[tuple[Any, ...]]:
        """Ask the last turn again (after the library or the model changed)."""
        if talk.typed:
            yield from self.ask(talk.typed, Talk(talk.turns[:-1]))

    def new(self) -> tuple[Any, ...]:
        return "", "", gr.update(value="", label=LABEL_FIRST, placeholder=HINT_FIRST), Talk(), "", gr.update(visible=False), gr.update(visible=False), gr.update(visible=False)

    def rate(self, talk: Talk, thumb: str, reason: str | None) -> str:
        """Keep a thumb with the ids and versions of the scripts, never with text."""
        if talk.last is None or not talk.last.scripts:
            return ""
        try:
            self.shelf.rate(talk.last, thumb, reason)
        except CoachError as error:
            return str(error)
        return "Thank you. Kept: the thumb, the reason and the scripts' ids. Not what you typed."

    def _answer(self, advice: Advice) -> str:
        return render.answer(advice, self.shelf.coach().library.taxonomy, _status(advice, self.shelf.notes) if advice.complete else "")

    def _earlier(self, turns: tuple[Advice, ...]) -> str:
        return "".join(render.answer(advice, self.shelf.coach().library.taxonomy, old=True) for advice in turns) if turns else ""


def _status(advice: Advice, notes: list[str]) -> str:
    model = "library and rules, no model" if advice.model.startswith("none") else f"library and rules, facts by {advice.model}"
    reason = advice.model.removeprefix("none").strip(" ()")
    return " · ".join([model + (f" ({reason})" if advice.model.startswith("none") and reason else ""), *notes])


def _waiting() -> tuple[Any, ...]:
    return gr.update(visible=False), gr.update(visible=True), gr.update(visible=False)


def _answered(busy: bool = False) -> tuple[Any, ...]:
    """Offer, Stop, and the row of what can be done with an answer."""
    return gr.update(visible=False), gr.update(visible=busy), gr.update(visible=True)


def build(shelf: Shelf) -> gr.Blocks:
    """The page. Styles and scripts are added where it is mounted."""
    page = Page(shelf)
    with gr.Blocks(title="Conversation Coach", analytics_enabled=False, fill_height=False) as blocks:
        gr.HTML(lambda: render.page("intro", broken=shelf.broken), padding=False)
        talk = gr.State(Talk(), time_to_live=4 * 3600)
        earlier = gr.HTML("", padding=False)
        with gr.Column(elem_id="live"):
            answer = gr.HTML("", padding=False)
        offer = gr.Button("", visible=False, elem_id="offer", size="md")
        status = gr.HTML("", padding=False, elem_classes=["status"])
        with gr.Column(visible=False, elem_id="rate") as rate:
            with gr.Row():
                good = gr.Button("This helps", size="sm", min_width=80)
                bad = gr.Button("This does not help", size="sm", min_width=80)
            reason = gr.Radio(list(REASONS.values()), label="What was wrong?", visible=False)
            thanks = gr.HTML("", padding=False, elem_classes=["status"])
        box = gr.Textbox(label=LABEL_FIRST, placeholder=HINT_FIRST, lines=5, max_lines=14, elem_id="situation", autofocus=True, max_length=1_000_000)
        with gr.Row(elem_id="row"):
            ask = gr.Button("Get the words", variant="primary", elem_id="ask", min_width=140)
            stop = gr.Button("Stop", visible=False, elem_id="stop", min_width=80)
            with gr.Row(visible=False, elem_id="again") as again:
                edit = gr.Button("Edit last", size="md", min_width=90)
                retry = gr.Button("Try again", size="md", min_width=90)
                new = gr.Button("New situation", size="md", min_width=150)
        with gr.Row(elem_id="examples") as examples:
            picks = [(gr.Button(name, size="sm"), text) for name, text in EXAMPLES.items()]

        shown = [earlier, answer, offer, stop, again, talk, box, status, rate]
        private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        hide_examples: dict[str, Any] = {"fn": lambda: (gr.update(visible=False), gr.update(visible=False), ""), "outputs": [examples, reason, thanks], **private}
        asking = ask.click(page.ask, [box, talk], shown, concurrency_limit=8, concurrency_id="ask", **private)
        asking.then(**hide_examples)
        again_asking = retry.click(page.retry, [talk], shown, concurrency_limit=8, concurrency_id="ask", **private)
        stop.click(page.stop, None, [stop, again, status], cancels=[asking, again_asking], **private)
        offer.click(page.show_better, [talk], [answer, offer, talk], **private)
        cleared = [earlier, answer, box, talk, status, again, rate, offer]
        edit.click(page.edit, [talk], cleared, cancels=[asking, again_asking], **private)
        new.click(page.new, None, cleared, cancels=[asking, again_asking], **private).then(lambda: gr.update(visible=True), None, examples, **private)
        good.click(lambda t: (page.rate(t, "up", None), gr.update(visible=False)), [talk], [thanks, reason], **private)
        bad.click(lambda: ("", gr.update(visible=True, value=None)), None, [thanks, reason], **private)
        reason.input(lambda t, r: (page.rate(t, "down", r), gr.update(visible=False)), [talk, reason], [thanks, reason], **private)
        for button, text in picks:
            button.click(lambda text=text: text, None, box, **private)
    blocks.queue(default_concurrency_limit=8, max_size=64)
    return blocks
