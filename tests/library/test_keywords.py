"""BM25 over passages, with the words that clinicians shorten."""

import threading

import numpy as np
import pytest

from coach.library.keywords import Keywords

TEXTS = [
    "The patient asks for an early refill of oxycodone",
    "Urine drug test came back unexpected",
    "She is scared of withdrawal and of the old pain",
    "The pharmacy refused the prescription",
    "Talking about buprenorphine for the first time",
]


@pytest.fixture
def keywords():
    return Keywords(TEXTS)


@pytest.mark.parametrize(
    ("asked", "best"),
    [
        ("refill too early", 0), ("pt wants perc early", 0), ("UDS surprising", 1), ("uds", 1), ("scaring her", 2), ("rx refused", 3), ("start suboxone?", 4), ("bup", 4), ("WITHDRAWAL!!!", 2),
    ],
)  # fmt: skip
def test_the_fitting_passage_scores_highest(keywords, asked, best):
    scores = keywords.scores(asked)
    assert scores.argmax() == best
    assert scores[best] > 0


@pytest.mark.parametrize("asked", ["", "   ", "the and of", "zzz qqq", "…", "\x00\ud800", "∅"])
def test_words_that_no_passage_holds_score_nothing(keywords, asked):
    scores = keywords.scores(asked)
    assert scores.shape == (len(TEXTS),)
    assert not scores.any()


def test_no_score_is_below_zero(keywords):
    assert (keywords.scores(" ".join(TEXTS)) >= 0).all()


def test_a_word_said_ten_times_counts_once(keywords):
    assert np.array_equal(keywords.scores("refill " * 10), keywords.scores("refill"))


@pytest.mark.parametrize("texts", [[], [""], ["the of and"], ["one"]])
def test_a_library_of_nearly_nothing_can_be_searched(texts):
    scores = Keywords(texts).scores("one refill")
    assert len(scores) == len(texts)


def test_a_megabyte_of_text_is_searched(keywords):
    assert keywords.scores("early refill of his pills " * 40_000).argmax() == 0


def test_several_threads_get_the_scores_that_one_gets(keywords):
    expected = {text: keywords.scores(text).tolist() for text in TEXTS}
    wrong = []

    def ask():
        for _ in range(40):
            wrong.extend(text for text in TEXTS if keywords.scores(text).tolist() != expected[text])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
