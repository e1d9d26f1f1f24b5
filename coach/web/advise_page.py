"""The page Advise: one box, and a conversation of answers. It calls Coach and holds no rule of its own."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from coach.advise.adapt import fitted_lines
from coach.advise.advice import Advice
from coach.errors import CoachError, InputError
from coach.log import log
from coach.store.reasons import REASONS
from coach.web import practice_page, render
from coach.web.shelf import Shelf
from coach.web.sign_in import person_of, who

EXAMPLES = {
    "Early refill, angry": "Early refill again, he ran out five days ahead and he's already angry with the front desk. What do I say?",
    "New to me, ten years on oxycodone": "New to me since her doctor retired. Ten years on oxycodone for low back pain, scared I'll cut her off. She misses gardening.",
    "“You think I'm an addict”": 'I brought up cutting down and she blew up: "You think I\'m an addict!" How do I go on from here?',
    "Taper stalled, not sleeping": "Halfway through the taper and stuck. He isn't sleeping, sweats at night, and says I lied to him. He wants the old dose back.",
    "Unexpected drug test": "Her urine test came back with no oxycodone in it. I like her and I don't know what to think. How do I bring it up?",
    "I dread this visit": "I dread seeing him every month. We say the same things over and over and I feel stuck and alone with it.",
}
# A follow-up is read in the light of the conversation, facts included: so another patient must start anew, and the box says so.
FIRST: dict[str, Any] = {
    "label": "What is the situation?",
    "placeholder": "Who is the patient, what did they say, what do you have to bring up? Type, paste or dictate; Ctrl+Enter sends.",
    "lines": 5,
}
NEXT: dict[str, Any] = {
    "label": "What happens next?",
    "placeholder": "He says: “Then I'll just buy them on the street.”\nAnother patient? Press “New situation” first.",
    "lines": 3,
}
LOOKING = "The lines above are ready to use. Looking whether more of your words fit into them …"
STOPPED = "Stopped. The lines above are complete; no model added to them."
TURNS_KEPT = 20


@dataclass(frozen=True)
class Talk:
    """One conversation of one window, in this process's memory only. `typed` goes with `turns`; `rest` is the model's part of the last answer, not yet asked for."""

    turns: tuple[Advice, ...] = ()
    typed: tuple[str, ...] = ()
    rest: Iterator[Advice] | None = field(default=None, compare=False)
    stop: threading.Event | None = field(default=None, compare=False)  # ends that part
    number: int = 0  # of the last turn, counted from the conversation's beginning: the oldest turns are let go

    @property
    def last(self) -> Advice | None:
        return self.turns[-1] if self.turns else None

    @property
    def before(self) -> "Talk":
        """The conversation without its last turn."""
        return Talk(self.turns[:-1], self.typed[:-1], number=max(0, self.number - 1))

    def with_turn(self, advice: Advice, text: str, rest: Iterator[Advice] | None = None, stop: threading.Event | None = None) -> "Talk":
        return Talk((*self.turns, advice)[-TURNS_KEPT:], (*self.typed, text)[-TURNS_KEPT:], rest, stop, self.number + 1)

    def end(self) -> None:
        """The model need not go on with the last answer: somebody pressed Stop, or asked something else."""
        if self.stop is not None:
            self.stop.set()


@dataclass(frozen=True)
class Offer:
    """A fuller answer to the turn `of`, shown only when asked for."""

    of: Advice
    advice: Advice


class Page:
    """Handlers of the page. `shelf` gives the Coach once it is ready. What each returns goes to the outputs named in `build`."""

    def __init__(self, shelf: Shelf):
        self.shelf = shelf

    def intro(self, request: gr.Request | None = None) -> str:
        return render.page("intro", here="Advise", broken=self.shelf.broken, person=who(request), far=self.shelf.settings.auth != "none")

    def ask(self, text: str, talk: Talk, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """The answer by rules, at once. To `shown`."""
        if talk.turns and not text.strip():  # a second press after the answer has come must not put an error in its place
            yield *_same(7), "The box is empty: write what happens next."
            return
        talk.end()
        try:
            if text.strip():
                thinking = render.page("thinking", number=talk.number + 1, starting=not self.shelf.ready)
                yield self._earlier(talk.turns), thinking, gr.skip(), *_buttons(stop=True), gr.skip(), gr.update(visible=False), ""
            coach = self.shelf.coach()
            stop = threading.Event()
            answers = coach.stream(text, talk.last, stop, by=person_of(request))
            advice = next(answers)
            more = coach.station is not None and bool(advice.scripts)  # without a model, or without scripts, this was all
            now = talk.with_turn(advice, text, answers if more else None, stop)
            yield gr.skip(), self._answer(now), now, *_buttons(stop=more, again=True), gr.update(**NEXT), gr.update(visible=_rateable(now)), LOOKING if more else ""
            self.shelf.count_shown(advice)
        except Exception as error:  # whatever it is: one sentence, the text stays in the box, and the answers before stay where they were
            message = (
                str(error)
                if isinstance(error, CoachError)
                else f"Something went wrong here ({type(error).__name__}). Your text is still in the box: try again, or run `coach doctor`."
            )
            (log.info if isinstance(error, InputError) else log.error)("advise_failed", error=type(error).__name__)
            yield (
                self._earlier(talk.turns[:-1]),
                self._answer(talk) + render.page("problem", message=message),
                talk,
                *_buttons(again=bool(talk.turns)),
                gr.skip(),
                gr.update(visible=_rateable(talk)),
                "",
            )

    def improve(self, talk: Talk) -> Iterator[tuple[Any, ...]]:
        """What the model adds to the answer on the screen becomes an offer. To `offering`."""
        first = talk.last
        yield None, gr.update(visible=False), gr.skip(), gr.skip()  # an offer for the turn before is over
        if talk.rest is None or first is None:
            return
        try:
            *_, fuller = talk.rest
        except Exception as error:  # the answer stands without it
            log.error("improve_failed", error=type(error).__name__)
            yield None, gr.skip(), gr.update(visible=False), f"The lines above are complete; the model could not add to them ({type(error).__name__})."
            return
        gained = sum(len(fitted_lines(new) - fitted_lines(old)) for new, old in zip(fuller.scripts, first.scripts, strict=False))
        label = f"{gained} {'line fits' if gained == 1 else 'lines fit'} better now: show {'it' if gained == 1 else 'them'}"
        yield Offer(first, fuller) if gained else None, gr.update(visible=bool(gained), value=label), gr.update(visible=False), _status(fuller, self.shelf)

    def show_better(self, talk: Talk, offer: Offer | None) -> tuple[Any, ...]:
        """Put the offered answer in the place of the one it is for."""
        if offer is None or offer.of is not talk.last:
            return gr.skip(), gr.update(visible=False), talk, None
        now = talk.before.with_turn(offer.advice, talk.typed[-1])
        return self._answer(now, better=True), gr.update(visible=False), now, None

    def stop(self, talk: Talk) -> tuple[Any, ...]:
        """To what `stop.click` names. The event is cancelled by Gradio; what was answered stays, a question not yet answered stays in the box."""
        talk.end()
        return self._earlier(talk.turns[:-1]), self._answer(talk), *_buttons(again=bool(talk.turns)), gr.update(visible=_rateable(talk)), STOPPED if talk.turns else "Stopped."

    def edit(self, text: str, talk: Talk) -> tuple[Any, ...]:
        """Take the last turn back into the box, before anything already typed there. To `cleared`."""
        talk.end()
        last = talk.typed[-1] if talk.typed else ""
        back = "\n".join(part for part in (last, text.strip()) if part)
        return self._shown_again(talk.before, back)

    def retry(self, talk: Talk, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Ask the last turn again (after the library or the model changed)."""
        talk.end()
        if talk.typed:
            yield from self.ask(talk.typed[-1], talk.before, request)

    def new(self, text: str, talk: Talk) -> tuple[Any, ...]:
        """Forget the conversation; what is in the box may be the new situation, and stays. To `cleared`."""
        talk.end()
        return self._shown_again(Talk(), text)

    def _shown_again(self, talk: Talk, text: str) -> tuple[Any, ...]:
        some = bool(talk.turns)
        return (
            self._earlier(talk.turns[:-1]), self._answer(talk), talk, *_buttons(again=some), gr.update(value=text, **(NEXT if some else FIRST)),
            gr.update(visible=_rateable(talk)), "", None, gr.update(visible=False), gr.update(visible=not some),
        )  # fmt: skip

    def rate(self, talk: Talk, thumb: str, reason: str | None) -> str:
        """Keep a thumb with the ids and versions of the scripts, never with text."""
        if talk.last is None or not talk.last.scripts:
            return ""
        try:
            self.shelf.rate(talk.last, thumb, reason)
        except CoachError as error:
            return str(error)
        return "Thank you. Kept: the thumb, the reason and the script's id. Not what you typed."

    def _answer(self, talk: Talk, better: bool = False) -> str:
        """The last answer of a conversation, open; nothing when there is none."""
        advice = talk.last
        if advice is None:
            return ""
        return render.answer(advice, self.shelf.coach().library.taxonomy, "" if talk.rest else _status(advice, self.shelf), number=talk.number, better=better)

    def _earlier(self, turns: tuple[Advice, ...]) -> str:
        return "".join(render.answer(advice, self.shelf.coach().library.taxonomy, old=True) for advice in turns) if turns else ""


