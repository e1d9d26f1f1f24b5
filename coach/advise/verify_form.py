"""The form of a rewrite, before its words: characters, marks, layout. What the line itself has, the rewrite may have. Pure."""

import re
from collections import Counter
from collections.abc import Iterator

from coach.guard.folding import INVISIBLE

PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ,.?';:-’‘–—")
MARKUP = frozenset("*_`#<>[]{}|~\\^=@/&$+%")
QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})
LABEL = re.compile(r"^\s*(?:[-–—•*>]|[A-Za-z]+(?: [a-z]+)?:)")
WORD = re.compile(r"[A-Za-z]{2,}")


def form_problems(source: str, text: str, scenario: str) -> Iterator[tuple[str, str]]:
    """(rule, what is wrong) of everything that a line does not have in its form and the rewrite has."""
    if not text.strip():
        yield "empty", "Nothing is left of the line."
        return
    there = frozenset(source)
    latin = {letter for letter in scenario[:50_000] if letter.isalpha() and letter <= "\u024f"}
    yield from dict.fromkeys(filter(None, (_strange(letter) for letter in sorted(set(text) - there - PLAIN - latin))))
    if text.translate(QUOTES).count('"') > source.translate(QUOTES).count('"') or (_wrapped(text) and not _wrapped(source)):
        yield "quotation marks", "Quotation marks were added."
    if text.count("!") > source.count("!") or text.count("...") + text.count("…") > source.count("...") + source.count("…"):
        yield "mark", "An exclamation mark or an ellipsis was added."
    if "--" in text and "--" not in source:
        yield "markup", "Markup was added."
    if LABEL.match(text) and not LABEL.match(source):
        yield "leftover", "A bullet or a label stands in front of the line."
    loud = Counter(word for word in WORD.findall(text) if word.isupper())
    if loud - Counter(WORD.findall(source)) - Counter(dict.fromkeys(WORD.findall(scenario[:50_000]), len(text))):
        yield "capitals", "A word was put in capitals."


def _strange(letter: str) -> tuple[str, str] | None:
    if INVISIBLE.match(letter) or not letter.isprintable():
        return "invisible character", "An invisible or control character, or a new line, was added."
    if letter in MARKUP:
        return "markup", "Markup or a sign that is not spoken was added."
    if letter.translate(QUOTES) == '"' or letter in "!…":
        return None  # counted
    if letter.isalpha() or letter.isnumeric():
        return "foreign character", "A letter or number of another script was added."
    return "mark", "A mark was added that the line does not have."


def _wrapped(text: str) -> bool:
    plain = text.strip().translate(QUOTES)
    return len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "\"'"
