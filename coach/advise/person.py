"""Speech about a patient turned to speech addressed to the patient: "his knees are shot" -> "your knees are shot".

Every function gives None where it cannot be sure: two people in play, a pronoun that may be someone else, the clinician's own "I".
A line without a value is good; a line with the wrong person in it is not.
"""

import re

from coach.advise.lexicon import Lexicon, default_lexicon
from coach.advise.verbs import ADVERBS, KNOWN_S_VERBS, agree, contraction
from coach.advise.wordsets import word_set

LONGEST = 80  # characters of a value
HE = word_set("he him his himself he's he'd he'll")
SHE = word_set("she her hers herself she's she'd she'll")
THEY = word_set("they them their theirs themselves themself they're they'd they'll they've")
SETS = {"he": HE, "she": SHE, "they": THEY}
SUBJECTS = word_set("he she they patient")
FIRST_OR_SECOND = word_set("i i'm i'll i've i'd me my mine myself we we're we'll we've we'd us our ours ourselves you your yours you're you'll you've you'd yourself im ive")
REFLEXIVE = word_set("himself herself themselves themself")
FEMALE = word_set("wife mother mom mum daughter daughters sister sisters girlfriend grandmother grandma aunt niece granddaughter granddaughters girls fiancee stepdaughter")
MALE = word_set("husband father dad son sons brother brothers boyfriend grandfather grandpa uncle nephew grandson grandsons boys fiance stepson")
MANY = word_set("kids children grandkids grandchildren parents friends grandbabies")
# After "her" these show that it is an object ("keeps her up"), not a possessive ("her knees").
AFTER_OBJECT = word_set(
    "to for at in on with when if and but or again too back out up off down over away the a an more so because from by about that who now today alone all anymore enough"
)
CAUSING = word_set("help helps helped helping let lets letting make makes made making have having saw told tell")
DANGLING = word_set(
    "the a an of to with for at in on and or but by from about your that than as into if because when who which is are was were will would can not very so like my no his her without until"
)
UNCLEAR = word_set("it it's its this that these those there here what which who whom whose how why where when he she him her them they hers theirs someone something")
FINITE = word_set("is are was were has have had will would can can't won't does doesn't do don't did didn't could couldn't should might says said thinks isn't")
FORBIDDEN = re.compile(r"[\[\]{}<>|¤\"“”\n\r\t\\]")
WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[^\w\s]")


def to_patient(span: str, form: str = "clause", pronoun: str | None = None, lexicon: Lexicon | None = None) -> str | None:
    """The span turned to `form`: clause, ing, of, your, np or a (see coach.advise.forms), or None when that cannot be done surely.

    pronoun: how the scenario speaks of the patient (he, she, they), or None when it is not known."""
    from coach.advise import forms

    lexicon = lexicon or default_lexicon()
    makers = {"clause": turn_clause, "ing": forms.to_ing, "of": forms.to_noun_after_of, "your": forms.to_your, "np": forms.to_noun_phrase, "a": forms.to_a}
    said = makers[form](span, pronoun, lexicon)
    return None if said and not REFLEXIVE.isdisjoint(said.lower().split()) else said


def turn_clause(span: str, pronoun: str | None = None, lexicon: Lexicon | None = None) -> str | None:
    """ "he can't sleep" -> "you can't sleep"."""
    words = split(span)
    if words is None:
        return None
    return finish(turn(words, pronoun, lexicon or default_lexicon()))


def split(span: str) -> list[str] | None:
    """The words of a span, straight apostrophes, "the patient" and "pt" as "patient"; None for a span that may not enter a value."""
    if FORBIDDEN.search(span.strip()) or len(span) > 4 * LONGEST:
        return None
    words = WORD.findall(span.strip().replace("’", "'"))
    while words and not words[-1][-1].isalnum():
        words.pop()
    while words and not words[0][0].isalnum():
        words.pop(0)
    if not words:
        return None
    first = words[0]
    if first[:1].isupper() and not first[1:2].isupper():
        words[0] = first[0].lower() + first[1:]
    said = [{"pt": "patient", "Pt": "patient", "pt's": "patient's"}.get(word, word) for word in words]
    return [word for at, word in enumerate(said) if not (word in ("the", "this") and said[at + 1 : at + 2] and said[at + 1] in ("patient", "patient's"))]


