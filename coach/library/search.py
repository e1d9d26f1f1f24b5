"""Search: BM25 and Chroma, fused by reciprocal rank, best passage a script. Without an index or an encoder, BM25 alone answers.

Four runs are fused (weights and depth chosen on the development half of evals/cases): the script's three passages nearest to the text,
so that one odd sentence does not decide; the middle of all its passages; its words (BM25 over the whole script); and, where the caller
names situations that are present, the scripts written for them.
"""

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from coach.library.index import ChromaIndex
from coach.library.layers import Base, Layers, spoken
from coach.library.passages import SHOWN_AS_WHY, Passage
from coach.library.script import Script
from coach.library.vectors import Encoder
from coach.library.vectors import load as load_vectors
from coach.log import log

K = 10  # of reciprocal rank fusion (Cormack et al. 2009 use 60, for runs a thousand deep; ours are short)
DEEP = 250  # passages taken from Chroma
NEAREST = 3  # passages of a script whose mean ranks it
KIND = {"title": 1.0, "use_when": 1.0, "ask": 1.0, "pushback": 0.9, "lines": 0.85}  # how much a match of this kind says about the script
# Nothing fits when neither meaning nor words come near: bounds between the in-scope cases of the development half and texts off the subject.
FITS_COSINE, FITS_TOGETHER, FITS_WORDS, FITS_WORDS_ALONE = 0.66, 0.58, 4.0, 3.0
WINDOW, STEP, MOST_WINDOWS = 160, 120, 6  # words: a long story is read in overlapping pieces


