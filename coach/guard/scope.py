"""Scope: what is our subject. When in doubt, it is: a refusal in error costs a clinician the words they came for.

Sources: reference safety.md 1.1, R9, R12 and section 6 (the guideline's own limits).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from coach.advise.advice import Guidance, Scope
from coach.errors import InputError
from coach.guard.languages import looks_foreign
from coach.guard.matcher import Matcher, Rule, load, make_rule, read
from coach.guard.reading import Reading
from coach.guard.sense import denied, of_another

OUTSIDE = ("sickle_cell", "cancer", "palliative", "young", "pregnancy", "inpatient")
MOST_GUIDANCE = 4
MOST_WORDS = 6000  # what a text is about shows in its first pages; alerts read all of it


def readable(text: str) -> None:
    """Raises InputError, in one clear sentence, when a text is empty, has no words, is too short to answer, or is not English."""
    if not text.strip():
        raise InputError("There is no text yet: describe the situation in a sentence or two.")
    reading = read(text)
    words = [word for word in reading.words if word and word[0].isalpha()]
    if looks_foreign(text, words):
        raise InputError("This reads English only so far: please describe the situation in English.")
    if not words or (len(words) == 1 and len(words[0]) < 5 and not next(_matcher().hits(reading), None)):
        raise InputError("That is too short to find words for: say in a sentence who the patient is and where it gets hard.")


def scope(text: str | Reading, situations: Iterable[str] | None = None) -> tuple[Scope, str]:
    """Where a text stands, and one or two sentences for the reader ('' when it is in scope). Never raises on any text.

    `situations` are tags already found by search and rules; `pregnancy` puts a patient outside the guideline."""
    notes = load("scope.yaml")["notes"]
    found = _groups(read(text))
    person = "conversation" in found or "people" in found
    if "elsewhere" in found and "conversation" not in found and not (person and "subject" in found):
        return "off_topic", notes["off_topic"].strip()
    if "other_medicine" in found and not found & {"conversation", "subject"}:
        return "off_topic", notes["off_topic"].strip()
    if found and found <= {"world", "condition", "other_medicine"}:
        return "off_topic", notes["off_topic"].strip()
    if "dosing" in found and "conversation" not in found:
        return "dosing", notes["dosing"].strip()
    outside = [name for name in OUTSIDE if name in found or name in (situations or ())]
    if outside:
        why = load("scope.yaml")["why"]
        return "outside_guideline", notes["outside_guideline"].strip().replace("{why}", " and ".join(why[name] for name in outside))
    return "in_scope", ""


def _groups(reading: Reading) -> set[str]:
    """The groups of scope.yaml that speak in the text."""
    found = set[str]()
    for hit in _matcher().hits(reading, lambda rule: rule.group not in found, MOST_WORDS):
        if hit.rule.group in OUTSIDE and (denied(hit.sentence.text, hit.start, hit.end) or of_another(hit.sentence.text, hit.start)):
            continue
        found.add(hit.rule.group)
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
    rules: list[Rule] = [make_rule(name, fields, data["lists"]) for name, fields in data["groups"].items()]
    return Matcher(rules)
