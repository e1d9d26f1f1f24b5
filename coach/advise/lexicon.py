"""The words facts are made of, read once from corpus/lexicon.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from coach.errors import LibraryError
from coach.settings import ROOT

SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same as safe_load, ten times faster
Aliases = Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]


@dataclass(frozen=True)
class Lexicon:
    """Each table maps the first word of an alias to (all its words, the name that is said), longest first."""

    opioids: Aliases
    opioids_by_sign: frozenset[str]
    opioid_words: Aliases
    sedatives: Aliases
    sedative_words: Aliases
    treatments: Aliases
    body_parts: Aliases
    kin: Aliases
    children: Aliases
    jobs: Aliases
    clinical_jobs: Aliases
    events_own: Aliases
    events_shared: Aliases
    coming: Aliases
    coming_own: Aliases
    activities: Mapping[str, str | None]
    activity_verbs: frozenset[str]
    not_life: frozenset[str]
    insults: frozenset[str]

    def people(self) -> frozenset[str]:
        """Every one-word name for someone close to a patient."""
        return frozenset(self.kin) | frozenset(self.children)


def find(table: Aliases, words: list[str], at: int) -> tuple[int, str] | None:
    """(how many words, the name) of the longest alias that stands at `at`, or None."""
    for alias, name in table.get(words[at], ()):
        if len(alias) == 1 or tuple(words[at : at + len(alias)]) == alias:
            return len(alias), name
    return None


def load_lexicon(corpus: Path) -> Lexicon:
    """The lexicon of a corpus folder. Raises LibraryError when lexicon.yaml cannot be read or lacks a list."""
    path = corpus / "lexicon.yaml"
    try:
        return _read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise LibraryError(f"{path.name} cannot be used ({type(error).__name__}). Restore it from the release, or run `coach library check`.") from None


@lru_cache(maxsize=4)
def _read(text: str) -> Lexicon:
    """The same text gives the same lexicon: cues and facts ask for it, each for itself."""
    return _build(yaml.load(text, Loader=SAFE))  # noqa: S506


@cache
def default_lexicon() -> Lexicon:
    """The lexicon that ships with the corpus."""
    return load_lexicon(ROOT / "corpus")


def _build(raw: Mapping[str, Any]) -> Lexicon:
    from coach.advise.reading import read

    def table(pairs: list[tuple[str, str]]) -> Aliases:
        found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for alias, name in pairs:
            words = tuple(read(alias).words)
            found.setdefault(words[0], []).append((words, name))
        return {first: tuple(sorted(entries, key=lambda entry: -len(entry[0]))) for first, entries in found.items()}

    def named(key: str) -> Aliases:
        return table([(alias, entry["name"]) for entry in raw[key] for alias in dict.fromkeys([entry["name"], *entry["also"]])])

    def listed(words: list[str]) -> Aliases:
        return table([(word, word) for word in words])

    events = raw["events"]
    shared = [(word, word) for word in events["shared"]] + [(short, said) for short, said in events["short"].items() if said]
    return Lexicon(
        opioids=named("opioids"), opioids_by_sign=frozenset(raw["opioids_by_sign"]), opioid_words=listed(raw["opioid_words"]), sedatives=named("sedatives"), sedative_words=listed(raw["sedative_words"]),
        treatments=named("treatments"), body_parts=named("body_parts"), kin=listed(raw["kin"]), children=listed(raw["children"]),
        jobs=listed(raw["jobs"]), clinical_jobs=listed(raw["clinical_jobs"]), events_own=listed(events["own"]), events_shared=table(shared),
        coming=listed(raw["coming"]), coming_own=listed(raw["coming_own"]), activities=raw["activities"], activity_verbs=frozenset(raw["activity_verbs"]),
        not_life=frozenset(raw["not_life"]), insults=frozenset(raw["insults"]),
    )  # fmt: skip
