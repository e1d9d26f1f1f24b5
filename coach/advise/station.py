"""The chat model's *extract* station: more facts, copied word for word, each checked as strictly as those of the rules."""

import threading
from collections.abc import Mapping
from typing import Protocol, TypeVar

from pydantic import BaseModel

from coach.advise import facts
from coach.advise.advice import Fact
from coach.advise.lexicon import Lexicon
from coach.errors import ModelError
from coach.library.taxonomy import Taxonomy
from coach.log import log
from coach.models.prompts import Prompt

S = TypeVar("S", bound=BaseModel)
WAIT_FOR_START = 45.0  # seconds: the lines are on the screen already; a model that loads longer than this is left for the next turn


class Asked(Protocol):
    """What the station needs of a chat model: `models.chat.ChatModel` is one."""

    @property
    def name(self) -> str: ...
    @property
    def status(self) -> str: ...
    def ask(self, prompt: Prompt, variables: Mapping[str, str], schema: type[S], *, until: float | None = None, alone: bool = False) -> tuple[S, str]: ...
    def warm_up(self, prompt: Prompt, variables: Mapping[str, str], schema: type[BaseModel]) -> None: ...
    def wait_warm(self, seconds: float) -> bool: ...
    def close(self) -> None: ...


class FactsStation:
    """Asks a chat model for spans of the scenario. Any failure is a reason in the status line, never an error."""

    def __init__(self, model: Asked, prompt: Prompt, lexicon: Lexicon, taxonomy: Taxonomy):
        self.model, self.prompt, self.lexicon, self.taxonomy = model, prompt, lexicon, taxonomy

    @property
    def status(self) -> str:
        """For the line under the answer."""
        return "none" if self.model.status == "off" else f"{self.model.name} ({self.model.status})"

    def warm_up(self) -> None:
        """Start the model and have it read the prompt's stable beginning. Returns at once."""
        from coach.models.spans import Spans

        self.model.warm_up(self.prompt, dict.fromkeys(self.prompt.variables, ""), Spans)

    def close(self) -> None:
        self.model.close()

    def facts(self, context: str, stop: threading.Event | None = None) -> tuple[dict[str, Fact], str, str | None]:
        """The facts the model found in `context` (masked), who answered (or why not), and the prompt's id and version. Setting `stop` ends the call."""
        from coach.models.spans import Spans
        from coach.models.watch import stoppable

        if not self.model.wait_warm(WAIT_FOR_START):
            return {}, f"none ({self.model.name} is still starting)", None
        try:
            with stoppable(stop):
                spans, by = self.model.ask(self.prompt, {"scenario": context}, Spans)
        except ModelError as error:
            log.info("extract_failed", error=type(error).__name__, reason_code=error.reason)
            return {}, f"none ({error.reason})", None
        return facts.from_model(spans.model_dump(), context, self.lexicon, self.taxonomy), by, self.prompt.label
