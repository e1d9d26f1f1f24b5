"""Finds which rules' phrases stand in a text: a rule is tried only in sentences that hold one of its words.

Reads the guard's YAML files once. Pure otherwise.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from coach.guard.phrases import Language, Phrase
from coach.guard.reading import Reading, Sentence, Spelling

HERE = Path(__file__).resolve().parent
NEAR = 70  # characters either side of a match in which `unless` is looked for


class Rule:
    """One rule as its YAML file has it. `group` is what it belongs to; `more` its other fields. Raises ValueError for a phrase that cannot be read."""

    def __init__(self, group: str, more: Mapping[str, Any], language: Language):
        self.group, self.more, self._language = group, more, language
        self.find = tuple(phrase for written in more["find"] for phrase in language.parts(written))

    @cached_property
    def unless(self) -> "Finder":
        """What cancels a match; read when there first is one."""
        return Finder(map(self._language.phrase, self.more.get("unless", ())))


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: characters start..end of `sentence.text`."""

    rule: Rule
    sentence: Sentence
    start: int
    end: int


@cache
def load(name: str) -> dict[str, Any]:
    """A YAML file of this folder. Raises OSError or yaml.YAMLError: a broken installation, not a broken request."""
    with (HERE / name).open(encoding="utf-8") as file:
        data: dict[str, Any] = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 both are safe loaders
    return data


@lru_cache(maxsize=1)
def spelling() -> Spelling:
    """How misspelt key words are read (spelling.yaml)."""
    data = load("spelling.yaml")
    return Spelling(data["also_written"], data["key_words"], data["real_words"])


def read(text: "str | Reading") -> Reading:
    """The text read for matching; one already read is given back, so that several guards can share the work."""
    return text if isinstance(text, Reading) else Reading(text, spelling())


def make_rule(group: str, fields: Mapping[str, Any], lists: Mapping[str, Any] | Language) -> Rule:
    """A rule from its YAML fields and the lists it may name. Raises ValueError for a phrase that cannot be read."""
    return Rule(group, fields, lists if isinstance(lists, Language) else Language(lists))


class Finder:
    """Whether one of some phrases stands in a part of a sentence."""

    def __init__(self, phrases: Iterable[Phrase]):
        self.phrases = tuple(phrases)
        self._by: dict[str, list[Phrase]] = {}
        for phrase in self.phrases:
            for anchor in phrase.anchors:
                self._by.setdefault(anchor, []).append(phrase)
        self._starts = [(f" {start}", f"{start}*") for start in {start for phrase in self.phrases for start in phrase.starts}]

    def stands_in(self, sentence: Sentence, start: int, end: int) -> bool:
        """Whether one stands between these characters of the sentence's text, as if there were no others: a word that `end` cuts in two counts as it is left."""
        text = sentence.text
        cut = text.rfind(" ", start, end) if text[end : end + 1] not in {" ", ""} else -1
        words = {*sentence.words, *(word for start, word in self._starts if start in text)}
        if cut >= 0:
            words.add(text[cut + 1 : end])
        may = {phrase for word in self._by.keys() & words for phrase in self._by[word]}
        return any(phrase.may_stand_among(words) and phrase.stands_in(sentence, start, end, (cut,) if cut >= 0 else ()) for phrase in may)


Entry = tuple[frozenset[str], Phrase, Rule]  # first one set of words that the phrase cannot do without


class Matcher:
    """Every phrase of a set of rules, by the words it may be found by, or by how they begin."""

    def __init__(self, rules: Iterable[Rule]):
        self.rules = tuple(rules)
        self._words: dict[str, list[Entry]] = {}
        self._starts: dict[str, list[Entry]] = {}
        for rule in self.rules:
            for phrase in rule.find:
                entry = phrase.needs[0] if phrase.needs else phrase.anchors, phrase, rule
                for anchor in phrase.anchors:
                    if anchor[-1] == "*":
                        self._starts.setdefault(anchor[:-1], []).append(entry)
                    else:
                        self._words.setdefault(anchor, []).append(entry)
                for start in phrase.starts:
                    self._starts.setdefault(start, [])

    def hits(self, reading: Reading, wanted: Callable[[Rule], bool] = lambda _: True, most: int | None = None) -> Iterator[Hit]:
        """Every match in the first `most` words (None: in all) that its rule's `unless` does not cancel.
        `wanted` is asked before each try, so that a caller can stop looking for what it has."""
        known, starts = self._known(reading)
        for sentence, words in reading.holding(known, most):
            tried, here = set[Phrase](), {*sentence.words, *(start for word in words if word in starts for start in starts[word])}
            may = [entry for word in sorted(words) for entries in known[word] for entry in entries if not entry[0].isdisjoint(here)]
            for _, phrase, rule in may:
                if phrase in tried or not phrase.may_stand_among(here):
                    continue
                tried.add(phrase)
                if wanted(rule):
                    for start, end in phrase.matches(sentence):
                        if not _cancelled(rule, sentence, start, end):
                            yield Hit(rule, sentence, start, end)

    def _known(self, reading: Reading) -> tuple[dict[str, list[list[Entry]]], dict[str, list[str]]]:
        """Of each word of a text: what is looked up by it, or by how it begins; and the beginnings that some rule names ("taper*")."""
        known = {word: [self._words[word]] for word in self._words.keys() & reading.vocabulary}
        starts: dict[str, list[str]] = {}
        for start in sorted(self._starts.keys() & reading.beginnings.keys(), key=len):
            for word in reading.beginnings[start]:
                known.setdefault(word, []).append(self._starts[start])
                starts.setdefault(word, []).append(f"{start}*")
        return known, starts


def _cancelled(rule: Rule, sentence: Sentence, start: int, end: int) -> bool:
    """Does one of the rule's `unless` phrases stand at or near the match?"""
    if not rule.unless.phrases:
        return False
    return rule.unless.stands_in(sentence, max(0, sentence.text.rfind(" ", 0, max(0, start - NEAR) + 1)), end + NEAR)
