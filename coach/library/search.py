"""Search: BM25 and Chroma, fused by reciprocal rank, best passage a script. Without an index or an encoder, BM25 alone answers.

Four runs are fused (weights and depth chosen on the development half of evals/cases): the script's three passages nearest to the text,
so that one odd sentence does not decide; the middle of all its passages; its words (BM25 over the whole script); and, where the caller
names situations that are present, the scripts written for them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
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

    def __init__(
        self,
        scripts: Sequence[Script],
        base: ChromaIndex | None,
        encoder: Encoder | None,
        base_passages: Sequence[Passage],
        overlay: dict[str, np.ndarray] | None = None,
        base_vectors: dict[str, np.ndarray] | None = None,
    ):
        self.passages = [passage for script in scripts if script.status != "retired" for passage in of_script(script)]
        self.by_id = {passage.id: passage for passage in self.passages}
        self.base, self.encoder = base, encoder
        self.base_passages = base_passages
        self._base_vectors = base_vectors if base_vectors is not None else load_vectors(base.folder) if base and encoder else {}
        self._overlay = overlay or {}  # vectors by text hash, for passages that the base does not hold
        in_base = set(base_passages) if base else set()
        fresh = [passage for passage in self.passages if passage not in in_base]
        self._alive = self.by_id.keys() - {passage.id for passage in fresh}  # what the base still says truly; all else there is a tombstone
        self._tombstones = len(in_base) - len(self._alive)
        self._fresh = [passage for passage in fresh if passage.key in self._overlay]
        self._fresh_vectors = np.asarray([self._overlay[passage.key] for passage in self._fresh], dtype=np.float32)
        self._whole_scripts(scripts)

    def _whole_scripts(self, scripts: Sequence[Script]) -> None:
        """What is known of each script as a whole: its words, its situations, and the middle of its passages."""
        live = [script for script in scripts if script.status != "retired"]
        of_each: dict[str, list[Passage]] = {script.id: [] for script in live}
        for passage in self.passages:
            of_each[passage.script_id].append(passage)
        self._tags = {script.id: script.situations for script in live}
        self._first = {name: passages[0] for name, passages in of_each.items()}
        counts = Counter(tag for tags in self._tags.values() for tag in tags)
        self._rarity = {tag: count**-0.5 for tag, count in counts.items()}
        self.keywords = Keywords([" ".join(passage.text for passage in passages) for passages in of_each.values()], b=0.5)
        known = {**self._base_vectors, **self._overlay}
        means = {name: np.mean([known[p.key] for p in passages], axis=0) for name, passages in of_each.items() if all(p.key in known for p in passages)}
        self._middle_ids = list(means)
        middle = np.asarray(list(means.values()), dtype=np.float32)
        self._middle = middle / np.maximum(np.linalg.norm(middle, axis=1, keepdims=True), 1e-9) if len(middle) else middle

    def find(self, text: str, n: int = 3, filters: Filters | None = None, situations: Collection[str] = ()) -> Found:
        """The n scripts that fit `text` best; `situations` are those known to be present. Never raises for what the text holds."""
        filters = filters or Filters()
        vectors = self._encode(text)
        passages = self._passages(vectors, filters) if vectors is not None else {}
        keywords = self._keywords(text, filters)
        nearest = {name: sum(found.cosines) / NEAREST for name, found in passages.items()}
        runs = [nearest, self._middles(vectors, nearest), keywords, self._written_for(situations, nearest or keywords)]
        scores = fuse(runs)
        hits = [self._hit(name, scores[name], passages.get(name), keywords.get(name, 0.0), text) for name in sorted(scores, key=lambda name: (-scores[name], name))[: max(0, n)]]
        return Found(hits, self._fits(passages, keywords), vectors[0] if vectors is not None else None)

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
            overlay |= {key: self._base_vectors[key] for key in fresh if key in self._base_vectors}
            missing = [key for key in fresh if key not in self._base_vectors]
            try:
                overlay |= zip(missing, self.encoder.encode([fresh[key] for key in missing]), strict=True) if missing else {}
            except Exception as error:
                log.warning("encode_failed", error=type(error).__name__, count=len(missing))
        return Search(scripts, self.base, self.encoder, self.base_passages, overlay, self._base_vectors)

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

    def _passages(self, vectors: np.ndarray, filters: Filters) -> dict[str, "Near"]:
        """For each script, its best passage and the cosines of its NEAREST best; what Chroma did not reach counts as its last."""
        best: dict[str, dict[str, float]] = {}
        last = 1.0
        for vector in vectors:
            for passage_id, cosine in self._nearest(vector, filters):
                passage = self.by_id[passage_id]
                near = best.setdefault(passage.script_id, {})
                near[passage_id] = max(cosine * KIND[passage.kind], near.get(passage_id, -1.0))
                last = min(last, near[passage_id])
        found = {}
        for script_id, near in best.items():
            ordered = sorted(near, key=lambda name: -near[name])[:NEAREST]
            found[script_id] = Near(ordered[0], [near[name] for name in ordered] + [last] * (NEAREST - len(ordered)))
        return found

    def _middles(self, vectors: np.ndarray | None, among: Collection[str]) -> dict[str, float]:
        """Cosine of each script's mean vector to the text (of a long text, to the nearest of its windows)."""
        if vectors is None or not len(self._middle):
            return {}
        cosines = (self._middle @ vectors.T).max(axis=1)
        return {name: float(cosine) for name, cosine in zip(self._middle_ids, cosines, strict=True) if name in among}

    def _written_for(self, situations: Collection[str], among: Collection[str]) -> dict[str, float]:
        """How much of what is present each script was written for; a rare situation says more than a common one."""
        scores = {}
        for name in among if situations else ():
            shared = [tag for tag in self._tags[name] if tag in situations]
            if shared:
                scores[name] = sum(self._rarity[tag] for tag in shared) / (1 + 0.3 * len(self._tags[name])) ** 0.5
        return scores

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

    def _keywords(self, text: str, filters: Filters) -> dict[str, float]:
        scores = self.keywords.scores(text)
        return {name: float(score) for name, score in zip(self._tags, scores, strict=True) if score > 0 and filters.keeps(self._first[name])}

    def _hit(self, script_id: str, score: float, near: "Near | None", bm25: float, text: str) -> "Hit":
        return Hit(script_id, score, self._why(script_id, near, text), round(near.cosines[0], 4) if near else 0.0, round(bm25, 3))

    def _why(self, script_id: str, near: "Near | None", text: str) -> str:
        """The passage that matched; if that is a block of lines, or only words matched, the short one that shares most words with the text."""
        if near and self.by_id[near.best].kind in SHOWN_AS_WHY:
            return self.by_id[near.best].text
        short = [passage.text for passage in self.passages if passage.script_id == script_id and passage.kind in SHOWN_AS_WHY]
        said = set(self.keywords.tokens(text))
        return max(short, key=lambda passage: len(said & set(self.keywords.tokens(passage))), default="")

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
