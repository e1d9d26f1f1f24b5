"""What was asked for, and what clinicians in such a situation also turned out to need.

Seed 000 (Sokol, Pines, Chew, Ann Fam Med 2021): table 1 counts what 66 referral questions asked for, table 2 how many of 14 clinicians named each need
that the consultation met. What is asked is not all that is needed: `likely` is the part nobody types. Each need has a scorecard in corpus/needs.yaml:
points (log odds) for what the text names, for the situations that are present, and for the scripts that were found; learned by evals/train_needs.py.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Any

from coach.advise.advice import Needs, Situation
from coach.advise.cues import Cues, present
from coach.advise.reading import read
from coach.errors import LibraryError
from coach.library.script import Script
from coach.library.taxonomy import Taxonomy, read_yaml

MOST = 3
ASKED = ("opioid_safety", "communication", "nonopioid_options", "biopsychosocial_plan")  # table 1, most frequent first
FOUND = (1.0, 0.6, 0.4)  # how much the first, second and third script found count
FIRST_WHEN_DISTRESSED = "emotional_validation"
ASKED_BY_ALL = "communication"  # what this tool is for: who types a situation wants words for it
OWN = frozenset({"i", "me", "my", "im", "i'm", "myself", "ive", "i've"})
Points = Mapping[str, float]


@dataclass(frozen=True)
class Scorecards:
    """Of each need its points by name of what speaks for it ("base" for all), and from which probability it is shown."""

    shown_from: float
    points: Mapping[str, Points]


def load(corpus: Path) -> Scorecards:
    """The scorecards of a corpus folder. Raises LibraryError when needs.yaml cannot be used."""
    raw: dict[str, Any] = read_yaml(corpus / "needs.yaml")[0]
    try:
        return Scorecards(float(raw["shown_from"]), {need: {name: float(points) for name, points in card.items()} for need, card in raw["needs"].items()})
    except (KeyError, TypeError, ValueError, AttributeError):
        raise LibraryError("corpus/needs.yaml cannot be read. Restore it from the release, or train it anew: python -m evals.train_needs.") from None


def needs(scenario: str, situations: Sequence[Situation], cues: Cues, cards: Scorecards, found: Sequence[Script] = ()) -> Needs:
    """At most three needs asked for, those that the text names first, and at most three likely, most likely first. `found` are the scripts that fit, best first.

    A clinician in distress is met first. A text that shows nothing, and that no script fits, needs nothing. Never raises."""
    named = present(read(scenario), cues, "needs")
    tags = [situation.tag for situation in situations]
    if not (named or tags or found):
        return Needs(asked=[], likely=[])
    seen = features(scenario, tags, named, found)
    kinds = {need: probability(card, seen) for need, card in cards.points.items()}
    asked = [need for need in named if need in ASKED]
    asked += [need for need in ASKED if need not in asked and (need == ASKED_BY_ALL or kinds[need] >= cards.shown_from)]
    scores = {need: share + (need in named) for need, share in kinds.items() if need not in ASKED}  # what the text itself names comes first
    if "clinician_distress" in tags or FIRST_WHEN_DISTRESSED in named:
        scores[FIRST_WHEN_DISTRESSED] = 2.0  # before all of them
    ranked = sorted((need for need in scores if scores[need] >= cards.shown_from), key=lambda need: -scores[need])
    return Needs(asked=asked[:MOST], likely=ranked[:MOST])


def features(scenario: str, tags: Collection[str], named: Collection[str], found: Sequence[Script]) -> dict[str, float]:
    """What speaks for or against each need: those the text names, situations, the scripts found (their category, the needs they name), and how much of
    the text is about the clinician (tenths of the words)."""
    seen = {f"situation {tag}": 1.0 for tag in tags} | {f"named {need}": 1.0 for need in named}
    for script, share in zip(found, FOUND, strict=False):
        for name in (f"category {script.category}", *(f"script {need}" for need in script.needs)):
            seen[name] = seen.get(name, 0.0) + share
    words = scenario.lower().replace("’", "'").split()
    seen["own words"] = 10 * sum(word.strip('.,;:!?"') in OWN for word in words) / max(len(words), 1)
    return seen


def probability(card: Points, seen: Mapping[str, float]) -> float:
    """What a card gives, from 0 to 1."""
    return 1 / (1 + exp(-card["base"] - sum(card.get(name, 0.0) * value for name, value in seen.items())))


def wording(need: str, taxonomy: Taxonomy) -> str:
    """One honest phrase on where the need comes from, or "" for a need that is not in the taxonomy."""
    known = taxonomy.needs.get(need)
    if known is None:
        return ""
    if known.named_by:
        return f"of 14 clinicians interviewed about one such service, {known.named_by} named this"
    return "one of the four things that 66 referral questions to one such service asked for most"
