"""The guards are fast and take time in proportion to the text."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from coach.guard.alerts import alerts
from coach.guard.matcher import read
from coach.guard.privacy import mask
from coach.guard.scope import scope

pytestmark = pytest.mark.timed
CASES = Path(__file__).parent / "alerts.jsonl"

NOTE = (
    "I have a patient who was on 120 mg of oxycodone for ten years and is angry that I want to lower the dose. "
    "She says nothing else works and her daughter Kelly called the clinic twice. She cried and I did not know what to say. "
)
HOSTILE = [
    "a" * 200_000,
    "1 " * 100_000,
    ", " * 100_000,
    "\n" * 200_000,
    "suicide " * 25_000,
    "no " * 66_000,
    "(555" * 50_000,
    "a@" * 100_000,
    "Dr. " * 50_000,
    "x." * 100_000,
    " - " * 66_000,
]


def guards(text: str) -> None:
    reading = read(mask(text).text)
    alerts(reading)
    scope(reading)


def seconds(work: Callable[[], None], times: int = 3) -> float:
    best = 9e9
    for _ in range(times):
        start = time.thread_time()
        work()
        best = min(best, time.thread_time() - start)
    return best


def test_three_hundred_words_take_milliseconds():
    words = " ".join((NOTE * 10).split()[:300])
    guards(words)
    assert seconds(lambda: guards(words), 10) < 0.03  # processor time; the bar is 5 ms on a quiet machine, and this only catches a blow-up


def test_three_hundred_words_full_of_signs_take_milliseconds():
    words = " ".join(json.loads(line)["text"] for line in CASES.read_text(encoding="utf-8").splitlines()).split()
    dense = [" ".join(words[start : start + 300]) for start in range(0, 3000, 300)]
    for text in dense:
        guards(text)
    assert sum(seconds(lambda text=text: guards(text), 5) for text in dense) / len(dense) < 0.03  # the bar is 5 ms on a quiet machine here too


def test_the_first_text_of_a_process_does_not_wait_for_every_rule():
    """Phrases are made into patterns when they are first tried, and most never are. Made all at once, they took three seconds."""
    code = "import time; from coach.guard.alerts import alerts; began = time.process_time(); alerts('he ran out early and is angry'); print(time.process_time() - began)"
    taken = [float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout) for _ in range(3)]
    assert min(taken) < 1.2, taken  # 0.4 on a quiet machine


def test_four_times_the_text_takes_about_four_times_as_long():
    small, large = NOTE * 500, NOTE * 2000
    guards(small)
    assert seconds(lambda: guards(large)) < 8 * seconds(lambda: guards(small))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_slow(text):
    assert seconds(lambda: guards(text), 1) < 2