def _status(advice: Advice, shelf: Shelf) -> str:
    """Who took part in an answer, with what the model has passed, and what is not as it should be."""
    if not advice.model.startswith("none"):
        may_fit = "It has passed the exam for fitting lines." if shelf.coach().rewrite else "It has not passed the exam for fitting lines, so it fits none."
        return " · ".join([f"From the library and rules; {advice.model} looked for words of yours. {may_fit}", *shelf.notes])
    reason = advice.model.removeprefix("none").strip(" ()")
    return " · ".join(["From the library and rules; no model took part" + (f" ({reason})." if reason else "."), *shelf.notes])


def _same(count: int) -> tuple[Any, ...]:
    return tuple(gr.skip() for _ in range(count))


def _rateable(talk: Talk) -> bool:
    return bool(talk.last and talk.last.scripts)


def _buttons(stop: bool = False, again: bool = False) -> tuple[Any, ...]:
    """Stop, and the row of what can be done with an answer."""
    return gr.update(visible=stop), gr.update(visible=again)


def build(shelf: Shelf) -> gr.Blocks:
    """The page. Styles and scripts are added where it is mounted."""
    page = Page(shelf)
    with gr.Blocks(title="Conversation Coach", analytics_enabled=False, fill_height=False) as blocks:
        gr.Navbar(visible=False)  # type: ignore[attr-defined]  # the pages are links of ours
        gr.HTML(page.intro, padding=False)
        talk, offered = gr.State(Talk(), time_to_live=4 * 3600), gr.State(None, time_to_live=4 * 3600)
        earlier = gr.HTML("", padding=False)
        with gr.Column(elem_id="live"):
            answer = gr.HTML("", padding=False)
        offer = gr.Button("", visible=False, elem_id="offer", size="md")
        status = gr.HTML("", padding=False, elem_id="status", elem_classes=["status"])
        with gr.Column(visible=False, elem_id="rate") as rate:
            with gr.Row():
                good = gr.Button("This helps", size="sm", min_width=80)
                bad = gr.Button("This does not help", size="sm", min_width=80)
            reason = gr.Radio(list(REASONS.values()), label="What was wrong?", visible=False)
            thanks = gr.HTML("", padding=False, elem_classes=["status"], elem_id="thanks")
        box = gr.Textbox(
            **FIRST, max_lines=14, elem_id="situation", autofocus=True, max_length=70_000
        )  # more than can be read (60,000 characters, said in a sentence), less than what stalls a browser
        with gr.Row(elem_id="row"):
            ask = gr.Button("Get the words", variant="primary", elem_id="ask", min_width=140)
            stop = gr.Button("Stop", visible=False, elem_id="stop", min_width=80)
            with gr.Row(visible=False, elem_id="again") as again:
                edit = gr.Button("Edit last", size="md", min_width=80)
                retry = gr.Button("Try again", size="md", min_width=80)
                new = gr.Button("New situation", size="md", min_width=120)
        with gr.Row(elem_id="examples") as examples:
            picks = [(gr.Button(name, size="sm"), text) for name, text in EXAMPLES.items()]

        shown = [earlier, answer, talk, stop, again, box, rate, status]
        offering = [offered, offer, stop, status]
        cleared = [earlier, answer, talk, stop, again, box, rate, status, offered, offer, examples]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        running: list[Any] = []
        for button, ask_it, given in ((ask, page.ask, [box, talk]), (retry, page.retry, [talk])):
            asking = button.click(ask_it, given, shown, concurrency_limit=8, concurrency_id="ask", **quiet)
            asking.then(lambda t: (gr.update(visible=not t.turns), gr.update(visible=False), ""), [talk], [examples, reason, thanks], **quiet)
            # The model's part is an event of its own: while it runs the next question can be asked, which ends it.
            running += [asking, asking.then(page.improve, [talk], offering, concurrency_limit=8, concurrency_id="improve", trigger_mode="multiple", **quiet)]
        improving = running[1::2]
        for button in (ask, retry):
            button.click(None, None, None, cancels=improving)  # with a function of its own it would cancel only once that has run: too late
        stop.click(page.stop, [talk], [earlier, answer, stop, again, rate, status], cancels=running, **quiet)
        offer.click(page.show_better, [talk, offered], [answer, offer, talk, offered], **quiet)
        edit.click(page.edit, [box, talk], cleared, cancels=running, **quiet)
        new.click(page.new, [box, talk], cleared, cancels=running, **quiet)
        good.click(lambda t: (page.rate(t, "up", None), gr.update(visible=False)), [talk], [thanks, reason], **quiet)
        bad.click(lambda: ("", gr.update(visible=True, value=None)), None, [thanks, reason], **quiet)
        reason.input(lambda t, r: (page.rate(t, "down", r), gr.update(visible=False)), [talk, reason], [thanks, reason], **quiet)
        for button, text in picks:
            button.click(lambda text=text: text, None, box, **quiet)
    with blocks.route("Practice", "/practice", show_in_navbar=False):
        practice_page.build(shelf, blocks)
    blocks.queue(default_concurrency_limit=8, max_size=64)
    return blocks  # type: ignore[no-any-return]
