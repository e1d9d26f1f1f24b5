"""From a scenario to slot values, by rules. A wrong fact said to a patient is the worst outcome, a missing one costs little: when in doubt, nothing."""

from collections.abc import Callable, Mapping

from coach.advise import hurts, loves, people, said, taken
from coach.advise.advice import Fact
from coach.advise.lexicon import Lexicon, load_lexicon
from coach.advise.proposed import check
from coach.advise.story import Story, tell
from coach.library.taxonomy import Taxonomy

FINDERS: Mapping[str, Callable[[Story], Fact | None]] = {
    "medicine": taken.medicine,
    "sedative": taken.sedative,
    "body_part": hurts.body_part,
    "time_on_medicine": taken.time_on_medicine,
    "time_in_pain": hurts.time_in_pain,
    "treatment_tried": taken.treatment_tried,
    "valued_activity": loves.valued_activity,
    "fear": loves.fear,
    "person": people.person,
    "event": people.event,
    "coming_event": people.coming_event,
    "job": people.job,
    "patient_words": said.patient_words,
    "follow_up": said.follow_up,
}


def from_rules(scenario: str, lexicon: Lexicon, taxonomy: Taxonomy | None = None) -> dict[str, Fact]:
    """The facts the scenario states, in the order of FINDERS. Each value has the form its slot declares, each span stands in the scenario.
    Only slots of `taxonomy` are filled, when one is given. Never raises."""
    story = tell(scenario, lexicon)
    facts: dict[str, Fact] = {}
    for slot, finder in FINDERS.items():
        if taxonomy is not None and slot not in taxonomy.slots:
            continue
        fact = finder(story)
        if fact:
            facts[slot] = fact
    _drop_person_of_another_fact(facts)
    return facts


def from_model(spans: Mapping[str, str | None], scenario: str, lexicon: Lexicon, taxonomy: Taxonomy | None = None) -> dict[str, Fact]:
    """What a chat model proposes, as strictly checked as what the rules find: the span must stand in the scenario word for word, not denied or
    supposed, be of its slot's kind, and be the patient's. Anything doubtful is dropped. Never raises."""
    story = tell(scenario, lexicon)
    facts: dict[str, Fact] = {}
    for slot, span in spans.items():
        if slot in FINDERS and span and isinstance(span, str) and (taxonomy is None or slot in taxonomy.slots):
            fact = check(slot, span, story)
            if fact:
                facts[slot] = fact
    return facts


def merge(rules: Mapping[str, Fact], model: Mapping[str, Fact]) -> dict[str, Fact]:
    """Both together; where both know a slot, the rules win."""
    merged = {**model, **rules}
    _drop_person_of_another_fact(merged)
    return merged


def _drop_person_of_another_fact(facts: dict[str, Fact]) -> None:
    """A person who only stands inside a fear or a loved thing is not offered as one to lean on."""
    close = facts.get("person")
    if close and any(close.span in facts[slot].span for slot in ("fear", "valued_activity", "event", "coming_event") if slot in facts):
        del facts["person"]


__all__ = ["FINDERS", "Lexicon", "from_model", "from_rules", "load_lexicon", "merge"]
