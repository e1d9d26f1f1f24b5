"""What search knows of every script, in two layers: the base as it was built, and over it the scripts that were changed since."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coach.library.keywords import Counted, Keywords, Shift
from coach.library.passages import Passage, of_script
from coach.library.script import Script

Vectors = Mapping[str, np.ndarray]  # by the hash of the text
Keeps = Callable[[Passage], bool]


class Base:
    """The scripts that the index was built from, as they were then. Shared by every state of search over that index, and never changed."""

    def __init__(self, held: Iterable[Passage], vectors: Vectors):
        found: dict[str, list[Passage]] = {}
        for passage in held:
            found.setdefault(passage.script_id, []).append(passage)
        self.passages = {name: tuple(passages) for name, passages in found.items()}
        self.by_id = {passage.id: passage for passages in self.passages.values() for passage in passages}
        self.vectors = vectors
        self.tags = Counter(tag for passages in self.passages.values() for tag in passages[0].situations)
        self.keywords = Keywords([words_of(passages) for passages in self.passages.values()], b=0.5)
        means = {name: mean for name, passages in self.passages.items() if (mean := _mean([vectors.get(p.key) for p in passages])) is not None}
        self.middle_ids = list(means)
        self.middles = _unit(np.asarray(list(means.values()), dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Changed:
    """A script as it is now. `near` are those of its passages that have a vector; `middle` is their mean, or None where there are none."""

    passages: tuple[Passage, ...]
    words: Counted
    near: tuple[Passage, ...]
    vectors: np.ndarray
    middle: np.ndarray | None


class Layers:
    """One immutable state of both. A script that was changed has nothing left in the base (`gone`): all of it stands in `changed`."""

    def __init__(
        self, base: Base, changed: Mapping[str, Changed] | None = None, gone: frozenset[str] = frozenset(), vectors: Vectors | None = None, holding: Mapping[str, int] | None = None
    ):
        self.base, self.changed, self.gone = base, changed or {}, gone
        self.vectors = vectors or {}  # of texts that the base does not hold
        self._holding = holding or {}  # for each word, by how many the scripts that hold it are more, or less, than in the base
        self.standing = len(base.by_id) - sum(len(base.passages[name]) for name in gone)  # passages of the base that are still true
        self._fresh = {passage.id: passage for script in self.changed.values() for passage in script.passages}
        self.differs = bool(self.changed or gone)
        self._shift = Shift(len(self.changed) - len(gone), self._holding) if self.differs else None
        self._tags = base.tags
        if self.differs:
            self._tags = Counter(base.tags)
            self._tags.subtract(tag for name in gone for tag in base.passages[name][0].situations)
            self._tags.update(tag for script in self.changed.values() for tag in script.passages[0].situations)

    def replaced(self, changes: Mapping[str, Script | None], vectors: Vectors) -> "Layers":
        """The state after scripts were saved or removed (None); `vectors` are those of their texts that neither layer had."""
        vectors = {**self.vectors, **vectors}
        changed, gone, holding = dict(self.changed), set(self.gone), Counter(self._holding)
        for name, script in changes.items():
            passages, built = spoken(script), self.base.passages.get(name)
            holding.subtract(self._words(name).keys())
            changed.pop(name, None)
            gone.discard(name)
            if passages != (built or ()):
                gone |= {name} if built else set()
                changed |= {name: self._changed(passages, vectors)} if passages else {}
            if passages:
                holding.update(self.base.keywords.counted(words_of(passages)).words.keys())
        return Layers(self.base, changed, frozenset(gone), vectors, holding)

    def differing(self, scripts: Iterable[Script]) -> dict[str, Script | None]:
        """What `replaced` must be given so that these scripts, and no others, are found: those that are not in the base as they are, None for those that are gone."""
        now = {script.id: script for script in scripts}
        return {name: now.get(name) for name in sorted(now.keys() | self.base.passages.keys()) if spoken(now.get(name)) != self.base.passages.get(name, ())}

    def _words(self, name: str) -> Mapping[str, int]:
        if name in self.changed:
            return self.changed[name].words.words
        return self.base.keywords.counted(words_of(self.base.passages[name])).words if self.holds(name) else {}

    def vector(self, key: str) -> np.ndarray | None:
        found = self.base.vectors.get(key)
        return found if found is not None else self.vectors.get(key)

    def in_base(self, passage_id: str) -> Passage | None:
        """A passage that the index found, unless its script was changed since."""
        passage = self.base.by_id.get(passage_id)
        return passage if passage and passage.script_id not in self.gone else None

    def passage(self, passage_id: str) -> Passage:
        return self._fresh.get(passage_id) or self.base.by_id[passage_id]

    def holds(self, script_id: str) -> bool:
        return script_id in self.changed or (script_id in self.base.passages and script_id not in self.gone)

    def passages_of(self, script_id: str) -> tuple[Passage, ...]:
        changed = self.changed.get(script_id)
        return changed.passages if changed else self.base.passages[script_id]

    def near(self, vector: np.ndarray, keeps: Keeps) -> list[tuple[Passage, float]]:
        """The passages of changed scripts, each with its cosine."""
        return [
            (passage, float(cosine))
            for script in self.changed.values()
            if script.near and keeps(script.near[0])
            for passage, cosine in zip(script.near, script.vectors @ vector, strict=True)
        ]

    def keywords(self, text: str, keeps: Keeps) -> dict[str, float]:
        """The BM25 score of each script that shares a word with the text."""
        index = self.base.keywords
        scored = zip(self.base.passages.items(), index.scores(text, self._shift), strict=True)
        found = {name: float(score) for (name, passages), score in scored if score > 0 and name not in self.gone and keeps(passages[0])}
        asked = index.tokens(text) if self.changed else []
        for name, script in self.changed.items():
            if keeps(script.passages[0]) and (score := index.score_of(asked, script.words, self._shift)) > 0:
                found[name] = score
        return found

    def middles(self, vectors: np.ndarray | None, among: Collection[str]) -> dict[str, float]:
        """Cosine of each script's mean vector to the text (of a long text, to the nearest of its windows)."""
        if vectors is None or not among:
            return {}
        found = {name: float((vectors @ script.middle).max()) for name, script in self.changed.items() if name in among and script.middle is not None}
        if len(self.base.middle_ids):
            cosines = (self.base.middles @ vectors.T).max(axis=1)
            found |= {name: float(cosine) for name, cosine in zip(self.base.middle_ids, cosines, strict=True) if name in among and name not in self.gone}
        return found

    def written_for(self, situations: Collection[str], among: Collection[str]) -> dict[str, float]:
        """How much of what is present each script was written for; a rare situation says more than a common one."""
        scores = {}
        for name in among if situations else ():
            tags = self.passages_of(name)[0].situations
            shared = [tag for tag in tags if tag in situations]
            if shared:
                scores[name] = sum(self._tags[tag] ** -0.5 for tag in shared) / (1 + 0.3 * len(tags)) ** 0.5
        return scores

    def _changed(self, passages: tuple[Passage, ...], vectors: Vectors) -> Changed:
        own = [self.base.vectors.get(passage.key, vectors.get(passage.key)) for passage in passages]
        near = [vector for vector in own if vector is not None]
        mean = _mean(near)
        return Changed(
            passages=passages,
            words=self.base.keywords.counted(words_of(passages)),
            near=tuple(passage for passage, vector in zip(passages, own, strict=True) if vector is not None),
            vectors=np.asarray(near, dtype=np.float32),
            middle=None if mean is None else _unit(np.asarray([mean], dtype=np.float32))[0],
        )


def spoken(script: Script | None) -> tuple[Passage, ...]:
    """What search may find of a script: nothing of one that is retired, or gone."""
    return () if script is None or script.status == "retired" else tuple(of_script(script))


def words_of(passages: Sequence[Passage]) -> str:
    return " ".join(passage.text for passage in passages)


def _mean(vectors: Sequence[np.ndarray | None]) -> np.ndarray | None:
    known = [vector for vector in vectors if vector is not None]
    return np.asarray(np.mean(known, axis=0)) if known and len(known) == len(vectors) else None


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9) if len(rows) else rows
