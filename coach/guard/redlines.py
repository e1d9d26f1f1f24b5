"""Red lines: what no line may say, whoever wrote it. Run over every spoken line of the library and every line about to be shown.

The rules are those of the safety reference (R1 to R12, section 6), written out in redlines.yaml. 988 and 911 are exempt from every number check.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from coach.guard.folding import INVISIBLE
from coach.guard.matcher import Matcher, load, make_rule, read
from coach.guard.phrases import NUMBER_WORDS, Language
from coach.guard.sense import WILL_NOT, denied

EXEMPT = frozenset({"988", "911"})
MARKS = frozenset("…–—‘’“”•")
DIGITS = re.compile(r"(?<![\w.])\d[\d.,/:-]*")
SCALE = re.compile(
    r"(?:\b(?:from|scale of|between)\s+)?\b(?:0|1|zero|one)\s*(?:to|-|–|and|through)\s*(?:10|ten)\b|\bout of (?:10|ten)\b|\b10-point\b|\b(?:10|ten) (?:being|means|is the)\b|\bpress 1\b",
    re.I,
)
LINK = re.compile(r"https?:|www\.|\b[\w-]+\.(?:com|org|net|gov|edu|io)\b|\S@\S", re.I)
MARKUP = re.compile(r"<\s*/?\s*[a-z!][^>]*>|!\[|\]\(|`|\*\*|^#{1,6} |^\s*[-*] |&[a-z]+;|\|.*\|", re.I)
NUMBER = re.compile(rf"\d[\d.]*|\b(?:{NUMBER_WORDS})\b", re.I)


@dataclass(frozen=True, slots=True)
class Finding:
    """A red line crossed: the rule, what is wrong with what to do about it, the source of the rule."""

    rule: str
    what: str
    source: str


def check_line(text: str, *, scenario: str = "", superseded: Iterable[Mapping[str, str]] = ()) -> list[Finding]:
    """What is wrong with one line; empty when nothing is. Never raises on any text.

    Numbers that stand in `scenario` are allowed. `superseded` are entries of corpus/sources.yaml (`says`, a pattern; `because`).
    The caller leaves out patients' quotations and what stands under "Do not say"."""
    found: dict[tuple[str, str], Finding] = {}
    for finding in (*_spoken(text, scenario), *_numbers(text, scenario), *_form(text), *_superseded(text, superseded)):
        found.setdefault((finding.rule, finding.what), finding)
    return list(found.values())


def _spoken(text: str, scenario: str) -> Iterable[Finding]:
    known = _known_numbers(scenario)
    for hit in _matcher().hits(read(text)):
        fields, sentence = hit.rule.more, hit.sentence.text
        if fields.get("deniable") and denied(sentence, hit.start, hit.end, WILL_NOT):
            continue
        if fields.get("numbers"):
            numbers = {word.lower() for word in NUMBER.findall(sentence[hit.start : hit.end])}
            if numbers and numbers <= known:
                continue
        yield Finding(fields["rule"], fields["what"], fields["source"])


def _numbers(text: str, scenario: str) -> Iterable[Finding]:
    """Any other number in digits that nobody gave: only a scale from 0 to 10 and the two emergency numbers may stand in a line."""
    known = _known_numbers(scenario)
    for match in DIGITS.finditer(SCALE.sub(" ", text)):
        number = match[0].rstrip(".,/:-")
        if number not in EXEMPT and number not in known:
            yield Finding("R3", "A number stands here that is not in the scenario. Take it out, or write it as a word if it is no dose.", "safety rules R3")


def _form(text: str) -> Iterable[Finding]:
    """Links, markup, invisible characters, look-alike letters: ways in for what nobody wrote."""
    if LINK.search(text):
        yield Finding("form", "A link or address stands here. A line is spoken: take it out.", "verify")
    if MARKUP.search(text):
        yield Finding("form", "Markup stands here. Write plain words.", "verify")
    if INVISIBLE.search(text) or any(ord(letter) < 32 and letter not in "\n\t" for letter in text):
        yield Finding("form", "An invisible character stands here. Type the line anew.", "verify")
    if not text.isascii() and any(letter > "\u024f" and letter not in MARKS for letter in text):
        yield Finding("form", "A letter of another script stands here. Type the line anew in plain letters.", "verify")


def _superseded(text: str, superseded: Iterable[Mapping[str, str]]) -> Iterable[Finding]:
    for claim in superseded:
        if _pattern(claim["says"]).search(text):
            yield Finding("superseded", f"This claim is out of date. {claim['because']}", "corpus/sources.yaml")


@lru_cache(maxsize=64)
def _pattern(says: str) -> re.Pattern[str]:
    return re.compile(says, re.I)


def _known_numbers(scenario: str) -> set[str]:
    return {number.lower().rstrip(".") for number in NUMBER.findall(scenario)} | EXEMPT if scenario else set(EXEMPT)


@lru_cache(maxsize=1)
def _matcher() -> Matcher:
    data = load("redlines.yaml")
    language = Language(data["lists"])
    return Matcher(make_rule(fields["rule"], fields, language) for fields in data["rules"])
