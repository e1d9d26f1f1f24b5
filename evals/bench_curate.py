"""`python -m evals.bench_curate [N …]`: from a saved file to a search that finds it, for 150 and 5,000 scripts, as JSON.

Forty saves, of one line or one way of asking each, written to the file and given to `Live.replace`, then asked for. Beside each stands, in the same run, the time that the
encoder alone takes for the passages that changed. The bar is on what is left: the whole − 1.5 × the encoder's own time, p95 ≤ 0.3 s. Every save must be found, and by its words before all others
(by meaning the saves are much alike).

Corpus, Chroma, BM25 and, for all that is saved and asked, MiniLM are real. Only the base gets its vectors from hashed words: the encoder would take an hour for 70,000
passages, and what they mean does not matter here. `--building` lets the next index be built behind while the saves go on.
"""

import hashlib
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from coach.advise.toolbox import Toolbox
from coach.library import corpus, index
from coach.library.passages import passages
from coach.library.search import Search
from coach.live import Live
from coach.models.embeddings import Embedder
from coach.settings import ROOT, load_settings, quiet_libraries
from tests.making import WORDS, generated

SAVES = 40
LEFT = 0.3  # seconds beyond 1.5 × the encoder's own time
NEVER = 1e9
REALLY = 32  # directions that the hashed vectors take, of 384: with all of them texts are farther apart than any encoder puts them, and no graph of neighbors reaches every one


class HalfReal:
    """MiniLM; but until `real` is set, the mean of a fixed random direction a word."""

    def __init__(self, embedder: Embedder):
        self.embedder, self.id, self.real = embedder, "half-real", False
        self._words: dict[str, np.ndarray] = {}
        self._plane = np.random.default_rng(8).standard_normal((REALLY, 384)) / 384**0.5

    def encode(self, texts: list[str]) -> np.ndarray:
        return self.embedder.encode(texts) if self.real else np.asarray([self._hashed(text) for text in texts], dtype=np.float32)

    def encode_query(self, text: str) -> np.ndarray:
        return self.embedder.encode_query(text)

    def _hashed(self, text: str) -> np.ndarray:
        vector = np.sum([self._direction(word) for word in text.lower().split()], axis=0)
        return np.asarray(vector / np.linalg.norm(vector))

    def _direction(self, word: str) -> np.ndarray:
        if word not in self._words:
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
            self._words[word] = np.random.default_rng(seed).standard_normal(REALLY) @ self._plane
        return self._words[word]


def main() -> int:
    quiet_libraries()
    sizes = [int(each) for each in sys.argv[1:] if each.isdigit()] or [150, 5_000]
    rows = [measure(size, "--building" in sys.argv) for size in sizes]
    print(json.dumps(rows, indent=2))
    return 0 if all(row["passed"] for row in rows) else 1


def measure(size: int, building: bool) -> dict[str, Any]:
    """One library of `size` scripts; times in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        there = Path(folder) / "corpus"
        _write(there, size)
        library = corpus.load(there)
        encoder = HalfReal(Embedder(load_settings()))
        began = time.perf_counter()
        base = index.open_or_build(Path(folder) / "index", passages(library.live), encoder)
        built = time.perf_counter() - began
        began = time.perf_counter()
        search = Search(library.live, base, encoder)
        opened = time.perf_counter() - began
        encoder.real = True
        encoder.encode(["ready"])
        live = Live(Toolbox(library, search, None, None, {}, lambda _: [], lambda *_: None, tuple), there, Path(folder) / "index", 0.0 if building else NEVER)  # type: ignore[arg-type, return-value]
        saved = [_save(live, encoder, there, number, size) for number in range(SAVES)]
        live.close()
    whole, own = (np.asarray(column) for column in zip(*saved, strict=True))
    left = float(np.percentile(whole - 1.5 * own, 95))
    return {
        "scripts": len(library.scripts), "passages": base.count, "saves": SAVES, "index_built_behind": building, "whole_p50": _ms(whole, 50), "whole_p95": _ms(whole, 95),
        "encoder_p50": _ms(own, 50), "encoder_p95": _ms(own, 95), "left_p95": round(left, 4), "bar": f"whole − 1.5 × encoder, p95 ≤ {LEFT} s", "passed": left <= LEFT,
        "index_built_in": round(built, 1), "search_opened_in": round(opened, 2),
    }  # fmt: skip


def _save(live: Live, encoder: HalfReal, there: Path, number: int, size: int) -> tuple[float, float]:
    """Seconds from the file being written to the script being found, and those of the encoder alone for as many texts of the same length."""
    name = f"tapering/made-{number * size // SAVES}"
    path = there / "scripts" / f"{name}.md"
    asked = f"{WORDS[number // 2]} and {WORDS[-1 - number // 2]} number {number} in week{number} of the boat trip"
    text = path.read_text(encoding="utf-8")
    if number % 2:
        row = next(line for line in text.split("\n") if line.startswith('  - "'))
        text = text.replace(row, f'  - "{asked}"', 1)
    else:
        row = next(line for line in text.split("\n") if line.startswith("- Tell me about"))
        text = text.replace(row, f"- Tell me about {asked}.", 1)
    before = {passage.key for passage in passages([live.tools.library.get(name)])}
    path.write_text(text, encoding="utf-8")
    began = time.perf_counter()
    live.replace([name])
    found = live.tools.search.find(asked, 10)
    whole = time.perf_counter() - began
    if max(found.hits, key=lambda hit: hit.bm25).script_id != name:
        raise SystemExit(f"save {number} was not found")
    changed = [passage.text for passage in passages([live.tools.library.get(name)]) if passage.key not in before]
    began = time.perf_counter()
    encoder.encode(changed)
    return whole, time.perf_counter() - began


def _write(there: Path, size: int) -> None:
    there.mkdir()
    for name in ("taxonomy.yaml", "sources.yaml", "style.yaml"):
        shutil.copy(ROOT / "corpus" / name, there / name)
    (there / "scripts/tapering").mkdir(parents=True)
    for number in range(size):
        (there / f"scripts/tapering/made-{number}.md").write_text(generated(number), encoding="utf-8")


def _ms(seconds: np.ndarray, percent: int) -> str:
    return f"{np.percentile(seconds, percent) * 1000:.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
