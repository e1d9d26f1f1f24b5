"""Where it hurts, and since when."""

import re

from coach.advise.advice import Fact
from coach.advise.lexicon import find
from coach.advise.story import Story
from coach.advise.taken import is_taken, mentions
from coach.advise.times import LENGTH, UNITS, length
from coach.advise.wordsets import word_set

PAIN = word_set("pain pains ache aches arthritis spasm spasms osteoarthritis oa injury sprain")
PAIN_OF_A_NOUN = word_set("neuropathy dysplasia stenosis fusion fracture fractures trouble")  # of a hip or a back; "lumbar stenosis" names no part as one says it
ADJECTIVES = word_set("lumbar joint rib abdominal")
DAMAGED = r"(?:crushed|shattered|smashed|broken|wrecked|ruined|gone|finished|shot|fused|pinned|mash up|in bits)"
HURTING = re.compile(
    r"(?:still |always |really )?(?:hurts?|aches?|aching|is killing|are killing|is shot|are shot|shot|is bad|are bad|are bone on bone|is bone on bone|gave out|give out|went out|pain|throbs?|burns|spasms?|"
    r"(?:(?:that )?(?:is|are|was|were|got|that's) (?:truly |badly |all |both |completely )?)?" + DAMAGED + r")(?: |$)"
)
PAIN_IN = re.compile(
    r" (?:pain|pains|arthritis|neuropathy|aching|hurts|ache|hurting|spasms|swelling|burning|crps|shrapnel|hardware|rods|screws|stenosis|osteoarthritis|fusion|nerve injury|nerve damage|burns) "
    r"(?:is |deep )?(?:in|of|to|down) (?:(?:his|her|the|their|both|bilateral|left|right|lower|r|l) ){0,3}$"
    r"| (?:pain|neuropathy|burning|arthritis|oa|crps) (?:both|bilateral|left|right) $"
)
TAKEN_FOR = re.compile(r" for (?:(?:his|her|their|the) )?(?:(?:bad|both|left|right) )*$")
SORE = word_set(
    "bad painful aching sore arthritic neuropathic crook dodgy bum frozen crushed broken shattered smashed burned burnt fused wrecked ruined gnarled mangled avascular rheumatoid sciatic sprained "
    "fractured torn injured stabbing bone-on-bone swollen ulcerated"
)
SIDES = {"left": "left", "right": "right"}
PLURAL = {
    "knee": "knees",
    "hip": "hips",
    "shoulder": "shoulders",
    "hand": "hands",
    "wrist": "wrists",
    "foot": "feet",
    "ankle": "ankles",
    "elbow": "elbows",
    "leg": "legs",
    "arm": "arms",
}


def body_part(story: Story) -> Fact | None:
    """The first part of the body that the text says hurts the patient."""
    for at, word in enumerate(story.words):
        if word == "lbp" and _the_patients(story, at):
            return story.fact("lower back", at, at + 1)
        found = find(story.lexicon.body_parts, story.words, at) if word in story.lexicon.body_parts else None
        if found and _the_patients(story, at):
            fact = _hurting(story, at, at + found[0], found[1])
            if fact:
                return fact
    return None


def _the_patients(story: Story, at: int) -> bool:
    reading = story.reading
    if reading.denied[at] or reading.supposed[at]:
        return False
    owner = next(
        (word for word in reversed(reading.before(at, 3)) if word in ("his", "her", "their", "my", "our") or (word.endswith("'s") and word not in story.lexicon.opioids)), ""
    )
    if owner:
        return story.own(owner)
    return reading.subject[at] != "clinician" and not (reading.subject[at] == "other" and any(word in story.lexicon.kin for word in reading.before(at, 3)))


