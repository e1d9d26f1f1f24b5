"""Keyword search: BM25 (Robertson and Zaragoza 2009) by bm25s, in memory. Needs no index on disk and no encoder."""

import math
import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import bm25s
import numpy as np
import Stemmer

# Words clinicians shorten, spelled as the scripts have them: both forms are searched for.
SHORT = {
    "pt": "patient", "pts": "patients", "hx": "history", "uds": "urine drug test", "udt": "urine drug test", "pdmp": "prescription database", "mme": "dose",
    "oud": "opioid use disorder", "sud": "substance use", "bup": "buprenorphine", "suboxone": "buprenorphine", "narcan": "naloxone", "benzo": "benzodiazepine",
    "benzos": "benzodiazepine", "oxy": "oxycodone", "perc": "oxycodone", "percs": "oxycodone", "percocet": "oxycodone", "norco": "hydrocodone", "vicodin": "hydrocodone",
    "ed": "emergency", "er": "emergency", "rx": "prescription", "tx": "treatment", "fm": "fibromyalgia", "fibro": "fibromyalgia", "si": "suicide", "lbp": "back pain",
    "f/u": "follow", "meds": "medicine", "med": "medicine", "wife": "family", "husband": "family", "daughter": "family", "son": "family", "xanax": "benzodiazepine",
    "klonopin": "benzodiazepine", "ativan": "benzodiazepine", "valium": "benzodiazepine", "pt's": "patient", "cant": "can't", "dr": "doctor", "doc": "doctor",
    "surg": "surgery", "preop": "surgery", "pre-op": "surgery", "psych": "psychiatry", "preg": "pregnant", "mri": "scan", "xray": "scan",
}  # fmt: skip
STOP = frozenset(
    "a an and are as at be been being but by did do does for from had has have he her hers him his how i if in is it its me my of on or our she so than that the their them then "  # noqa: SIM905 - a list of words reads best as words
    "there these they this to was we were what when which who will with you your i'm he's she's it's".split()
)
WORD = re.compile(r"[a-z0-9]+(?:['’/-][a-z0-9]+)*")


K1 = 1.2  # how soon a word said again stops counting


@dataclass(frozen=True, slots=True)
class Counted:
    """A text that is not in the index: how often each of its words stands in it, and how many words it has."""

    words: Mapping[str, int]
    length: int


@dataclass(frozen=True, slots=True)
class Shift:
    """By how many the texts now, and for each word those that hold it, differ from what the index was built from."""

    texts: int
    holding: Mapping[str, int]


class Keywords:
    """An index of texts. `scores` is safe to call from several threads."""

    def __init__(self, texts: Sequence[str], b: float = 0.75):
        self.count, self._b = len(texts), b
        self._stem = threading.local()
        self._index = bm25s.BM25(k1=K1, b=b)
        tokens = [self.tokens(text) or ["∅"] for text in texts]
        self._average = sum(map(len, tokens)) / len(tokens) if tokens else 0.0
        if texts:
            self._index.index(tokens, show_progress=False)

    def tokens(self, text: str) -> list[str]:
        stemmer = getattr(self._stem, "value", None)
        if stemmer is None:
            stemmer = self._stem.value = Stemmer.Stemmer("english")  # not thread-safe, so one a thread
        found: list[str] = []
        for word in WORD.findall(text.lower().replace("’", "'")):
            found += [word, *SHORT[word].split()] if word in SHORT else [word]
        stems: list[str] = stemmer.stemWords([word for word in found if word not in STOP])
        return stems

    def scores(self, text: str, shift: Shift | None = None) -> np.ndarray:
        """One BM25 score a text, ≥ 0, float32. All zero when no word is known."""
        tokens = [token for token in dict.fromkeys(self.tokens(text)) if token in self._index.vocab_dict] if self.count else []
        if not tokens:
            return np.zeros(self.count, dtype=np.float32)
        if shift is None:
            scores: np.ndarray = self._index.get_scores(tokens)
            return scores
        scores = np.zeros(self.count, dtype=np.float32)
        for token in tokens:
            held = slice(*self._index.scores["indptr"][self._index.vocab_dict[token] :][:2])
            scores[self._index.scores["indices"][held]] += self._index.scores["data"][held] * (self._weight(token, shift) / self._weight(token, None))
        return scores

    def counted(self, text: str) -> Counted:
        """A text made ready for `score_of`."""
        tokens = self.tokens(text) or ["∅"]
        return Counted(Counter(tokens), len(tokens))

    def score_of(self, asked: Iterable[str], text: Counted, shift: Shift | None = None) -> float:
        """The BM25 score, ≥ 0, that a text from outside would have beside those of the index; `asked` are tokens. A text of the index gets the score it has."""
        norm = K1 * (1 - self._b + self._b * text.length / (self._average or text.length))
        times = {token: text.words[token] for token in asked if token in text.words}
        return sum(self._weight(token, shift) * count / (count + norm) for token, count in times.items())

    def _weight(self, token: str, shift: Shift | None) -> float:
        """How much a word says: the rarer among the texts, the more (bm25s' and Lucene's form of it). A word of no text weighs as one of a single text."""
        number = self._index.vocab_dict.get(token) if self.count else None
        holding, texts = 0, self.count
        if number is not None:
            starts = self._index.scores["indptr"]  # the texts that hold word n stand between starts[n] and starts[n + 1]
            holding = int(starts[number + 1] - starts[number])
        if shift is not None:
            holding, texts = holding + shift.holding.get(token, 0), texts + shift.texts
        holding = max(holding, 1)
        return math.log(1 + (max(texts, holding) - holding + 0.5) / (holding + 0.5))
