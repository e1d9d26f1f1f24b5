"""What the chat model is asked, what it gives back, and who is asked when the first cannot."""

import json

import pytest
from pydantic import BaseModel

from coach.errors import ModelError, ModelMissing, ModelTimeout
from coach.models.chat import ChatModel
from coach.models.prompts import parse_prompt
from coach.settings import Settings
from tests.models.scripted import hangs, says, sends, server


class Shape(BaseModel):
    fears: str | None
    loves: str | None = None


PROMPT = parse_prompt(
    "---\nid: t\nversion: 3\ndescription: d\nvariables: [scenario]\nschema: Shape\n---\n"
    "## system\nCopy.\n## user\nNote one.\n## assistant\n{}\n## user\n{{scenario}}\n", "t",
)  # fmt: skip


def settings(url: str, **more: object) -> Settings:
    given: dict[str, object] = {"llm": "openai:some-model", "llm_url": url, "cache": "no-such-folder", "wait_total": 20}
    return Settings(**(given | more))  # type: ignore[arg-type]


def test_a_reply_comes_back_in_its_shape_with_the_name_of_who_gave_it():
    with server(says('{"fears"', ': "falling", ', '"loves": null}')) as good:
        reply, who = ChatModel(settings(good.url)).ask(PROMPT, {"scenario": "He is afraid of falling."}, Shape)
    assert reply == Shape(fears="falling")
    assert who == "some-model"


def test_the_request_holds_the_prompt_the_schema_and_the_bounds():
    with server(says('{"fears": null}')) as good:
        ChatModel(settings(good.url)).ask(PROMPT, {"scenario": "Afraid."}, Shape, [("user", "first"), ("assistant", "said")])
    path, _, body = good.requests[0]
    assert path == "/v1/chat/completions"
    assert [(each["role"], each["content"]) for each in body["messages"]] == [
        ("system", "Copy."), ("user", "Note one."), ("assistant", "{}"), ("user", "first"), ("assistant", "said"), ("user", "Afraid."),
    ]  # fmt: skip
    assert body["response_format"]["type"] == "json_schema"
    assert set(body["response_format"]["json_schema"]["schema"]["properties"]) == {"fears", "loves"}
    assert body["stream"] is True and body["temperature"] == 0 and body["max_completion_tokens"] == 400


def test_a_fenced_reply_is_read():
    with server(says('```json\n{"fears": "falling"}\n```')) as good:
        assert ChatModel(settings(good.url)).ask(PROMPT, {"scenario": "x"}, Shape)[0].fears == "falling"


def test_the_key_of_the_environment_is_not_shown_to_another_server(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-openai-only")
    with server(says('{"fears": null}')) as good:
        ChatModel(settings(good.url)).ask(PROMPT, {"scenario": "x"}, Shape)
        ChatModel(settings(good.url, llm_key="mine")).ask(PROMPT, {"scenario": "x"}, Shape)
    assert "sk-for-openai-only" not in json.dumps(good.requests[0][1])
    assert good.requests[1][1]["authorization" if "authorization" in good.requests[1][1] else "Authorization"] == "Bearer mine"


def test_loopback_is_not_reached_through_a_proxy(monkeypatch):
    with server(says("{}")) as proxy, server(says('{"fears": null}')) as good:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        ChatModel(settings(good.url)).ask(PROMPT, {"scenario": "x"}, Shape)
    assert len(good.requests) == 1 and not proxy.requests


def test_without_a_model_extract_says_so_and_nothing_starts():
    model = ChatModel(Settings(llm="none", cache="no-such-folder"))
    model.warm_up(PROMPT, {"scenario": "x"}, Shape)
    with pytest.raises(ModelMissing):
        model.ask(PROMPT, {"scenario": "x"}, Shape)
    assert (model.status, model.name) == ("off", "none")


def test_weights_that_are_not_joined_are_missing(tmp_path):
    model = ChatModel(Settings(llm="embedded", cache=tmp_path))
    with pytest.raises(ModelMissing, match="make run"):
        model.ask(PROMPT, {"scenario": "x"}, Shape)
    assert model.status.startswith("failed: ")


@pytest.mark.parametrize("llm", ["no-such-provider:x", "nonsense", "anthropic:", "openai:", "openai:gpt-x", ":", "mistralai:m"])
def test_a_model_that_cannot_be_set_up_is_missing(llm, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelMissing):
        ChatModel(Settings(llm=llm, cache="no-such-folder", wait_total=10)).ask(PROMPT, {"scenario": "x"}, Shape)


def test_an_unknown_variable_is_our_error():
    with server(says("{}")) as good, pytest.raises(ModelError):
        ChatModel(settings(good.url)).ask(PROMPT, {"scenario": "x", "other": "y"}, Shape)
    assert not good.requests


def test_every_timeout_of_the_client_is_set():
    model = ChatModel(settings("http://127.0.0.1:9/v1"))
    built = model._first.build(0)  # type: ignore[union-attr]
    for timeout in (built.request_timeout, built.http_client.timeout, built.root_client.timeout):
        assert None not in (timeout.connect, timeout.read, timeout.write, timeout.pool)
    assert built.max_retries == 0 and built.root_client.max_retries == 0


def test_warming_up_has_the_prompt_read_once_and_ends_ready():
    with server(says('{"fears": null}')) as good:
        model = ChatModel(settings(good.url))
        model.warm_up(PROMPT, {"scenario": "Warm."}, Shape)
        assert model.status == "starting"
        assert model.wait_warm(20) and model.status == "ready"
    assert [request[2]["max_completion_tokens"] for request in good.requests] == [1]


class StandIn:
    """In the place of llama.cpp's process: the scripted server."""

    status, key, restarts = "ready", "key", 0

    def __init__(self, url: str):
        self.url = url.removesuffix("/v1")

    def start(self) -> None:
        pass

    def wait_ready(self, seconds: float) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.mark.parametrize("trouble", [hangs, sends(b"<html>", kind="text/html"), sends(b"{}", 503, "application/json")])
def test_the_embedded_model_answers_when_the_larger_one_cannot_and_the_name_says_why(trouble, tmp_path):
    gguf = tmp_path / "small.gguf"
    gguf.write_bytes(b"GGUF")
    with server(trouble) as larger, server(says('{"fears": "falling"}')) as small:
        model = ChatModel(settings(larger.url, llm_gguf=gguf, wait_first_token=0.5))
        model._second.server = StandIn(small.url)  # type: ignore[union-attr, assignment]
        reply, who = model.ask(PROMPT, {"scenario": "x"}, Shape)
    assert reply.fears == "falling"
    assert who.startswith("small (some-model ")


def test_when_both_fail_the_first_reason_is_given(tmp_path):
    gguf = tmp_path / "small.gguf"
    gguf.write_bytes(b"GGUF")
    with server(hangs) as larger, server(sends(b"")) as small:
        model = ChatModel(settings(larger.url, llm_gguf=gguf, wait_first_token=0.3))
        model._second.server = StandIn(small.url)  # type: ignore[union-attr, assignment]
        with pytest.raises(ModelTimeout) as caught:
            model.ask(PROMPT, {"scenario": "x"}, Shape)
    assert caught.value.reason == "some-model did not answer in time"


def test_a_very_long_scenario_is_cut_before_it_is_sent():
    with server(says('{"fears": null}')) as good:
        ChatModel(settings(good.url)).ask(PROMPT, {"scenario": "pain in the knee " * 50_000}, Shape)
    assert len(good.requests[0][2]["messages"][-1]["content"]) < 10_000
