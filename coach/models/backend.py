"""One chat model behind LangChain: the embedded one, or a server that the settings name. It asks, within deadlines, and gives
back a checked shape; every failure is one of our errors."""

import json
import logging
import threading
import warnings
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from coach.errors import ModelMissing
from coach.models.embedded import EmbeddedServer
from coach.models.failures import explain
from coach.models.reply import json_schema, read_reply
from coach.models.watch import Deadlines, collect
from coach.models.weights import gguf_path, model_name, weights_possible, weights_ready
from coach.models.wire import is_loopback, make_client
from coach.settings import Settings, quiet_libraries

S = TypeVar("S", bound=BaseModel)
Messages = Sequence[tuple[str, str]]
MOST_TOKENS = 400  # of one reply
WARM_SECONDS = 150.0


class Backend:
    """A chat model that can be asked. `name` stands in the status line."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.name = _short_name(settings.llm)
        self._model: Any = None
        self._lock = threading.Lock()

    @property
    def status(self) -> str:
        return "ready" if self._model is not None else "off"

    @property
    def warms(self) -> bool:
        """True when reading a prompt ahead of time costs nobody anything: the server is this machine's own."""
        return bool(self.settings.llm_url and is_loopback(self.settings.llm_url))

    def ask(self, messages: Messages, schema: type[S], until: float) -> S:
        """The model's reply as `schema`, at the latest at the monotonic time `until`. Raises ModelError, and nothing else."""
        try:
            text = self._collect(messages, schema, MOST_TOKENS, self._deadlines(until))
            return read_reply(text, schema)
        except Exception as error:  # the one place where foreign errors become ours
            raise explain(error, self.name) from None

    def warm(self, messages: Messages, schema: type[BaseModel], until: float) -> None:
        """Load everything, and have the prompt read, so that the first real call is as fast as any. Raises ModelError."""
        try:
            self.build(until)
            if self.warms:
                # Reading the whole prompt for the first time may well take longer than anyone should wait for an answer.
                self._collect(messages, schema, 1, Deadlines(first=WARM_SECONDS, between=WARM_SECONDS, until=until))
        except Exception as error:
            raise explain(error, self.name) from None

    def build(self, until: float) -> Any:  # noqa: ARG002 - the embedded one waits for its server until then
        """The LangChain model, made once."""
        with self._lock:
            if self._model is None:
                self._model = self._make()
            return self._model

    def close(self) -> None:
        """Nothing to end for a server that is not ours."""

    def _make(self) -> Any:
        provider, _, name = self.settings.llm.partition(":")
        common: dict[str, Any] = {"timeout": self.settings.wait_total, "max_retries": 0}
        key = self.settings.llm_key.get_secret_value() if self.settings.llm_key else None
        if key:
            common["api_key"] = key
        if provider != "openai":
            if self.settings.llm_url:
                common["base_url"] = self.settings.llm_url
            return _init(self.settings.llm, **common, max_tokens=MOST_TOKENS)
        if self.settings.llm_url:
            # A key from the environment is meant for OpenAI: it is not shown to another server.
            common |= {"base_url": self.settings.llm_url, "api_key": key or "none", "temperature": 0}
        return _openai(name, self.settings, self.settings.llm_url, common)

    def _deadlines(self, until: float) -> Deadlines:
        return Deadlines(first=self.settings.wait_first_token, between=self.settings.wait_between_tokens, until=until)

    def _collect(self, messages: Messages, schema: type[BaseModel], most_tokens: int, deadlines: Deadlines) -> str:
        model = self.build(deadlines.until)
        return collect(lambda: _pieces(model, messages, schema, most_tokens), deadlines)


class EmbeddedBackend(Backend):
    """llama.cpp in our own child process. `server` may be given by a test."""

    warms = True

    def __init__(self, settings: Settings, server: EmbeddedServer | None = None):
        super().__init__(settings)
        self.name = model_name(settings)
        self.server = server or EmbeddedServer(gguf_path(settings), settings.llm_threads)
        self._url = ""

    @property
    def status(self) -> str:
        return self.server.status

    @property
    def possible(self) -> bool:
        return weights_possible(self.settings)

    def start(self) -> None:
        """Begin to load, and return at once. Raises ModelMissing when the weights are not joined."""
        if not weights_ready(self.settings):
            raise ModelMissing(
                "The embedded model's weights are not here. Run `make run`, which joins them, or set COACH_LLM=none.", "its weights are not here")  # fmt: skip
        self.server.start()

    def build(self, until: float) -> Any:
        self.start()
        self.server.wait_ready(Deadlines(0, 0, until).left)
        with self._lock:
            if self._model is None or self._url != self.server.url:  # a restarted child has another address
                self._url = self.server.url
                base = self._url + "/v1"
                self._model = _openai(self.name, self.settings, base, {"base_url": base, "api_key": self.server.key, "temperature": 0, "max_retries": 0})
            return self._model

    def close(self) -> None:
        self.server.close()


def _short_name(llm: str) -> str:
    return llm.partition(":")[2] or llm


def _openai(name: str, settings: Settings, url: str | None, options: dict[str, Any]) -> Any:
    """ChatOpenAI with our own HTTP client: without explicit timeouts it can wait for ever."""
    options = {key: value for key, value in options.items() if key != "timeout"}
    client = make_client(url, settings.wait_connect, WARM_SECONDS)  # how long to wait is for `collect` to say
    return _init(name, model_provider="openai", http_client=client, timeout=client.timeout, use_responses_api=False, **options)


def _init(name: str, **options: Any) -> Any:
    quiet_libraries()
    hush()
    try:
        if not name.strip(":"):
            raise ValueError("no name")
        from langchain.chat_models import init_chat_model

        return init_chat_model(name, **options)
    except ImportError:
        raise ModelMissing("The LangChain package of this model's provider is not installed. Install it, or set COACH_LLM=embedded.",
                           "its LangChain package is not installed") from None  # fmt: skip
    except Exception as error:
        raise ModelMissing("COACH_LLM names no model that can be set up here: a key or the right name may be missing. See the README's table.",
                           f"could not be set up ({type(error).__name__})") from None  # fmt: skip


def hush() -> None:
    """These libraries put pieces of requests and replies into their warnings and log lines; none may reach a log of ours."""
    warnings.filterwarnings("ignore", message="Pydantic serializer warnings")
    for name in ("openai", "httpx", "httpx2", "httpcore", "httpcore2", "langchain_core", "langchain_openai", "langsmith"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _pieces(model: Any, messages: Messages, schema: type[BaseModel], most_tokens: int) -> Iterator[str]:
    """The reply as it comes. OpenAI-compatible servers stream text under a JSON schema; other providers by LangChain's own way."""
    from langchain_openai import ChatOpenAI

    shape = json_schema(schema)
    if isinstance(model, ChatOpenAI):
        # In the body, not as an argument: that would parse the whole reply anew at every token, and raise when it is cut off.
        form = {"type": "json_schema", "json_schema": {"name": schema.__name__, "schema": shape, "strict": True}}
        for chunk in model.stream(list(messages), extra_body={"response_format": form}, max_tokens=most_tokens):
            yield str(chunk.text)
        return
    try:
        structured = model.with_structured_output({"title": schema.__name__, "description": "the reply", **shape}, method="json_schema")
    except (NotImplementedError, ValueError, TypeError):
        for chunk in model.stream(list(messages)):
            yield str(chunk.text)
        return
    last = None
    for part in structured.stream(list(messages)):
        last = part
        yield " "  # a sign of life: structured parts replace each other, so only the last is kept
    if not isinstance(last, dict):
        raise ValueError("no object")
    yield json.dumps(last)
