"""Whose sign it is, whether it is denied, and whether it is of long ago: read from the words around a match. Rules of safety.md, section 6."""

import re

DENIALS = frozenset(["denies", "denied", "deny", "denying", "negative", "neg", "without"])
SHORT_DENIALS = frozenset(["no", "not", "never", "isnt", "wasnt", "arent", "hasnt", "havent", "doesnt", "didnt", "dont", "nor", "neither", "none"])
WILL_NOT = frozenset(["wont", "cant", "cannot", "wouldnt", "couldnt", "shouldnt", "neednt", "nobody", "noone", "nothing", "nobodys"])
# After one of these words what follows is said anew: a denial before it no longer holds. Doubt ("not sure if") is not denial.
BREAKS = frozenset(
    [
        "but",
        "although",
        "though",
        "however",
        "yet",
        "except",
        "says",
        "said",
        "saying",
        "tells",
        "told",
        "states",
        "stated",
        "reports",
        "reported",
        "admits",
        "admitted",
        "endorses",
        "endorsed",
        "sure",
        "know",
        "knows",
        "certain",
        "if",
        "whether",
        "only",
        "just",
        "first",
        "then",
        "still",
        "despite",
        "because",
        "since",
        "today",
        "now",
        "unless",
        "longer",
        "stop",
        "stops",
        "stopped",
        "stopping",
        "shake",
    ]
)
# Words that stand between a sign and its "denied" ("SI/HI denied").
BESIDE = frozenset([",", "hi", "avh", "si", "or", "and", "ideation", "thoughts", "intent", "plan"])
ANSWERS_NO = frozenset(["no", "not", "none", "never", "denied", "denies", "nope", "nil"])
# "SI: denies." at the end of a note's line
DENIES_LAST = re.compile(r"(?: ,)? (?:hi |avh )?(?:denies|denied)(?: all| both| any)?$")
# A clause ends here, so that "on morphine since ten years ago, and now wants to die" is of today.
CLAUSE = re.compile(r" (?:,|and|but|now|then|today|yesterday|tonight|again)(?= |$)")
LONG_AGO = re.compile(
    r" (?:(?:years|decades|lifetime|ages) (?:ago|back|since|earlier)|once upon a time|used to|in (?:19\d\d|200\d|201\d|202[0-4]|college|childhood|high school|the (?:army|navy|war))"
    r"|since (?:19\d\d|200\d|201\d)|childhood|as a (?:child|kid|boy|girl|teen\w*|young \w+|student)|when (?:he|she|they|i) (?:was|were) (?:a |very )?(?:young|small|little|child|kid|boy|girl|teen\w*|nine|ten|\w+teen)) "
)
PRONOUNS = frozenset(["he", "she", "they", "hes", "shes", "theyre", "im", "ive", "i", "we", "you", "him", "them", "patient", "pt", "who"])
RELATIVES = frozenset(
    [
        "brother",
        "brothers",
        "sister",
        "sisters",
        "mother",
        "mothers",
        "mom",
        "moms",
        "mum",
        "father",
        "fathers",
        "dad",
        "dads",
        "son",
        "sons",
        "daughter",
        "daughters",
        "husband",
        "husbands",
        "wife",
        "wifes",
        "spouse",
        "partner",
        "partners",
        "boyfriend",
        "boyfriends",
        "girlfriend",
        "girlfriends",
        "cousin",
        "cousins",
        "uncle",
        "uncles",
        "aunt",
        "aunts",
        "nephew",
        "niece",
        "grandson",
        "granddaughter",
        "grandmother",
        "grandfather",
        "grandma",
        "grandpa",
        "friend",
        "friends",
        "neighbor",
        "neighbors",
        "roommate",
        "roommates",
        "coworker",
        "coworkers",
        "ex",
        "family",
        "stepson",
        "stepdaughter",
        "stepfather",
        "stepmother",
        "fiance",
        "fiancee",
        "kid",
        "kids",
        "child",
        "classmate",
        "veteran",
        "relative",
        "receptionist",
        "nurse",
        "colleague",
        "grandchild",
        "inlaw",
        "aunties",
        "inlaws",
        "mum",
        "mums",
        "hubby",
        "buddy",
        "mate",
        "stepbrother",
        "stepsister",
        "auntie",
        "lad",
        "workmate",
        "flatmate",
        "bandmate",
    ]
)
TOLD = frozenset(["called", "calls", "caller", "says", "said", "reports", "reported", "told", "texted", "messaged", "phoned", "calling", "worried"])
OWNERS = frozenset(["her", "his", "their", "a", "the", "my", "s", "own", "patients"])
TO_DENIAL, TO_SHORT_DENIAL, TO_RELATIVE = 14, 5, 5


