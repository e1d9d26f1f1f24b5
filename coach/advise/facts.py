"""From a scenario to slot values, by rules. A wrong fact said to a patient is the worst outcome, a missing one costs little: when in doubt, nothing."""

import re
from collections.abc import Callable, Mapping

from coach.advise import hurts, loves, people, said, second_look, taken
from coach.advise.advice import Fact
from coach.advise.lexicon import Lexicon, load_lexicon
from coach.advise.proposed import check
from coach.advise.story import GENDERED, Story, tell
from coach.advise.times import WHEN, when
from coach.advise.wordsets import word_set
from coach.library.taxonomy import Taxonomy

# Whose words they may be that are not the patient's: other people at work, and papers.
OTHER_SPEAKERS = word_set(
    "attending receptionist secretary orthopedist radiologist radiology report x-ray film mri automated text page store chain cardiology board director trainee registrar triage website leaflet label voicemail"
)
NAMED_AFTER = re.compile(r"(?:, )?(?:says|said|goes|writes|wrote) (?:my|our|the(?! patient)|a) ")
COMING = re.compile(
    r" (?:(?P<who>he|she|they|he's|she's|they're|patient|patient's)(?: is| are)? (?:comes?|coming|in|due|back)(?: in| back| again| here| to me| to see me)?(?: for (?:\S+ ){1,3}?)?"
    r"|(?:i|i'm|i'll|we|to|and)(?: am| will)? (?:see|seeing|phone|phoning|ring|ringing|call|calling) (?P<whom>him|her|them)(?: again| back)?"
    r"|(?:the|his|her|next|our)? ?(?:visit|visit's|appointment|appointment's|appt|slot|next one|next time)(?: with (?:him|her|them))?(?: is)?) " + WHEN
)
NOT_A_VISIT = word_set("last missed was were ago wants asks asked should until before when since")
NOT_A_TIME_AFTER = word_set("each after since of straight ago early or vs late")


def body_part(story: Story) -> Fact | None:
    """As `hurts` finds it, but not one in a quotation that is not called "my": "a guy with a sprained ankle"."""
    fact = hurts.body_part(story)
    if fact:
        start = story.reading.text.find(fact.span)
        at = next((at for at, place in enumerate(story.reading.starts) if place >= start), 0)
        if story.quoted(at) and "my" not in story.reading.before(at, 4) and not {"hurt", "hurts", "aches", "killing"} & set(story.words[at : at + 6]):
            return None
    return fact


def patient_words(story: Story) -> Fact | None:
    """As `said` finds them, but never what a colleague or a piece of paper said."""
    fact = said.patient_words(story)
    if fact is None:
        return None
    start = story.reading.text.find(fact.span)
    first = next((at for at, place in enumerate(story.reading.starts) if place >= start), 0)
    before = story.reading.before(first, 14)
    after = " ".join([*(word for word in story.words[first : first + 40] if word != "."), ""])
    behind = after.partition(' " ')[2]
    if not OTHER_SPEAKERS.isdisjoint(before) or before[-2:-1] == ["from"] or NAMED_AFTER.match(behind):
        return None
    return fact


def follow_up(story: Story) -> Fact | None:
    """As `said` finds it, or the day on which the patient comes: "she's in tomorrow", "I see him Thursday"."""
    fact = said.follow_up(story)
    if fact:
        tail = story.reading.text[story.reading.text.find(fact.span) + len(fact.span) :].split()
        return None if tail and tail[0].strip(".,").lower() in NOT_A_TIME_AFTER else fact
    return _coming(story)


def _coming(story: Story) -> Fact | None:
    reading = story.reading
    for match in COMING.finditer(" " + reading.line):
        who = match["who"] or match["whom"] or ""
        start, last = reading.at(match.start("when") - 1), reading.at(match.end("when") - 1)
        sentence = story.words[reading.sentence[start] : reading.sentence_end(start)]
        someone_else = GENDERED.get(who) and story.pronoun and GENDERED[who] != story.pronoun
        counted = match["n"] and story.word(start) != "in"  # "due two weeks": ahead, or ago?
        if someone_else or counted or story.quoted(start) or reading.denied[start] or reading.supposed[start] or story.word(last + 1) in NOT_A_TIME_AFTER:
            continue
        if reading.sentence_end(last) < len(story.words) and "?" in reading.text[reading.ends[last] : reading.starts[reading.sentence_end(last)] + 1]:
            continue
        if NOT_A_VISIT.isdisjoint(sentence):
            return story.fact(when(match), start, last + 1)
    return None


PAST_BEFORE = word_set("retired former ex was used been worked spent")
PAST_AFTER = word_set("until before once back")


def job(story: Story) -> Fact | None:
    """As `people` finds it, then as `second_look` does. Work that is over is told by its span: it begins with "retired", "was" and the like (see `adapt.over`)."""
    fact = people.job(story) or second_look.job(story)
    if fact is None:
        return None
    start = story.reading.text.find(fact.span)
    first = next((at for at, place in enumerate(story.reading.starts) if place >= start), 0)
    end = first + len(fact.span.split())
    told = [at for at in range(max(story.reading.sentence[first], first - 5), first) if story.words[at] in PAST_BEFORE]
    over = bool(told) or not PAST_AFTER.isdisjoint(story.words[end : end + 4])
    begins = told[0] if told else first
    last = next((at for at in range(end, min(end + 4, len(story.words))) if story.words[at] in PAST_AFTER), end - 1) if not told and over else end - 1
    return story.fact(fact.value, begins, last + 1) if over else fact


TELLERS = word_set("friend friends neighbor")
HELPLESS = word_set("dementia alzheimer's hospice dying")


def person(story: Story) -> Fact | None:
    """As `people` finds one to lean on, and then as `second_look` does; nobody in a text in which someone close cannot be leaned on."""
    fact = people.person(story) or second_look.person(story)
    if fact is None or not HELPLESS.isdisjoint(story.words):
        return None
    whose = fact.span.lower().split()
    return None if whose[0] in TELLERS else fact  # "friend says she sells them": whoever told the clinician


def first_of(*finders: Callable[[Story], Fact | None]) -> Callable[[Story], Fact | None]:
    """A finder that asks each in turn, and stops at the first that knows."""
    return lambda story: next((fact for finder in finders if (fact := finder(story))), None)


def fear(story: Story) -> Fact | None:
    """As `loves` finds it, but not "scared to stop", which as an answer to "of what?" says nothing."""
    fact = loves.fear(story)
    return None if fact and fact.value == "stopping" else fact


FINDERS: Mapping[str, Callable[[Story], Fact | None]] = {
    "medicine": taken.medicine,
    "sedative": taken.sedative,
    "body_part": first_of(body_part, second_look.body_part),
    "time_on_medicine": taken.time_on_medicine,
    "time_in_pain": first_of(hurts.time_in_pain, second_look.time_in_pain),
    "treatment_tried": taken.treatment_tried,
    "valued_activity": loves.valued_activity,
    "fear": fear,
    "person": person,
    "event": first_of(people.event, second_look.event),
    "coming_event": people.coming_event,
    "job": job,
    "patient_words": patient_words,
    "follow_up": follow_up,
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
