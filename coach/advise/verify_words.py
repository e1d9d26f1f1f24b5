"""The words verify.py compares: a text read word by word, contractions opened, inflections folded; and its word lists. Pure."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from coach.advise.lexicon import SAFE, default_lexicon
from coach.advise.wordsets import word_set

HERE = Path(__file__).resolve().parent
WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
CURLY = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"'})
IS_AFTER = word_set("it that this what here there who where how when why everything nothing something everyone everybody nobody he she")
ENDINGS = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would"}
WHOLE = {
    "won't": "will not", "can't": "can not", "cannot": "can not", "shan't": "shall not", "let's": "let us", "ain't": "is not", "gonna": "going to",
    "dont": "do not", "cant": "can not", "wont": "will not", "doesnt": "does not", "didnt": "did not", "isnt": "is not", "wasnt": "was not", "couldnt": "could not", "wouldnt": "would not",
    "hes": "he is", "shes": "she is", "thats": "that is", "im": "i am", "ive": "i have", "youre": "you are", "theyre": "they are",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """One word after contractions are opened. `raw` as written, `sentence` counted from 0, `opens` when a mark or nothing stands before it,
    `quoted` inside quotation marks."""

    word: str
    raw: str
    sentence: int
    opens: bool
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A text read: its words, and of each sentence the mark that ends it and how many words as written it has."""

    tokens: tuple[Token, ...]
    marks: tuple[str, ...]
    lengths: tuple[int, ...]
    tail: str = ""  # what stands after the last word: its mark, and a quotation mark that closes

    @property
    def words(self) -> list[str]:
        return [token.word for token in self.tokens]


@dataclass(frozen=True)
class Words:
    """The lists of verify.yaml, and every medicine of the lexicon."""

    connecting: frozenset[str]
    strict: dict[str, str]  # word -> its class
    with_what_follows: frozenset[str]
    kept: frozenset[str]
    replaceable: frozenset[str]
    decision: frozenset[str]
    first: frozenset[str]
    second: frozenset[str]
    third: frozenset[str]
    as_often: tuple[tuple[str, ...], ...]
    numbers: frozenset[str]
    units: frozenset[str]
    durations: frozenset[str]
    sets_a_date: frozenset[str]
    medicines: frozenset[str]
    about_medicine: frozenset[str]
    as_said: "re.Pattern[str]"
    never: "re.Pattern[str]"
    irregular: dict[str, str]  # inflected form -> base
    guesses: tuple[tuple[str, ...], ...]
    leftover: tuple[tuple[str, ...], ...]

    @property
    def persons(self) -> frozenset[str]:
        return self.first | self.second


@cache
def verify_words() -> Words:
    """The lists. Raises OSError, yaml.YAMLError or KeyError: a broken installation, not a broken request."""
    raw: dict[str, Any] = yaml.load((HERE / "verify.yaml").read_text(encoding="utf-8"), Loader=SAFE)  # noqa: S506

    def phrases(key: str) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(phrase.split()) for phrase in raw[key].split("|"))

    def pattern(key: str) -> "re.Pattern[str]":
        return re.compile("|".join(re.escape(word.rstrip("*")) + ("[a-z]*" if word.endswith("*") else "") for word in raw[key].split()))

    medicines = word_set(raw["medicines"]) | _lexicon_medicines()
    return Words(
        connecting=word_set(raw["connecting"]), strict={word: name for name, members in raw["strict"].items() for word in members.split()}, with_what_follows=word_set(raw["with_what_follows"]),
        kept=word_set(raw["kept"]) | medicines, replaceable=word_set(raw["replaceable"]), decision=word_set(raw["decision"]), first=word_set(raw["first_person"]), second=word_set(raw["second_person"]), third=word_set(raw["third_person"]),
        as_often=phrases("as_often"), numbers=word_set(raw["numbers"]), units=word_set(raw["units"]), durations=word_set(raw["durations"]), sets_a_date=word_set(raw["sets_a_date"]),
        medicines=medicines, about_medicine=medicines | word_set(raw["about_medicine"]), irregular={form: word for word, forms in raw["irregular"].items() for form in forms.split()}, as_said=pattern("as_said"), never=pattern("never_added"), guesses=phrases("guesses"), leftover=phrases("leftover"),
    )  # fmt: skip


def _lexicon_medicines() -> frozenset[str]:
    """Every one-word name of an opioid or a sedative that the lexicon knows, but for short forms that are words of their own."""
    lexicon = default_lexicon()
    named = {first for table in (lexicon.opioids, lexicon.sedatives) for first, entries in table.items() if any(len(alias) == 1 for alias, _ in entries)}
    return frozenset(named - word_set("perk perks sub subs"))


def read_text(text: str) -> Text:
    """The text read word by word. Never raises."""
    text = text.translate(CURLY)
    tokens: list[Token] = []
    marks: list[str] = []
    lengths: list[int] = []
    last, sentence, count, fresh = 0, 0, 0, True
    inside, pairs = False, text.count('"') % 2 == 0
    for match in WORD.finditer(text):
        between = text[last : match.start()]
        if count and (end := _end(between)):
            marks.append(end)
            lengths.append(count)
            sentence, count, fresh = sentence + 1, 0, True
        if pairs and between.count('"') % 2:
            inside = not inside
        opens = fresh or any(mark in between for mark in (",", ";", ":", "–", "—", " -"))
        for word in opened(match[0].lower()):
            tokens.append(Token(word, match[0], sentence, opens, inside))
            opens = False
        last, count, fresh = match.end(), count + (between != "-"), False
    if count:
        marks.append(_end(text[last:] + " "))
        lengths.append(count)
    return Text(tuple(tokens), tuple(marks), tuple(lengths), "".join(text[last:].split()))


def _end(between: str) -> str:
    """The mark that ends a sentence between two words, or "". A point or question mark needs white space or a quotation mark after it."""
    found = re.search(r"([.?!…])[\"')\]]*(?:\s|$)", between) or re.search(r"([?!])", between)
    if found and "?" in between:
        return "?"
    return found[1] if found else "." if "\n" in between else ""


def opened(word: str) -> list[str]:
    """A contraction as the words it stands for: don't -> do not; pain's -> pain 's."""
    if word in WHOLE:
        return WHOLE[word].split()
    head, apostrophe, ending = word.rpartition("'")
    if not apostrophe:
        return [word]
    if ending == "t" and head.endswith("n"):
        return [head[:-1], "not"]
    if ending in ENDINGS:
        return [*opened(head), ENDINGS[ending]]
    if ending == "s":
        return [head, "is" if head in IS_AFTER else "'s"]
    return [word]


@cache
def _root(word: str) -> str:
    irregular = verify_words().irregular
    if word in irregular:
        word = irregular[word]
    elif word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes")):
        word = word[:-2]
    elif word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 2 and not word.endswith("eed"):
            word = word[: -len(ending)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    if len(word) > 3 and word[-1] in "ey":
        word = word[:-1] if word[-1] == "e" else word[:-1] + "i"
    return word


def root(word: str) -> str:
    """What the inflections of a word have in common: gardening, gardens, garden. Words longer than any real one are left alone."""
    return _root(word) if len(word) < 30 else word
