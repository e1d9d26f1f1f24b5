"""The rater: which motivational interviewing codes a turn carries. A classifier, not the chat model; how good it is: `coach eval coder`.

Clinician: question (open, closed), reflection (simple, complex), input (information, advice, options, negotiation), other. Patient: change,
sustain, neutral. The codes are those of AnnoMI (Wu et al., ICASSP 2022; Future Internet 2023;15(3):110), not MITI's: R:Q and %CR may be counted
from them, MIA and MINA may not. As in MITI 4.2.1 a turn has each code at most once.

A turn is read once by a MiniLM whose last layers were tuned (`models.turn_encoder`); what its lower layers see, hashed n-grams and counted cues,
also of the turn before (`cues`), add their views. Nothing that is read here is kept or logged.
"""

import re
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from coach.errors import InputError
from coach.models.turn_encoder import Read, TurnEncoder
from coach.practice import coder_weights as weights
from coach.practice.cues import cues, ngrams, sentences
from coach.settings import Settings

READ = 4000  # characters of a turn; what follows is not coded
UNSURE_BELOW = 0.5
PRESENT_FROM = 0.5
HALF = re.compile("[\ud800-\udfff]")  # half a character: no tokenizer takes it
Span = tuple[int, int]


@dataclass(frozen=True)
class Code:
    """One code. `span` is [start, end) in the turn: the sentences that carry it. `probability` (0–1, calibrated): for the main code that a trained
    coder would call it the main one; for a further code that such a coder would find it in the turn at all. `subtype` is None where there is none;
    `subtype_probability` (0–1, calibrated on turns whose main code this is) says how likely it is, given the code."""

    code: str
    subtype: str | None
    span: Span
    probability: float
    subtype_probability: float | None = None


@dataclass(frozen=True)
class Coded:
    """The codes of a turn. `code` is the main one and the first of `codes`; `probabilities` those of all main codes, their sum is 1."""

    code: str
    codes: tuple[Code, ...]
    probabilities: dict[str, float]

    @property
    def unsure(self) -> bool:
        """Whether the main code is less likely than not."""
        return self.probabilities[self.code] < UNSURE_BELOW


