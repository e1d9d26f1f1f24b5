"""What is counted in a turn: sentences, cues, hashed n-grams."""

import numpy as np
import pytest

from coach.practice.cues import BUCKETS, SIZE, cues, ngrams, sentences

HOSTILE = ["", " ", "?", "…", "🙂🙂", "\n\n", "A" * 3000, "?!?!", "¿Qué tal?", "a.b.c", "'''"]


def test_sentences_are_where_they_stand():
    text = "  The stairs wear you out. You'd rather rest! What helps?  "
    assert [text[start:end] for start, end in sentences(text)] == ["The stairs wear you out.", "You'd rather rest!", "What helps?"]


def test_marks_without_words_stay_with_the_sentence_before():
    text = "Really? ... Tell me."
    assert [text[start:end] for start, end in sentences(text)] == ["Really? ...", "Tell me."]


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_can_be_counted(text):
    parts = sentences(text)
    assert parts and all(0 <= start <= end <= len(text) for start, end in parts)
    assert cues(text, text).shape == (SIZE,) and np.isfinite(cues(text, text)).all()
    assert all(0 <= bucket < BUCKETS for bucket in ngrams(text, text))


def test_ngrams_have_unit_length_and_are_the_same_in_every_process():
    grams = ngrams("The tide is low.", "")
    assert sum(weight**2 for weight in grams.values()) == pytest.approx(1)
    assert min(grams) == min(ngrams("THE  TIDE is low.", ""))
    assert __import__("zlib").crc32(b"wtide") % BUCKETS in grams


def test_an_echo_of_the_turn_before_is_counted():
    said = "My garden is gone to weeds."
    assert cues("So the garden got away from you.", said)[6] > cues("So the knitting got away from you.", said)[6] == 0


def test_typographic_apostrophes_count_as_plain_ones():
    assert (cues("You’re tired.", "") == cues("You're tired.", "")).all()
