"""The patient's own words, and when the next visit is."""

import re

from coach.advise.advice import Fact
from coach.advise.reading import CLINICIAN, MASK, OTHERS, PATIENT
from coach.advise.story import GENDERED, Story
from coach.advise.times import WHEN, when
from coach.advise.wordsets import word_set

SAYS = word_set(
    "says said say saying told tells telling screamed yelled yells shouted answers answered replied asks asked insists insisted cried whispered wrote texted crying sobbing repeats repeating goes snapped"
)
FIRST_PERSON = word_set("i i'm i've i'd i'll my me mine")
SHORTEST, LONGEST_QUOTE = 3, 20
THREATS = word_set("shoot gun stab bomb knife kill")
NOT_THE_PATIENT = word_set(
    "office desk lab insurance chart note flyer sign poster letter email wrote written labeled resident director guideline policy script form team hospital school somebody someone called everyone"
)
TOLD_THE_PATIENT = re.compile(r" (?:told|tell|telling|informed|asked) (?:him|her|them|patient|the patient) ")
TOLD_A_RELATIVE = re.compile(r" (?:told|tells|telling|texted) (?:his|her|their) (?!doctor|nurse)\S+ ")  # not said to whoever would say it back
TOLD_OUR_STAFF = re.compile(r" (?:he|she|they|patient) (?:told|tells) (?:my|our|the) (?:nurse|ma|receptionist|resident|pharmacist)(?: that)? [,:]? ?$")
MARKS = re.compile(r"[\"“”'‘’]")


def patient_words(story: Story) -> Fact | None:
    """Three to twelve words between quotation marks that the patient said, or after "he says:". Nothing that would hurt to hear again."""
    reading = story.reading
    marks = [at for at, word in enumerate(story.words) if word == '"' and MARKS.match(reading.text, reading.starts[at])]
    at = 0
    while at + 1 < len(marks):
        opening, closing = marks[at], marks[at + 1]
        if not _opens(story, opening):
            at += 1
            continue
        if _patient_speaks(story, opening, closing):
            fact = _quote(story, opening + 1, closing)
            if fact:
                return fact
        at += 2
    return _after_colon(story) if len(marks) < 2 else None


def _opens(story: Story, at: int) -> bool:
    text, start = story.reading.text, story.reading.starts[at]
    return text[start] not in "”’" and (start == 0 or text[start - 1] in " \n\t(:,—-") and start + 1 < len(text) and not text[start + 1].isspace()


def _speaker(story: Story, words: list[str], who: str) -> str:
    """patient, other, or "" (nobody named) for the words that lead to a quotation."""
    last = next((GENDERED[word] for word in reversed(words) if word in ("he", "she", "he's", "she's")), None)
    if who in ("clinician", "other") or (last and story.pronoun and last != story.pronoun):
        return "other"
    return who


def _patient_speaks(story: Story, opening: int, closing: int) -> bool:
    before = [word.removesuffix("'s") for word in story.reading.before(opening, 14)]
    if TOLD_OUR_STAFF.search(" " + " ".join(before) + " ") and not story.reading.denied[opening]:
        return _speaker(story, before, "patient") == "patient"
    if TOLD_A_RELATIVE.search(" " + " ".join(before) + " "):
        return False
    if not NOT_THE_PATIENT.isdisjoint(before) or TOLD_THE_PATIENT.search(" " + " ".join(before[-6:]) + " "):
        return False
    speaker = _speaker(story, before, story.reading.subject[opening])
    if speaker == "other" or _to_be_said(story, opening):
        return False
    if before[-2:] == ["patient", ":"]:
        return True
    if not SAYS.isdisjoint(before):
        return speaker == "patient" or (OTHERS.isdisjoint(before) and CLINICIAN.isdisjoint(before) and "we" not in before)
    after = [word for word in story.words[closing + 1 : closing + 4] if word != ","]  # "…," she told me
    if not SAYS.isdisjoint(after):
        return OTHERS.isdisjoint(after) and not (CLINICIAN & set(after)) and not (after and after[0] in ("his", "her", "my")) and _speaker(story, after, "") == ""
    if not OTHERS.isdisjoint(before) or not CLINICIAN.isdisjoint(before):
        return False
    if opening == 0 and _speaks_of_the_patient(story, closing + 1):
        return True
    sentence = story.words[story.reading.sentence[opening] : opening] + story.words[closing + 1 : story.reading.sentence_end(closing)]
    terse = (
        len(sentence) <= 8 and OTHERS.isdisjoint(sentence) and PATIENT.isdisjoint(sentence) and CLINICIAN.isdisjoint(sentence) and "?" not in story.reading.span(opening, closing)
    )
    return terse or not FIRST_PERSON.isdisjoint(story.words[opening + 1 : closing])


