"""The small language in which the guard's rules are written, so that a clinician can read and mend them.

    (kill|hurt) (himself|herself)      one of these words, then one of those
    give* away                         give, gives, giving …
    point ... living                   up to five words between
    (no|not) <self> really? #          a named list; an optional word; any number, in digits or words

Capitals, apostrophes and commas do not matter: "doesn't" and "doesnt" are one word. Pure: reads no file.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, cached_property

NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty"
    "|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand"
)
UNIT = "mgs?|mcgs?|m?l|d|days?|w|wks?|h|hrs?|mo|yrs?|tabs?|pills?|x|th|st|nd|rd"  # written together with its number: "120mg", "x5d"
NUMBER = rf"(?:\d[\d.]*|{NUMBER_WORDS})"
WORD = r"[a-z0-9.%]+"
GAP = rf"(?:(?: ,)* {WORD}){{0,5}}?"
PIECE = re.compile(r"\(|\)\??|\||\.\.\.|[^\s()|]+")
# Words too common to look a rule up by.
COMMON = frozenset(
    "a an the and or but to of in on at for with from by he she they it his her their him them i me my you your we us is are was were be been has have had"  # noqa: SIM905 - a list of words reads best as words
    " do does did not no dont doesnt didnt wont cant will would can could this that these those what how if so all any some more than up out off get got go"
    " going just want wants wanted say says said her herself himself name pt patient when who there as too day days week weeks month months year years %"
    # common in this clinic's notes
    " pain pills pill dose doses medicine medication meds oxycodone opioid opioids patient visit clinic doctor taper refill back about after before since over then first last new"
    " never now today very really tell told ask asked take takes took use uses using keep keeps like feel feels make makes come comes give help old".split()
)


class Phrase:
    """One phrase, ready to search a sentence of `Reading`. `anchors` are words of which one must stand in any match ('word*' for a beginning)."""

    def __init__(self, written: str, body: str, anchors: frozenset[str], needs: tuple[frozenset[str], ...]):
        self.written, self.body, self.anchors = written, body, anchors
        self.needs = needs  # of each of these sets a word must stand in the sentence: cheaper to ask than the pattern

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Made when first needed: most phrases are never tried."""
        return re.compile(r"(?= )" + self.body + r"(?= |$)")  # each match begins with a blank: saves trying elsewhere


@cache
def any_of(phrases: tuple[Phrase, ...]) -> re.Pattern[str]:
    """One pattern for whichever of these phrases stands first."""
    return re.compile(r"(?= )(?:" + "|".join(dict.fromkeys(phrase.body for phrase in phrases)) + r")(?= |$)")


def compile_phrase(written: str, lists: Mapping[str, Sequence[str] | str] | None = None) -> Phrase:
    """The phrase as a pattern. A list may name one that comes after it. Raises ValueError when it cannot be read or could match anything."""
    text = _with_lists(written, lists)
    pieces = PIECE.findall(text)
    needs: list[set[str]] = []
    body, anchors, left = _sequence(pieces, needs)
    if left or "<" in text or not anchors:
        raise ValueError(f"this phrase cannot be read: {written}")
    return Phrase(written, body, frozenset(anchors), tuple(frozenset(words) for words in needs if words != anchors))


def parts(written: str, lists: Mapping[str, Sequence[str] | str] | None = None) -> list[str]:
    """A phrase that is nothing but a choice, as its alternatives: each is then looked up by a word of its own. Any other phrase alone."""
    text = _with_lists(written, lists)
    pieces = PIECE.findall(text)
    if len(pieces) < 3 or pieces[0] != "(" or pieces[-1] != ")":
        return [text]
    found, depth = [[]], 0  # type: list[list[str]], int
    for piece in pieces[1:-1]:
        depth += (piece == "(") - piece.startswith(")")
        if depth < 0:
            return [text]  # "(a|b) (c|d)": two choices, one after the other
        if piece == "|" and depth == 0:
            found.append([])
        else:
            found[-1].append(piece)
    return [inner for alternative in found if alternative for inner in parts(" ".join(alternative))]


