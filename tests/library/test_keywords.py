"""BM25 over passages, with the words that clinicians shorten."""

import threading

import numpy as np
import pytest

from coach.library.keywords import Keywords, Shift

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


@pytest.mark.parametrize("b", [0.5, 0.75])
def test_a_text_of_the_index_scores_as_if_it_were_new(b):
    """So that a script that was just saved stands beside the others as it would after the index is built."""
    texts = [*TEXTS, "the of and", "refill refill refill early", " ".join(TEXTS)]
    keywords = Keywords(texts, b=b)
    asked = [*texts, "pt wants perc early", "refill zzz", "UDS", "scared refill of the urine"]
    scored = 0
    for said in asked:
        for text, score in zip(texts, keywords.scores(said), strict=True):
            assert keywords.score_of(keywords.tokens(said), keywords.counted(text)) == pytest.approx(float(score), abs=1e-4)
            scored += score > 0
    assert scored > 30


def test_a_new_text_is_scored_by_the_rarity_its_words_have_in_the_index():
    keywords = Keywords(["refill early", "refill late", "refill again", "urine test"])

    def score(asked, text):
        return keywords.score_of(keywords.tokens(asked), keywords.counted(text))

    assert score("unheard quokka", "quokka came") == score("urine", "urine came") > score("refill", "refill came") > 0
    assert score("refill", "refill came") > score("refill", "refill came with the post and the paper on a very long and rainy day")
    assert score("refill", "Nothing of it") == score("", "refill") == score("refill", "") == 0


def test_scores_follow_what_came_and_went_since_the_index_was_built():
    """As if the index had been built from the texts now; only the mean length stays, which is the same here."""
    before, after = ["refill early", "refill late", "urine test"], ["refill early", "urine late", "urine test", "urine again"]
    then, now = Keywords(before), Keywords(after)
    shift = Shift(1, {"refil": -1, "urin": 2, "again": 1})
    for asked in ("early refill", "urine late", "urine again", "test"):
        found = then.scores(asked, shift)
        ours = [found[0], then.score_of(then.tokens(asked), then.counted(after[1]), shift), found[2], then.score_of(then.tokens(asked), then.counted(after[3]), shift)]
        assert ours == pytest.approx(now.scores(asked).tolist(), abs=1e-4)


@pytest.mark.parametrize("texts", [[], [""], ["refill"]])
def test_a_new_text_is_found_beside_nearly_nothing(texts):
    keywords = Keywords(texts)
    assert keywords.score_of(keywords.tokens("early refill"), keywords.counted("an early refill")) > 0


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
