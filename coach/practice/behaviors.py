"""Clinician behaviors that the rater has no codes for (affirm, seek collaboration, emphasize autonomy, persuade, confront …), by the rules of behaviors.yaml.

None of them is validated yet: whoever shows one says so. Pure apart from reading the table once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from coach.guard.sense import WILL_NOT, denied
from coach.practice.tables import Found, find, table

READ = 4_000  # characters of a turn; as the rater


@dataclass(frozen=True, slots=True)
class Behavior:
    """A behavior found in a turn, the words that show it and where they stand. `validated`: whether how often the rule is right has been measured."""

    name: str
    words: str
    span: tuple[int, int]
    validated: bool = False


def behaviors(text: str, before: str = "", advises: bool = False) -> tuple[Behavior, ...]:
    """Each behavior of a clinician's turn once, in the order of the text. `before` is the clinician's turn before, where leave may have been asked;
    `advises`: whether the rater found advice in this turn. Never raises on any text."""
    text, before = text[:READ], before[-READ:]
    found: dict[str, Behavior] = {}
    for one in find("behaviors.yaml", "behaviors", text):
        if one.name not in found and not _denied(one):
            found[one.name] = Behavior(one.name, one.words, (one.start, one.end), bool(one.more["validated"]))
    return tuple(sorted(_with_permission(found, text, before, advises), key=lambda behavior: behavior.span))


def _with_permission(found: dict[str, Behavior], text: str, before: str, advises: bool) -> Iterable[Behavior]:
    """MITI 4.2.1: a reason or advice for which leave was asked is persuading with permission, not persuading."""
    pushed = found.get("persuade")
    asked = [*find("behaviors.yaml", "permission", text), *find("behaviors.yaml", "permission", before)]
    if "persuade_with_permission" in found or (asked and (pushed or advises)):
        found.pop("persuade", None)
        here = found.get("persuade_with_permission") or pushed
        found["persuade_with_permission"] = Behavior("persuade_with_permission", here.words if here else text, here.span if here else (0, len(text)))
    return found.values()


def _denied(found: Found) -> bool:
    return bool(found.more.get("deniable")) and denied(found.plain, found.at[0], found.at[1], WILL_NOT)


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Every behavior that can be found."""
    return tuple(table("behaviors.yaml")["behaviors"])
