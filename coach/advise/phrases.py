"""The small language of corpus/cues.yaml, compiled when a text first needs it.

    ran|run out early      one of several words
    not_ready|unwilling    _ joins words that belong together
    refill*                any word that begins so
    the?                   a word that may be missing
    ..   ...               up to three, up to six words in between, in the same sentence
    <opioid> <kin> <he>    a word of a list: opioid, opioids (names and class words), sedative, benzo, treatment, kin, he, his, number,
                           and the lists at the head of cues.yaml

A phrase is only tried on a text that has every word it cannot do without: most phrases are left aside at once.
"""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from coach.advise.lexicon import Aliases, Lexicon
from coach.advise.reading import PATIENT, SHORT, Reading
from coach.advise.wordsets import word_set

GAPS = {"..": r"(?:[^.\s]\S* ){0,3}?", "...": r"(?:[^.\s]\S* ){0,6}?"}
LONGEST_WORD = 24  # letters of a word that are looked at
NUMBER = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten|several|a)"
NUMBERS = {str(number) for number in range(1, 121)} | {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "several"}
HIS = ("his", "her", "their", "the", "patient's")
# Sedatives of other kinds: sleeping pills, muscle relaxers, barbiturates, and the class words.
NOT_BENZODIAZEPINES = word_set("zolpidem ambien eszopiclone lunesta zopiclone carisoprodol soma phenobarbital butalbital sedative sedatives sleeping promethazine trazodone")
Key = tuple[str, str]  # what a phrase stands for: a tag, and cue or blocker


@dataclass(frozen=True, slots=True)
class Match:
    key: Key
    first: int
    end: int


class Phrase:
    """One phrase and what it stands for. It is read when its first word first stands in a text: most never do."""

    def __init__(self, parts: Sequence[str], key: Key, language: "Phrases"):
        self.parts, self.key, self._language = parts, key, language

    @cached_property
    def needs(self) -> tuple[frozenset[str], ...]:
        """For each further part that may not be missing, the words it may begin with."""
        firsts = (self._language.element(part)[1] for part in self.parts[1:] if not part.endswith("?"))
        return tuple(sorted(filter(None, firsts), key=len))

    @cached_property
    def second(self) -> frozenset[str] | None:
        """Those of the very next word, where no gap comes first."""
        parts = self.parts
        at_once = len(parts) > 1 and "_" not in parts[0] and "<" not in parts[0] and parts[1] not in GAPS and not parts[1].endswith("?")
        return (self._language.element(parts[1])[1] or None) if at_once else None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("".join(self._language.element(part)[0] for part in self.parts))

    def may_stand_in(self, words: frozenset[str]) -> bool:
        for need in self.needs:  # noqa: SIM110 (a generator costs time: this runs some thousand times a text)
            if need.isdisjoint(words):
                return False
        return True


