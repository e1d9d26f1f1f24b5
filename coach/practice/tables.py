"""The YAML tables of this folder, and which of their phrases stand in a text. The phrases are those of coach/guard/phrases.py."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from coach.guard.matcher import Hit, Matcher, make_rule, read
from coach.guard.reading import Reading

HERE = Path(__file__).resolve().parent
LONGEST = 2_000  # words of a turn that are looked at


@dataclass(frozen=True, slots=True)
class Found:
    """A rule found in a text: its name, the sentence it stands in (as typed), the words that matched, and whether that sentence ends in a question mark."""

    name: str
    words: str
    sentence: str
    asked: bool
    start: int
    end: int
    more: Mapping[str, Any]
    plain: str  # the sentence as the rules read it, and where the match stands in that
    at: tuple[int, int]


@cache
def table(name: str) -> dict[str, Any]:
    """A YAML file of this folder. Raises OSError or yaml.YAMLError: a broken installation, not a broken request."""
    with (HERE / name).open(encoding="utf-8") as file:
        data: dict[str, Any] = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 both are safe loaders
    return data


@cache
def matcher(name: str, part: str) -> Matcher:
    """The rules under `part` of a table: `{rule: {find, unless?, …}}`, or `{rule: [phrases]}`, or a rule's `rules`: several of those."""
    data = table(name)
    lists = data.get("lists", {})
    rules = [(key, one) for key, fields in data[part].items() for one in _each(fields)]
    return Matcher(make_rule(key, one, lists) for key, one in rules)


def _each(fields: Any) -> Iterator[dict[str, Any]]:
    if isinstance(fields, dict) and "rules" in fields:
        yield from fields["rules"]
    else:
        yield fields if isinstance(fields, dict) else {"find": fields}


def find(name: str, part: str, text: "str | Reading") -> list[Found]:
    """Every match of a table's rules in the order of the text. Never raises on any text."""
    return find_with(matcher(name, part), text)


def find_with(rules: Matcher, text: "str | Reading") -> list[Found]:
    """Every match of these rules in the order of the text. Never raises on any text."""
    reading = read(text)
    return sorted((_found(reading, hit) for hit in rules.hits(reading, most=LONGEST)), key=lambda found: (found.start, found.end))


def _found(reading: Reading, hit: Hit) -> Found:
    first, last = reading.token_at(hit.sentence, hit.start + 1), reading.token_at(hit.sentence, hit.end - 1)
    start, end = reading.spans[first][0], reading.spans[last][1]
    stop = hit.sentence.first + hit.sentence.text.count(" ")
    begin, close = reading.spans[hit.sentence.first][0], reading.spans[min(stop, len(reading.spans)) - 1][1]
    after = reading.typed[slice(*reading.spans[stop])] if stop < len(reading.spans) else ""
    return Found(
        hit.rule.group, reading.typed[start:end], reading.typed[begin:close] + after.strip(), "?" in after, start, end, hit.rule.more, hit.sentence.text, (hit.start, hit.end)
    )
