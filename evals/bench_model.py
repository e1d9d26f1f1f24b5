"""The chat model's figures: our stack against llama.cpp alone on the same server, and the first answer against the tenth."""

import json
import statistics
import time
import urllib.request
from collections.abc import Sequence
from typing import Any

from coach.models.chat import ChatModel
from coach.models.embedded import EmbeddedServer
from coach.models.prompts import load_prompt
from coach.models.reply import json_schema
from coach.models.spans import Spans
from coach.models.weights import gguf_path
from coach.settings import Settings

ROUNDS = 4
SCENARIO = "Back pain since a fall at work. Loved fishing with his grandson, is terrified of being in bed all day, tried physical therapy. Says nothing else touches it."


def decode_ratio(settings: Settings) -> tuple[float, float]:
    """Tokens a second of a whole extract call, ours and bare: one server of the same settings each way, the same messages, the same schema,
    in turn. Tokens are llama.cpp's own count; both prompts are in its cache by then."""
    prompt = load_prompt("extract", settings.prompts)
    server = EmbeddedServer(gguf_path(settings), settings.llm_threads)
    with ChatModel(settings) as chat:
        try:
            server.wait_ready(120)
            chat.warm_up(prompt, {"scenario": ""}, Spans)
            chat.wait_warm(180)
            ours, alone = [], []
            for number in range(ROUNDS + 1):
                scenario = f"{SCENARIO} Visit {number}."
                tokens, bare_seconds = _bare(server, prompt.messages({"scenario": scenario}))
                began = time.perf_counter()
                chat.ask(prompt, {"scenario": scenario}, Spans)
                our_seconds = time.perf_counter() - began
                if number:
                    ours.append(tokens / our_seconds)
                    alone.append(tokens / bare_seconds)
            return statistics.median(ours), statistics.median(alone)
        finally:
            server.close()


def _bare(server: EmbeddedServer, messages: Sequence[tuple[str, str]]) -> tuple[int, float]:
    form = {"type": "json_schema", "json_schema": {"name": "Spans", "schema": json_schema(Spans), "strict": True}}
    body: dict[str, Any] = {"messages": [{"role": role, "content": text} for role, text in messages], "temperature": 0, "response_format": form, "max_tokens": 400}
    request = urllib.request.Request(f"{server.url}/v1/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json", "Authorization": f"Bearer {server.key}"})
    began = time.perf_counter()
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=120) as answer:
        reply = json.loads(answer.read())
    return int(reply["usage"]["completion_tokens"]), time.perf_counter() - began


def first_and_tenth(settings: Settings, scenarios: Sequence[str]) -> tuple[float, float]:
    """Milliseconds of the first extract call after warm-up, and of the tenth, for scenarios of like length; medians of three runs
    (a fresh server each), because single calls are noisy."""
    prompt = load_prompt("extract", settings.prompts)
    firsts, tenths = [], []
    for _ in range(3):
        with ChatModel(settings) as chat:
            chat.warm_up(prompt, {"scenario": ""}, Spans)
            chat.wait_warm(180)
            took = []
            for number in range(10):
                # the same words in the first and the tenth call, so that only warmth differs; others between
                scenario = SCENARIO if number in (0, 9) else scenarios[number % len(scenarios)]
                began = time.perf_counter()
                chat.ask(prompt, {"scenario": scenario}, Spans)
                took.append((time.perf_counter() - began) * 1000)
            firsts.append(took[0])
            tenths.append(took[9])
    return statistics.median(firsts), statistics.median(tenths)
