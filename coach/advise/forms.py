"""The grammatical forms a slot may declare in corpus/taxonomy.yaml, each made from a span of the scenario or refused (None)."""

import re

from coach.advise.lexicon import Lexicon, default_lexicon
from coach.advise.person import DANGLING, FINITE, FIRST_OR_SECOND, SUBJECTS, UNCLEAR, finish, split, turn
from coach.advise.verbs import base, ing, is_gerund
from coach.advise.wordsets import word_set

LEADS = re.compile(
    r"^(?:(?:he|she|they|patient) )?(?:(?:really|also|always|still|just) )*"
    r"(?:(?P<loves>loves|loved|love|misses|missed|miss|enjoys|enjoyed|enjoy|likes|liked) |(?P<used>used to ))?"
)
ABLE = re.compile(r"^(?:(?P<to>to )?(?:be able to|being able to|get back to|getting back to|go back to)|to) ")
BEFORE_NOUN = word_set("the a an his her their your some many more several")
PREPOSITIONS = word_set("with in on at for to from by about around through over under up down out off along into without during after before")
NOT_VERBS = BEFORE_NOUN | PREPOSITIONS | UNCLEAR | FINITE | word_set("not no never very too so and or but if as of than again all every each")
POSSESSIVES = word_set("his her their patient's")
DESCRIBING = word_set("older oldest younger youngest elderly two three four five best twin teenage adult grown little big eldest middle late-teen")
MODAL = word_set("will 'll would might may could won't wouldn't can't couldn't")
NOT_WORK = word_set("boss friend life mess wreck")


def to_ing(span: str, pronoun: str | None = None, lexicon: Lexicon | None = None) -> str | None:
    """ "garden" -> "gardening", "fish with his brother" -> "fishing with your brother", "she loves gardening" -> "gardening"."""
    lexicon = lexicon or default_lexicon()
    words = split(span)
    if words is None:
        return None
    text = " ".join(words)
    lead = LEADS.match(text)
    certain = False
    if lead and lead.end():
        text = text[lead.end() :]
        certain = bool(lead["used"])
    if able := ABLE.match(text):
        text = text[able.end() :]
        certain = certain or "able" in able[0] or able[0].startswith("to ")
    rest = text.split()
    if not rest:
        return None
    if text in lexicon.activities and text not in lexicon.activity_verbs:
        return lexicon.activities[text]
    return finish(_ing_words(rest, certain, pronoun, lexicon))


def _ing_words(words: list[str], certain: bool, pronoun: str | None, lexicon: Lexicon) -> list[str] | None:
    head = words[0].lower()
    negated = head == "not"
    if negated:
        words = words[1:]
        head = words[0].lower() if words else ""
    verb = base(head)
    if not head.isalpha() or head in NOT_VERBS - {"have", "do"} or any(word.lower() in ("it", "it's") for word in words):
        return None
    if is_gerund(head):
        said = head
    elif verb in lexicon.activity_verbs or (certain and head == verb):
        said = ing(verb)
    else:
        return None
    rest = turn(words[1:], pronoun, lexicon) if len(words) > 1 else []
    if rest is None:
        return None
    for at, word in enumerate(rest):
        after_and = at and rest[at - 1] in ("and", "or")
        if after_and and word not in NOT_VERBS and not is_gerund(word) and not word.endswith("s") and word != "your":
            if word not in lexicon.activity_verbs:
                rest = rest[: at - 1]
                break
            if not is_gerund(head):
                rest[at] = ing(word)
    return [*(["not"] if negated else []), *said.split(), *rest]


def to_noun_after_of(span: str, pronoun: str | None = None, lexicon: Lexicon | None = None) -> str | None:
    """What may stand after "You're scared of": "he'll lose his job" -> "losing your job", "to move" -> "moving"."""
    lexicon = lexicon or default_lexicon()
    words = split(span)
    while words and words[0].lower() in ("that", "of", "about"):
        words = words[1:]
    if not words or not FIRST_OR_SECOND.isdisjoint(word.lower() for word in words):
        return None
    low = [word.lower() for word in words]
    if low[0] == "to":
        return finish(_ing_words(words[1:], True, pronoun, lexicon)) if len(words) > 1 else None
    opens = low[0].partition("'")[0]
    if (opens == "they" and pronoun != "they") or (opens in ("he", "she") and pronoun and opens != pronoun):
        return None
    clause = _clause(low)
    if clause:
        subject, denied, verb_at = clause
        return _subject_and_ing(words[:subject], denied, words[verb_at:], pronoun, lexicon)
    if low[0] in SUBJECTS or low[0] in UNCLEAR - POSSESSIVES or not FINITE.isdisjoint(low) or any("'" in word and not word.endswith("'s") for word in low):
        return None
    if is_gerund(low[0]) or low[0] == "not":
        return finish(_ing_words(words, True, pronoun, lexicon))
    if any(word in ("it", "it's", "that") or (word.endswith("'s") and word[:-2] in SUBJECTS - {"patient"}) for word in low) or len(words) > 9:
        return None
    said = finish(turn(words, pronoun, lexicon))
    return None if said and said.split()[0] in ("you", "yours", "yourself") else said


def is_clause_or_gerund(span: str) -> bool:
    """Whether a span can follow "scared" or "scared that" without "of": "he'll lose his job", "to move", "losing his job"."""
    low = [word.lower() for word in split(span) or ["?"]]
    return low[0] == "to" or is_gerund(low[0]) or _clause(low) is not None


