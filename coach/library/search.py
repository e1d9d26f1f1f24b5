"""Search: BM25 and Chroma, fused by reciprocal rank, best passage a script. Without an index or an encoder, BM25 alone answers."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from coach.library.index import ChromaIndex
from coach.library.keywords import Keywords
from coach.library.passages import SHOWN_AS_WHY, Passage, of_script
from coach.library.script import Script
from coach.library.vectors import Encoder
from coach.library.vectors import load as load_vectors
from coach.log import log

K = 10  # of reciprocal rank fusion (Cormack et al. 2009 use 60, for runs a thousand deep; ours are short)
DEEP = 80  # passages taken from each search
WEIGHTS = {"dense": 1.0, "keywords": 0.6}
KIND = {"title": 1.0, "use_when": 1.0, "ask": 1.0, "pushback": 0.9, "lines": 0.85}  # how much a match of this kind says about the script
FITS_COSINE, FITS_TOGETHER = 0.42, 0.33  # the best passage must be this near; a little less will do when BM25 agrees on the same script
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
    """A script that was found. `score` is 1 when both searches put it first; `cosine` and `bm25` are those of its best passage."""

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

    def __init__(self, scripts: Sequence[Script], base: ChromaIndex | None, encoder: Encoder | None, base_passages: Sequence[Passage], overlay: dict[str, np.ndarray] | None = None):
        self.passages = [passage for script in scripts if script.status != "retired" for passage in of_script(script)]
        self.by_id = {passage.id: passage for passage in self.passages}
        self.base, self.encoder = base, encoder
        self.base_passages = base_passages
        self._overlay = overlay or {}  # vectors by text hash, for passages that the base does not hold
        in_base = set(base_passages) if base else set()
        fresh = [passage for passage in self.passages if passage not in in_base]
        self._alive = self.by_id.keys() - {passage.id for passage in fresh}  # what the base still says truly; all else there is a tombstone
        self._tombstones = len(in_base) - len(self._alive)
        self._fresh = [passage for passage in fresh if passage.key in self._overlay]
        self._fresh_vectors = np.asarray([self._overlay[passage.key] for passage in self._fresh], dtype=np.float32)
        self.keywords = Keywords(self.passages)

    def find(self, text: str, n: int = 3, filters: Filters | None = None) -> Found:
        """The n scripts that fit `text` best. Never raises for what the text holds."""
        filters = filters or Filters()
        keyword = self._keyword(text, filters)
        vectors = self._encode(text)
        dense = self._dense(vectors, filters) if vectors is not None else {}
        hits = self._fuse(dense, keyword)
        return Found(hits[: max(0, n)], self._fits(hits, bool(dense)), vectors[0] if vectors is not None else None)

    def pushbacks_near(self, vector: np.ndarray, script_ids: Sequence[str]) -> list[tuple[Passage, float]]:
        """Every pushback of these scripts with its cosine to `vector`, best first. Empty when none can be compared."""
        if not script_ids:
            return []
        near = [(self.by_id[name], cosine) for name, cosine in self._in_base(vector, {"$and": [{"kind": "pushback"}, {"script": {"$in": list(script_ids)}}]})]
        near += [(p, float(v @ vector)) for p, v in zip(self._fresh, self._fresh_vectors, strict=True) if p.kind == "pushback" and p.script_id in script_ids]
        return sorted(near, key=lambda item: -item[1])

    def with_overlay(self, scripts: Sequence[Script]) -> "Search":
        """The state after scripts were saved or removed: only texts never seen before are encoded; the base is not touched.
        Should the encoder fail, what is new is found by its words alone."""
        in_base = set(self.base_passages) if self.base else set()
        fresh = {p.key: p.text for script in scripts for p in of_script(script) if p not in in_base and p.key not in self._overlay}
        overlay = dict(self._overlay)
        if self.encoder and fresh:
            kept = load_vectors(self.base.folder) if self.base else {}
            overlay |= {key: kept[key] for key in fresh if key in kept}
            missing = [key for key in fresh if key not in kept]
            try:
                overlay |= zip(missing, self.encoder.encode([fresh[key] for key in missing]), strict=True) if missing else {}
            except Exception as error:
                log.warning("encode_failed", error=type(error).__name__, count=len(missing))
        return Search(scripts, self.base, self.encoder, self.base_passages, overlay)

    def _encode(self, text: str) -> np.ndarray | None:
        if self.encoder is None or (self.base is None and not len(self._fresh_vectors)):
            return None
        pieces = windows(text)
        try:
            vectors = self.encoder.encode_query(pieces[0])[None, :] if len(pieces) == 1 else self.encoder.encode(pieces)
        except Exception as error:  # an answer by keywords beats no answer
            log.warning("encode_failed", error=type(error).__name__)
            return None
        return vectors if np.isfinite(vectors).all() else None

    def _dense(self, vectors: np.ndarray, filters: Filters) -> dict[str, tuple[float, str]]:
        """Best (weighted cosine, passage id) a script."""
        best: dict[str, tuple[float, str]] = {}
        for vector in vectors:
            for passage_id, cosine in self._nearest(vector, filters):
                _keep_best(best, self.by_id[passage_id], cosine)
        return best

    def _nearest(self, vector: np.ndarray, filters: Filters) -> Iterable[tuple[str, float]]:
        yield from self._in_base(vector, filters.where())
        if len(self._fresh_vectors):
            for passage, cosine in zip(self._fresh, self._fresh_vectors @ vector, strict=True):
                if filters.keeps(passage):
                    yield passage.id, float(cosine)

    def _in_base(self, vector: np.ndarray, where: dict[str, object] | None) -> list[tuple[str, float]]:
        """The nearest passages of the base that still stand; the tombstones among them must not crowd others out."""
        if self.base is None:
            return []
        try:
            return [(name, cosine) for name, cosine in self.base.nearest(vector, DEEP + self._tombstones, where) if name in self._alive][:DEEP]
        except Exception as error:
            log.warning("chroma_query_failed", error=type(error).__name__)
            return []

    def _keyword(self, text: str, filters: Filters) -> dict[str, tuple[float, str]]:
        scores = self.keywords.scores(text)
        best: dict[str, tuple[float, str]] = {}
        kept = np.flatnonzero(scores > 0)
        if filters != Filters():
            kept = np.asarray([index for index in kept if filters.keeps(self.passages[index])], dtype=int)
        for index in kept[np.argsort(-scores[kept], kind="stable")][:DEEP]:
            _keep_best(best, self.passages[index], float(scores[index]))
        return best

    def _fuse(self, dense: dict[str, tuple[float, str]], keyword: dict[str, tuple[float, str]]) -> list[Hit]:
        runs = [(name, run) for name, run in (("dense", dense), ("keywords", keyword)) if run]
        most = sum(WEIGHTS[name] for name, _ in runs) / (K + 1) or 1.0
        scores: dict[str, float] = {}
        for name, run in runs:
            for rank, script_id in enumerate(sorted(run, key=lambda key: (-run[key][0], key)), 1):
                scores[script_id] = scores.get(script_id, 0.0) + WEIGHTS[name] / (K + rank)
        hits = []
        for script_id, score in scores.items():
            cosine, passage_id = dense.get(script_id, (0.0, ""))
            bm25, keyword_id = keyword.get(script_id, (0.0, ""))
            hits.append(Hit(script_id, round(score / most, 4), self._why(passage_id or keyword_id, keyword_id), round(cosine, 4), round(bm25, 3)))
        return sorted(hits, key=lambda hit: (-hit.score, hit.script_id))

    def _why(self, passage_id: str, other_id: str) -> str:
        """The passage that matched, or, if that is a block of lines, a shorter one of the same script."""
        for name in (passage_id, other_id):
            if name and self.by_id[name].kind in SHOWN_AS_WHY:
                return self.by_id[name].text
        script = self.by_id[passage_id].script_id
        return self.by_id[f"{script}#use_when-0"].text if f"{script}#use_when-0" in self.by_id else self.by_id[passage_id].text

    @staticmethod
    def _fits(hits: list[Hit], dense: bool) -> bool:
        if not hits:
            return False
        if not dense:
            return hits[0].bm25 >= 4.0
        nearest = max(hits, key=lambda hit: hit.cosine)
        best_keywords = max(hits, key=lambda hit: hit.bm25)
        return nearest.cosine >= FITS_COSINE or (nearest.cosine >= FITS_TOGETHER and best_keywords.bm25 >= 5.0 and best_keywords.script_id in {hit.script_id for hit in hits[:3]})


def _keep_best(best: dict[str, tuple[float, str]], passage: Passage, score: float) -> None:
    weighted = score * KIND[passage.kind]
    if weighted > best.get(passage.script_id, (-math.inf, ""))[0]:
        best[passage.script_id] = (weighted, passage.id)


def windows(text: str) -> list[str]:
    """The text in pieces short enough for the encoder: one for a note, up to six spread over a long story."""
    said = text.split()
    if len(said) <= WINDOW:
        return [text[:4000]]
    starts = list(range(0, max(1, len(said) - WINDOW + STEP), STEP))
    if len(starts) > MOST_WINDOWS:
        starts = [starts[round(i * (len(starts) - 1) / (MOST_WINDOWS - 1))] for i in range(MOST_WINDOWS)]
    return [" ".join(said[start : start + WINDOW])[:4000] for start in starts]