def _hurting(story: Story, first: int, end: int, name: str) -> Fact | None:
    words, reading = story.words, story.reading
    start, said = first, name
    before = story.word(first - 1)
    if before in SIDES:
        start, said = first - 1, f"{before} {name}"
    elif before in ("both", "bilateral"):
        start, said = first - 1, PLURAL.get(name, name)
    left = " " + " ".join([*reading.before(first, 6), ""])
    right = " ".join([*words[end : end + 4], ""])
    if (
        story.word(end) in PAIN
        or (story.word(end) in PAIN_OF_A_NOUN and story.word(end - 1) not in ADJECTIVES)
        or HURTING.match(right)
        or PAIN_IN.search(left)
        or (_is_sore(story, first, start) and reading.subject[first] != "clinician")
        or _stands_alone(story, start, end)
    ):
        return story.fact(said, start, end)
    if story.word(end) in ("and", "/") and (second := find(story.lexicon.body_parts, words, end + 1) if end + 1 < len(words) else None):
        last = end + 1 + second[0]
        if story.word(last) in PAIN or HURTING.match(" ".join([*words[last : last + 3], ""])):
            return story.fact(f"{said} and {second[1]}", start, last)
    if TAKEN_FOR.search(left) and any(first - 25 < mention[0] < first and is_taken(story, *mention[:2]) for mention in mentions(story, story.lexicon.opioids)):
        return story.fact(said, start, end)
    return None


def _is_sore(story: Story, first: int, start: int) -> bool:
    """ "bad knees", "a crushed left foot"; "a broken hip" of the past is told with its year."""
    return (story.word(first - 1) in SORE or story.word(start - 1) in SORE) and story.word(first + 1) not in ("in", "last")


def _stands_alone(story: Story, start: int, end: int) -> bool:
    """In telegram style: "Tramadol, both knees." The part stands between stops, close to an opioid that is taken."""
    if story.word(start - 1) not in (",", ".") or story.word(end) not in (",", "."):
        return False
    near = range(max(0, start - 12), min(len(story.words), end + 12))
    found = ((at, find(story.lexicon.opioids, story.words, at)) for at in near if story.words[at] in story.lexicon.opioids)
    return any(match and is_taken(story, at, at + match[0]) for at, match in found)


AFTER_PAIN = re.compile(r"(?:in (?:his|her|the|both|their) (?:\S+ ){1,2})?(?:for (?:the (?:last|past) )?|x ?|times )?" + LENGTH)
LENGTH_OF = re.compile(LENGTH + r"(?:of|with)(?: hx of| history of)?(?: (?:chronic|severe|constant|low|lower|bad|daily|\S+))?(?: \S+)? $")
NOT_THE_PAIN = word_set("med meds medicine medication medications pill pills killers contract clinic patch patches management free doctor doctors specialist")
LASTING = word_set("pain lbp hurting migraines migraine headaches sciatica")
NOT_LONG = word_set("new no less flare zero without breakthrough acute")


def time_in_pain(story: Story) -> Fact | None:
    """How long the pain has lasted; a flare, a new pain or pain medicine is not it."""
    reading = story.reading
    found: dict[str, Fact] = {}
    for at, word in enumerate(story.words):
        if word not in LASTING or reading.denied[at] or reading.supposed[at] or story.word(at + 1) in NOT_THE_PAIN or story.word(at - 1) in NOT_LONG:
            continue
        if story.word(at - 1) == "for" or not _the_patients(story, at) or not NOT_LONG.isdisjoint(reading.before(at, 3)):
            continue
        place = reading.places[at] + len(word) + 1
        left = " ".join([*reading.before(at, 8), ""])
        if match := AFTER_PAIN.match(reading.line, place):
            first, end = at, reading.at(match.end() - 1) + 1
        elif match := LENGTH_OF.search(left):
            first, end = at - left[match.start() :].count(" "), at + 1
        else:
            continue
        weeks = match["unit"] and UNITS[match["unit"]] in ("day", "week")  # that is no pain one has lived with
        fact = story.fact(length(match), first, end) if not weeks and story.word(end) not in ("ago", "after", "before") else None
        if fact:
            found.setdefault(fact.value, fact)
    return next(iter(found.values())) if len(found) == 1 else None
