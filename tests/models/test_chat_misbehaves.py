"""However a model server misbehaves, the caller has one of our errors within the deadline and a second."""

import json
import socket
import threading
import time

import pytest
from pydantic import BaseModel

from coach.errors import ModelError, ModelMisbehaved, ModelMissing, ModelStopped, ModelTimeout
from coach.models.chat import ChatModel
from coach.models.prompts import parse_prompt
from coach.models.watch import stoppable
from coach.settings import Settings
from tests.models import scripted
from tests.models.scripted import drips, frame, says, sends, server

CONNECT, FIRST, BETWEEN, TOTAL = 0.5, 0.8, 0.5, 1.2
SECRET = "Zebulon Quartermaine"


class Shape(BaseModel):
    fears: str | None


PROMPT = parse_prompt("---\nid: t\nversion: 1\ndescription: d\nvariables: [scenario]\nschema: Shape\n---\n## user\n{{scenario}}\n", "t")


@pytest.fixture(scope="module", autouse=True)
def _libraries_loaded():
    """The first call loads LangChain; that is not what is timed here."""
    with server(says('{"fears": null}')) as good:
        model_at(good.url, total=60).ask(PROMPT, {"scenario": "x"}, Shape)


def model_at(url: str, total: float = TOTAL) -> ChatModel:
    return ChatModel(Settings(llm="openai:tested", llm_url=url, cache="no-such-folder", wait_connect=CONNECT,
                              wait_first_token=max(FIRST, total / 2), wait_between_tokens=BETWEEN, wait_total=total))  # fmt: skip


def done(text: str) -> bytes:
    return frame(text) + frame("", "stop") + b"data: [DONE]\n\n"


def status(code: int, **headers: str):
    return sends(json.dumps({"error": {"message": SECRET, "type": "x", "code": code}}).encode(), code, "application/json", **headers)