def _clause(low: list[str]) -> tuple[int, str, int] | None:
    """(words of the subject, how it is denied, where the verb starts) of "NP will …" and its like."""
    for at, word in enumerate(low[:6]):
        if "'" in word and word.endswith("'ll") and word[:-3] in SUBJECTS and at == 0:
            return _verb(low, 0, "", 1)
        if word in ("he's", "she's") and low[at + 1 : at + 3] == ["going", "to"] and at == 0:
            return _verb(low, 0, "", 3)
        if word in ("is", "are") and low[at + 1 : at + 3] == ["going", "to"] and at:
            return _verb(low, at, "", at + 3)
        if at and low[at - 1] == "pain" and word in ("returns", "comes", "gets", "worsens"):
            return _verb(low, at, "", at)
        if word in MODAL and at:
            denied = "able" if word in ("can't", "couldn't") else "not" if word.endswith("n't") else ""
            return _verb(low, at, denied, at + 1)
    return None


def _verb(low: list[str], subject: int, denied: str, at: int) -> tuple[int, str, int] | None:
    if low[at : at + 1] == ["not"]:
        denied, at = "not", at + 1
    if low[at : at + 1] == ["never"]:
        denied, at = "never", at + 1
    return (subject, denied, at) if at < len(low) else None


def _subject_and_ing(subject: list[str], denied: str, rest: list[str], pronoun: str | None, lexicon: Lexicon) -> str | None:
    low = [word.lower() for word in subject]
    own = not subject or (len(subject) == 1 and low[0] in SUBJECTS)
    if own and subject and pronoun and low[0] in ("he", "she", "they") and low[0] != pronoun:
        return None
    if not own and low[0] not in POSSESSIVES | {"the", "nobody", "everyone", "people", "no", "pain"}:
        return None
    if not own and not FINITE.isdisjoint(low):
        return None
    # the whole is checked as one, so that "his mother will find out he uses" is refused
    whole = turn([*([] if own else subject), *rest], pronoun, lexicon)
    if whole is None or rest[0].lower() in NOT_VERBS - {"have", "do"} or not rest[0].isalpha() or "it" in whole:
        return None
    turned = whole[: 0 if own else len(subject)]
    after = whole[len(turned) + 1 :]
    verb = ["being", "able", "to", rest[0].lower()] if denied == "able" else ing(base(rest[0].lower())).split()
    return finish([*turned, *(["never"] if denied == "never" else ["not"] if denied else []), *verb, *after])


def to_your(span: str, pronoun: str | None = None, lexicon: Lexicon | None = None) -> str | None:
    """ "his older sister", "wife" -> "your older sister", "your wife"."""
    lexicon = lexicon or default_lexicon()
    words = split(span)
    if not words:
        return None
    low = [word.lower() for word in words]
    if low[0] in POSSESSIVES:
        if pronoun and low[0] in ("his", "her", "their") and {"his": "he", "her": "she", "their": "they"}[low[0]] != pronoun:
            return None
        low = low[1:]
    plain = [word for word in low if word not in DESCRIBING]
    if not plain or " ".join(plain) not in _people(lexicon):
        return None
    return "your " + " ".join(low)


def _people(lexicon: Lexicon) -> frozenset[str]:
    return frozenset(name for table in (lexicon.kin, lexicon.children) for entries in table.values() for _, name in entries)


def to_noun_phrase(span: str, pronoun: str | None = None, lexicon: Lexicon | None = None) -> str | None:
    """ "his surgery" -> "your surgery", "a car accident" -> "the car accident". The span must have its article or possessive."""
    lexicon = lexicon or default_lexicon()
    words = split(span)
    if not words or len(words) < 2 or len(words) > 8:
        return None
    low = [word.lower() for word in words]
    if low[0] in ("a", "an"):
        words[0] = low[0] = "the"
    if low[0] not in POSSESSIVES | {"the"} or not FINITE.isdisjoint(low) or not (UNCLEAR - POSSESSIVES).isdisjoint(low[1:]) or low[-1] in DANGLING:
        return None
    return finish(turn(words, pronoun, lexicon))


def to_a(span: str, _pronoun: str | None = None, _lexicon: Lexicon | None = None) -> str | None:
    """ "roofer" -> "a roofer", "EMT" -> "an EMT", "retired teacher" -> "a teacher"."""
    words = split(span)
    while words and words[0].lower() in ("a", "an", "retired", "former", "ex"):
        words = words[1:]
    if not words or len(words) > 4:
        return None
    said = [word if word.isupper() and len(word) > 1 else word.lower() for word in words]
    low = [word.lower() for word in said]
    if (
        low[0] in NOT_VERBS
        or not (POSSESSIVES | FIRST_OR_SECOND | UNCLEAR | SUBJECTS).isdisjoint(low)
        or low[-1] in NOT_WORK | DANGLING
        or (low[-1].endswith("s") and not low[-1].endswith("ss"))
    ):
        return None
    if any(not word.replace("'", "").replace("-", "").isalpha() for word in low):
        return None
    return f"{article(said[0])} {' '.join(said)}"


def article(word: str) -> str:
    """ "a" or "an", by sound."""
    if word.isupper() and len(word) > 1:
        return "an" if word[0] in "AEFHILMNORSX" else "a"
    if re.match(r"(?:uni|use|usu|eu|one)", word.lower()):
        return "a"
    return "an" if word[0].lower() in "aeiou" else "a"
