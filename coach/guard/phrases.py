"""The small language in which the guard's rules are written, so that a clinician can read and mend them.

    (kill|hurt) (himself|herself)      one of these words, then one of those
    give* away                         give, gives, giving …
    point ... living                   up to five words between
    (no|not) <self> really? #          a named list; an optional word; any number, in digits or words

Capitals, apostrophes and commas do not matter: "doesn't" and "doesnt" are one word. Pure: reads no file.

There are some twenty thousand phrases, and a text tries a few hundred of them: so a phrase is read into pieces at once, which is quick and tells by
which words it may be found, and made into a pattern only when it is first tried. A named list is read once, however many phrases name it.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from operator import attrgetter

from coach.guard.reading import LONGEST_START, Sentence

NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty"
    "|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand"
)
UNIT = "mgs?|mcgs?|m?l|d|days?|w|wks?|h|hrs?|mo|yrs?|tabs?|pills?|x|th|st|nd|rd"  # written together with its number: "120mg", "x5d"
NUMBER = rf"(?:\d[\d.]*|{NUMBER_WORDS})"
WORD = r"[a-z0-9.%]+"
BEFORE = " [ ,]*"  # what stands before each word of a sentence of `Reading`: a blank, and maybe commas
GAP = rf"(?:{BEFORE}{WORD}){{0,5}}?"
TOKEN = re.compile(r"\(|\)\??|\||\.\.\.|<\w+>\??|[^\s()|<]+|<")
# Words too common to look a rule up by.
COMMON = frozenset(
    "a an the and or but to of in on at for with from by he she they it his her their him them i me my you your we us is are was were be been has have had"  # noqa: SIM905 - a list of words reads best as words
    " do does did not no dont doesnt didnt wont cant will would can could this that these those what how if so all any some more than up out off get got go"
    " going just want wants wanted say says said her herself himself name pt patient when who there as too day days week weeks month months year years %"
    # common in this clinic's notes
    " pain pills pill dose doses medicine medication meds oxycodone opioid opioids patient visit clinic doctor taper refill back about after before since over then first last new"
    " never now today very really tell told ask asked take takes took use uses using keep keeps like feel feels make makes come comes give help old".split()
)


class Piece:
    """A part of a phrase. `found` are the words of which one must stand in any match ('word*': a beginning); none where it may be left out or be any word.
    `rarity`: how seldom one of them will be met; `commonest` is that of the commonest alone."""

    found: frozenset[str] = frozenset()
    rarity = commonest = -math.inf
    missing = False  # whether it may match nothing at all

    @property
    def opens(self) -> frozenset[str]:
        """The words that a match (if it is not nothing) may begin with; none where it may be any word."""
        raise NotImplementedError

    @property
    def body(self) -> str:
        """Its pattern."""
        raise NotImplementedError


class Word(Piece):
    """A word, a beginning of one, a word that may be missing, a number, or a gap."""

    def __init__(self, written: str):
        self.written, self.missing = written, written[-1] == "?" or written == "..."
        if len(written) > LONGEST_START and written[-1] == "*":
            raise ValueError(f"this beginning is too long: {written}")
        if written != "#" and not self.missing:
            self.found = frozenset((written,))
            self.commonest = 0.5 if written.rstrip("*") in COMMON else min(len(written), 8)
            self.rarity = self.commonest - MANY

    @property
    def opens(self) -> frozenset[str]:
        return frozenset((self.written[:-1],)) if self.written[-1] == "?" else self.found

    @property
    def body(self) -> str:
        written = self.written
        if written == "...":
            return GAP
        if written == "#":
            return rf"{BEFORE}x?{NUMBER}(?:{UNIT})?(?= |$)"
        if written[-1] == "?":
            return rf"(?:{BEFORE}{re.escape(written[:-1])}(?= |$))?"
        if written[-1] == "*":
            return rf"{BEFORE}{re.escape(written[:-1])}[a-z0-9.]*(?= |$)"
        return rf"{BEFORE}{re.escape(written)}(?= |$)"


_word = cache(Word)  # the same word stands in many phrases


class Row(Piece):
    """Pieces one after the other. It is looked up by the rarest of them, the first of several."""

    def __init__(self, pieces: Sequence[Piece]):
        self.pieces, self.missing = pieces, all(map(MISSING, pieces))
        if pieces:
            best = max(pieces, key=RARITY)
            self.found, self.rarity, self.commonest = best.found, best.rarity, best.commonest

    @property
    def opens(self) -> frozenset[str]:
        found = frozenset[str]()
        for piece in self.pieces:
            if not piece.opens:
                return frozenset()
            found |= piece.opens
            if not piece.missing:
                break
        return found

    @property
    def body(self) -> str:
        return "".join([piece.body for piece in self.pieces])


class Choice(Piece):
    """One of several pieces."""

    def __init__(self, choices: Sequence[Piece], optional: bool):
        self.choices, self.optional, self.missing = choices, optional, optional or any(map(MISSING, choices))
        every = [piece.found for piece in choices]
        if not optional and all(every):
            self.found = frozenset().union(*every)
            self.commonest = min(map(COMMONEST, choices))
            self.rarity = self.commonest - MANY * len(self.found)

    @cached_property
    def opens(self) -> frozenset[str]:  # type: ignore[override]
        every = [piece.opens for piece in self.choices]
        return frozenset().union(*every) if all(every) else frozenset()  # NOTHING has none

    @cached_property
    def body(self) -> str:  # type: ignore[override]
        return f"(?:{either([piece.body for piece in self.choices])})" + ("?" if self.optional else "")

    def parts(self) -> Iterator[Piece]:
        """Each piece; of one that is itself nothing but a choice, its parts."""
        for piece in self.choices:
            if isinstance(piece, Choice) and not piece.optional:
                yield from piece.parts()
            elif piece is not NOTHING:
                yield piece


MANY = 0.02  # how much commoner a set of words is by each word in it
RARITY, COMMONEST, MISSING = attrgetter("rarity"), attrgetter("commonest"), attrgetter("missing")
NOTHING = Row(())


class Phrase:
    """One phrase, ready to search a sentence of `Reading`. `anchors` are words of which one must stand in any match ('word*' for a beginning)."""

    def __init__(self, piece: Piece, written: str):
        if not piece.found:
            raise ValueError(f"this phrase cannot be read: {written}")
        self.piece, self.anchors = piece, piece.found

    @cached_property
    def needs(self) -> tuple[frozenset[str], ...]:
        """Of each of these sets, beside the anchors, a word must stand in the sentence ('word*': one that begins so): cheaper to ask than the pattern."""
        return tuple(piece.found for piece in self.piece.pieces if piece.found and piece.found != self.anchors) if isinstance(self.piece, Row) else ()

    @property
    def starts(self) -> Iterator[str]:
        """The beginnings of words that it is looked up by or needs ("taper" of "taper*")."""
        return (word[:-1] for words in (self.anchors, *self.needs) for word in words if word[-1] == "*")

    def may_stand_among(self, words: set[str]) -> bool:
        """Whether these are all the words it cannot do without, as far as that shows. Beginnings that some word has stand among them as 'word*'."""
        for need in self.needs:  # noqa: SIM110 (a generator costs time: this runs a thousand times a text)
            if need.isdisjoint(words):
                return False
        return True

    @cached_property
    def _opens(self) -> tuple[frozenset[str], list[str]] | None:
        """The words, and the beginnings of words, that a match may begin with. None: any."""
        opens = self.piece.opens
        return (frozenset(word for word in opens if word[-1] != "*"), [word[:-1] for word in opens if word[-1] == "*"]) if opens else None

    def matches(self, sentence: Sentence) -> Iterator[tuple[int, int]]:
        """Where it stands in the sentence's text: first and last (not included) character, from left to right, none over another."""
        text, after = sentence.text, 0
        if self._opens is None:
            yield from (match.span() for match in self.pattern.finditer(text))
            return
        for at in sentence.places(*self._opens):  # much faster than to let the pattern try everywhere
            while at > after + 1 and text.startswith(" ,", at - 2):
                at -= 2
            if at >= after and (match := self.pattern.match(text, at)):
                after = match.end()
                yield at, after

    def stands_in(self, sentence: Sentence, start: int, end: int, cut: Sequence[int] = ()) -> bool:
        """Whether it stands between these characters of the sentence's text, as if there were no others. `cut`: where the word begins that `end` cuts in two."""
        text = sentence.text
        if self._opens is None:
            return self.pattern.search(text, start, end) is not None
        return any(start <= at < end and self.pattern.match(text, at, end) for at in (*sentence.places(*self._opens), *cut))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Made when first needed: most phrases are never tried."""
        return re.compile(self.piece.body + r"(?= |$)")


class Language:
    """Reads phrases with a set of named lists. A list may name others."""

    def __init__(self, lists: Mapping[str, Sequence[str] | str] | None = None):
        self.lists = lists or {}
        self._known: dict[str, Piece] = {}

    def phrase(self, written: str) -> Phrase:
        """Raises ValueError when the phrase cannot be read or could match anything."""
        return Phrase(self._read(_plain(written)), written)

    def parts(self, written: str) -> list[Phrase]:
        """A phrase that is nothing but a choice, as its alternatives: each is then looked up by a word of its own. Any other phrase alone. Raises as `phrase`."""
        piece = self._read(_plain(written))
        parts = list(piece.parts()) if isinstance(piece, Choice) and not piece.optional else []
        return [Phrase(part, written) for part in parts or [piece]]

    def _read(self, text: str, inside: tuple[str, ...] = ()) -> Piece:
        """`inside`: the lists that are being read, of which this text is a part."""
        pieces, choices, outside = list[Piece](), list[Piece](), list[tuple[list[Piece], list[Piece]]]()
        for one in TOKEN.findall(text):
            first = one[0]
            if first == "(":
                outside.append((pieces, choices))
                pieces, choices = [], []
            elif outside and (first == "|" or first == ")"):
                choices.append(pieces[0] if len(pieces) == 1 else Row(pieces) if pieces else NOTHING)
                pieces = []
                if first == ")":
                    choice = Choice(choices, one == ")?")
                    pieces, choices = outside.pop()
                    pieces.append(choice)
            elif first in "|)":
                raise ValueError(f"this phrase cannot be read: {text}")
            else:
                pieces.append(self._list(one, inside) if first == "<" else _word(one))
        if outside:
            raise ValueError(f"a bracket is not closed: {text}")
        return pieces[0] if len(pieces) == 1 else Row(pieces)

    def _list(self, written: str, inside: tuple[str, ...]) -> Piece:
        """What `<name>` stands for, or `<name>?`."""
        if written not in self._known:
            name = written.strip("<>?")
            if name not in self.lists or name in inside:  # a list that names itself has no end
                raise ValueError(f"this phrase cannot be read, for there is no list {written}")
            words = self.lists[name]
            text = (words if isinstance(words, str) else "|".join(words)).replace("'", "")
            self._known[written] = self._read(f"({text}){written[len(name) + 2 :]}", (*inside, name))
        return self._known[written]


def _plain(written: str) -> str:
    return written.lower().replace("'", "").replace("’", "")


PLAIN = re.compile(re.escape(BEFORE) + r"([a-z0-9]+)\(\?= \|\$\)")  # the pattern of one plain word


def either(bodies: Sequence[str]) -> str:
    """One pattern for any of these, in their order of preference as long as it matters: plain words are put together by their first letters,
    since a long row of alternatives is tried one by one, and a word either stands there or does not."""
    words = [match[1] for body in bodies if (match := PLAIN.fullmatch(body))]
    if len(words) < 4:
        return "|".join(bodies)
    rest = [body for body in bodies if not PLAIN.fullmatch(body)]
    return "|".join([*rest, rf"{BEFORE}(?:{_by_letters(sorted(set(words)))})(?= |$)"])


def _by_letters(words: Sequence[str]) -> str:
    if len(words) <= 2:
        return "|".join(words)
    ends, by_first = "" in words, {}  # type: bool, dict[str, list[str]]
    for word in words:
        if word:
            by_first.setdefault(word[0], []).append(word[1:])
    grown = "|".join(first + (tails[0] if len(tails) == 1 else f"(?:{_by_letters(tails)})") for first, tails in by_first.items())
    return f"(?:{grown})?" if ends else grown
