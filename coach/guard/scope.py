"""Scope: what is our subject. When in doubt, it is: a refusal in error costs a clinician the words they came for.

Sources: reference safety.md 1.1, R9, R12 and section 6 (the guideline's own limits).
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from coach.advise.advice import Guidance, Scope
from coach.errors import InputError
from coach.guard.languages import looks_foreign
from coach.guard.matcher import Matcher, load, make_rule, read
from coach.guard.phrases import Language
from coach.guard.reading import Reading, Spelling
from coach.guard.sense import denied, of_another

OUTSIDE = ("sickle_cell", "cancer", "palliative", "young", "pregnancy", "inpatient")
OURS = frozenset({"ours", "cancer", "sickle_cell", "palliative"})
NOT_TERSE = frozenset({"say", "person", "feeling"})  # where somebody is spoken of or something is felt, chart shorthand tells a story
MOST_GUIDANCE = 4
BRIEF = 30  # words; a longer text that asks for an amount says so in a phrase
MOST_WORDS = 6000  # what a text is about shows in its first pages; alerts read all of it

# A text that begins with what somebody said of himself or to us: "You never listen".
SPEECH = re.compile(r"""\s*["“'‘](?=[^"”]{0,300}?\b(?:i|i'm|me|my|you|y'all|we|us|doc|doctor)\b)""", re.IGNORECASE)
NUMBER = re.compile(r"\d")
# Shorthand written out: "60mg", "a = b", "40 -> 30", "? dose".
SHORTHAND = (
    (re.compile(r"(?<=\d)(?=(?:mgs?|mcg|mics?|ug|mme|ml|x|yo|tabs?)\b)", re.IGNORECASE), " "),
    (re.compile(r"="), " equals "),
    (re.compile(r"-{1,3}>|→"), " to "),
    (re.compile(r"\+"), " and "),
    (re.compile(r"(?:^|(?<=\s))\?(?= ?[a-zA-Z])"), "what "),
)


def readable(text: str) -> None:
    """Raises InputError, in one clear sentence, when a text is empty, has no words, is too short to answer, or is not English."""
    if not text.strip():
        raise InputError("There is no text yet: describe the situation in a sentence or two.")
    reading = read(text)
    words = [word for word in reading.words if word and word[0].isalpha()]
    if looks_foreign(text, words):
        raise InputError("This reads English only so far: please describe the situation in English.")
    if not words or (len(words) == 1 and len(words[0]) < 5 and not _groups(reading) - {"asks", "telling"}):
        raise InputError("That is too short to find words for: say in a sentence who the patient is and where it gets hard.")


def scope(text: str | Reading, situations: Iterable[str] | None = None) -> tuple[Scope, str]:
    """Where a text stands, and one or two sentences for the reader ('' when it is in scope). Never raises on any text.

    `situations` are tags already found by search and rules; `pregnancy` puts a patient outside the guideline."""
    notes = load("scope.yaml")["notes"]
    found = _groups(text)
    if _elsewhere(found):
        return "off_topic", notes["off_topic"].strip()
    if "numbers" in found or ("figures" in found and "say" not in found) or ("terse" in found and not found & NOT_TERSE):
        return "dosing", notes["dosing"].strip()
    outside = [name for name in OUTSIDE if name in found or name in (situations or ())]
    if outside:
        why = load("scope.yaml")["why"]
        return "outside_guideline", notes["outside_guideline"].strip().replace("{why}", " and ".join(why[name] for name in outside))
    return "in_scope", ""


def _elsewhere(found: set[str]) -> bool:
    """Is it another subject? A text is ours when it speaks of our subject, a person, a feeling or the visit, or asks for words."""
    asked = "asks" in found
    if found & {"trick", "command"}:
        return True
    if "elsewhere" in found:
        near = found & (OURS | {"feeling", "care"})
        if not asked:
            return not near and "person" not in found
        return not (near and "person" in found) and not (found & OURS and "feeling" in found)
    if "work_up" in found:
        return not found & {"person", "say"}
    if "ours" in found or (found & OURS and not (asked and not found & {"person", "feeling", "care", "say"})):
        return False
    if "other_treatment" in found:
        return asked or "person" not in found or "say" in found
    if "other_disease" in found:
        return not found & {"feeling", "say"} and (asked or "person" not in found)
    if found & {"person", "feeling", "care", "say", "numbers", "figures", "terse"}:
        return False
    return asked or "telling" not in found


def _reread(text: str | Reading) -> Reading:
    """The text with its shorthand written out, with the words of scope.yaml read through slips of the pen, and each medicine as `anymed`."""
    typed = text.typed if isinstance(text, Reading) else text
    for pattern, written in SHORTHAND:
        typed = pattern.sub(written, typed)
    reading = Reading(typed, _spelling())
    kinds = {word: kind for word, names in _kinds().of(set(reading.words)).items() for kind in names}
    reading.words = [kinds.get(word, word) for word in reading.words]
    return reading


class Words:
    """Which names a word stands under, in lists of words, of beginnings ("taper*") and of ends ("*itis")."""

    def __init__(self, lists: Mapping[str, Iterable[str]]):
        self.whole, self.starts, self.ends = dict[str, set[str]](), dict[str, set[str]](), dict[str, set[str]]()
        for name, words in lists.items():
            for word in words:
                table = self.starts if word.endswith("*") else self.ends if word.startswith("*") else self.whole
                table.setdefault(word.strip("*"), set()).add(name)
        self.lengths = sorted(set(map(len, (*self.starts, *self.ends))))

    def of(self, words: Collection[str]) -> dict[str, set[str]]:
        """The names of each word that has one."""
        found = {word: set(self.whole[word]) for word in self.whole.keys() & words}
        for length in self.lengths:
            for word in words:
                if len(word) >= length and ((start := word[:length]) in self.starts or word[-length:] in self.ends):
                    found.setdefault(word, set()).update(self.starts.get(start, ()), self.ends.get(word[-length:], ()))
        return found


@lru_cache(maxsize=1)
def _kinds() -> Words:
    return Words(load("scope.yaml")["kinds"])


@lru_cache(maxsize=1)
def _words() -> Words:
    return Words({name: fields.get("words", ()) for name, fields in load("scope.yaml")["groups"].items()})


@lru_cache(maxsize=1)
def _spelling() -> Spelling:
    every, mine = load("spelling.yaml"), load("scope.yaml")["spelling"]
    also = {right: [*every["also_written"].get(right, ()), *mine["also_written"].get(right, ())] for right in {**every["also_written"], **mine["also_written"]}}
    return Spelling(also, [*every["key_words"], *mine["key_words"]], [*every["real_words"], *mine["real_words"]])


def _groups(text: str | Reading) -> set[str]:
    """The groups of scope.yaml that speak in the text."""
    reading = _reread(text)
    found = set[str]().union(*_words().of(set(reading.words[:MOST_WORDS])).values())
    if SPEECH.match(reading.typed):
        found = found - {"asks"} | {"person"}
    elif "?" in reading.typed:
        found.add("asks")
    for hit in _matcher().hits(reading, lambda rule: rule.group not in found and not (rule.group == "terse" and found & NOT_TERSE), MOST_WORDS):
        if hit.rule.group in OUTSIDE and (denied(hit.sentence.text, hit.start, hit.end) or of_another(hit.sentence.text, hit.start)):
            continue
        found.add(hit.rule.group)
    named, figure = "anymed" in reading.vocabulary, bool(NUMBER.search(reading.typed))
    if "amount" in found and len(reading.words) < BRIEF and sum((named, figure, "asks" in found)) > 1 and not found & {*NOT_TERSE, "happening"}:
        found.add("terse")
    return found


def guidance(text: str | Reading, entries: Sequence[Mapping[str, Any]]) -> list[Guidance]:
    """The entries of corpus/guidance.yaml that answer a question, best first, four at most. Each entry: text, source, date, asks."""
    counts: dict[int, int] = {}
    matcher = _guidance_matcher(tuple((number, tuple(entry["asks"])) for number, entry in enumerate(entries)))
    for hit in matcher.hits(read(text), most=MOST_WORDS):
        number = int(hit.rule.group)
        counts[number] = counts.get(number, 0) + 1
    best = sorted(counts, key=lambda number: (-counts[number], number))[:MOST_GUIDANCE]
    return [Guidance(text=entries[number]["text"].strip(), source=f"{entries[number]['source']} ({entries[number]['date']})") for number in best]


@lru_cache(maxsize=4)
def _guidance_matcher(asks: tuple[tuple[int, tuple[str, ...]], ...]) -> Matcher:
    return Matcher(make_rule(str(number), {"find": phrases}, {}) for number, phrases in asks)


@lru_cache(maxsize=1)
def _matcher() -> Matcher:
    data = load("scope.yaml")
    language = Language(data["lists"])
    return Matcher(make_rule(name, fields, language) for name, fields in data["groups"].items())
