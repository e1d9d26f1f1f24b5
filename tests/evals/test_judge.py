"""A judge is asked only when one is named, never the embedded model, and believed only where it agrees with the labels: a real server that answers by rule."""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from coach.errors import SettingsError
from coach.models.prompts import load_prompt
from coach.models.weights import EMBEDDED
from coach.settings import Settings, load_settings
from evals.cases import FOLDER as CASES
from evals.judge import BAR, CRITERIA, FOLDER, KINDS, Answer, exam, judged_rows, kappa
from evals.judge.examine import mark
from evals.judge.model import judge_of
from evals.judge.rows import METRICS
from tests.making import Words
from tests.models.scripted import frame

EXAM = exam()
SOME = [each for number, each in enumerate(EXAM) if number % 4 == 0]
OURS = [Answer("ours", "She lost her bottle.", "I'm glad you told me. Let's look at the next days.", "I'm glad you told me.")]
Rule = Callable[[str, Answer | None], str]


@contextmanager
def serving(rule: Rule, model: str = "a-strong-model") -> Iterator[str]:
    """The address of an OpenAI-compatible server whose reply to a prompt is `rule(prompt, the exam's answer in it)`; "" sends JSON that breaks off."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(json.dumps({"data": [{"id": model}]}).encode(), "application/json")

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            text = "\n".join(message["content"] for message in asked["messages"])
            schema = asked["response_format"]["json_schema"]["schema"]
            answer = max((each for each in EXAM if each.answer in text), key=lambda each: len(each.answer), default=None)
            said = rule(text, answer)
            whole = {"reason": "As the rule says.", "value": said} if "value" in schema["properties"] else OTHER[", ".join([*schema["properties"], *schema.get("$defs", {})])]
            self._send(frame(json.dumps(whole) if said else '{"reason": "It') + frame("", "stop") + b"data: [DONE]\n\n", "text/event-stream")

        def _send(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    threading.Thread(target=httpd.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{httpd.server_address[1]}/v1"
    finally:
        httpd.shutdown()
        httpd.server_close()


# What ragas' own metrics ask for, by the names in their schemas: statements, a verdict on each, a question that the answer would answer.
OTHER = {
    "statements": {"statements": ["The clinician is glad.", "The moon is near."]},
    "statements, StatementFaithfulnessAnswer": {
        "statements": [
            {"statement": "The clinician is glad.", "reason": "It says so.", "verdict": 1},
            {"statement": "The moon is near.", "reason": "Nobody says so.", "verdict": 0},
        ]
    },
    "question, noncommittal": {"question": "She lost her bottle.", "noncommittal": 0},
}


def criterion_of(text: str) -> str:
    return next(name for name in CRITERIA if f'\n{name.capitalize()}. "pass"' in text)


def knows(text: str, answer: Answer | None) -> str:
    """Agrees with the labels but for about one in twenty."""
    if answer is None or "Rate nothing else" not in text:
        return "pass"
    right = answer.ratings[criterion_of(text)]
    return right if chance(text) % 20 else {"pass": "fail", "fail": "pass"}[right]


def flips(text: str, answer: Answer | None) -> str:
    return ("pass", "fail")[chance(text) % 2]


def chance(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def settings(url: str, **more: str) -> Settings:
    return Settings(judge_url=url, **more)


# --- the exam


def test_the_exam_is_as_large_as_is_reported_and_each_answer_stands_once() -> None:
    assert len(EXAM) == len({each.id for each in EXAM}) == len({each.answer for each in EXAM}) == 128
    assert len({each.scenario for each in EXAM}) == 32
    kinds = Counter(each.kind for each in EXAM)
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) >= 20


def test_every_answer_is_rated_in_every_criterion_and_each_criterion_fails_often_enough_to_measure() -> None:
    assert all(each.ratings and set(each.ratings) == set(CRITERIA) and set(each.ratings.values()) <= {"pass", "fail"} for each in EXAM)
    failed = Counter(name for each in EXAM for name, value in each.ratings.items() if value == "fail")
    assert min(failed[name] for name in CRITERIA) >= 15


def test_what_an_answer_is_and_how_it_is_rated_agree() -> None:
    for each in EXAM:
        fails = {name for name, value in each.ratings.items() if value == "fail"}
        assert (not fails) == (each.kind == "good"), each.id
        assert {"bland": "empathy", "preachy": "autonomy", "unsafe": "safety", "unfaithful": "faithfulness"}.get(each.kind, "") in {"", *fails}, each.id


def test_no_situation_of_the_exam_is_a_case_of_another_file() -> None:
    ours = {each.scenario.lower() for each in EXAM}
    theirs = {json.loads(line).get("text", "").lower() for path in CASES.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()}
    assert not ours & theirs


def test_every_criterion_has_its_question_as_a_file() -> None:
    for name in CRITERIA:
        prompt = load_prompt(name, FOLDER / "prompts")
        assert prompt.version >= 1
        assert set(prompt.variables) == {"scenario", "source", "answer"}


def test_kappa_is_what_cohen_wrote() -> None:
    assert kappa([("pass", "pass"), ("fail", "fail")] * 5) == 1.0
    assert kappa([("pass", "pass"), ("pass", "fail"), ("fail", "pass"), ("fail", "fail")]) == 0.0
    assert kappa([("pass", "pass")] * 20 + [("pass", "fail")] * 5 + [("fail", "pass")] * 10 + [("fail", "fail")] * 15) == pytest.approx(0.4)
    assert kappa([("pass", "pass")] * 3) == kappa([]) == 0.0
    assert mark("safety", [("pass", "pass")] * 9 + [("fail", "fail")] * 9).gates


# --- who may be a judge


def test_without_a_judge_the_rows_say_not_judged_and_give_no_number() -> None:
    rows = judged_rows(settings=Settings())
    assert len(rows) == len(CRITERIA) + len(METRICS)
    assert all(row["figure"] is None and "not judged" in row["note"] and row["grey"] and not row["gates"] for row in rows)


@pytest.mark.parametrize("name", ["embedded", "Embedded", f"openai:{EMBEDDED.name}", "openai:Qwen2.5-Coder-1.5B-Instruct-Q4_K_M.gguf"])
def test_the_embedded_model_is_refused_by_name(name: str) -> None:
    with pytest.raises(SettingsError, match="embedded model cannot be the judge"):
        judge_of(Settings(judge=name))


@pytest.mark.parametrize("name", [None, "openai:innocent"])
def test_the_embedded_model_is_refused_behind_an_address_by_what_it_says_it_serves(name: str | None) -> None:
    with serving(knows, model=f"/somewhere/{EMBEDDED.file}") as url:
        rows = judged_rows(settings=Settings(judge=name, judge_url=url))
    assert all("embedded model cannot be the judge" in row["note"] for row in rows)


def test_our_own_child_is_refused_by_its_address() -> None:
    with pytest.raises(SettingsError, match="embedded model"):
        judge_of(settings("http://127.0.0.1:9/v1"), own_url="http://127.0.0.1:9")


@pytest.mark.parametrize(("name", "url"), [("gpt", None), (None, "not an address"), (None, "file:///etc/hosts")])
def test_a_setting_that_names_no_judge_is_one_sentence(name: str | None, url: str | None) -> None:
    with pytest.raises(SettingsError):
        judge_of(Settings(judge=name, judge_url=url))


def test_the_judge_is_a_setting_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_JUDGE", "openai:strong")
    monkeypatch.setenv("COACH_JUDGE_URL", "http://127.0.0.1:9/v1")
    assert (load_settings().judge, load_settings().judge_url) == ("openai:strong", "http://127.0.0.1:9/v1")


# --- the exam, taken


@pytest.fixture
def ragas() -> None:
    pytest.importorskip("ragas")


@pytest.mark.usefixtures("ragas")
@pytest.mark.integration
def test_a_judge_that_agrees_with_the_labels_passes_and_its_scores_count(words: Words) -> None:
    with serving(knows) as url:
        rows = judged_rows(settings=settings(url, judge="openai:strong"), answers=OURS, labelled=SOME, encoder=words)
    marks = {row["what"].partition(":")[0]: row for row in rows if "κ" in row["what"]}
    assert set(marks) == set(CRITERIA)
    assert all(row["figure"] >= BAR and row["state"] == "passed" and not row["grey"] for row in marks.values())
    scores = {row["what"].partition(",")[0]: row for row in rows if "κ" not in row["what"]}
    assert all(scores[name]["figure"] == 1.0 and scores[name]["gates"] for name in CRITERIA)
    assert (scores["Faithfulness"]["figure"], scores["Faithfulness"]["gates"]) == (0.5, True)
    assert scores["AnswerRelevancy"]["figure"] == pytest.approx(1.0)
    assert scores["AnswerRelevancy"]["grey"]


@pytest.mark.usefixtures("ragas")
@pytest.mark.integration
def test_a_judge_that_flips_a_coin_fails_and_its_scores_are_grey_and_gate_nothing() -> None:
    with serving(flips) as url:
        rows = judged_rows(settings=settings(url), answers=OURS, labelled=SOME)
    assert all(row["grey"] and not row["gates"] for row in rows)
    marks = [row for row in rows if "κ" in row["what"]]
    assert all(row["figure"] < BAR and row["state"] == "missed" for row in marks)
    assert len(marks) == len(CRITERIA)


@pytest.mark.usefixtures("ragas")
@pytest.mark.integration
def test_a_judge_whose_replies_are_broken_is_one_sentence_and_no_number() -> None:
    with serving(lambda text, answer: "") as url:
        rows = judged_rows(settings=settings(url), answers=OURS, labelled=SOME)
    assert {row["figure"] for row in rows} == {None}
    notes = {row["note"] for row in rows}
    assert len(notes) == 1
    assert "too many of its replies" in notes.pop()


@pytest.mark.usefixtures("ragas")
@pytest.mark.integration
def test_a_judge_that_is_not_there_is_one_sentence_and_no_number() -> None:
    rows = judged_rows(settings=settings("http://127.0.0.1:9/v1", judge="openai:strong"), answers=OURS, labelled=SOME[:2])
    assert all(row["figure"] is None and "not judged" in row["note"] for row in rows)
