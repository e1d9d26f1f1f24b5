"""A scenario read once: its words in small letters, where each stands in the text, and for each whether it is denied, only supposed, and about whom.

Everything here takes time in proportion to the text. Only the first 40,000 characters are read: a longer text is no scenario.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

MOST_CHARACTERS = 40_000
MASK = "¤"

TOKEN = re.compile(
    r"\[[^\[\]\n]{0,40}\]"  # a masked piece: [name], [date]
    r"|\bw/o\b|\bw/|\bb/c\b|\bf/u\b|\bs/p\b|\br/o\b"
    r"|\d+(?:[.,/]\d+)+"
    r"|(?:\b[A-Za-z]\.){2,}"
    r"|[^\W_]+(?:['’][^\W_]+|-[^\W_]+|'(?=\s))*"
    r"|\n+|[.!?;]+|[,:()/\"“”‘’'&+×~#–—-]"
)
BREAKS = frozenset(".!?;\n")
SHORT = {
    "w/o": "without", "w/": "with", "b/c": "because", "f/u": "follow-up", "s/p": "s/p", "r/o": "r/o", "y.o.": "yo", "&": "and", "+": "and", "×": "x",
    "“": '"', "”": '"', "‘": "'", "’": "'", "(": ",", ")": ",", "–": ",", "—": ",", "-": ",",
    "cant": "can't", "cannot": "can't", "dont": "don't", "doesnt": "doesn't", "didnt": "didn't", "wont": "won't", "isnt": "isn't", "arent": "aren't",
    "wasnt": "wasn't", "hasnt": "hasn't", "havent": "haven't", "couldnt": "couldn't", "wouldnt": "wouldn't", "shouldnt": "shouldn't",
    "hes": "he's", "shes": "she's", "im": "i'm", "ive": "i've", "theyre": "they're", "thats": "that's", "patients'": "patient's", "pt's": "patient's", "pts": "patient's",
}  # fmt: skip
ABBREVIATED = frozenset("dr mr mrs ms yrs yr mos mo wks wk vs approx appt hx".split())
TITLES = frozenset("dr mr mrs ms".split())
THERAPY_BEFORE = frozenset("tried tries failed did done does refuses refused declines declined start started to".split())

PATIENT = frozenset("he she they he's she's they're he'd she'd he'll she'll they'll patient lady guy man woman gentleman".split())
CLINICIAN = frozenset("i i'm i've i'd i'll we we're we've we'd we'll".split())
KIN = frozenset(
    "wife husband spouse girlfriend boyfriend fiance fiancee mother mom mum father dad parents daughter son sister brother daughters sons sisters brothers "
    "grandmother grandfather aunt uncle cousin niece nephew friend neighbor roommate family stepson stepdaughter mother-in-law ex ex-wife ex-husband".split()
)
OTHERS = KIN | frozenset("doctor dr nurse pharmacist pcp surgeon colleague specialist resident provider dentist insurer psychiatrist boss caseworker landlord ma".split())
NOT_SUBJECT_AFTER = frozenset("with to by from of for at on and than without about like see visit lost tells told asked hits".split())

NEGATORS = frozenset("no not never denies denied denying without none neither nor isn't aren't wasn't weren't doesn't don't didn't hasn't haven't hadn't won't wouldn't ain't negative".split())
LIST_NEGATORS = frozenset("no denies denied denying without neither nor negative".split())
NOT_NEGATING = frozenset("doubt sure only just question wonder surprised know certain matter idea understand clear".split())
CLAUSE_BREAKS = frozenset(". but however though although yet because so still now wants want : \"".split())
AFTER_COMMA_BREAKS = (
    PATIENT | CLINICIAN | KIN | frozenset("on takes taking take lives wants says said has had is was are came works worked asks asking afraid scared terrified loves misses used "
    "just only now still his her my our and-he needs keeps gets got ran calls called won't can't doesn't tried failed yells angry very but then chronic prescribed been".split())
)
SUPPOSING = frozenset("if unless prevent avoid screen screening r/o suppose supposing".split())
SUPPOSING_PAIRS = frozenset({("in", "case"), ("risk", "of"), ("rule", "out"), ("at", "risk"), ("signs", "of"), ("might", "be")})
ASKING = frozenset("sure wonder wondering tell know ask asks asked asking see knows worried".split())


@dataclass(frozen=True, slots=True)
class Reading:
    """Words (small letters, `.` for an end of sentence, `¤` for a masked piece) with their places; one entry a word in each list."""

    text: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    places: list[int]  # where each word starts in `line`
    line: str  # the words, a space after each: what patterns are matched on
    sentence: list[int]  # the first word of its sentence
    denied: list[bool]
    supposed: list[bool]
    subject: list[str]  # who acts just before this word in its sentence: patient, clinician, other, or nobody ("")

    def at(self, place: int) -> int:
        """The word that starts at this place of `line`."""
        return bisect_right(self.places, place) - 1

    def span(self, first: int, end: int) -> str:
        """The text from word `first` up to, not with, word `end`: letter for letter."""
        return self.text[self.starts[first] : self.ends[end - 1]] if first < end else ""

    def before(self, at: int, how_many: int) -> list[str]:
        """Up to `how_many` words before `at`, in the same sentence."""
        return self.words[max(self.sentence[at], at - how_many) : at]

    def sentence_end(self, at: int) -> int:
        """The index of the `.` that ends the sentence of word `at`, or the number of words."""
        try:
            return self.words.index(".", at)
        except ValueError:
            return len(self.words)


def read(text: str) -> Reading:
    """Reads the text. Never raises."""
    text = text[:MOST_CHARACTERS]
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in TOKEN.finditer(text):
        word = _normal(match[0], words)
        if word:
            words.append(word)
            starts.append(match.start())
            ends.append(match.end())
    places, total = [], 0
    for word in words:
        places.append(total)
        total += len(word) + 1
    denied, supposed, subject, sentence = _aspects(words)
    return Reading(text, words, starts, ends, places, "".join(word + " " for word in words), sentence, denied, supposed, subject)


def _normal(raw: str, before: list[str]) -> str:
    """The word as it is matched, or "" for a full stop that only ends an abbreviation."""
    if raw[0] == "[":
        return MASK
    if raw[0] in BREAKS:
        return "" if raw == "." and before and before[-1] in ABBREVIATED else "."
    word = raw.lower().replace("’", "'") if len(raw) > 1 else raw.lower()
    word = SHORT.get(word, word)
    if word == "pt":
        therapy = raw == "PT" or (before and (before[-1] in THERAPY_BEFORE or (before[-1] == "and" and not THERAPY_BEFORE.isdisjoint(before[-7:]))))
        return "pt" if therapy else "patient"
    return word


def _aspects(words: list[str]) -> tuple[list[bool], list[bool], list[str], list[int]]:
    """One pass over the words. A denial reaches six words (a list after "no" or "denies": twelve) or to where the clause breaks."""
    denied, supposed, subject, sentence = [], [], [], []
    deny_until, suppose_until, listing, who, first = -1, -1, False, "", 0
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else "."
        if at <= deny_until and (word in CLAUSE_BREAKS or (word == "," and (not listing or following in AFTER_COMMA_BREAKS)) or (word == "and" and following in AFTER_COMMA_BREAKS)):
            deny_until = -1
        if word in (".", ",", "but", "then"):
            suppose_until = -1
        denied.append(at <= deny_until)
        supposed.append(at <= suppose_until)
        subject.append(who)
        sentence.append(first)
        if word in NEGATORS and following not in NOT_NEGATING and not (word == "not" and at and words[at - 1] in ("or", "why")):
            listing = word in LIST_NEGATORS
            deny_until = at + (12 if listing else 6)
        if (word in SUPPOSING and not (at and words[at - 1] in ASKING)) or (word, following) in SUPPOSING_PAIRS:
            suppose_until = at + 8
        if word == ".":
            who, first = "", at + 1
        else:
            who = _who(word, words[at - 1] if at else ".", who)
    return denied, supposed, subject, sentence


def _who(word: str, before: str, who: str) -> str:
    if word in PATIENT:
        return "patient"
    if word in CLINICIAN:
        return "clinician"
    if word in OTHERS and before not in NOT_SUBJECT_AFTER:
        return "other"
    return who
