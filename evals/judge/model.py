"""The judge: a chat model of the settings behind ragas' metrics, asked through the product's own client (deadlines, bounds, checked replies). Never the embedded one."""

import asyncio
import json
import time
import urllib.error
import urllib.request
from typing import Any, TypeVar

from pydantic import BaseModel

from coach.errors import SettingsError
from coach.models.backend import Backend
from coach.models.prompts import load_prompt
from coach.models.reply import read_reply
from coach.models.weights import EMBEDDED
from coach.models.wire import is_loopback
from coach.settings import Settings
from evals.judge import FOLDER, VALUES, Answer
from evals.suite.scoring import start_ragas

S = TypeVar("S", bound=BaseModel)
SECONDS = 120.0  # for one question
MOST_TOKENS = 1_200  # Faithfulness writes every statement of an answer down
EMBEDDED_NAMES = ("embedded", EMBEDDED.name, EMBEDDED.file)
REFUSED = "The embedded model cannot be the judge: it was measured, and cannot tell supported statements from others. Name a strong model in COACH_JUDGE, or unset it."

LOCKED = "A llama.cpp server that wants a key stands at COACH_JUDGE_URL, as ours does for the embedded model, and the embedded model cannot be the judge. Name another server."


class JudgeBackend(Backend):
    """As the product's, with longer replies."""

    def ask(self, messages: Any, schema: type[S], until: float) -> S:
        from coach.models.failures import explain

        try:
            return read_reply(self._collect(messages, schema, MOST_TOKENS, self._deadlines(until)), schema)
        except Exception as error:  # foreign errors become ours, as in the product
            raise explain(error, self.name) from None


class Judge:
    """Answers single questions, and ragas' own metrics. Each call raises ModelError, and nothing else."""

    def __init__(self, settings: Settings):
        name, url = _named(settings)
        self.name = name
        waits = {"wait_total": SECONDS, "wait_first_token": SECONDS, "wait_between_tokens": SECONDS}
        self._backend = JudgeBackend(settings.model_copy(update={"llm": name, "llm_url": url, "llm_key": None, **waits}))
        self.ragas = _for_ragas(self._backend)

    async def rate(self, answer: Answer, criterion: str) -> str:
        """ "pass" or "fail", by ragas' DiscreteMetric with the question of prompts/<criterion>.md."""
        from ragas.metrics import DiscreteMetric

        prompt = load_prompt(criterion, FOLDER / "prompts")
        asked = "\n\n".join(text for _, text in prompt.messages({"scenario": answer.scenario, "source": answer.source, "answer": answer.answer}))
        metric = DiscreteMetric(name=criterion, allowed_values=list(VALUES), prompt="{asked}")
        return str((await metric.ascore(llm=self.ragas, asked=asked)).value)

    async def faithfulness(self, answer: Answer) -> float:
        """ragas' Faithfulness: the share of the answer's statements that the source and the situation carry; NaN without a statement."""
        from ragas.metrics.collections import Faithfulness

        given = [answer.source, answer.scenario]
        return float((await Faithfulness(llm=self.ragas).ascore(user_input=answer.scenario, response=answer.answer, retrieved_contexts=given)).value)

    async def relevancy(self, answer: Answer, encoder: Any) -> float:
        """ragas' AnswerRelevancy, with our own encoder."""
        from ragas.metrics.collections import AnswerRelevancy

        return float((await AnswerRelevancy(llm=self.ragas, embeddings=_embedding(encoder)).ascore(user_input=answer.scenario, response=answer.answer)).value)


def judge_of(settings: Settings, own_url: str = "") -> Judge | None:
    """The judge of the settings, None when none is named. Raises SettingsError for the embedded model, by name or behind an address (`own_url`: that of our own
    child), and for an address that is none."""
    if not (settings.judge or settings.judge_url):
        return None
    named = (settings.judge or "").lower()
    if any(name in named for name in EMBEDDED_NAMES):
        raise SettingsError(REFUSED)
    if settings.judge and ":" not in settings.judge:
        raise SettingsError("COACH_JUDGE should be provider:model, such as openai:NAME. See the table in the README.")
    url = settings.judge_url
    if url and not url.startswith(("http://", "https://")):
        raise SettingsError("COACH_JUDGE_URL should be an address that begins with http:// or https://. See the table in the README.")
    if url and _is_locked(url):
        raise SettingsError(LOCKED)
    if url and ((own_url and url.startswith(own_url)) or _serves_embedded(url, settings)):
        raise SettingsError(REFUSED)
    start_ragas()
    return Judge(settings)


def _named(settings: Settings) -> tuple[str, str | None]:
    """provider:model and address. An address alone: the first model that it serves."""
    if settings.judge:
        return settings.judge, settings.judge_url
    return f"openai:{next(iter(_served(settings.judge_url or '')), 'judge')}", settings.judge_url


def _serves_embedded(url: str, settings: Settings) -> bool:
    own = [*EMBEDDED_NAMES[1:], *([settings.llm_gguf.name.lower()] if settings.llm_gguf else [])]
    return any(name in served.lower() for served in _served(url) for name in own)


def _served(url: str) -> list[str]:
    """The names of the models at an address; none when it does not say."""
    try:
        with _models(url) as answer:
            return [str(each["id"]) for each in json.loads(answer.read(200_000))["data"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _is_locked(url: str) -> bool:
    """Whether a llama.cpp server stands there that does not say what it serves: our own child does so, under a key made for its run, which no judge could have."""
    try:
        with _models(url):
            return False
    except urllib.error.HTTPError as error:
        return error.code in (401, 403) and "llama.cpp" in error.headers.get("Server", "")
    except (OSError, ValueError):
        return False


def _models(url: str) -> Any:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}) if is_loopback(url) else urllib.request.ProxyHandler())
    return direct.open(url.rstrip("/") + "/models", timeout=5)


def _for_ragas(backend: JudgeBackend) -> Any:
    from ragas.llms.base import InstructorBaseRagasLLM

    class ForRagas(InstructorBaseRagasLLM):
        def generate(self, prompt: str, response_model: type[S]) -> S:
            return backend.ask([("user", prompt)], response_model, time.monotonic() + SECONDS)

        async def agenerate(self, prompt: str, response_model: type[S]) -> S:
            return await asyncio.to_thread(self.generate, prompt, response_model)

    return ForRagas()


def _embedding(encoder: Any) -> Any:
    from ragas.embeddings.base import BaseRagasEmbedding

    class Ours(BaseRagasEmbedding):
        def embed_text(self, text: str, **_: Any) -> list[float]:
            return [float(number) for number in encoder.encode_query(text)]

        async def aembed_text(self, text: str, **_: Any) -> list[float]:
            return self.embed_text(text)

    return Ours()
