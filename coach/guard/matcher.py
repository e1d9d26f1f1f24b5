"""Finds which rules' phrases stand in a text: a rule is tried only in sentences that hold one of its words.

Reads the guard's YAML files once. Pure otherwise.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from coach.guard.phrases import Phrase, any_of, compile_phrase, parts
from coach.guard.reading import Reading, Sentence, Spelling

HERE = Path(__file__).resolve().parent
NEAR = 70  # characters either side of a match in which `unless` is looked for


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as its YAML file has it. `group` is what it belongs to; `more` its other fields."""

    group: str
    find: tuple[Phrase, ...]
    unless: tuple[Phrase, ...]
    more: Mapping[str, Any]


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


def make_rule(group: str, fields: Mapping[str, Any], lists: Mapping[str, list[str]]) -> Rule:
    """A rule from its YAML fields. Raises ValueError for a phrase that cannot be read."""
    find = tuple(compile_phrase(part) for phrase in fields["find"] for part in parts(phrase, lists))
    unless = tuple(compile_phrase(phrase, lists) for phrase in fields.get("unless", ()))
    return Rule(group, find, unless, fields)


class Matcher:
    """Every phrase of a set of rules, by the words it may be found by."""

    def __init__(self, rules: Iterable[Rule]):
        self.rules = tuple(rules)
        self.exact: dict[str, list[tuple[Rule, Phrase]]] = {}
        self.starts: dict[str, list[tuple[Rule, Phrase]]] = {}
        for rule in self.rules:
            for phrase in rule.find:
                for anchor in phrase.anchors:
                    if anchor.endswith("*"):
                        self.starts.setdefault(anchor[:-1], []).append((rule, phrase))
                    else:
                        self.exact.setdefault(anchor, []).append((rule, phrase))
        self.lengths = sorted({len(start) for start in self.starts})

    def hits(self, reading: Reading, wanted: Callable[[Rule], bool] = lambda _: True, most: int | None = None) -> Iterator[Hit]:
        """Every match in the first `most` words (None: in all) that its rule's `unless` does not cancel.
        `wanted` is asked before each try, so that a caller can stop looking for what it has."""
        known: dict[str, list[tuple[Rule, Phrase]]] = {}
        for word in reading.vocabulary:
            found = self.exact.get(word, [])
            for length in self.lengths:
                if length > len(word):
                    break
                if more := self.starts.get(word[:length]):
                    found = found + more
            if found:
                known[word] = found
        for sentence, words in reading.holding(known, most):
            tried, here = set[int](), set(sentence.text.split())
            for word in sorted(words):
                for rule, phrase in known[word]:
                    if id(phrase) in tried:
                        continue
                    tried.add(id(phrase))
                    if not all(map(here.intersection, phrase.needs)) or not wanted(rule):
                        continue
                    for match in phrase.pattern.finditer(sentence.text):
                        if not cancelled(rule, sentence.text, match):
                            yield Hit(rule, sentence, match.start(), match.end())


def cancelled(rule: Rule, text: str, match: "re.Match[str]") -> bool:
    """Does one of the rule's `unless` phrases stand at or near the match?"""
    if not rule.unless:
        return False
    start = text.rfind(" ", 0, max(0, match.start() - NEAR) + 1)
    near = text[max(0, start) : match.end() + NEAR]
    return any_of(rule.unless).search(near) is not None
