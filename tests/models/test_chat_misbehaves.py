"""However a model server misbehaves, the caller has one of our errors within the deadline and a second."""

import socket
import threading
import time

import pytest
from pydantic import BaseModel

from coach.errors import ModelError, ModelMissing, ModelStopped, ModelTimeout
from coach.models.chat import ChatModel
from coach.models.prompts import parse_prompt
from coach.models.watch import stoppable
from coach.settings import Settings
from tests.models import scripted
from tests.models.misbehaving import KINDS, SECRET, status
from tests.models.scripted import drips, frame, says, server

pytestmark = pytest.mark.timed

CONNECT, FIRST, BETWEEN, TOTAL = 0.5, 0.8, 0.5, 1.2


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
