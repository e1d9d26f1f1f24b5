"""What is one person's own: where people sign in, each has a folder for the practice they asked to be kept; else there is the one of this computer."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from coach.access.person import Person

if TYPE_CHECKING:
    from coach.store.corrections import Corrections
    from coach.store.progress import Progress


def folder_of(data: Path, person: Person) -> Path:
    """The data folder itself for the one person of a computer without accounts. An account's name is no file name: a digest of it is."""
    return data / "people" / hashlib.sha256(person.account.encode()).hexdigest()[:16] if person.account else data


@lru_cache(maxsize=256)
def progress(folder: Path) -> "Progress":
    from coach.store.progress import Progress

    return Progress(folder)


@lru_cache(maxsize=256)
def corrections(folder: Path) -> "Corrections":
    from coach.store.corrections import Corrections

    return Corrections(folder)
