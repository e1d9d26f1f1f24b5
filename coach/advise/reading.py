"""A scenario read once: its words in small letters, where each stands in the text, and for each whether it is denied, only supposed, and about whom.

Everything here takes time in proportion to the text. Only the first 20,000 characters are read: a longer text is no scenario.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from coach.advise.wordsets import word_set
from coach.settings import ROOT

MOST_CHARACTERS = 20_000
MASK = "¤"

TOKEN = re.compile(
    r"\[[^\[\]\n]{0,40}\]"  # a masked piece: [name], [date]
    r"|\bw/o\b|\bw/|\bb/c\b|\bf/u\b|\bs/p\b|\br/o\b"
    r"|\d['’] ?\d{1,2}[\"”]?"  # a height: its marks are no quotation
    r"|\d+(?:[.,/]\d+)+"
    r"|(?:\b[A-Za-z]\.){2,}"
    r"|[^\W_]+(?:['’][^\W_]+|-[^\W_]+|'(?=\s))*"
    r"|\n+|[.!?;]+|[,:()/\"“”‘’'&+×~#–—-]"
)
# 'single quotes' around words, which may hold apostrophes: read as "double" ones
SINGLE_QUOTES = re.compile(r"(?<![\w'’])['‘](?=\w)((?:[^'’‘\n]|(?<=\w)['’](?=\w)){4,150})['’](?!\w)")
BREAKS = frozenset(".!?;\n")
SHORT = {
    "w/o": "without", "w/": "with", "b/c": "because", "f/u": "follow-up", "s/p": "s/p", "r/o": "r/o", "y.o.": "yo", "&": "and", "+": "and", "×": "x", "~": "about",
    "“": '"', "”": '"', "‘": "'", "’": "'", "(": ",", ")": ",", "–": ",", "—": ",", "-": ",",
    "cant": "can't", "cannot": "can't", "dont": "don't", "doesnt": "doesn't", "didnt": "didn't", "wont": "won't", "isnt": "isn't", "arent": "aren't",
    "wasnt": "wasn't", "hasnt": "hasn't", "havent": "haven't", "couldnt": "couldn't", "wouldnt": "wouldn't", "shouldnt": "shouldn't",
    "hes": "he's", "shes": "she's", "im": "i'm", "ive": "i've", "theyre": "they're", "thats": "that's", "patients'": "patient's", "pt's": "patient's", "pts": "patient's",
}  # fmt: skip
ABBREVIATED = word_set("dr mr mrs ms yrs yr mos mo wks wk vs approx appt hx")
TITLES = word_set("dr mr mrs ms")
THERAPY_BEFORE = word_set("tried tries failed did done does refuses refused declines declined start started to")

PATIENT = word_set("he she they he's she's they're he'd she'd he'll she'll they'll patient lady guy man woman gentleman")
CLINICIAN = word_set("i i'm i've i'd i'll we we're we've we'd we'll")
KIN = word_set(
    "wife husband spouse girlfriend boyfriend fiance fiancee mother mom mum father dad parents daughter son sister brother daughters sons sisters brothers "
    "grandmother grandfather aunt uncle cousin niece nephew friend neighbor roommate family stepson stepdaughter mother-in-law ex ex-wife ex-husband"
)
OTHERS = KIN | word_set("doctor dr nurse pharmacist pcp surgeon colleague specialist resident provider dentist insurer psychiatrist boss caseworker landlord ma")
NOT_SUBJECT_AFTER = word_set("a an retired former with to by from of for at on and than without about like see visit lost tells told asked hits")

NEGATORS = word_set(
    "no not never denies denied denying without none neither nor isn't aren't wasn't weren't doesn't don't didn't hasn't haven't hadn't won't wouldn't ain't negative"
)
LIST_NEGATORS = word_set("no denies denied denying without neither nor negative")
NOT_NEGATING = word_set("doubt sure only just question wonder surprised know certain matter idea understand clear")
CLAUSE_BREAKS = word_set('. but however though although yet because so still now wants want : "')
AFTER_COMMA_BREAKS = (
    PATIENT
    | CLINICIAN
    | KIN
    | word_set(
        "on takes taking take lives wants says said has had is was are came works worked asks asking afraid scared terrified loves misses used "
        "just only now still his her my our it it's that's there instead needs keeps gets got ran calls called won't can't doesn't tried failed yells angry very but then chronic prescribed been"
    )
)
SUPPOSING = word_set("if unless prevent avoid screen screening r/o suppose supposing")
SUPPOSING_PAIRS = frozenset({("in", "case"), ("risk", "of"), ("rule", "out"), ("at", "risk"), ("signs", "of"), ("might", "be")})
ASKING = word_set("sure wonder wondering tell know ask asks asked asking see knows worried")


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
    stop: list[int]  # the "." that ends its sentence, or the number of words
    quoted: list[bool]  # between quotation marks
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
        return self.stop[at] if at < len(self.stop) else len(self.words)


def read(text: str) -> Reading:
    """Reads the text. Never raises."""
    text = text[:MOST_CHARACTERS]
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in TOKEN.finditer(SINGLE_QUOTES.sub(r'"\1"', text)):  # of the same length
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
    stop, quoted = _stops_and_quotes(words)
    return Reading(text, words, starts, ends, places, "".join(word + " " for word in words), sentence, stop, quoted, denied, supposed, subject)


def _stops_and_quotes(words: list[str]) -> tuple[list[int], list[bool]]:
    stop = [len(words)] * len(words)
    for at in range(len(words) - 1, -1, -1):
        stop[at] = at if words[at] == "." else stop[at + 1] if at + 1 < len(words) else len(words)
    inside, quoted = False, []
    for word in words:
        quoted.append(inside)
        inside ^= word == '"'
    return stop, quoted


@cache
def spelling() -> Mapping[str, str]:
    """{as typed: the word it stands for}, from the lexicon that ships; empty when it cannot be read (load_lexicon says so)."""
    try:
        raw = yaml.load((ROOT / "corpus" / "lexicon.yaml").read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        return {typed: word for word, typings in raw["spelling"].items() for typed in typings}
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError):
        return {}


def _normal(raw: str, before: list[str]) -> str:
    """The word as it is matched, or "" for a full stop that only ends an abbreviation."""
    if raw[0] == "[":
        return MASK
    if raw[0] in BREAKS:
        return "" if raw == "." and before and before[-1] in ABBREVIATED else "."
    word = raw.lower().replace("’", "'") if len(raw) > 1 else raw.lower()
    word = SHORT.get(word, word)
    word = spelling().get(word, word)
    if word == "pt":
        therapy = raw == "PT" or (before and (before[-1] in THERAPY_BEFORE or (before[-1] == "and" and not THERAPY_BEFORE.isdisjoint(before[-7:]))))
        return "pt" if therapy else "patient"
    return word


def _aspects(words: list[str]) -> tuple[list[bool], list[bool], list[str], list[int]]:
    """One pass over the words. A denial reaches six words (a list after "no" or "denies": twelve) or to where the clause breaks."""
    denied, supposed, subject, sentence = [], [], [], []
    deny_until, suppose_until, listing, who, first = -1, -1, False, "", 0
    speaker = ""  # who says "I" between quotation marks: the patient, unless the clinician quotes what they said themselves
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else "."
        if at <= deny_until and (
            word in CLAUSE_BREAKS or (word == "," and (not listing or following in AFTER_COMMA_BREAKS or following == ",")) or (word == "and" and following in AFTER_COMMA_BREAKS)
        ):
            deny_until = -1
        if word in (".", ",", "but", "then"):
            suppose_until = -1
        denied.append(at <= deny_until)
        supposed.append(at <= suppose_until)
        subject.append(who)
        sentence.append(first)
        if word in NEGATORS and following not in NOT_NEGATING and not (word == "not" and at and words[at - 1] in ("or", "why")) and not (word == "no" and following == "to"):
            listing = word in LIST_NEGATORS
            deny_until = at + (12 if listing else 6)
        if (word in SUPPOSING and not (at and words[at - 1] in ASKING)) or (word, following) in SUPPOSING_PAIRS:
            suppose_until = at + 8
        if word == ".":
            who, first = "", at + 1
        elif word == '"':
            speaker = "" if speaker else who or "patient"
        elif speaker and word in CLINICIAN:
            who = speaker
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
    return "" if who == "other" and word == "," and before in ("died", "left") else who  # "since his wife died, not sleeping": he
