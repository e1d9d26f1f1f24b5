"""A scenario as the fact rules see it: read once, with the word lists and the pronoun it uses for the patient."""

import re
from dataclasses import dataclass

from coach.advise.advice import Fact
from coach.advise.lexicon import Lexicon
from coach.advise.person import LONGEST
from coach.advise.reading import OTHERS, Reading, read

GENDERED = {"he": "he", "him": "he", "his": "he", "himself": "he", "he's": "he", "he'd": "he", "he'll": "he",
            "she": "she", "her": "she", "hers": "she", "herself": "she", "she's": "she", "she'd": "she", "she'll": "she"}  # fmt: skip
SEX = {"man": "he", "guy": "he", "gentleman": "he", "male": "he", "woman": "she", "lady": "she", "female": "she", "m": "he", "f": "she", "veteran": ""}
AGED = re.compile(r"^\d{2}(?:[- ]?y\.?o\.?)?([mf])$")
BROKEN = re.compile(r"[\[\]{}|<>\n\r\t¤]")


@dataclass(frozen=True, slots=True)
class Story:
    reading: Reading
    lexicon: Lexicon
    pronoun: str | None

    @property
    def words(self) -> list[str]:
        return self.reading.words

    def word(self, at: int) -> str:
        """The word at `at`, or "." outside the text."""
        return self.reading.words[at] if 0 <= at < len(self.reading.words) else "."

    def own(self, determiner: str) -> bool:
        """Whether his, her, their or patient's means the patient here."""
        return determiner in ("patient's", "their") or (determiner in ("his", "her") and GENDERED[determiner] == (self.pronoun or GENDERED[determiner]))

    def quoted(self, at: int) -> bool:
        """Whether the word stands inside quotation marks of its sentence's text."""
        return self.reading.quoted[at]

    def fact(self, value: str | None, first: int, end: int) -> Fact | None:
        """The fact with its span, or None when the value may not be said."""
        span = self.reading.span(first, end)
        if not value or not span or len(value) > LONGEST or BROKEN.search(value) or BROKEN.search(span):
            return None
        return Fact(value=value, span=span)


def tell(scenario: str, lexicon: Lexicon) -> Story:
    """Reads a scenario. Never raises."""
    reading = read(scenario)
    return Story(reading, lexicon, _pronoun(reading))


def _pronoun(reading: Reading) -> str | None:
    """he, she or they: as a sex is written ("62F", "a 40 year old man"), else the first pronoun that cannot be someone else's."""
    words = reading.words
    seen: list[str] = []
    if "they" in words and "them" in words and "they / them" in reading.line:
        return "they"
    for at, word in enumerate(words):
        if match := AGED.match(word):
            return {"m": "he", "f": "she"}[match[1]]
        before = words[at - 1] if at else ""
        if word in SEX and (
            before in ("yo", "old", "year-old", "y.o")
            or re.match(r"\d+-?(?:yo|year-old)?$", before)
            or (word in ("man", "guy", "gentleman", "woman", "lady") and before in ("this", "the", "elderly", "young", "a", "older"))
        ):
            return SEX[word] or None
        if word in GENDERED:
            another = word in ("he", "she", "he's", "she's") and any(previous in OTHERS for previous in reading.before(at, 12))
            seen.append(GENDERED[word] + ("?" if another else ""))
    sure = [kind for kind in seen if not kind.endswith("?")]
    if sure:
        return sure[0]
    if seen:
        return seen[0][:-1] if len(set(seen)) == 1 else None
    return None
