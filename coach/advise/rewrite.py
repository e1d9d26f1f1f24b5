"""The chat model's *rewrite* station: lines fitted to the patient one by one, each proved by `verify` before anybody sees it.

Only a model that passed its exam is asked. A line that fails the proof stays as the library has it, with the reason beside it.
"""

import threading
import time
from collections.abc import Callable, Iterator

from coach.advise.advice import ScriptAdvice, SpokenLine
from coach.advise.station import Asked
from coach.advise.verify import verify
from coach.errors import ModelError, ModelStopped
from coach.log import log
from coach.models.prompts import Prompt

MOST_LINES = 8  # of the first card: what is read first


class RewriteStation:
    """Asks a chat model to fit lines. Any failure leaves the line as it was, and is a reason in the status line, never an error."""

    def __init__(self, model: Asked, prompt: Prompt, seconds: float):
        self.model, self.prompt, self.seconds = model, prompt, seconds

    def card(self, card: ScriptAdvice, scenario: str, allowed: Callable[[str], bool], stop: threading.Event | None = None) -> tuple[ScriptAdvice, str]:
        """The card with the lines that could be fitted within `seconds` for all of them, and why it ended early, if it did.
        `allowed` is the library's own check of a line about to be shown."""
        wanted = [line for line in (card.one_thing, *card.lines) if line is not None and line.core][:MOST_LINES]
        fitted: dict[str, SpokenLine] = {}
        reason = ""
        for line, outcome in self._each(list({line.text: line for line in wanted}.values()), scenario, allowed, stop):
            if isinstance(outcome, str):
                reason = outcome
                break
            fitted[line.text] = outcome
        one = fitted.get(card.one_thing.text, card.one_thing) if card.one_thing else None
        return card.model_copy(update={"one_thing": one, "lines": [fitted.get(line.text, line) for line in card.lines]}), reason

    def _each(self, lines: list[SpokenLine], scenario: str, allowed: Callable[[str], bool], stop: threading.Event | None) -> Iterator[tuple[SpokenLine, SpokenLine | str]]:
        from coach.models.rewritten import Rewritten
        from coach.models.watch import stoppable

        until = time.monotonic() + self.seconds
        for line in lines:
            if time.monotonic() >= until:
                yield line, "it took too long"
                return
            try:
                with stoppable(stop):
                    answer, _ = self.model.ask(self.prompt, {"line": line.text, "scenario": scenario}, Rewritten, until=until, alone=True)
            except ModelError as error:
                log.info("rewrite_failed", error=type(error).__name__, reason_code=error.reason)
                yield line, "it was stopped" if isinstance(error, ModelStopped) else error.reason
                return
            yield line, checked(line, " ".join(answer.line.split()), scenario, allowed)


def checked(line: SpokenLine, text: str, scenario: str, allowed: Callable[[str], bool]) -> SpokenLine:
    """The rewritten line if it is proved, else the line as it was, with the reason. Pure."""
    if text == line.text:
        return line
    problems = verify(line.text, text, scenario)
    if problems:
        return line.model_copy(update={"rejected": problems[0].what})
    if not allowed(text):
        return line.model_copy(update={"rejected": "The rewrite crosses a red line."})
    return line.model_copy(update={"text": text, "how": "rewritten", "fills": []})