def turn(words: list[str], pronoun: str | None, lexicon: Lexicon) -> list[str] | None:
    """The words, addressed to the patient; None when it is not sure that every pronoun is the patient's."""
    low = [word.lower() for word in words]
    if not FIRST_OR_SECOND.isdisjoint(low) or not _one_person(low, pronoun) or _may_be_someone_else(low, lexicon):
        return None
    out: list[str] = []
    expects_verb = spoke = False
    for at, word in enumerate(low):
        following = low[at + 1 :]
        if expects_verb and word not in ADVERBS:
            out.append(agree(word))
            expects_verb = False
        elif word in SUBJECTS:
            if not following:
                return None
            out.append("you")
            expects_verb = spoke = True
        elif at and spoke and low[at - 1] in ("and", "or", "then", "but") and word.endswith("s") and not word.endswith(("ss", "us")) and word != "his":
            if word not in KNOWN_S_VERBS:
                return None  # "gets up and …s": a verb or a plural?
            out.append(agree(word))
        else:
            said = _pronoun(word, low, at)
            if said is None:
                return None
            spoke = spoke or said.startswith("you'") or said in ("you're", "you've")
            out.append(said if said != word else words[at])
    return None if expects_verb else out


def _one_person(low: list[str], pronoun: str | None) -> bool:
    kinds = [name for name, members in SETS.items() if not members.isdisjoint(low)]
    if len(kinds) > 1:
        return False
    return not kinds or (kinds[0] == (pronoun or kinds[0]) and not (kinds[0] == "they" and pronoun != "they"))


def _may_be_someone_else(low: list[str], lexicon: Lexicon) -> bool:
    """A pronoun that follows a person may mean that person: "watching her daughter play in her recital"."""
    person = ""
    for at, word in enumerate(low):
        if word in lexicon.kin or word in lexicon.children or word in ("doctor", "boss", "nurse", "pharmacist", "surgeon", "therapist", "man", "woman"):
            person = word
        elif person and (word in HE or word in SHE or word in THEY):
            if word in SUBJECTS or "'" in word:
                return True
            same = (person in FEMALE and word in SHE) or (person in MALE and word in HE)
            unknown = person not in FEMALE | MALE | MANY
            joined = low[at - 1] in ("and", "or") and word in ("his", "her", "their")
            if (same or unknown) and not joined:
                return True
    return False


def _pronoun(word: str, low: list[str], at: int) -> str | None:
    """The word as said to the patient; the same word when it is no pronoun; None when it could be read two ways."""
    following = low[at + 1] if at + 1 < len(low) else ""
    if word == "patient's":
        return "your"
    if word in REFLEXIVE:
        return "yourself"
    if word in ("him", "them"):
        return "you"
    if word in ("hers", "theirs"):
        return "yours"
    if word == "his" or word == "their":
        return "your" if following and following[0].isalnum() else "yours"
    if word == "her":
        if not following or not following[0].isalnum() or following in AFTER_OBJECT:
            return "you"
        return None if at and low[at - 1] in CAUSING else "your"
    if word in ("he's", "she's"):
        return contraction(low[at + 1 :])
    if word in ("he'd", "she'd", "they'd", "he'll", "she'll", "they'll", "they're", "they've"):
        return "you'" + word.partition("'")[2] if following else None
    return word


def finish(words: list[str] | None) -> str | None:
    """The words as one string, or None when something is left that must not be said."""
    if not words or (words[-1].lower() in DANGLING and [word.lower() for word in words[-2:]] not in (["like", "that"], ["like", "this"])):
        return None
    low = {word.lower() for word in words}
    if low & (HE | SHE | THEY) or low & FIRST_OR_SECOND - {"you", "your", "yours", "you're", "you'll", "you've", "you'd", "yourself"}:
        return None
    text = re.sub(r"\s+([,.?!%)])", r"\1", " ".join(words))
    text = re.sub(r"\s*([/&])\s*", r"\1", text)
    return text if len(text) <= LONGEST and not FORBIDDEN.search(text) and any(letter.isalpha() for letter in text) else None
