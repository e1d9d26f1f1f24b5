"""Follow-ups: "He says: then I'll just buy them on the street" is matched with the pushbacks of the scripts on the screen."""

import re
from collections.abc import Container

import numpy as np

from coach.library.search import Search

REPORTING = re.compile(r"^\s*(?:(?:and|but|so|now|then|ok|okay)[,\s]+)*(?:(?:he|she|they|the patient|my patient|pt)\s+(?:just\s+|then\s+|now\s+)?(?:says?|said|goes|replies|replied|answers|answered|tells me|told me|asks|asked|yells|yelled)|what if (?:he|she|they) says?)\s*(?:that\s+)?[:,]?\s*", re.IGNORECASE)  # fmt: skip
OPENS_ANEW = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|now|and|then|so|also)[,\s]+)*(?:(?:the|my|a|an|here is a|here's a)\s+)?"
    r"(?:(?:next|another|different|new|second|other)\s+(?:patient|pt|case|lady|man|woman|guy|gentleman|person)\b|(?:age\s+)?\d\d[\s-]*(?:yo|y/o|y\.o\.|yr|yrs|year|years|f|m|male|female|woman|man)\b)", re.IGNORECASE)  # fmt: skip
HE, SHE = frozenset(("he", "him", "his", "he's", "himself")), frozenset(("she", "her", "hers", "she's", "herself"))
QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")
SAME, SAME_FOLLOWING = 0.62, 0.45  # cosine between what was said and a pushback; a follow-up is more likely to be one


def without_reporting(text: str) -> str:
    """What the patient says, without "he says:" and quotation marks around it."""
    return REPORTING.sub("", text, count=1).strip().strip('"“”').strip() or text


def another_patient(text: str, before: str, kin: Container[str]) -> bool:
    """Whether a follow-up speaks of someone else: it opens as a new case does, or a him has become a her with nobody else in the story."""
    if OPENS_ANEW.match(text):
        return True
    then, now = _people(before), _people(text)
    if len(text.split()) < 8 or any(word in kin for word in (*then, *now)):
        return False
    him_then, her_then, him_now, her_now = (not group.isdisjoint(words) for words in (then, now) for group in (HE, SHE))
    return him_then != her_then and him_now != her_now and him_then != him_now


def _people(text: str) -> list[str]:
    return [word.strip(".,;:!?()'") for word in QUOTED.sub(" ", text.lower().replace("’", "'")).split()]


def heard_in(search: Search, vector: np.ndarray | None, script_ids: list[str], follows: bool) -> dict[str, str]:
    """For each of these scripts, the pushback that the text is nearest to, if it is near enough: script id → the pushback's quote.
    For a follow-up only the best script counts, so that one answer comes first."""
    if vector is None or not script_ids:
        return {}
    best: dict[str, tuple[float, str]] = {}
    for passage, cosine in search.pushbacks_near(vector, script_ids):
        if cosine >= (SAME_FOLLOWING if follows else SAME) and cosine > best.get(passage.script_id, (0.0, ""))[0]:
            best[passage.script_id] = (cosine, passage.text)
    ordered = sorted(best, key=lambda name: -best[name][0])
    return {name: best[name][1] for name in (ordered[:1] if follows else ordered)}
