"""The closed lists and the sources, as corpus/taxonomy.yaml and corpus/sources.yaml give them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from coach.errors import LibraryError
from coach.library.frontmatter import Loader


@dataclass(frozen=True, slots=True)
class Need:
    name: str
    kind: str  # "asked" or "found" (seed 000, tables 1 and 2)
    means: str
    named_by: int | None = None  # of the 14 clinicians interviewed


@dataclass(frozen=True, slots=True)
class Slot:
    name: str
    form: str
    turned: bool
    means: str
    example: str
    reads: str


@dataclass(frozen=True, slots=True)
class Taxonomy:
    categories: dict[str, str]
    situations: dict[str, str]
    needs: dict[str, Need]
    skills: dict[str, str]
    slots: dict[str, Slot]
    digest: str = ""

    @property
    def examples(self) -> dict[str, str]:
        """One value of each slot, to read a line in its forms."""
        return {name: slot.example for name, slot in self.slots.items()}


@dataclass(frozen=True, slots=True)
class Source:
    id: str
    title: str
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    by_id: dict[str, Source]
    superseded: tuple[tuple[re.Pattern[str], str], ...]

    def title(self, source_id: str) -> str:
        source = self.by_id.get(source_id)
        return source.title if source else source_id


def load_taxonomy(corpus: Path) -> Taxonomy:
    """Raises LibraryError when the file is missing or its form is wrong."""
    raw, text = read_yaml(corpus / "taxonomy.yaml")
    try:
        return Taxonomy(
            categories=dict(raw["categories"]),
            situations=dict(raw["situations"]),
            needs={name: Need(name, need["kind"], need["means"], need.get("named_by")) for name, need in raw["needs"].items()},
            skills=dict(raw["skills"]),
            slots={name: Slot(name, slot["form"], slot["turned"], slot["means"], slot["example"], slot["reads"]) for name, slot in raw["slots"].items()},
            digest=text,
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise LibraryError(f"taxonomy.yaml lacks something ({type(error).__name__}). Compare it with the copy that was shipped.") from None


def load_sources(corpus: Path) -> Sources:
    """Raises LibraryError when the file is missing or its form is wrong."""
    raw, _ = read_yaml(corpus / "sources.yaml")
    try:
        by_id = {key: Source(key, item["title"], tuple(item["claims"])) for key, item in raw["sources"].items()}
        superseded = tuple((re.compile(item["says"], re.IGNORECASE), str(item["because"])) for item in raw["superseded"])
    except (KeyError, TypeError, AttributeError, re.error) as error:
        raise LibraryError(f"sources.yaml lacks something ({type(error).__name__}). Compare it with the copy that was shipped.") from None
    return Sources(by_id, superseded)


def read_yaml(path: Path) -> tuple[Any, str]:
    """A YAML file of the corpus and its text. Raises LibraryError with the place."""
    try:
        text = path.read_text(encoding="utf-8")
        return yaml.load(text, Loader=Loader), text  # noqa: S506 - it is the safe loader, in C
    except FileNotFoundError:
        raise LibraryError(f"{path.name} is missing from the corpus folder. Restore it, or set COACH_CORPUS to the right folder.") from None
    except (OSError, UnicodeDecodeError):
        raise LibraryError(f"{path.name} cannot be read. Check that it is a UTF-8 text file that you may read.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise LibraryError(f"{path.name}:{mark.line + 1 if mark else 1}: this is not valid YAML. Quote values that hold a colon, and check the indentation.") from None
