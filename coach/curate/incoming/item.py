"""What an import gives back, and how much it takes at most."""

import re
import unicodedata
from dataclasses import dataclass

LARGEST_UPLOAD = 20_000_000  # bytes
MOST_ENTRIES = 2_000  # of a zip, files of a folder, rows of a table
LARGEST_ENTRY = 800_000  # bytes: 200,000 characters, four bytes each at most
MOST_BYTES = 40_000_000  # unpacked and read, of one upload: ten times a library of 500 scripts, and a machine of 4 GB still breathes
LONGEST_SHOWN = 60
REVIEW_OFF = "It came with a review that nobody has made here, so the review was taken off."
HIDDEN = re.compile(r"[^A-Za-z0-9À-ÖØ-öø-ÿ ._/()-]+")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing found in an import. With `text` it is a candidate; with `refused` it is not, and that sentence says what to do;
    with neither it was passed over, and `notes` say why.

    `name` may be shown: at most 60 plain characters. `id` is where the text would stand (`category/slug`, or `patients/slug`), None when it names no place.
    `given` is the text as it came, where `text` has lost a review that nobody here made: if `given` is what the library holds, nothing has changed."""

    name: str
    text: str | None = None
    refused: str | None = None
    notes: tuple[str, ...] = ()
    id: str | None = None
    given: str | None = None


def shown(name: str) -> str:
    """A name that somebody else gave, fit for a message: plain characters, at most 60."""
    plain = HIDDEN.sub("_", unicodedata.normalize("NFC", name[:400])).strip(" _") or "unnamed"
    return plain if len(plain) <= LONGEST_SHOWN else plain[: LONGEST_SHOWN - 1] + "…"
