"""Keyword search: BM25 (Robertson and Zaragoza 2009) by bm25s, in memory. Needs no index on disk and no encoder."""

import re
import threading
from collections.abc import Sequence

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


class Keywords:
    """An index of texts. `scores` is safe to call from several threads."""

    def __init__(self, texts: Sequence[str], b: float = 0.75):
        self.count = len(texts)
        self._stem = threading.local()
        self._index = bm25s.BM25(k1=1.2, b=b)
        if texts:
            self._index.index([self.tokens(text) or ["∅"] for text in texts], show_progress=False)

    def tokens(self, text: str) -> list[str]:
        stemmer = getattr(self._stem, "value", None)
        if stemmer is None:
            stemmer = self._stem.value = Stemmer.Stemmer("english")  # not thread-safe, so one a thread
        found: list[str] = []
        for word in WORD.findall(text.lower().replace("’", "'")):
            found += [word, *SHORT[word].split()] if word in SHORT else [word]
        stems: list[str] = stemmer.stemWords([word for word in found if word not in STOP])
        return stems

    def scores(self, text: str) -> np.ndarray:
        """One BM25 score a text, ≥ 0, float32. All zero when no word is known."""
        tokens = [token for token in dict.fromkeys(self.tokens(text)) if token in self._index.vocab_dict] if self.count else []
        if not tokens:
            return np.zeros(self.count, dtype=np.float32)
        scores: np.ndarray = self._index.get_scores(tokens)
        return scores