def denied(text: str, start: int, end: int, also: frozenset[str] = frozenset()) -> bool:
    """Is what stands at start..end of a sentence's text denied ("denies SI", "no thoughts of suicide", "SI: none")?
    `also` are further short denials: in a line to be said, "won't" is one; in a note, "can't stop thinking of" is not."""
    before = text[max(0, start - 140) : start].split()[-TO_DENIAL:]
    listed = False  # a comma or "and" stands between: only a strong denial reaches over it
    for i in range(len(before) - 1, -1, -1):
        word, follows = before[i], before[i + 1] if i + 1 < len(before) else ""
        if word in BREAKS or (word in PRONOUNS and i and before[i - 1] == ","):
            break
        if word in DENIALS:
            return True
        if (word in SHORT_DENIALS or word in also) and not listed and len(before) - i <= TO_SHORT_DENIAL and not (word == "no" and follows == ","):
            return True
        listed = listed or word in {",", "and"}
    following = text[end : end + 40].split()
    after = [word for word in following if word not in BESIDE][:1]
    if after and after[0] in {"denied", "none", "negative", "neg", "absent"}:
        return True
    if DENIES_LAST.match(text, end):
        return True
    return following[:1] == [","] and following[1:2] != [] and following[1] in ANSWERS_NO and "asked" in text[:start].split()


def own_words(text: str, start: int, end: int, typed_before: str) -> bool:
    """Does the writer say this of themselves ("I've been thinking of killing myself"), outside quotation marks and with nobody said to have said it?
    `typed_before` is the text as typed up to the match."""
    quotes = typed_before.replace("\u201c", '"').replace("\u201d", '"').count('"')
    said_by_another = {"he", "she", "they", "patient", "pt", "says", "said", "told", "texted", "messaged", "wrote", "quote"} & set(text[:end].split())
    return bool({"i", "im", "ive", "my", "me", "myself"} & set(text[start:end].split())) and quotes % 2 == 0 and not said_by_another


def long_ago(text: str, start: int, end: int) -> bool:
    """Does the clause around start..end of a sentence's text speak of long ago ("choked her in 1998", "used to", "as a child")?"""
    before, after = text[:start], text[end:]
    left = max((mark.end() for mark in CLAUSE.finditer(before)), default=0)
    right = CLAUSE.search(after)
    clause = before[left:] + text[start:end] + after[: right.start() if right else None]
    return bool(LONG_AGO.search(clause + " "))


def of_another(text: str, start: int) -> bool:
    """Does the sign belong to somebody close to the patient ("her brother died by suicide"), not to the patient?"""
    before = text[max(0, start - 60) : start].split()[-TO_RELATIVE:]
    for i in range(len(before) - 1, -1, -1):
        word, follows = before[i], before[i + 1] if i + 1 < len(before) else ""
        if word in RELATIVES:
            return not _speaker_before(text[:start].split()[-12:], before[i - 1] if i else "")
        if word in {"who", "whom"} and i and before[i - 1] in RELATIVES:
            continue  # "a cousin who jumped"
        if word in PRONOUNS or (word == "her" and follows not in RELATIVES):
            return False
    return False


def _speaker_before(before: list[str], owner: str) -> bool:
    """ "Her daughter called: mom wants to die": a relative who speaks of the patient as a relative, with no "her" or "his" in front."""
    return owner not in OWNERS and bool(TOLD & set(before))
