"""A second look for facts that stand plainly in a text, in a build of sentence the first finders pass over. Asked only where those found nothing."""

import re

from coach.advise.advice import Fact
from coach.advise.hurts import PLURAL, SIDES, SORE, _the_patients
from coach.advise.lexicon import find
from coach.advise.people import GIVEN_TO, GONE_BEFORE, OWNERS, _owner
from coach.advise.person import to_patient
from coach.advise.reading import KIN
from coach.advise.story import Story
from coach.advise.taken import mentions
from coach.advise.times import LENGTH, length
from coach.advise.wordsets import word_set

# Said of a person, not of their trade: left out of "You've worked as …".
OF_THE_PERSON = word_set(
    "retired former young old elderly older proud gentle quiet kind single divorced widowed disabled laid-off big tall sweet polite nice lovely thoughtful careful stubborn"
)
# What a trade may be called by: "a house painter", "a long haul mover".
OF_THE_TRADE = word_set(
    "house dairy ceramics swimming piano night stage church long haul school furniture line pastry tuition heavy city county fishing auto diesel hotel hospital"
)
WITH_WORK = word_set("on with whose who in from down up his her their came i i'm we asking taking")
A_PATIENT = word_set(
    "pain hurts hurting ache aches burns burning arthritis injury surgery refill refills dose taper tapering pills medicine medication opioid opioids script prescription sore bad"
)
NOT_THE_PATIENT_AFTER = word_set("like as than by called hired married dating neighbor")

DAMAGED = r"(?:crush|shatter|smash|fractur|mangl|wreck|injur|tore|broke|broken|burn)\w*"
WHOSE = r"(?:(?:his|her|their|both|one|two|the|a|left|right|lower) ){0,3}$"
HURTS_BEFORE = re.compile(
    rf" (?:{DAMAGED} {WHOSE}"
    rf"|because of (?:his|her|their) (?:\S+ )?$"
    rf"|(?:pain|burning|aching|numbness|scars|arthritis|fusion|injury) (?:down|across|up|through|in|of|deep in|all over) {WHOSE}"
    rf"|for a $)"
)
HURTS_AFTER = re.compile(
    r"(?:(?:that|which) (?:has |have |never |won't |still )*(?:hurts?|burns?|aches?|throbs?)(?: |$)|so twisted |like (?:claws|boxing gloves|shovels|clubs) "
    r"|(?:was|were) (?:torn|crushed|smashed|shattered|burned|burnt|mangled|fused) |(?:smashed|crushed|torn|mangled|shattered) (?:under|by|in|when) |went (?:after|when|out) |scream\w* )"
)
LONG_AGO = re.compile(r"(?:^| )(?:ago|healed|as a (?:kid|child|boy|girl)|(?:19|20)\d\d)(?: |$)")

# Around a relative's name: what makes it unwise to bring them up.
UNWISE = word_set(
    "died dead dying death funeral grave prison jail hospice dementia stroke cancer alzheimer's court custody divorce divorced left leaving steals stole stealing sells sold hits hit hurts beats abuse "
    "abusive drinks drunk drinking uses using overdosed threatened threatens screaming screamed furious pressuring pushing afraid scared fear fears against blames accuses gone missing memory lying takes "
    "pregnant sick ill depends flush flushed hid hides stopped cut dropped with' demands demanding shouting kicked moved terrified needed got had found"
)
SMALL = word_set("baby infant toddler newborn year-old month-old years-old")  # nobody to lean on
NEAR = 8  # words
NEAREST = word_set("wife husband spouse partner girlfriend boyfriend fiance fiancee daughter daughters son sons mother mom father dad sister brother")
OF_THE_RELATIVE = word_set("little big teenage grown")

SINCE = re.compile(r" (?P<lead>since|after|from) (?P<article>a|an|the|his|her|their) (?:(?!and |or |for )\S+ ){0,2}$")
NOT_BEFORE_EVENT = word_set("until before for wants want needs need having planned no not")


def body_part(story: Story) -> Fact | None:
    """The part of the body that the text says is damaged or hurts the patient, also in passing: "crushed his knee", "a neck that has hurt"."""
    for at, word in enumerate(story.words):
        found = find(story.lexicon.body_parts, story.words, at) if word in story.lexicon.body_parts else None
        if not found or story.quoted(at) or not _the_patients(story, at):
            continue
        end = at + found[0]
        sentence = " ".join(story.words[story.reading.sentence[at] : story.reading.sentence_end(at)])
        left, right = " " + " ".join([*story.reading.before(at, 6), ""]), " ".join([*story.words[end : end + 5], ""])
        sore = story.word(at - 1) in SORE and (story.word(at - 2) == "that" or (story.word(at - 2) in OWNERS and story.own(story.word(at - 2))))
        if (sore or (HURTS_BEFORE.search(left) and _plain(left, right)) or HURTS_AFTER.match(right)) and not LONG_AGO.search(sentence):
            side = SIDES.get(story.word(at - 1), "")
            both = story.word(at - 1) in ("both", "bilateral", "two")
            name = f"{side} {found[1]}" if side else PLURAL.get(found[1], found[1]) if both else found[1]
            return story.fact(name, at - 1 if side or both else at, end)
    return None


HURT_FOR = re.compile(r" (?:has|have|had|been|he's|she's|they've)(?: been)? (?:hurt|hurting|in pain|aching)(?: all over| badly| every day)? for " + LENGTH)
PAIN_OF = re.compile(r" pain of " + LENGTH)


