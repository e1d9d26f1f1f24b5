"""Builds (or opens) an index in a process of its own, for the tests that kill it or run two at once.

Usage: python -m tests.library.builder FOLDER PASSAGES. Prints `ready` when it begins and `right` when every passage is found.
"""

import sys
from pathlib import Path

import numpy as np

from coach.library import index
from coach.library.passages import Passage
from coach.log import start
from tests.making import Words


def some_passages(count: int, of: str = "tapering/made") -> list[Passage]:
    return [Passage(f"{of}#ask-{n}", of, "ask", f"{of} word{n} word{n * 7} word{n * 13}", of.partition("/")[0], "draft", ("flare",)) for n in range(count)]


def right(opened: index.ChromaIndex, passages: list[Passage], encoder: Words) -> bool:
    """Whether the index holds exactly these passages with their words and tags, and finds each by its vector."""
    stored = opened._collection.get(include=["documents", "metadatas"])
    there = {name: (text, meta) for name, text, meta in zip(stored["ids"], stored["documents"], stored["metadatas"], strict=True)}
    if there != {p.id: (p.text, index._metadata(p)) for p in passages}:
        return False
    for passage in passages[:: max(1, len(passages) // 40)]:
        ((_, cosine),) = opened.nearest(np.asarray(encoder.encode_query(passage.text)), 1)
        if cosine < 0.999:
            return False
    return True


if __name__ == "__main__":
    import chromadb  # noqa: F401 - slow, and not what is to be interrupted

    start()
    folder, wanted, encoder = Path(sys.argv[1]), some_passages(int(sys.argv[2])), Words()
    print("ready", flush=True)
    opened = index.open_or_build(folder, wanted, encoder)
    print("right" if right(opened, wanted, encoder) else "wrong", flush=True)
    opened.close()
