"""A rater of rules, for when the trained one is not here: marks, openings, pronouns. Weaker (nobody has measured it); the scene goes on."""

import re
from dataclasses import dataclass

from coach.practice.cues import CLOSED, OPEN, sentences

NAMED = "rules (the trained rater is not here)"
READ = 4_000
REFLECTS = re.compile(r"^(?:so|and|but|well|okay|ok|yeah|right|yes)?,?\s*(?:it )?(?:sounds? like|seems? like|you(?:'re|'ve|'d|r| are| have| feel| felt| want| wanted| miss| worry| had| were| got| care| love| came| don't| can't| never)\b|that (?:hurt|stung|scar|frighten|must|has|floor))", re.I)  # fmt: skip
ADVISES = re.compile(r"\byou (?:should|must|need to|have to|ought)|\bi(?:'d| would)? (?:recommend|suggest|advise|urge)|\bwhy don't you\b|\btry to\b", re.I)
OFFERS = re.compile(r"\b(?:options?|one way|some people|could either|choose between|you could)\b", re.I)
PLANS = re.compile(r"\b(?:could we|can we|let's|shall we|what if we|how about)\b", re.I)
INFORMS = re.compile(
    r"\b(?:medicine|pills?|dose|opioids?|breathing|risk|overdose|naloxone|nerves?|body|test|law|clinic|percent|research|studies|withdrawal|safe|danger\w*)\b", re.I
)
COMPLEX = re.compile(r"\b(?:feel|felt|afraid|scared|angry|alone|ashamed|tired|matters?|wants?|hope|wish|on one hand|part of you|as if|like you)\b", re.I)
CHANGE = re.compile(r"\bi(?:'d| would) like|\bi (?:want|wish|could|might|should)\b|\bmaybe\b|\bsomething (?:has|ought)", re.I)
SUSTAIN = re.compile(r"\b(?:can't|won't|never|not going to|only thing|leave me|don't want)\b", re.I)


@dataclass(frozen=True, slots=True)
class RuleCode:
    code: str
    subtype: str | None
    span: tuple[int, int]
    probability: float
    subtype_probability: float | None = None


@dataclass(frozen=True, slots=True)
class RuleRating:
    code: str
    codes: tuple[RuleCode, ...]


class RuleRater:
    """Codes each sentence by its first rule that fits; each code once a turn, complex before simple."""

    def code(self, speaker: str, text: str, previous: str = "") -> RuleRating:  # noqa: ARG002 the shape of Rater
        text = text[:READ].replace("’", "'")
        if speaker == "patient":
            kind = "change" if CHANGE.search(text) else "sustain" if SUSTAIN.search(text) else "neutral"
            return RuleRating(kind, (RuleCode(kind, None, (0, len(text)), 0.6),))
        found: dict[str, RuleCode] = {}
        for span in sentences(text):
            code = _sentence(text[slice(*span)], span)
            if code and (code.code not in found or code.subtype == "complex"):
                found[code.code] = code
        codes = [found[name] for name in ("reflection", "question", "input") if name in found] or [RuleCode("other", None, (0, len(text)), 0.6)]
        return RuleRating(codes[0].code, tuple(codes))


def _sentence(said: str, span: tuple[int, int]) -> RuleCode | None:
    words = re.findall(r"[a-z']+", said.lower())
    if "?" in said or (words[:2] == ["tell", "me"]):
        first = next((word for word in words[:4] if word in OPEN or word in CLOSED), "")
        return RuleCode("question", "open" if first in OPEN and first not in CLOSED else "closed", span, 0.8)
    if ADVISES.search(said):
        return RuleCode("input", "advice", span, 0.7)
    if REFLECTS.search(said.lower()):
        sure = bool(COMPLEX.search(said))
        return RuleCode("reflection", "complex" if sure else "simple", span, 0.7, 0.6 if sure else None)
    if OFFERS.search(said) or PLANS.search(said):
        return RuleCode("input", "options" if OFFERS.search(said) else "negotiation", span, 0.6)
    return RuleCode("input", "information", span, 0.6) if INFORMS.search(said) and len(words) > 4 else None
