"""A text read once for all the guard's rules: words, sentences, and which sentences hold a word that some rule looks for.

Takes time in proportion to the length of the text. Misspelt key words ("sucidal") are read as the word meant; offsets lead back to what was typed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

TOKEN = re.compile(r"[a-z0-9]+(?:['.][a-z0-9]+)*|%|\n[ \n]*\n|[,:()\n]|[.!?;]+(?=[\s\"'”)]|$)|\s-+\s|[—–…]|\.\.+")
SAME = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "\u00a0": " ", "\u2011": "-", "\t": " ", "\r": "\n", "“": '"', "”": '"', "é": "e", "è": "e", "É": "e", "ï": "i", "ö": "o", "ñ": "n"}
)
ENDS = frozenset(".!?;")
LONGEST = 60  # words; a longer sentence is read in pieces that overlap
OVERLAP = 15
LONGEST_START = 20  # letters of a beginning ('taper*') that a rule may look for


class Sentence:
    """`text` is " word word , word": each token with a blank before it. `first` is the number of its first token in the whole text."""

    def __init__(self, tokens: list[str], first: int, beginnings: Mapping[str, list[str]]):
        self.tokens, self.first, self._beginnings = tokens, first, beginnings
        self.text = " " + " ".join(tokens)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(self.tokens)

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        at = 0
        for token in self.tokens:
            found.setdefault(token, []).append(at)
            at += len(token) + 1
        return found

    def places(self, words: frozenset[str], starts: Iterable[str]) -> list[int]:
        """Where in `text`, at the blanks before them, these words stand, or words that begin so, in order."""
        here = self._places
        found = [at for word in words & self.words for at in here[word]]
        for start in starts:
            for word in self._beginnings.get(start, ()):
                found += here.get(word, ())
        return sorted(found) if len(found) > 1 else found


class Spelling:
    """Reads misspelt key words as what was meant: listed misspellings, and for long words any single slip of a letter."""

    def __init__(self, also_written: Mapping[str, Iterable[str]] | None = None, key_words: Iterable[str] = (), real_words: Iterable[str] = ()):
        self.meant = {wrong: right for right, wrongs in (also_written or {}).items() for wrong in wrongs}
        self.near: dict[str, str] = {}
        self.real = frozenset(real_words) | frozenset(key_words)
        for word in key_words:
            for form in (word, *_with_one_letter_less(word)):
                self.near.setdefault(form, word)
        self.starts = frozenset(word[0] for word in key_words)
        self.lengths = {length for word in key_words for length in (len(word) - 1, len(word), len(word) + 1)}

    def meant_by(self, word: str) -> str | None:
        """The word meant, or None when the word stands as it is."""
        if word in self.meant:
            return self.meant[word]
        if word in self.real or len(word) not in self.lengths or word[0] not in self.starts:
            return None
        if word in self.near:
            return self.near[word]
        return next((self.near[form] for form in _with_one_letter_less(word) if form in self.near and self.near[form][0] == word[0]), None)


class Reading:
    """A text as tokens and sentences. `str.lower` may not move offsets, so the few letters that grow are left as they are."""

    def __init__(self, text: str, spelling: Spelling | None = None):
        self.typed = text
        flat = text.translate(SAME).lower() if not text.isascii() else text.replace("\t", " ").replace("\r", "\n").replace("`", "'").lower()
        self.flat = flat if len(flat) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text.translate(SAME))
        raw = TOKEN.findall(self.flat)
        meant = {}
        for word in set(raw):
            plain = word.replace("'", "") if "'" in word else word
            if spelling and (right := spelling.meant.get(word) or spelling.meant_by(plain)):
                plain = right
            elif not plain[0].isalnum() and plain != "%":
                plain = "" if plain[0] in ENDS or plain.count("\n") > 1 else ","
            elif "." in plain and not plain[0].isdigit():
                plain = plain.replace(".", "")
            if plain != word:
                meant[word] = plain
        self.words = [meant.get(word, word) for word in raw] if meant else raw

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where each token stands in the text as typed."""
        return [match.span() for match in TOKEN.finditer(self.flat)]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(self.words)

    @cached_property
    def beginnings(self) -> dict[str, list[str]]:
        """The words that begin so, of each beginning of a word (at most LONGEST_START letters)."""
        found: dict[str, list[str]] = {}
        for word in self.vocabulary:
            for length in range(1, min(len(word), LONGEST_START) + 1):
                found.setdefault(word[:length], []).append(word)
        return found

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """First and last (not included) token of each sentence; long ones in overlapping pieces."""
        found, first = [], 0
        words = self.words
        stops = [i for i, word in enumerate(words) if not word]
        for stop in (*stops, len(words)):
            while stop - first > LONGEST:
                found.append((first, first + LONGEST))
                first += LONGEST - OVERLAP
            if stop > first:
                found.append((first, stop))
            first = stop + 1
        return found

    def sentence(self, first: int, stop: int) -> Sentence:
        """The tokens from `first` up to, not with, `stop` as a sentence; made once, however many look at it."""
        made = self._made.get(first)
        if made is None:
            made = self._made[first] = Sentence(self.words[first:stop], first, self.beginnings)
        return made

    @cached_property
    def _made(self) -> dict[int, Sentence]:
        return {}

    def holding(self, wanted: Mapping[str, object], most: int | None = None) -> Iterator[tuple[Sentence, set[str]]]:
        """Every sentence that holds one of these words, once each however often it is repeated, with those of the words it holds.
        `most`: how many words of the text are looked at (None: all)."""
        here = self.vocabulary & wanted.keys()
        if not here:
            return
        words, seen = self.words[:most], set[str]()
        spots = [i for i, word in enumerate(words) if word in here]
        at = 0
        for first, stop in self.sentences:
            while at < len(spots) and spots[at] < first:
                at += 1
            end = at
            while end < len(spots) and spots[end] < stop:
                end += 1
            if end > at:
                sentence = self.sentence(first, stop)
                if sentence.text not in seen:
                    seen.add(sentence.text)
                    yield sentence, {words[i] for i in spots[at:end]}

    def as_typed(self, sentence: Sentence, start: int, end: int) -> str:
        """The typed words behind characters start..end of a sentence's text."""
        first, last = self.token_at(sentence, start + 1), self.token_at(sentence, end - 1)
        return self.typed[self.spans[first][0] : self.spans[last][1]]

    @staticmethod
    def token_at(sentence: Sentence, offset: int) -> int:
        return sentence.first + sentence.text.count(" ", 0, offset + 1) - 1


def _with_one_letter_less(word: str) -> list[str]:
    return [word[:i] + word[i + 1 :] for i in range(len(word))]
