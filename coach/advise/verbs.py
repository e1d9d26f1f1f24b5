"""Verbs in American English: -ing forms, and third person turned to second. Grammar only; knows no patient."""

import re

from coach.advise.wordsets import word_set

ING = {
    "run": "running", "swim": "swimming", "sit": "sitting", "get": "getting", "be": "being", "lie": "lying", "die": "dying", "tie": "tying", "see": "seeing",
    "begin": "beginning", "forget": "forgetting", "travel": "traveling", "quit": "quitting", "put": "putting", "upset": "upsetting", "cut": "cutting",
    "hurt": "hurting", "depend": "depending", "babysit": "babysitting", "workout": "working out", "permit": "permitting", "relapse": "relapsing", "ski": "skiing",
}  # fmt: skip
BASE = {"is": "be", "are": "be", "am": "be", "was": "be", "has": "have", "does": "do", "goes": "go", "lies": "lie", "dies": "die", "ties": "tie", "says": "say", "uses": "use"}
AGREE = {
    "is": "are", "was": "were", "has": "have", "does": "do", "goes": "go", "isn't": "aren't", "wasn't": "weren't", "hasn't": "haven't", "doesn't": "don't",
    "lies": "lie", "dies": "die", "ties": "tie", "says": "say", "uses": "use",
}  # fmt: skip
KNOWN_S_VERBS = word_set(
    "goes gets has is does takes wants needs makes says feels lives works walks sleeps comes plays cooks eats drinks drives hurts knows thinks keeps looks sits lies "
    "stays tries uses watches worries loves misses hates helps runs gives calls asks reads wakes cries smokes stops starts"
)
NOT_GERUND = word_set("thing nothing something anything everything morning evening ring king sing bring spring string wedding during ceiling wing being-")
ADVERBS = word_set("really never always just still only also barely hardly usually often sometimes now already even probably ever")
MODALS = word_set("can can't will won't would wouldn't could couldn't should shouldn't may might must had hadn't did didn't")
_DOUBLE = re.compile(r"^[^aeiou]*[^aeiou][aeiou][bdgklmnprtv]$")


def is_gerund(word: str) -> bool:
    return len(word) > 4 and word.endswith("ing") and word not in NOT_GERUND and any(vowel in word[:-3] for vowel in "aeiouy")


def ing(verb: str) -> str:
    """The -ing form of a verb in its base form: garden -> gardening, run -> running, lie -> lying."""
    if verb in ING:
        return ING[verb]
    if is_gerund(verb):
        return verb
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    if len(verb) > 2 and _DOUBLE.match(verb) and not verb.endswith(("ook", "ck")):
        return verb + verb[-1] + "ing"
    return verb + "ing"


def base(verb: str) -> str:
    """The base form of a verb in the third person: goes -> go, watches -> watch, worries -> worry. Anything else as it is."""
    if verb in BASE:
        return BASE[verb]
    if not verb.endswith("s") or verb.endswith(("ss", "us", "is")) or len(verb) < 4:
        return verb
    if verb.endswith("ies"):
        return verb[:-3] + "y"
    if verb.endswith(("sses", "shes", "ches", "xes", "zzes", "oes")) and verb not in ("aches", "caches"):
        return verb[:-2]
    return verb[:-1]


def agree(verb: str) -> str:
    """The verb as it stands after "you": goes -> go, is -> are, doesn't -> don't; a past form or a modal as it is."""
    if verb in AGREE:
        return AGREE[verb]
    return verb if verb in MODALS else base(verb)


# After "he's": is or has?
PARTICIPLES = word_set("been had got become taken seen come")
STATES = word_set(
    "tired scared worried exhausted frustrated retired disabled depressed stressed bored divorced married terrified convinced ashamed embarrassed used supposed "
    "confused addicted hooked interested disappointed overwhelmed motivated widowed"
)
OBJECTS = word_set("his her their the a an two three all everything some most")


def contraction(following: list[str]) -> str | None:
    """ "you're" or "you've" for a "he's" that these words follow; None when it could be either."""
    rest = [word for word in following if word not in ADVERBS]
    if not rest:
        return None
    word, after = rest[0], rest[1] if len(rest) > 1 else ""
    if word in PARTICIPLES:
        return "you've"
    if word in ("lost", "done", "gone", "tried") or (word.endswith("ed") and word not in STATES):
        return "you've" if after in OBJECTS else None
    return "you're"