@dataclass
class Phrases:
    """Phrases by the word they begin with, so that a text is walked through once. Raises ValueError for a list that cannot be read."""

    lexicon: Lexicon
    lists: Mapping[str, list[str]] = field(default_factory=dict)
    exact: dict[str, list[Phrase]] = field(default_factory=dict)
    prefix: dict[str, list[Phrase]] = field(default_factory=dict)
    _parts: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    _listed: dict[str, tuple[list[str], frozenset[str]]] = field(default_factory=dict)

    def add(self, phrase: str, key: Key) -> None:
        """Raises ValueError for a phrase that cannot be read."""
        for parts in _without_optional_start(phrase.lower().split()):
            if not parts or parts[0] in GAPS:
                raise ValueError(f"a phrase must begin with a word: {phrase!r}")
            for part in parts:
                if "<" in part:
                    self.element(part)  # a list that cannot be read is said now
            entry = Phrase(parts, key, self)
            for word in self._firsts(parts[0]):
                table = self.prefix if word.endswith("*") else self.exact
                table.setdefault(word.rstrip("*"), []).append(entry)

    def find(self, reading: Reading, tags: Container[str]) -> Iterator[Match]:
        """Every phrase for one of these tags that stands in the text, in order of place."""
        known: dict[str, list[Phrase]] = {}
        line, places, there = reading.line, reading.places, frozenset(reading.words)
        for at, word in enumerate(reading.words):
            following = reading.words[at + 1] if at + 1 < len(reading.words) else ""
            entries = known.get(word)
            if entries is None:
                entries = known[word] = [entry for entry in self._entries(word) if entry.key[0] in tags and entry.may_stand_in(there)]
            for entry in entries:
                if entry.second is not None and following not in entry.second:
                    continue
                match = entry.pattern.match(line, places[at])
                if match:
                    yield Match(entry.key, at, reading.at(match.end() - 1) + 1)

    def _entries(self, word: str) -> list[Phrase]:
        entries = list(self.exact.get(word, ()))
        for size in range(2, min(len(word), LONGEST_WORD) + 1):
            entries += self.prefix.get(word[:size], ())
        return entries

    def element(self, part: str) -> tuple[str, frozenset[str]]:
        """The pattern of one part, and the words it may begin with: none for a gap, a number or an open ending."""
        if part in GAPS:
            return GAPS[part], frozenset()
        if part not in self._parts:
            words = part.rstrip("?").split("|")
            choices = "|".join(pattern for word in words for pattern in self._choices(word))
            firsts = frozenset(self._firsts(part.rstrip("?")))
            open_ended = any(word.endswith("*") for word in firsts) or "<number>" in words
            self._parts[part] = (f"(?:(?:{choices}) )?" if part.endswith("?") else f"(?:{choices}) ", frozenset() if open_ended else firsts)
        return self._parts[part]

    def _choices(self, word: str) -> list[str]:
        """The patterns one alternative stands for, longest first."""
        if word == "<number>":
            return [NUMBER]
        if not word.startswith("<"):
            return [_word(word)]
        return self._list(word)[0]

    def _list(self, name: str) -> tuple[list[str], frozenset[str]]:
        """The patterns of a list's words, longest first, and the words they may begin with."""
        if name not in self._listed:
            aliases = self._aliases(name)
            patterns = sorted((_word(alias.replace(" ", "_")) for alias in aliases), key=lambda alias: (-len(alias), alias))
            self._listed[name] = patterns, frozenset(_plain(alias.split()[0]) for alias in aliases)
        return self._listed[name]

    def _aliases(self, name: str) -> set[str]:
        if name == "<he>":
            return set(PATIENT)
        if name == "<his>":
            return set(HIS)
        if name[1:-1] in self.lists:
            return {said for item in self.lists[name[1:-1]] for said in (self._aliases(item) if str(item).startswith("<") else [str(item)])}
        aliases = {" ".join(words) for table in self._tables(name) for entries in table.values() for words, _ in entries}
        return {alias for alias in aliases if name != "<benzo>" or alias.split()[0] not in NOT_BENZODIAZEPINES}

    def _firsts(self, part: str) -> set[str]:
        """The words a text may have where this part begins."""
        firsts: set[str] = set()
        for word in part.split("|"):
            if word == "<number>":
                firsts |= NUMBERS
            elif word.startswith("<"):
                firsts |= self._list(word)[1]
            else:
                firsts.add(_plain(word.split("_")[0]))
        return firsts

    def _tables(self, part: str) -> list[Aliases]:
        sedatives = [self.lexicon.sedatives, self.lexicon.sedative_words]
        lists = {
            "<opioid>": [self.lexicon.opioids], "<opioids>": [self.lexicon.opioids, self.lexicon.opioid_words], "<sedative>": sedatives, "<benzo>": sedatives,
            "<kin>": [self.lexicon.kin, self.lexicon.children], "<treatment>": [self.lexicon.treatments],
        }  # fmt: skip
        if part not in lists:
            raise ValueError(f"no such list: {part}")
        return lists[part]


@cache
def _plain(word: str) -> str:
    return SHORT.get(word, word)


@cache
def _word(word: str) -> str:
    if "_" in word:
        return " ".join(_word(one) for one in word.split("_"))
    return re.escape(word[:-1]) + r"\S*" if word.endswith("*") else re.escape(_plain(word))


def _without_optional_start(parts: list[str]) -> Iterator[list[str]]:
    yield [parts[0].rstrip("?"), *parts[1:]] if parts else []
    if parts and parts[0].endswith("?"):
        yield from _without_optional_start(parts[1:])
