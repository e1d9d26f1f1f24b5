"""The small language of corpus/cues.yaml, compiled once.

    ran|run out early      one of several words
    refill*                any word that begins so
    the?                   a word that may be missing
    ..   ...               up to three, up to six words in between, in the same sentence
    <opioid> <kin> <he>    a word of a list: opioid, sedative, opioids (names and class words), kin, he, his, number
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from coach.advise.lexicon import Aliases, Lexicon
from coach.advise.reading import PATIENT, SHORT, Reading

GAPS = {"..": r"(?:[^.\s]\S* ){0,3}?", "...": r"(?:[^.\s]\S* ){0,6}?"}
LONGEST_WORD = 24  # letters of a word that are looked at
NUMBER = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|several|a)"
NUMBERS = {str(number) for number in range(1, 121)} | {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "several"}
HIS = ("his", "her", "their", "the", "patient's")
Key = tuple[str, str]  # what a phrase stands for: a tag, and cue or blocker


@dataclass(frozen=True, slots=True)
class Match:
    key: Key
    first: int
    end: int


@dataclass
class Phrases:
    """Phrases by the word they begin with, so that a text is walked through once."""

    lexicon: Lexicon
    exact: dict[str, list[tuple[re.Pattern[str], Key]]] = field(default_factory=dict)
    prefix: dict[str, list[tuple[re.Pattern[str], Key]]] = field(default_factory=dict)

    def add(self, phrase: str, key: Key) -> None:
        """Raises ValueError for a phrase that cannot be read."""
        for parts in _without_optional_start(phrase.lower().split()):
            if not parts or parts[0] in GAPS:
                raise ValueError(f"a phrase must begin with a word: {phrase!r}")
            pattern = re.compile("".join(self._element(part) for part in parts))
            for word in self._firsts(parts[0]):
                table = self.prefix if word.endswith("*") else self.exact
                table.setdefault(word.rstrip("*"), []).append((pattern, key))

    def find(self, reading: Reading) -> Iterator[Match]:
        """Every phrase that stands in the text, in order of place."""
        known: dict[str, list[tuple[re.Pattern[str], Key]]] = {}
        line, places = reading.line, reading.places
        for at, word in enumerate(reading.words):
            entries = known.get(word)
            if entries is None:
                entries = known[word] = self._entries(word)
            for pattern, key in entries:
                match = pattern.match(line, places[at])
                if match:
                    yield Match(key, at, reading.at(match.end() - 1) + 1)

    def _entries(self, word: str) -> list[tuple[re.Pattern[str], Key]]:
        entries = list(self.exact.get(word, ()))
        for size in range(2, min(len(word), LONGEST_WORD) + 1):
            entries += self.prefix.get(word[:size], ())
        return entries

    def _element(self, part: str) -> str:
        if part in GAPS:
            return GAPS[part]
        optional = part.endswith("?")
        choices = "|".join(pattern for word in part.rstrip("?").split("|") for pattern in self._choices(word))
        return f"(?:(?:{choices}) )?" if optional else f"(?:{choices}) "

    def _choices(self, word: str) -> list[str]:
        """The patterns one alternative stands for, longest first."""
        if word == "<number>":
            return [NUMBER]
        if not word.startswith("<"):
            return [_word(word)]
        return sorted((re.escape(alias) for alias in self._aliases(word)), key=lambda alias: (-len(alias), alias))

    def _aliases(self, name: str) -> set[str]:
        if name == "<he>":
            return set(PATIENT)
        if name == "<his>":
            return set(HIS)
        return {" ".join(words) for table in self._tables(name) for entries in table.values() for words, _ in entries}

    def _firsts(self, part: str) -> set[str]:
        """The words a text may have where this part begins."""
        firsts: set[str] = set()
        for word in part.split("|"):
            if word == "<number>":
                firsts |= NUMBERS
            elif word.startswith("<"):
                firsts |= {alias.split()[0] for alias in self._aliases(word)}
            else:
                firsts.add(_plain(word))
        return firsts

    def _tables(self, part: str) -> list[Aliases]:
        lists = {
            "<opioid>": [self.lexicon.opioids], "<opioids>": [self.lexicon.opioids, self.lexicon.opioid_words],
            "<sedative>": [self.lexicon.sedatives, self.lexicon.sedative_words], "<kin>": [self.lexicon.kin, self.lexicon.children],
        }  # fmt: skip
        if part not in lists:
            raise ValueError(f"no such list: {part}")
        return lists[part]


def _plain(word: str) -> str:
    return SHORT.get(word, word)


def _word(word: str) -> str:
    return re.escape(word[:-1]) + r"\S*" if word.endswith("*") else re.escape(_plain(word))


def _without_optional_start(parts: list[str]) -> Iterator[list[str]]:
    yield [parts[0].rstrip("?"), *parts[1:]] if parts else []
    if parts and parts[0].endswith("?"):
        yield from _without_optional_start(parts[1:])
