"""Masking: what identifies somebody is replaced before any other step sees the text. Best effort, and the page says so.

Takes time in proportion to the text. Fails closed: when masking cannot be done the text is refused (InputError), never passed on.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from coach.errors import InputError
from coach.guard.folding import fold
from coach.guard.identifiers import identifiers
from coach.guard.people import people

Found = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Masked:
    """`text` with [name], [relative], [date], [phone], [address], [email], [url], [number], [workplace] or [age] in place.
    `found` is (kind, start, end) in the text as typed, in order, without overlaps."""

    text: str
    found: tuple[Found, ...] = ()


def mask(text: str) -> Masked:
    """The masked text. Raises InputError (without the text) when masking itself fails."""
    try:
        folded, places = fold(text)
        low = folded.lower()
        low = low if len(low) == len(folded) else "".join(c.lower() if len(c.lower()) == 1 else c for c in folded)
        words = set(re.findall(r"[a-z]+", low))
        spots = _apart([*people(folded, low, words), *identifiers(folded, low, words)])
        if places is not None:
            spots = [(kind, places[start], places[end - 1] + 1) for kind, start, end in spots]
        return Masked(_replaced(text, spots), tuple(spots))
    except Exception:  # whatever went wrong, unmasked text must not go on
        raise InputError("The text could not be checked for names and numbers, so it was not used. Try again with a shorter text without names.") from None


def _apart(spots: Iterable[Found]) -> list[Found]:
    """In order, overlaps joined under the kind of the longest."""
    joined: list[Found] = []
    for kind, start, end in sorted(spots, key=lambda spot: (spot[1], -spot[2])):
        if joined and start < joined[-1][2]:
            last, first, stop = joined[-1]
            joined[-1] = (last if stop - first > end - start else kind, first, max(stop, end))
        else:
            joined.append((kind, start, end))
    return joined


def _replaced(text: str, spots: Iterable[Found]) -> str:
    pieces, at = [], 0
    for kind, start, end in spots:
        pieces += [text[at:start], f"[{kind}]"]
        at = end
    return "".join(pieces) + text[at:]
