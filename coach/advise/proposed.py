"""The check of a span that a chat model proposes for a slot."""

from collections.abc import Callable, Iterator

from coach.advise import hurts, loves, people, said, taken
from coach.advise.advice import Fact
from coach.advise.lexicon import find
from coach.advise.person import to_patient
from coach.advise.reading import CLINICIAN, MASK, read
from coach.advise.story import Story
from coach.advise.wordsets import word_set

MOST_WORDS = 14
Check = Callable[[Story], Fact | None]


def check(slot: str, span: str, story: Story) -> Fact | None:
    """The fact, marked as the model's, or None. Each place where the span stands is tried in turn."""
    words = read(span).words
    while words and words[-1] in (".", ",", '"'):
        words = words[:-1]
    while words and words[0] in (".", ",", '"'):
        words = words[1:]
    if not words or len(words) > MOST_WORDS or MASK in words or "." in words:
        return None
    for first in places(words, story):
        fact = CHECKS[slot](story, first, first + len(words))
        if fact:
            return fact.model_copy(update={"by": "model"})
    return None


def places(words: list[str], story: Story) -> Iterator[int]:
    """Where these words stand, one after the other, in the scenario."""
    at = -1
    while True:
        try:
            at = story.words.index(words[0], at + 1)
        except ValueError:
            return
        if story.words[at : at + len(words)] == words:
            yield at


def _plain(story: Story, at: int) -> bool:
    """Not denied, not supposed, and not the clinician's or a relative's."""
    reading = story.reading
    return not reading.denied[at] and not reading.supposed[at] and reading.subject[at] not in ("clinician", "other") and not story.quoted(at)


def _same_as_rules(finder: Check) -> Callable[[Story, int, int], Fact | None]:
    """For what the rules find as surely as any model: the proposal stands only where the rules agree."""

    def checked(story: Story, first: int, end: int) -> Fact | None:
        fact = finder(story)
        return fact if fact and (fact.span in story.reading.span(first, end) or story.reading.span(first, end) in fact.span) else None

    return checked


def _body_part(story: Story, first: int, end: int) -> Fact | None:
    start = first
    while start < end and story.words[start] in ("his", "her", "their", "the", "both", "left", "right", "bilateral", "in"):
        start += 1
    found = find(story.lexicon.body_parts, story.words, start) if start < end else None
    if not found or not hurts._the_patients(story, start) or not (start + found[0] == end or story.words[start + found[0] : end] in (["pain"], ["pains"], ["hurts"])):
        return None
    sentence = story.words[story.reading.sentence[start] : story.reading.sentence_end(start)]
    hurting = any(word in hurts.PAIN or word in ("hurt", "hurts", "hurting", "aching", "shot", "killing", "sore", "painful") for word in sentence)
    return story.fact(found[1], start, start + found[0]) if hurting else None


def _treatment(story: Story, first: int, end: int) -> Fact | None:
    found = [(a, b, name) for a, b, name in taken.mentions(story, story.lexicon.treatments) if first <= a and b <= end]
    before = " " + " ".join([*story.reading.before(first, 8), ""])
    after = " ".join([*story.words[end : end + 6], ""])
    if not found or not _plain(story, first) or taken.NOT_TRIED.search(before) or not (taken.TRIED_BEFORE.search(before) or taken.TRIED_AFTER.match(after)):
        return None
    names = list(dict.fromkeys(name for _, _, name in found))[:2]
    return story.fact(" and ".join(names), found[0][0], found[min(len(found), 2) - 1][1])


LOVE_SIGNS = loves.LOVES | word_set("love enjoy miss used wants hopes hope hoping hobby hobbies passion goal back dreams wishes loving like")
FEAR_SIGNS = loves.AFRAID | word_set("worried worries fear fears afraid dread dreads panic panics panicked nervous")


def _loved(story: Story, first: int, end: int) -> Fact | None:
    before = story.reading.before(first, 8)
    if not _plain(story, first) or LOVE_SIGNS.isdisjoint([*before, *story.words[first:end]]) or not CLINICIAN.isdisjoint(story.words[first:end]):
        return None
    lead = "to " if story.word(first - 1) == "to" or before[-2:] == ["used", "to"] else ""
    if loves.no_loved_thing(story, first) or not story.lexicon.not_life.isdisjoint(story.words[first:end]) or any(word in story.lexicon.kin and "'s" in word for word in before):
        return None
    return story.fact(to_patient(lead + story.reading.span(first, end), "ing", story.pronoun, story.lexicon), first, end)


def _feared(story: Story, first: int, end: int) -> Fact | None:
    before = story.reading.before(first, 6)
    if not _plain(story, first) or FEAR_SIGNS.isdisjoint(before) or not CLINICIAN.isdisjoint([*before, *story.words[first:end]]):
        return None
    lead = "to " if story.word(first - 1) == "to" else ""
    if story.reading.subject[first] != "patient" and not loves.CLINICIAN_FEARS.isdisjoint(story.words[first:end]):
        return None
    if not loves.NEVER_SAID.isdisjoint(story.words[first:end]):
        return None
    return story.fact(to_patient(lead + story.reading.span(first, end), "of", story.pronoun, story.lexicon), first, end)


CHECKS: dict[str, Callable[[Story, int, int], Fact | None]] = {
    "medicine": _same_as_rules(taken.medicine),
    "sedative": _same_as_rules(taken.sedative),
    "time_on_medicine": _same_as_rules(taken.time_on_medicine),
    "time_in_pain": _same_as_rules(hurts.time_in_pain),
    "event": _same_as_rules(people.event),
    "coming_event": _same_as_rules(people.coming_event),
    "job": _same_as_rules(people.job),
    "patient_words": _same_as_rules(said.patient_words),
    "follow_up": _same_as_rules(said.follow_up),
    "body_part": _body_part,
    "treatment_tried": _treatment,
    "valued_activity": _loved,
    "fear": _feared,
    "person": _same_as_rules(people.person),  # a relative who is merely named may be dead, or the danger
}
