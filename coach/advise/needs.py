"""What was asked for, and what clinicians in such a situation also turned out to need.

Seed 000 (Sokol, Pines, Chew, Ann Fam Med 2021): table 1 counts what 66 referral questions asked for, table 2 how many of 14 clinicians named each need
that the consultation met. What is asked is not all that is needed: `likely` is the part nobody types.
"""

from collections.abc import Sequence

from coach.advise.advice import Needs, Situation
from coach.advise.cues import Cues, present
from coach.advise.reading import read
from coach.library.taxonomy import Taxonomy

MOST = 3
ASKED = ("opioid_safety", "communication", "nonopioid_options", "biopsychosocial_plan")  # table 1, most frequent first
SAID = 3  # how much more a need counts that the text names than one that a situation suggests
FIRST_WHEN_DISTRESSED = "emotional_validation"


def needs(scenario: str, situations: Sequence[Situation], cues: Cues) -> Needs:
    """At most three needs asked for, in the order of the text, and at most three likely, most likely first. Never raises.

    A note that asks nothing ("early refill, angry") asks for words: communication. A clinician in distress is met first."""
    named = present(read(scenario), cues, "needs")
    asked = [need for need in named if need in ASKED]
    tags = {situation.tag for situation in situations}
    if not asked and tags - {"clinician_distress"}:
        asked = ["communication"]
    scores = {need: float(len(tags.intersection(suggesting))) for need, suggesting in cues.likely.items()}
    for need in named:
        if need in scores:
            scores[need] += SAID
    if "clinician_distress" in tags or FIRST_WHEN_DISTRESSED in named:
        scores[FIRST_WHEN_DISTRESSED] = float("inf")
    ranked = sorted((need for need in scores if scores[need]), key=lambda need: -scores[need])  # stable: ties in the order of cues.yaml
    return Needs(asked=asked[:MOST], likely=ranked[:MOST])


def wording(need: str, taxonomy: Taxonomy) -> str:
    """One honest phrase on where the need comes from, or "" for a need that is not in the taxonomy."""
    known = taxonomy.needs.get(need)
    if known is None:
        return ""
    if known.named_by:
        return f"of 14 clinicians interviewed about one such service, {known.named_by} named this"
    return "one of the four things that 66 referral questions to one such service asked for most"