def time_in_pain(story: Story) -> Fact | None:
    """How long it has hurt: "has hurt all over for about five years", "pain of eight years' standing". Years and months only."""
    for pattern in (HURT_FOR, PAIN_OF):
        for match in pattern.finditer(" " + story.reading.line):
            unit = match["unit"] or match["bare"]
            last = story.reading.at(match.end() - 2)
            first = next((at for at in range(last, -1, -1) if story.reading.places[at] <= match.start()), 0)
            if unit.startswith(("y", "mo", "dec")) and not story.reading.denied[last] and not story.reading.supposed[last] and story.reading.subject[last] in ("patient", ""):
                return story.fact(length(match), first, last + 1)
    return None


def _plain(left: str, right: str) -> bool:
    """ "for a pelvis smashed under a pallet" names what hurts; "for a knee scan" does not."""
    return not left.endswith(" for a ") or bool(HURTS_AFTER.match(right))


def job(story: Story) -> Fact | None:
    """The work of the one the text is about: "I lowered a house painter from eighty", "a seamstress on tapentadol". Never when two trades are named."""
    found: dict[str, Fact] = {}
    for first, end, _ in mentions(story, story.lexicon.jobs):
        start, kept = _noun_phrase(story, first)
        if start < 0 or not _is_the_patient(story, start, first, end):
            return None  # another trade is named: whose is whose?
        fact = story.fact(to_patient(" ".join(story.words[kept:end]), "a", None, story.lexicon), kept, end)
        if fact:
            found.setdefault(fact.value, fact)
    return next(iter(found.values())) if len(found) == 1 else None


def _noun_phrase(story: Story, first: int) -> tuple[int, int]:
    """(where the "a" stands, the first word of the trade), or (-1, first) when no "a" leads to the trade by words that are known."""
    kept = first
    for at in range(first - 1, first - 5, -1):
        word = story.word(at)
        if word in ("a", "an"):
            return at, kept
        if word in OF_THE_TRADE and kept == at + 1:
            kept = at
        elif word not in OF_THE_PERSON:
            break
    return -1, first


def _is_the_patient(story: Story, start: int, first: int, end: int) -> bool:
    reading = story.reading
    if reading.denied[first] or reading.supposed[first] or story.quoted(first) or reading.subject[start] == "other":
        return False
    before = reading.before(start, 4)
    if any(word in KIN or word in story.lexicon.kin for word in before) or not NOT_THE_PATIENT_AFTER.isdisjoint(before[-1:]):
        return False
    sentence = story.words[first : reading.sentence_end(first)]
    if story.word(end) == "who" and story.word(start - 1) == ",":
        return False  # one of several people: "…, a professor who won't give extensions"
    about_pain = not A_PATIENT.isdisjoint(sentence) or any(word in story.lexicon.opioids or word in story.lexicon.body_parts for word in sentence)
    return about_pain and story.word(end) in WITH_WORK


def person(story: Story) -> Fact | None:
    """The one relative whom the text names as the patient's own, with nothing sad, angry or dangerous said near by."""
    found: dict[str, Fact] = {}
    for first, end, name in mentions(story, story.lexicon.kin):
        start, owner = _owner(story, first)
        if story.word(first - 1) in OF_THE_RELATIVE and story.word(first - 2) in OWNERS:
            start, owner = first - 2, story.word(first - 2)
        if name not in NEAREST or owner not in OWNERS or not story.own(owner) or not _fit(story, start, first, end):
            return None
        fact = story.fact(to_patient(f"{owner} {name}", "your", story.pronoun, story.lexicon), start, end)
        if fact is None:
            return None
        found.setdefault(name, fact)
    return next(iter(found.values())) if len(found) == 1 else None


def _fit(story: Story, start: int, first: int, end: int) -> bool:
    reading = story.reading
    around = story.words[max(reading.sentence[first], start - NEAR) : min(reading.sentence_end(first), end + NEAR)]
    if story.quoted(first) or reading.denied[first] or reading.supposed[first] or reading.subject[start] in ("other", "clinician"):
        return False
    unwise = (
        not UNWISE.isdisjoint(around)
        or not SMALL.isdisjoint(around[:NEAR])
        or not GONE_BEFORE.isdisjoint(reading.before(first, 3))
        or not GIVEN_TO.isdisjoint(reading.before(first, 3))
    )
    return not unwise and story.word(end) not in story.lexicon.coming and not story.word(end).endswith("'s")


def event(story: Story) -> Fact | None:
    """An accident or an operation that the text dates the pain or the medicine from: "on oxycodone after a car wreck"."""
    found: dict[str, Fact] = {}
    for table, article in ((story.lexicon.events_own, "your"), (story.lexicon.events_shared, "the")):
        for first, end, name in mentions(story, table):
            left = " " + " ".join([*story.reading.before(first, 5), ""])
            lead = SINCE.search(left)
            if not lead or story.reading.denied[first] or story.reading.supposed[first] or story.reading.subject[first] in ("clinician", "other"):
                continue
            owner = lead["article"]
            if (owner in OWNERS and not story.own(owner)) or not NOT_BEFORE_EVENT.isdisjoint(left.split()[:-2]) or any("'s" in word for word in left.split()):
                continue
            at = first - 1
            said = name if owner in ("a", "an", "the") and article == "your" else ""
            fact = story.fact(f"your {said}" if said else to_patient(" ".join(["the" if owner in ("a", "an") else owner, name]), "np", story.pronoun, story.lexicon), at, end)
            if fact:
                found.setdefault(fact.value, fact)
    return next(iter(found.values())) if len(found) == 1 else None