def _with_lists(written: str, lists: Mapping[str, Sequence[str] | str] | None) -> str:
    text = written.lower().replace("'", "").replace("’", "")
    for name, words in (lists or {}).items():
        if f"<{name}>" in text:
            text = text.replace(f"<{name}>", ("(" + ("|".join(words) if not isinstance(words, str) else words) + ")").replace("'", ""))
    return text


def _sequence(pieces: list[str], needs: list[set[str]] | None = None) -> tuple[str, set[str], list[str]]:
    """Read words up to a bar, a closing bracket or the end: their pattern, their best anchors, what is left to read."""
    body, best = "", set[str]()
    while pieces and pieces[0] != "|" and not pieces[0].startswith(")"):
        piece, pieces = pieces[0], pieces[1:]
        found: set[str] = set()
        if piece == "(":
            part, found, optional, pieces = _choice(pieces)
            body += f"(?:{part})?" if optional else f"(?:{part})"
            found = set() if optional else found
        elif piece == "...":
            body += GAP
        elif piece == "#":
            body += rf"(?: ,)* x?{NUMBER}(?:{UNIT})?(?= |$)"
        elif piece.endswith("?"):
            body += rf"(?:(?: ,)* {re.escape(piece[:-1])}(?= |$))?"
        elif piece.endswith("*"):
            body += rf"(?: ,)* {re.escape(piece[:-1])}[a-z0-9.]*(?= |$)"
            found = {piece}
        else:
            body += rf"(?: ,)* {re.escape(piece)}(?= |$)"
            found = {piece}
        if found and needs is not None and not any(word.endswith("*") for word in found):
            needs.append(found)
        if found and (not best or _rarity(found) > _rarity(best)):
            best = found
    return body, best, pieces


def _choice(pieces: list[str]) -> tuple[str, set[str], bool, list[str]]:
    bodies, anchors, known = [], set[str](), True
    while True:
        body, found, pieces = _sequence(pieces)
        bodies.append(body)
        anchors |= found
        known = known and bool(found)
        if not pieces:
            raise ValueError("a bracket is not closed")
        mark, pieces = pieces[0], pieces[1:]
        if mark != "|":
            return either(bodies), anchors if known else set(), mark == ")?", pieces


PLAIN = re.compile(r"\(\?: ,\)\* ([a-z0-9]+)\(\?= \|\$\)")  # what `_sequence` makes of one plain word


def either(bodies: Sequence[str]) -> str:
    """One pattern for any of these, in their order of preference as long as it matters: plain words are put together by their first letters,
    since a long row of alternatives is tried one by one, and a word either stands there or does not."""
    words = [match[1] for body in bodies if (match := PLAIN.fullmatch(body))]
    if len(words) < 4:
        return "|".join(bodies)
    rest = [body for body in bodies if not PLAIN.fullmatch(body)]
    return "|".join([*rest, rf"(?: ,)* (?:{_by_letters(sorted(set(words)))})(?= |$)"])


def _by_letters(words: Sequence[str]) -> str:
    if len(words) <= 2:
        return "|".join(words)
    ends, by_first = "" in words, {}  # type: bool, dict[str, list[str]]
    for word in words:
        if word:
            by_first.setdefault(word[0], []).append(word[1:])
    grown = "|".join(first + (tails[0] if len(tails) == 1 else f"(?:{_by_letters(tails)})") for first, tails in by_first.items())
    return f"(?:{grown})?" if ends else grown


def _rarity(words: set[str]) -> float:
    """How seldom a set of words will be met: the more, the shorter and the commoner, the worse."""
    if not words:
        return -1.0
    return min((0.5 if word.rstrip("*") in COMMON else min(len(word), 8)) for word in words) - 0.02 * len(words)