class Coder:
    """Codes turns. Loads its weights at the first turn (or at `load`); safe to use from several threads."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._lock = threading.Lock()
        self._arrays: weights.Arrays = {}
        self._encoder: TurnEncoder | None = None

    def load(self) -> None:
        """Load now rather than at the first turn. Raises ModelMissing."""
        with self._lock:
            if self._encoder is None:
                self._arrays = weights.load()
                self._encoder = TurnEncoder(self._settings, self._arrays, weights.TUNINGS)
                self._arrays = {name: array for name, array in self._arrays.items() if ".layer." not in name}

    def code(self, speaker: str, text: str, previous: str = "") -> Coded:
        """The codes of a turn of the "clinician" or the "patient", said after `previous` (the turn before, "" for none). Of a turn the first
        4,000 characters and 160 tokens are read. A turn without a letter or digit is other or neutral for certain.
        Raises InputError for another speaker, ModelMissing when the weights are not here."""
        if speaker not in ("clinician", "patient"):
            raise InputError('The speaker of a turn is "clinician" or "patient". Send one of the two.')
        text, previous = HALF.sub("\ufffd", text[:READ]), HALF.sub("\ufffd", previous[-READ:])
        if not any(sign.isalnum() for sign in text):
            return _nothing_said(speaker, text)
        self.load()
        assert self._encoder is not None
        with self._lock:
            read = self._encoder.read(text)
        found = weights.probabilities(self._arrays, _views(self._arrays, read, text, previous))
        return self._clinician(found, read, text) if speaker == "clinician" else self._patient(found, read, text)

    def _clinician(self, found: dict[str, Any], read: Read, text: str) -> Coded:
        main = weights.CLINICIAN[int(weights.decided(self._arrays, "clinician", found["clinician"]))]
        shares = _named(weights.CLINICIAN, found["clinician"])
        codes = [self._one(main, shares[main], found, read, text)]
        further = [(float(found[f"present_{name}"]), name) for name in weights.PRESENT if name != main]
        codes += [self._one(name, share, found, read, text) for share, name in sorted(further, reverse=True) if share >= PRESENT_FROM]
        return Coded(main, tuple(codes), shares)

    def _one(self, name: str, share: float, found: dict[str, Any], read: Read, text: str) -> Code:
        if name not in weights.SUBTYPES:
            return Code(name, None, _whole(text), share)
        place = int(weights.decided(self._arrays, name, found[name]))
        subtype, likely = weights.SUBTYPES[name][place], found[name]
        likely = float(likely[place]) if name == "input" else float(1 - likely if place else likely)
        pulls = _pulls(self._arrays, read)[:, weights.OUTPUTS[f"present_{name}"]][:, 0]
        return Code(name, subtype, _span(pulls, read, text, asked=name == "question"), share, likely)

    def _patient(self, found: dict[str, Any], read: Read, text: str) -> Coded:
        place = int(weights.decided(self._arrays, "patient", found["patient"]))
        main, shares = weights.PATIENT[place], _named(weights.PATIENT, found["patient"])
        pulls = _pulls(self._arrays, read)[:, weights.OUTPUTS["patient"]]
        span = _whole(text) if main == "neutral" else _span(pulls[:, place] - pulls[:, weights.PATIENT.index("neutral")], read, text)
        return Coded(main, (Code(main, None, span, shares[main]),), shares)


def _views(arrays: weights.Arrays, read: Read, text: str, previous: str) -> list[weights.Vector]:
    """Sixteen logits of each of `weights.VIEWS`."""
    counts, grams, found = cues(text, previous), ngrams(text, previous), []
    for name in weights.TUNINGS:
        seen = np.concatenate([read.tuned[name][1:].mean(axis=0), read.tuned[name][0], counts])
        found.append(arrays[f"{name}.head"] @ seen + arrays[f"{name}.constant"])
    hashed = np.fromiter(grams.values(), np.float32) @ arrays["line.ngrams"][np.fromiter(grams, np.int64)].astype(np.float32)
    return [*found, arrays["lower.head"] @ read.lower + arrays["lower.constant"], arrays["line.cues"] @ counts + hashed + arrays["line.constant"]]


def _pulls(arrays: weights.Arrays, read: Read) -> Any:
    """What each token of the turn adds to the logits (a turn's logit is linear in the mean of its tokens), a row a token, averaged over the tunings."""
    return np.mean([read.tuned[name][1:-1] @ arrays[f"{name}.head"][:, : read.lower.size].T for name in weights.TUNINGS], axis=0)


def _span(pulls: Any, read: Read, text: str, asked: bool = False) -> Span:
    """The sentence that speaks most for a code, with the neighbours that speak for it more than the whole turn does. A question has its mark, where there is one."""
    parts = sentences(text)
    scores = [_mean([value for value, (start, _) in zip(pulls, read.offsets, strict=True) if first <= start < last]) for first, last in parts]
    if asked and "?" in text:
        scores = [score if "?" in text[slice(*part)] else -np.inf for score, part in zip(scores, parts, strict=True)]
    best, mean = int(np.argmax(scores)), float(np.mean(pulls)) if len(pulls) else 0.0
    first = last = best
    while first > 0 and scores[first - 1] > mean:
        first -= 1
    while last + 1 < len(parts) and scores[last + 1] > mean:
        last += 1
    return parts[first][0], parts[last][1]


def _mean(values: list[Any]) -> float:
    return float(np.mean(values)) if values else -np.inf


def _whole(text: str) -> Span:
    start = len(text) - len(text.lstrip())
    return start, max(len(text.rstrip()), start)


def _named(classes: tuple[str, ...], shares: Any) -> dict[str, float]:
    return {name: float(share) for name, share in zip(classes, shares, strict=True)}


def _nothing_said(speaker: str, text: str) -> Coded:
    classes, main = (weights.CLINICIAN, "other") if speaker == "clinician" else (weights.PATIENT, "neutral")
    return Coded(main, (Code(main, None, _whole(text), 1.0),), {name: float(name == main) for name in classes})
