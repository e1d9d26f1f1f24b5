"""`coach code --jsonl`: one object in, one out, and no word of the turn anywhere but in the turn."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.integration


def run(*lines, args=("--jsonl",)):
    sent = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return subprocess.run([sys.executable, "-m", "coach", "code", *args], input=sent, capture_output=True, check=False)


def test_turns_are_answered_in_order_and_wrong_lines_in_their_place():
    asked = {"speaker": "clinician", "text": "What matters most to you?", "previous": "I don't care any more."}
    done = run(asked, b"", b"not json", b"\xff", {"speaker": "nurse", "text": "Well?"}, {"speaker": "patient", "text": 3}, {"speaker": "patient", "text": "Okay."})
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert len(answers) == 6 and [("error" in each) for each in answers] == [False, True, True, True, True, False]
    assert set(answers[0]) == {"code", "codes"} and answers[0]["code"] == "question" and answers[5]["code"] == "neutral"
    first = answers[0]["codes"][0]
    assert set(first) == {"code", "subtype", "span", "probability"} and first["subtype"] == "open" and first["span"] == [0, 25]
    assert answers[5]["codes"][0]["subtype"] is None


def test_nothing_typed_is_repeated():
    done = run({"speaker": "nurse", "text": "zanzibar", "previous": "zanzibar"}, {"speaker": "clinician", "text": "zanzibar?", "previous": None})
    assert b"zanzibar" not in done.stdout + done.stderr


def test_without_jsonl_it_says_what_to_do():
    done = run(args=())
    assert done.returncode == 6 and b"--jsonl" in done.stderr