def _to_be_said(story: Story, opening: int) -> bool:
    """Whether the quotation is an order to whoever answers: "say '…'", in a sentence that names nobody or "you"."""
    said = story.words[story.reading.sentence[opening] : opening]
    return said[-1:] == ["say"] and (not {"you", "your"}.isdisjoint(said) or GENDERED.keys().isdisjoint(said)) and PATIENT.isdisjoint(said) and OTHERS.isdisjoint(said)


def _speaks_of_the_patient(story: Story, at: int) -> bool:
    """Whether the text goes on with "He's right, …": what it opens with is then what he said."""
    while story.word(at) in (".", ",") and at < len(story.words):
        at += 1
    return story.word(at) in ("he's", "she's", "he", "she", "they", "they're") and (story.pronoun is None or GENDERED.get(story.word(at), "they") == story.pronoun)


def _quote(story: Story, first: int, end: int) -> Fact | None:
    while end > first and story.words[end - 1] in (".", ",", ":"):
        end -= 1
    words = story.words[first:end]
    spoken = [word for word in words if word[0].isalnum()]
    if len(spoken) > LONGEST_QUOTE and "." in words:  # too long to say back: what they said first
        return _quote(story, first, first + words.index("."))
    if not SHORTEST <= len(spoken) <= LONGEST_QUOTE or MASK in words or not story.lexicon.insults.isdisjoint(words) or not THREATS.isdisjoint(words) or '"' in words:
        return None
    return story.fact(story.reading.span(first, end).strip(), first, end)


def _after_colon(story: Story) -> Fact | None:
    for at, word in enumerate(story.words):
        if word == ":" and story.word(at - 1) in ("says", "said", "saying", "me") and not SAYS.isdisjoint(story.reading.before(at, 3)):
            end = story.reading.sentence_end(at)
            words = story.words[at + 1 : end]
            speaker = _speaker(story, story.reading.before(at, 6), story.reading.subject[at])
            if speaker == "patient" and GENDERED.keys().isdisjoint(words) and '"' not in words and "," not in words[-1:]:
                return _quote(story, at + 1, end)
    return None


AGAIN = (
    r"(?:(?:see|seeing|sees|saw|have|bring|get) (?:him|her|them|patient) (?:back|again)|(?P<back>back)|follow-up|follow up|followup|rtc|return to clinic|returning|recheck|revisit|reassess|"
    r"(?:will )?(?:call|see) (?:him|her|them) (?:again)?|next (?:visit|appt|appointment)(?: is)?)"
)
FOLLOW = re.compile(rf" {AGAIN} (?:(?:visit|appt|appointment|scheduled|is|for|set|with me|in clinic|call|phone) )*{WHEN}")
FOR_FOLLOW = re.compile(rf" (?:see|seeing|sees) (?:him|her|them|patient) {WHEN}(?:for|to) (?:follow-up|follow up|recheck|a follow)")
NOT_BACK = word_set("came went comes is was been keeps goes moved got pain it fell be gave going sent cut dialed")


def follow_up(story: Story) -> Fact | None:
    """When the next visit or call is. The visit being prepared is not it, nor one that is only asked about."""
    line = " " + story.reading.line
    for pattern in (FOLLOW, FOR_FOLLOW):
        for match in pattern.finditer(line):
            first, end = story.reading.at(match.start()), story.reading.at(match.end() - 2) + 1
            start, last = story.reading.at(match.start("when") - 1), story.reading.at(match.end("when") - 1)
            on_a_day = story.word(first - 1) == "is" and story.word(first + 1) == "on"
            if match.groupdict().get("back") and story.word(first - 1) in NOT_BACK and not on_a_day:
                continue
            if story.reading.denied[start] or story.reading.supposed[start] or story.word(last + 1) in ("or", "ago", "early", "to", "vs") or _asked(story, first, end):
                continue
            return story.fact(when(match), start, last + 1)
    return None


def _asked(story: Story, first: int, end: int) -> bool:
    stop = story.reading.sentence_end(end - 1)
    question = stop < len(story.words) and "?" in story.reading.text[story.reading.starts[stop] : story.reading.ends[stop]]
    before = story.reading.before(first, 30)
    return (
        (question and not {"can", "could", "do", "would", "is", "when", "how"}.isdisjoint(before))
        or "should" in before
        or "missed" in before
        or "last" in before
        or "wants" in before
        or "asks" in before
    )