@dataclass(frozen=True, slots=True)
class Filters:
    """Only these; empty means all. Retired scripts are never found, whatever is asked."""

    category: str | None = None
    situation: str | None = None
    status: str | None = None

    def where(self) -> dict[str, object] | None:
        """The filter in Chroma's terms; None when there is nothing to filter (retired scripts are not in the index at all)."""
        parts: list[dict[str, object]] = [{key: value} for key, value in (("category", self.category), ("status", self.status)) if value]
        if self.situation:
            parts.append({"situations": {"$contains": self.situation}})
        return {"$and": parts} if len(parts) > 1 else parts[0] if parts else None

    def keeps(self, passage: Passage) -> bool:
        return (
            passage.status != "retired"
            and self.category in (None, passage.category)
            and self.status in (None, passage.status)
            and (self.situation is None or self.situation in passage.situations)
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """A script that was found. `score` is 1 when every run puts it first; `cosine` is of its best passage, `bm25` of the whole script."""

    script_id: str
    score: float
    why: str
    cosine: float
    bm25: float


@dataclass(frozen=True, slots=True)
class Found:
    hits: list[Hit]
    fits: bool
    vector: np.ndarray | None = field(default=None, compare=False)


class Search:
    """One immutable state of search: a base (Chroma, or none), and over it an overlay of scripts saved since it was built."""

    def __init__(self, scripts: Sequence[Script], base: ChromaIndex | None, encoder: Encoder | None, held: Sequence[Passage] | None = None):
        """`base` was built from these very scripts, or else from `held`; what else it holds is not found."""
        self.base, self.encoder = base, encoder
        held = [passage for script in scripts for passage in spoken(script)] if held is None else held
        self.layers = Layers(Base(held, load_vectors(base.folder) if base and encoder else {}))

    def replaced(self, changes: Mapping[str, Script | None], vectors: Mapping[str, np.ndarray] | None = None) -> "Search":
        """The state after these scripts, by id, were saved or removed (None). Its cost depends on them, not on the library: the base is not touched, and
        only texts never seen before, and not among `vectors`, are encoded. Should the encoder fail, what is new is found by its words alone."""
        known = vectors or {}
        after = copy.copy(self)
        after.layers = self.layers.replaced(changes, {**known, **self.encoded(changes, known)})
        return after

    def encoded(self, changes: Mapping[str, Script | None], known: Mapping[str, np.ndarray] | None = None) -> dict[str, np.ndarray]:
        """The vectors, by text hash, of what these scripts say and no layer nor `known` holds. Empty when there is no index to add to, or the encoder fails."""
        if self.base is None or self.encoder is None:
            return {}
        texts = {key: passage.text for script in changes.values() for passage in spoken(script) if self.layers.vector(key := passage.key) is None and key not in (known or {})}
        try:
            return dict(zip(texts, self.encoder.encode(list(texts.values())), strict=True)) if texts else {}
        except Exception as error:
            log.warning("encode_failed", error=type(error).__name__, count=len(texts))
            return {}

    def find(self, text: str, n: int = 3, filters: Filters | None = None, situations: Collection[str] = ()) -> Found:
        """The n scripts that fit `text` best; `situations` are those known to be present. Never raises for what the text holds."""
        filters = filters or Filters()
        vectors = self._encode(text)
        passages = self._passages(vectors, filters) if vectors is not None else {}
        keywords = self.layers.keywords(text, filters.keeps)
        nearest = {name: sum(found.cosines) / NEAREST for name, found in passages.items()}
        runs = [nearest, self.layers.middles(vectors, nearest), keywords, self.layers.written_for(situations, nearest or keywords)]
        scores = fuse(runs)
        hits = [self._hit(name, scores[name], passages.get(name), keywords.get(name, 0.0), text) for name in sorted(scores, key=lambda name: (-scores[name], name))[: max(0, n)]]
        return Found(hits, self._fits(passages, keywords), vectors[0] if vectors is not None else None)

    def pushbacks_near(self, vector: np.ndarray, script_ids: Sequence[str]) -> list[tuple[Passage, float]]:
        """Every pushback of these scripts with its cosine to `vector`, best first. Empty when none can be compared."""
        if not script_ids:
            return []
        near = self._in_base(vector, {"$and": [{"kind": "pushback"}, {"script": {"$in": list(script_ids)}}]})
        near += self.layers.near(vector, lambda passage: passage.script_id in script_ids)
        return sorted((item for item in near if item[0].kind == "pushback"), key=lambda item: -item[1])

    def holds(self, script_id: str) -> bool:
        """Whether the script can be found now. One that was shown a moment ago may have been retired since."""
        return self.layers.holds(script_id)

    def _encode(self, text: str) -> np.ndarray | None:
        if self.encoder is None or self.base is None:
            return None
        pieces = windows(text)
        try:
            vectors = self.encoder.encode_query(pieces[0])[None, :] if len(pieces) == 1 else self.encoder.encode(pieces)
        except Exception as error:  # an answer by keywords beats no answer
            log.warning("encode_failed", error=type(error).__name__)
            return None
        return vectors if np.isfinite(vectors).all() else None

    def _passages(self, vectors: np.ndarray, filters: Filters) -> dict[str, "Near"]:
        """For each script, its best passage and the cosines of its NEAREST best; what Chroma did not reach counts as its last."""
        best: dict[str, dict[str, float]] = {}
        last = 1.0
        for vector in vectors:
            for passage, cosine in self._nearest(vector, filters):
                near = best.setdefault(passage.script_id, {})
                near[passage.id] = max(cosine * KIND[passage.kind], near.get(passage.id, -1.0))
                last = min(last, near[passage.id])
        found = {}
        for script_id, near in best.items():
            ordered = sorted(near, key=lambda name: -near[name])[:NEAREST]
            found[script_id] = Near(ordered[0], [near[name] for name in ordered] + [last] * (NEAREST - len(ordered)))
        return found

    def _nearest(self, vector: np.ndarray, filters: Filters) -> list[tuple[Passage, float]]:
        """The DEEP nearest passages of both layers, best first."""
        found, fresh = self._in_base(vector, filters.where()), self.layers.near(vector, filters.keeps)
        return sorted([*found, *fresh], key=lambda item: -item[1])[:DEEP] if fresh else found

    def _in_base(self, vector: np.ndarray, where: dict[str, object] | None) -> list[tuple[Passage, float]]:
        """The nearest passages of the base that still stand. Those that do not must not crowd others out: while too few are left, more are asked for."""
        if self.base is None or not self.layers.standing:
            return []
        fallen = self.base.count - self.layers.standing
        wanted = DEEP + min(fallen, DEEP)
        try:
            while True:
                found = self.base.nearest(vector, wanted, where)
                standing = [(passage, cosine) for name, cosine in found if (passage := self.layers.in_base(name))]
                if len(standing) >= DEEP or len(found) < wanted or wanted >= DEEP + fallen:
                    return standing[:DEEP]
                wanted = min(2 * wanted, DEEP + fallen)
        except Exception as error:
            log.warning("chroma_query_failed", error=type(error).__name__)
            return []

    def _hit(self, script_id: str, score: float, near: "Near | None", bm25: float, text: str) -> "Hit":
        return Hit(script_id, score, self._why(script_id, near, text), round(near.cosines[0], 4) if near else 0.0, round(bm25, 3))

    def _why(self, script_id: str, near: "Near | None", text: str) -> str:
        """The passage that matched; if that is a block of lines, or only words matched, the short one that shares most words with the text."""
        if near and self.layers.passage(near.best).kind in SHOWN_AS_WHY:
            return self.layers.passage(near.best).text
        tokens = self.layers.base.keywords.tokens
        short, said = [passage.text for passage in self.layers.passages_of(script_id) if passage.kind in SHOWN_AS_WHY], set(tokens(text))
        return max(short, key=lambda passage: len(said & set(tokens(passage))), default="")

    @staticmethod
    def _fits(passages: dict[str, "Near"], keywords: dict[str, float]) -> bool:
        words = max(keywords.values(), default=0.0)
        if not passages:
            return words >= FITS_WORDS_ALONE
        cosine = max(found.cosines[0] for found in passages.values())
        return cosine >= FITS_COSINE or (cosine >= FITS_TOGETHER and words >= FITS_WORDS)


@dataclass(frozen=True, slots=True)
class Near:
    """A script's passage nearest to a text, and the cosines of its nearest few, best first."""

    best: str
    cosines: list[float]


def fuse(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Reciprocal rank fusion of the runs that found anything; equal scores share a rank. 1 = first in every run."""
    used = [run for run in runs if run]
    total: dict[str, float] = {}
    for run in used:
        scores = np.fromiter(run.values(), dtype=float, count=len(run))
        values = np.sort(scores)
        below, to = np.searchsorted(values, scores, "left"), np.searchsorted(values, scores, "right")
        ranks = len(values) - to + (to - below + 1) / 2
        for name, part in zip(run, (1 / (K + ranks)).tolist(), strict=True):
            total[name] = total.get(name, 0.0) + part
    most = len(used) / (K + 1)
    return {name: round(score / most, 4) for name, score in total.items()}


def windows(text: str) -> list[str]:
    """The text in pieces short enough for the encoder: one for a note, up to six spread over a long story."""
    said = text.split()
    if len(said) <= WINDOW:
        return [text[:4000]]
    starts = list(range(0, max(1, len(said) - WINDOW + STEP), STEP))
    if len(starts) > MOST_WINDOWS:
        starts = [starts[round(i * (len(starts) - 1) / (MOST_WINDOWS - 1))] for i in range(MOST_WINDOWS)]
    return [" ".join(said[start : start + WINDOW])[:4000] for start in starts]
