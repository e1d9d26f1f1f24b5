"""Which items of a patient's checklist the trainee's turns contain, with the words. By the rules of checklist.yaml, none of them validated. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from coach.guard.matcher import Matcher, make_rule, read
from coach.practice.behaviors import behaviors
from coach.practice.cues import CLOSED, OPEN
from coach.practice.moves import asked
from coach.practice.patient import Wanted
from coach.practice.tables import find_with, table
from coach.practice.turns import Turn, sentence_around

SAFETY = ("suicide", "means", "stay_safe", "overdose", "naloxone", "violence")


@dataclass(frozen=True, slots=True)
class Seen:
    """An item of the checklist: done or not, and where it shows: the turn (from 1) and the trainee's words. For an item that lives from something
    left undone (`no_accusation`), the words are those that broke it."""

    key: str
    text: str
    done: bool
    turn: int | None = None
    words: str = ""


def checklist(wanted: Sequence[Wanted], turns: Sequence[Turn]) -> tuple[Seen, ...]:
    """Each item of the list, in its order. Nothing is done in a scene without turns."""
    return tuple(_seen(item, turns) for item in wanted)


def in_text(key: str, text: str) -> str | None:
    """The words of a text that do what an item wants, by its rules and behavior; None when they do not. An item with `never`: the words when nothing breaks it."""
    item = items()[key]
    found = {behavior.name: behavior for behavior in behaviors(text)}
    if "never" in item:
        return None if item["never"] in found else text
    spots = [behavior.span for name, behavior in found.items() if name == item.get("behavior")]
    spots += [(hit.start, hit.end) for hit in find_with(_find(key), text)]
    if item.get("asks"):
        spots = [spot for spot in spots if _asks(sentence_around(text, *spot))]
    if not spots or ("with" in item and not _holds_reason(key, text)):
        return None
    return sentence_around(text, *min(spots))


def _seen(item: Wanted, turns: Sequence[Turn]) -> Seen:
    rule = items().get(item.key, {})
    where = list(_where(item.key, rule, turns))
    if "never" in rule:
        broken = next((turn for turn in turns if turn.has(rule["never"]) or "red_line" in turn.heard.moves), None)
        return Seen(item.key, item.text, bool(turns) and broken is None, broken.number if broken else None, broken.words_of(rule["never"]) if broken else "")
    if not where:
        return Seen(item.key, item.text, False)
    number, words = where[0]
    return Seen(item.key, item.text, len(where) <= rule.get("most", len(where)), number, words)


def _where(key: str, rule: Mapping[str, Any], turns: Sequence[Turn]) -> Iterator[tuple[int, str]]:
    for turn in turns[: rule.get("first", len(turns))] if rule and "never" not in rule else ():
        if rule.get("asks") and _closes(turn):
            continue
        if words := in_text(key, turn.text):
            yield turn.number, words
        elif rule.get("code") and turn.has(rule["code"]):
            yield turn.number, turn.words_of(rule["code"])


def asked_directly(turn: Turn) -> bool:
    """Whether the turn asks about suicide, and does not close the question in the asking."""
    if _closes(turn):
        return False
    return bool(in_text("suicide", turn.text)) or ("suicide" in asked(turn.text) and turn.has("direct_safety_question") and _asks(turn.words_of("direct_safety_question")))


def safety(text: str) -> bool:
    """Whether the text asks or plans about a danger: an item of SAFETY."""
    return any(in_text(key, text) for key in SAFETY)


def _closes(turn: Turn) -> bool:
    return any(finding.rule == "R6" for finding in turn.crossed)


def _asks(sentence: str) -> bool:
    """Whether a sentence is a question, typed with its mark or without, or says that one is asked of the patient."""
    words = re.findall(r"[a-z']+", sentence.lower().replace("’", "'"))
    return "?" in sentence or bool({*words[:1]} & (OPEN | CLOSED)) or bool(re.search(r"\bask(?:ing)? you\b", sentence, re.IGNORECASE))


def items() -> dict[str, dict[str, Any]]:
    """Every item, by key."""
    known: dict[str, dict[str, Any]] = table("checklist.yaml")["items"]
    return known


@lru_cache(maxsize=64)
def _find(key: str) -> Matcher:
    item = items()[key]
    return Matcher([make_rule(key, item, {})] if "find" in item else [])


@lru_cache(maxsize=64)
def _reason(key: str) -> Matcher:
    return Matcher([make_rule(key, {"find": items()[key]["with"]}, {})])


def _holds_reason(key: str, text: str) -> bool:
    return next(iter(_reason(key).hits(read(text))), None) is not None
