"""The word lists privacy.py goes by: given names (names.txt), surnames, cues and words never masked (privacy.yaml). Read once."""

from dataclasses import dataclass
from functools import lru_cache

from coach.guard.matcher import HERE, load


@dataclass(frozen=True, slots=True)
class Lists:
    """`given`: names that are no words. `wordlike`: names that are words too. `cues`: kind of cue -> its words."""

    given: frozenset[str]
    wordlike: frozenset[str]
    surnames: frozenset[str]
    never: frozenset[str]
    common: frozenset[str]
    states: frozenset[str]
    cues: dict[str, tuple[str, ...]]

    def known(self, word: str) -> bool:
        return word in self.given or word in self.wordlike or word in self.surnames


@lru_cache(maxsize=1)
def lists() -> Lists:
    """Raises OSError when a list is missing: text is then refused, not passed on unmasked."""
    data = load("privacy.yaml")
    given, wordlike = set[str](), set[str]()
    for line in (HERE / "names.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("also words:"):
            wordlike.update(line.removeprefix("also words:").split())
        elif line.strip() and not line.startswith("#"):
            given.update(line.replace("-", " ").split())
    never = frozenset(data["never"].split())
    cues = {name: tuple(data[name]) for name in ("titles", "ranks", "called", "patient", "near", "before_verbs", "relatives", "lives", "numbered")}
    return Lists(
        frozenset(given - wordlike - never), frozenset(wordlike), frozenset(data["surnames"].split()) - never, never,
        frozenset(data["common"].split()), frozenset(data["states"].split()), cues,
    )  # fmt: skip
