"""Logs hold events, counts and durations, never text."""

import json

import pytest

from coach import log


@pytest.fixture(autouse=True)
def restore():
    yield
    log.start()


def logged(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    written = capsys.readouterr()
    return written.out, written.err


def test_only_fields_on_the_list_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    log.start("debug")
    log.log.info("advised", scripts=3, ms=12.5, scenario="she ran out early", text="words")
    out, err = logged(capsys)
    event = json.loads(err)
    assert (event["event"], event["scripts"], event["ms"]) == ("advised", 3, 12.5)
    assert "early" not in err + out
    assert "words" not in err + out


@pytest.mark.parametrize("value", ["a" * 200, "two\nlines", {"text": "x"}, ["x"], object()])
def test_a_value_that_could_be_text_is_dropped(capsys: pytest.CaptureFixture[str], value: object) -> None:
    log.start("debug")
    log.log.info("advised", error=value)
    assert "error" not in json.loads(logged(capsys)[1])


def test_nothing_is_written_below_the_level_and_nothing_ever_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    log.start("warning")
    log.log.info("advised", scripts=1)
    log.log.warning("index_not_opened", error="ValueError")
    out, err = logged(capsys)
    assert out == ""
    assert [json.loads(line)["event"] for line in err.splitlines()] == ["index_not_opened"]
