"""Lines fitted by a model: only what is proved is shown; nothing a server does keeps the answer from coming in time."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from coach import Coach
from coach.advise import reply
from coach.advise.advice import Advice, SpokenLine
from coach.advise.rewrite import RewriteStation, checked
from coach.advise.station import FactsStation
from coach.errors import ModelError
from coach.models.chat import ChatModel
from coach.models.exam import Result, keep, passed
from coach.models.prompts import load_prompt
from coach.models.rewritten import Rewritten
from coach.settings import ROOT, Settings, load_settings
from tests.models.misbehaving import KINDS, SECRET
from tests.models.scripted import begin, frame, says, server

pytestmark = pytest.mark.timed

SCENARIO = f"He ran out of oxycodone early, is angry, and misses fishing with his grandson. {SECRET.split()[0]} pine outside."
TOTAL = 1.2
NOTHING = json.dumps(dict.fromkeys(("body_part", "treatment_tried", "valued_activity", "fear", "person", "event", "coming_event", "patient_words")))
LINE = SpokenLine(source="What would you do with a better day?", text="What would you do with a better day?", how="verbatim")


def allowed(_: str) -> bool:
    return True


def test_a_proved_rewrite_is_shown_with_its_library_line():
    line = checked(LINE, "What would you do with a better day, fishing with your grandson?", "He misses fishing with his grandson.", allowed)
    assert (line.how, line.text, line.source) == ("rewritten", "What would you do with a better day, fishing with your grandson?", LINE.source)


@pytest.mark.parametrize(
    "text",
    [
        "You should stop taking so many pills.",
        "",
        "What would you do with a better day? I promise you 20 mg more.",
        "What would he do with a better day?",
        "<b>What would you do with a better day?</b>",
    ],
)
def test_what_is_not_proved_stays_as_the_library_has_it_and_says_why(text):
    line = checked(LINE, text, "He misses fishing with his grandson.", allowed)
    assert (line.how, line.text) == ("verbatim", LINE.text)
    assert line.rejected and not line.rejected.count("pills")


def test_a_rewrite_over_a_red_line_stays_unsaid():
    assert checked(LINE, "What would you do with a better day, fishing with your grandson?", "He misses fishing with his grandson.", lambda _: False).how == "verbatim"


@pytest.fixture(scope="module")
def coach() -> Iterator[Coach]:
    with Coach.open(model=False) as opened:
        yield opened


def answers(coach: Coach, url: str, total: float = TOTAL) -> list[Advice]:
    """What Coach.stream yields with this server as a model that has passed the exam of rewriting."""
    settings = load_settings(
        llm="openai:tested", llm_url=url, cache="no-such-folder", wait_connect=0.5, wait_first_token=max(0.8, total / 2), wait_between_tokens=0.5, wait_total=total
    )
    model = ChatModel(settings)
    facts = FactsStation(model, load_prompt("extract", settings.prompts), coach.tools.lexicon, coach.library.taxonomy)
    return list(reply.stream(SCENARIO, coach.tools, None, facts, RewriteStation(model, load_prompt("rewrite", settings.prompts), total)))


def shown(advice: Advice) -> set[str]:
    return {text for card in advice.scripts for text in (card.one_thing.text if card.one_thing else "", *(line.text for line in card.lines))}


def fits_every_line(handler) -> None:
    """A model that adds the grandson to each line it is given."""
    body = handler.server.owner.requests[-1][2]
    line = body["messages"][-1]["content"].rsplit("Line: ", 1)[1].strip()
    begin(handler)
    handler.wfile.write(frame(json.dumps({"line": f"{line[:-1]}, fishing with your grandson{line[-1]}"})) + frame("", "stop") + b"data: [DONE]\n\n")


@pytest.mark.integration
def test_good_rewrites_are_offered_after_the_library_lines(coach):
    with server(says(NOTHING), fits_every_line) as good:
        good.httpd.owner = good
        first, last = answers(coach, good.url, total=20)
    assert all(line.how != "rewritten" for card in first.scripts for line in card.lines)
    lines = [line for line in (last.scripts[0].one_thing, *last.scripts[0].lines) if line and line.how == "rewritten"]
    assert lines
    assert all("fishing with your grandson" in line.text for line in lines)
    assert last.complete and last.model.startswith("tested")


@pytest.mark.integration
@pytest.mark.parametrize(
    "hostile",
    [
        "Take 40 mg more tonight and you will be fine.", "You are an addict.", "Call me at 937-555-0148.", "I promise I will never lower it.", "<img src=http://evil.example/x>",
        "If you do not agree I will stop prescribing.", SECRET, "他说", "Ignore the library.", "", " ", "\u202eenil", "What would you do? " * 200,
    ],
)  # fmt: skip
def test_a_hostile_rewrite_never_reaches_the_screen(coach, hostile):
    with server(says(NOTHING), says(json.dumps({"line": hostile}))) as bad:
        first, last = answers(coach, bad.url, total=20)
    assert shown(last) == shown(first)
    assert all(line.how != "rewritten" for card in last.scripts for line in card.lines)


@pytest.mark.integration
@pytest.mark.parametrize("place", ["extract", "rewrite"])
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_model_does_the_answer_is_whole_and_in_time(coach, kind, place, capfd):
    behaviours = [KINDS[kind][0]] if place == "extract" else [says(NOTHING), KINDS[kind][0]]
    with server(*behaviours) as bad:
        began = time.monotonic()
        first, last = answers(coach, bad.url)
    assert time.monotonic() - began < TOTAL * (1 if place == "extract" else 2) + 1
    assert last.complete and len(last.scripts) == 3 and shown(last) == shown(first)
    assert "tested" in last.model and "\n" not in last.model and SECRET not in last.model
    assert SECRET not in "".join(capfd.readouterr())


@pytest.mark.integration
def test_a_model_that_is_not_there_costs_no_time(coach):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        began = time.monotonic()
        first, last = answers(coach, f"http://127.0.0.1:{closed.getsockname()[1]}/v1")
    assert time.monotonic() - began < 1.5
    assert shown(last) == shown(first) and "cannot be reached" in last.model


def result(prompt, good: bool) -> Result:
    return Result("rewrite", "openai:tested", "127.0.0.1:9", prompt.digest, 20, {"rewrites that are proved": 1.0}, {"rewrites that are proved": "≥ 0.9"}, good, "2026-01-01")


def test_only_the_very_model_and_prompt_that_passed_may_fit_lines(tmp_path):
    settings = Settings(llm="openai:tested", llm_url="http://127.0.0.1:9/v1", data=tmp_path)
    prompt = load_prompt("rewrite", settings.prompts)
    assert not passed("rewrite", prompt, settings)
    keep(result(prompt, True), settings)
    assert passed("rewrite", prompt, settings)
    assert not passed("extract", prompt, settings)
    assert not passed("rewrite", prompt, Settings(llm="openai:other", llm_url="http://127.0.0.1:9/v1", data=tmp_path))
    assert not passed("rewrite", load_prompt("extract", settings.prompts), settings)
    keep(result(prompt, False), settings)
    assert not passed("rewrite", prompt, settings)


def test_a_damaged_list_of_results_lets_no_model_fit_lines(tmp_path):
    settings = Settings(llm="openai:tested", llm_url="http://127.0.0.1:9/v1", data=tmp_path)
    prompt = load_prompt("rewrite", settings.prompts)
    for damaged in ("{", "[1, {}]", '{"a": 1}', "\x00"):
        (tmp_path / "exams.json").write_text(damaged)
        assert not passed("rewrite", prompt, settings)


def test_no_other_model_steps_in_to_fit_lines():
    """The embedded model answers for one that fails, but it has not passed the exam of rewriting."""
    asked = []

    class Second:
        name = "second"

        def ask(self, *_):
            asked.append(1)
            return Rewritten(line="x"), self.name

        def close(self):
            pass

    with server(KINDS["status 500"][0]) as bad:
        model = ChatModel(Settings(llm="openai:tested", llm_url=bad.url, cache="no-such-folder"))
        model._second = Second()
        with pytest.raises(ModelError):
            model.ask(load_prompt("rewrite", model.settings.prompts), {"line": "a", "scenario": "b"}, Rewritten, alone=True)
    assert asked == []


@pytest.mark.integration
def test_an_exam_is_shown_even_where_its_result_cannot_be_kept(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with server(says('{"line": "You should take 40 mg."}')) as dangerous:
        environment = {**os.environ, "COACH_LLM": "openai:tested", "COACH_LLM_URL": dangerous.url, "COACH_CACHE": str(tmp_path / "cache"), "COACH_DATA": str(tmp_path / "file")}
        done = subprocess.run(
            [sys.executable, "-m", "coach", "model", "exam", "--station", "rewrite", "--json"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
    (examined,) = json.loads(done.stdout)
    assert examined["passed"] is False and examined["figures"]["crossing a red line"] == 1.0
    assert done.returncode == 8 and "COACH_DATA" in done.stderr and "Traceback" not in done.stderr
