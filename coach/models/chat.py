"""The chat model, as the rest of the program sees it: ask it to extract, see its status, close it.

Which model it is comes from the settings. A configured larger model falls back to the embedded one where that is installed.
Whatever happens inside, only ModelMissing, ModelStopped, ModelTimeout, ModelMisbehaved or ModelError come out, each with a `reason` for the status line.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from coach.errors import ModelError, ModelMissing, ModelStopped
from coach.log import log
from coach.models import tokens
from coach.models.backend import WARM_SECONDS, Backend, EmbeddedBackend
from coach.models.prompts import Prompt
from coach.models.weights import weights_ready
from coach.settings import Settings

S = TypeVar("S", bound=BaseModel)
LONGEST_VALUE = 900  # tokens of one variable: more would not be read within the deadline on two cores


class ChatModel:
    """One for the whole program; any number of threads may ask."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self._first: Backend | None = None
        self._second: EmbeddedBackend | None = None
        self._problem = ""
        self._warming: threading.Thread | None = None
        if settings.llm == "embedded":
            self._first = EmbeddedBackend(settings)
        elif settings.llm != "none":
            self._first = Backend(settings)
            self._second = EmbeddedBackend(settings) if weights_ready(settings) else None

    @property
    def name(self) -> str:
        """The configured model's name, or "none"."""
        return self._first.name if self._first else "none"

    @property
    def status(self) -> str:
        """off | starting | ready | failed: REASON."""
        if self._first is None:
            return "off"
        state = self._first.status
        if self._warming is not None and self._warming.is_alive() and not state.startswith("failed"):
            return "starting"
        if self._problem and not state.startswith("failed"):
            return f"failed: {self._problem}"
        return state

    def ask(
        self, prompt: Prompt, variables: Mapping[str, str], schema: type[S], history: Sequence[tuple[str, str]] = (), until: float | None = None, alone: bool = False,
    ) -> tuple[S, str]:  # fmt: skip
        """The model's reply in the shape of `schema`, and who gave it: a name, with the reason in brackets when another was asked first.
        `history` is (role, text) of earlier turns, oldest first, bounded here in tokens. `until` is a monotonic time at which the call ends at the
        latest; with `alone` no other model steps in, which may not have passed the station's exam. Raises ModelError and its kinds only."""
        if self._first is None:
            raise ModelMissing("No chat model is set (COACH_LLM=none). The answer is complete without one.", "no model is set")
        began = time.monotonic()
        try:
            messages = self._messages(prompt, variables, history)
            end = began + self.settings.wait_total
            reply, who = self._ask(messages, schema, end if until is None else min(end, until), alone)
        except ModelError as error:
            if not isinstance(error, ModelStopped):
                self._problem = error.reason
                log.warning("model_failed", station=prompt.id, error=type(error).__name__, ms=_since(began))
            raise
        self._problem = ""
        log.info("model_answered", station=prompt.id, ms=_since(began))
        return reply, who

    def warm_up(self, prompt: Prompt, variables: Mapping[str, str], schema: type[BaseModel]) -> None:
        """Start the model in the background and have it read the prompt's stable beginning. Returns at once; see `status`."""
        if self._first is None or (self._warming is not None and self._warming.is_alive()):
            return
        self._warming = threading.Thread(target=self._warm, args=(prompt, dict(variables), schema), name="model-warm-up", daemon=True)
        self._warming.start()

    def wait_warm(self, seconds: float) -> bool:
        """Wait for the warm-up to end. True when it is done."""
        if self._warming is not None:
            self._warming.join(seconds)
            return not self._warming.is_alive()
        return True

    def close(self) -> None:
        """End the embedded server, if it runs."""
        for backend in (self._first, self._second):
            if backend is not None:
                backend.close()

    def __enter__(self) -> "ChatModel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _messages(self, prompt: Prompt, variables: Mapping[str, str], history: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        short = {name: tokens.clip(value, LONGEST_VALUE, self.settings) for name, value in variables.items()}
        messages = prompt.messages(short)
        earlier = tokens.fit(history, self.settings.history_tokens, self.settings) if history else []
        return [*messages[:-1], *earlier, messages[-1]]

    def _ask(self, messages: list[tuple[str, str]], schema: type[S], until: float, alone: bool) -> tuple[S, str]:
        first, second = self._first, self._second
        assert first is not None
        if second is None or alone:
            return first.ask(messages, schema, until), first.name
        from langchain_core.runnables import RunnableLambda

        def ask_first(_: dict[str, Any]) -> tuple[S, str]:
            return first.ask(messages, schema, until), first.name

        def ask_second(given: dict[str, Any]) -> tuple[S, str]:
            return second.ask(messages, schema, until), f"{second.name} ({given['failed'].reason})"

        either = RunnableLambda(ask_first).with_fallbacks([RunnableLambda(ask_second)], exceptions_to_handle=(ModelError,), exception_key="failed")
        return either.invoke({})

    def _warm(self, prompt: Prompt, variables: Mapping[str, str], schema: type[BaseModel]) -> None:
        began = time.monotonic()
        assert self._first is not None
        try:
            tokens.count("warm", self.settings)
            self._first.warm(prompt.messages(variables), schema, began + WARM_SECONDS)
            log.info("model_warm", station=prompt.id, ms=_since(began))
        except ModelError as error:
            self._problem = error.reason
            log.warning("model_failed", station=prompt.id, stage="warm_up", error=type(error).__name__, ms=_since(began))


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