KINDS = {
    "hangs after accept": (scripted.hangs, ModelTimeout),
    "hangs after the headers": (scripted.hangs_after_headers, ModelTimeout),
    "hangs in the middle": (scripted.hangs_after('{"fears": "'), ModelTimeout),
    "drips headers": (drips(b"", before_headers=True), ModelTimeout),
    "drips bytes": (drips(frame("a")), ModelTimeout),
    "tokens too slow for the whole": (says(*"a" * 40, pause=0.2), ModelTimeout),
    "pings without a token": (scripted.keeps_alive, ModelTimeout),
    "reset in the middle": (scripted.resets, ModelMisbehaved),
    "closed in the middle": (sends(frame('{"fears": "be')), ModelMisbehaved),
    "empty reply": (sends(b""), ModelMisbehaved),
    "HTML with 200": (sends(b"<html><body>proxy login</body></html>", kind="text/html"), ModelMisbehaved),
    "JSON but no stream": (sends(b'{"choices": []}', kind="application/json"), ModelMisbehaved),
    "a frame that is no JSON": (sends(b"data: {oops\n\n"), ModelMisbehaved),
    "a frame of another kind": (sends(b'data: {"choices": "no"}\n\n'), ModelMisbehaved),
    "an error frame": (sends(b'data: {"error": {"message": "' + SECRET.encode() + b'", "code": 500}}\n\n'), ModelMisbehaved),
    "invalid UTF-8": (sends(b"data: \xff\xfe\xfa\n\n"), ModelMisbehaved),
    "truncated JSON": (sends(done('{"fears": "being al')), ModelMisbehaved),
    "wrong schema": (sends(done('{"mood": "low"}')), ModelMisbehaved),
    "wrong type": (sends(done('{"fears": 5}')), ModelMisbehaved),
    "a field twice": (sends(done('{"fears": "a", "fears": "b"}')), ModelMisbehaved),
    "a list": (sends(done("[]")), ModelMisbehaved),
    "deep nesting": (sends(done("[" * 9000)), ModelMisbehaved),
    "NUL in the stream": (sends(b"\x00" * 100), ModelMisbehaved),
    "NUL in a value": (sends(done('{"fears": "a\\u0000b"}')), ModelMisbehaved),
    "refusal text": (sends(done("I'm sorry, I can't help with that.")), ModelMisbehaved),
    "prompt echoed": (sends(done("scenario: " + SECRET)), ModelMisbehaved),
    "endless tokens": (scripted.endless, ModelMisbehaved),
    "endless line": (scripted.endless_line, ModelMisbehaved),
    "ten megabytes": (sends(done("a" * 10_000_000)), ModelMisbehaved),
    "redirect": (sends(b"", 302, Location="http://127.0.0.1:1/elsewhere"), ModelMisbehaved),
    **{f"status {code}": (status(code), ModelMisbehaved) for code in (400, 401, 403, 404, 408, 409, 413, 422, 500, 502, 503)},
    "status 429 with Retry-After": (status(429, Retry_After="60"), ModelMisbehaved),
    "an error of ten megabytes": (sends(b"x" * 10_000_000, 500), ModelMisbehaved),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_misbehaviour_ends_in_our_error_within_the_deadline(kind, capfd):
    behaviour, expected = KINDS[kind]
    with server(behaviour) as bad:
        model = model_at(bad.url)
        began = time.monotonic()
        with pytest.raises(expected) as caught:
            model.ask(PROMPT, {"scenario": SECRET}, Shape)
        assert time.monotonic() - began < TOTAL + 1
    error = caught.value
    assert error.reason.startswith("tested ") and len(error.reason) < 80
    assert SECRET not in str(error) + error.reason + "".join(capfd.readouterr())
    assert error.__cause__ is None and error.__suppress_context__
    assert model.status == f"failed: {error.reason}"
    assert len(bad.requests) == 1, "it was asked again"


def test_a_refused_connection_says_so_at_once():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        model = model_at(f"http://127.0.0.1:{closed.getsockname()[1]}/v1")
        began = time.monotonic()
        with pytest.raises(ModelMissing) as caught:
            model.ask(PROMPT, {"scenario": "x"}, Shape)
    assert time.monotonic() - began < 0.5
    assert caught.value.reason == "tested cannot be reached at its address"


def test_a_full_backlog_ends_at_the_connect_timeout():
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        began = time.monotonic()
        with pytest.raises(ModelTimeout):
            model_at(f"http://127.0.0.1:{full.getsockname()[1]}/v1").ask(PROMPT, {"scenario": "x"}, Shape)
    assert time.monotonic() - began < TOTAL + 1


def test_a_name_that_does_not_resolve_is_missing():
    with pytest.raises(ModelMissing):
        model_at("http://no-such-host.invalid/v1").ask(PROMPT, {"scenario": "x"}, Shape)


def test_a_call_that_was_given_up_is_cut_so_that_the_server_can_stop():
    with server(scripted.keeps_alive) as bad:
        with pytest.raises(ModelTimeout):
            model_at(bad.url).ask(PROMPT, {"scenario": "x"}, Shape)
        assert bad.gone.wait(2), "the connection is still open"


def test_no_reader_is_left_behind():
    with server(drips(frame("a"))) as bad, pytest.raises(ModelTimeout):
        model_at(bad.url).ask(PROMPT, {"scenario": "x"}, Shape)
    time.sleep(0.3)
    assert not [thread for thread in threading.enumerate() if thread.name == "model-reader"]


def test_the_status_is_ready_again_after_a_good_answer():
    with server(status(500), says('{"fears": "falling"}')) as recovering:
        model = model_at(recovering.url)
        with pytest.raises(ModelError):
            model.ask(PROMPT, {"scenario": "x"}, Shape)
        assert model.status.startswith("failed: ")
        assert model.ask(PROMPT, {"scenario": "x"}, Shape)[0].fears == "falling"
        assert model.status == "ready"


def test_a_call_that_nobody_waits_for_any_more_ends_at_once_and_is_no_fault_of_the_model():
    stop = threading.Event()
    with server(scripted.hangs) as slow, model_at(slow.url, total=30) as model, stoppable(stop):
        threading.Timer(0.3, stop.set).start()
        began = time.monotonic()
        with pytest.raises(ModelStopped):
            model.ask(PROMPT, {"scenario": SECRET}, Shape)
        assert time.monotonic() - began < 2
        assert not model.status.startswith("failed")


def test_the_next_call_is_not_stopped():
    stop = threading.Event()
    stop.set()
    with stoppable(stop):
        pass
    with server(says('{"fears": null}')) as good, model_at(good.url, total=30) as model:
        assert model.ask(PROMPT, {"scenario": "x"}, Shape)[0].fears is None
