"""Verify: the proof that library words stayed in charge of a line that a model rewrote. A structural check, never an opinion.

A rewrite passes when it keeps at least 80 % of the filled line's words in their order, adds only words of the scenario (turned to
the patient) and words of a closed list, adds no long sentence of its own, and changes nothing that carries the meaning: numbers,
negations, modals, tenses, limits, persons, questions, requests for permission, medicines, what keeps someone safe. Lists: verify.yaml. Pure.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from coach.advise.person import DANGLING
from coach.advise.verbs import KNOWN_S_VERBS, base
from coach.advise.verify_case import Case, is_name, is_span_of_time, is_the_patient, longest_run, of_something_else, of_what_happened
from coach.advise.verify_form import form_problems
from coach.advise.verify_scenario import DENY, Scenario
from coach.advise.verify_words import Text, read_text, root, verify_words
from coach.guard.redlines import check_line

KEEP = 0.80  # share of the filled line's words (DESIGN section 2)
OWN_SENTENCE = 6  # words a sentence of the model's own may have
RUN = 12  # words added in one go
LONGEST = 20_000  # characters: a line is spoken, and no line is longer
VERBS = frozenset(base(verb) for verb in KNOWN_S_VERBS)
GENERAL = frozenset(("it", "this", "that", "someone", "somebody", "anyone", "people"))  # "how it ran out" must not become "how you ran out"
JOINING = frozenset(("and", "but", "so", "then", "also", "please"))


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a rewrite is not shown: the rule, and one sentence that says what is wrong. Never holds text of the scenario or the rewrite."""

    rule: str
    what: str


def verify(source: str, text: str, scenario: str) -> list[Problem]:
    """What is wrong with `text` as a rewrite of the filled library line `source`, given the masked `scenario`; empty: it may be shown. Never raises."""
    if len(source) > LONGEST or len(text) > 3 * len(source) + 200:
        return [Problem("length", "The rewrite is far longer than the line.")]
    found = [Problem(rule, what) for rule, what in form_problems(source, text, scenario)]
    if found:
        return found  # what cannot be read plainly is not read further
    case = Case(read_text(source), read_text(text), Scenario(scenario), verify_words())
    for check in (coverage, additions, replacements, numbers, strict, persons, kept, questions, phrases, sentences, ending):
        found += check(case)
    found += red_lines(source, text)
    return list(dict.fromkeys(found))


def red_lines(source: str, text: str) -> Iterator[Problem]:
    """Every red line that the rewrite crosses and the line does not. The scenario's numbers are not handed on: what is not in the line may not be said."""
    crossed = check_line(text, scenario=source)
    if crossed:
        known = {(finding.rule, finding.what) for finding in check_line(source, scenario=source)}
        yield from (Problem(f"red line {finding.rule}", finding.what) for finding in crossed if (finding.rule, finding.what) not in known)


def coverage(case: Case) -> Iterator[Problem]:
    """At least 80 % of the line's words in their order, and of each of its sentences at least half."""
    if not case.line or len(case.at) < KEEP * len(case.line):
        yield Problem("kept", "Fewer than 80 % of the line's words are kept in their order.")
    there = Counter(case.source.tokens[place].sentence for place in case.at)
    if any(2 * there[number] < count for number, count in Counter(token.sentence for token in case.source.tokens).items()):
        yield Problem("sentence lost", "A sentence of the line is missing.")


def additions(case: Case) -> Iterator[Problem]:
    """Every added word is the scenario's or a connecting word."""
    lists, scenario = case.lists, case.scenario
    for place in case.added:
        word = case.said[place]
        if word in lists.strict or word in lists.persons or word in lists.numbers:
            continue  # judged by their own rules
        if word in lists.units or (word in lists.durations and not is_span_of_time(case, place)):
            yield Problem("duration", "A unit or a length of time was added.")
        elif word in lists.medicines and word not in scenario.medicines:
            yield Problem("medicine", "A medicine was added that is not in the scenario.")
        elif word in lists.connecting:
            continue
        elif lists.never.fullmatch(word) or (lists.as_said.fullmatch(word) and not of_something_else(case, place)):
            yield Problem("never added", "A word was added that no rewrite may add: an order, threat, accusation, label or diagnosis.")
        elif is_name(case, place):
            yield Problem("name", "A name was added.")
        elif not scenario.holds(word) or word in lists.third:
            yield Problem("added", "A word was added that is neither the scenario's nor a connecting word.")
        elif root(word) in scenario.not_known and DENY.isdisjoint(case.said[max(0, place - 3) : place]):
            yield Problem("not known", "The scenario denies what was added, or only guesses it.")
        elif word in VERBS and (case.token(place).opens or case.said[place - 1] in JOINING):
            yield Problem("order", "An order was added.")
    if longest_run(list(case.added)) > RUN or len(case.added) > max(RUN, 0.6 * len(case.line)):
        yield Problem("too much added", "More was added than a line can carry.")


def replacements(case: Case) -> Iterator[Problem]:
    """A word of the line gives way to a word of the scenario only where the line speaks in general: a medicine, a place, someone."""
    lists, ends = case.lists, [(-1, -1), *case.at.items(), (len(case.line), len(case.said))]
    light = lists.connecting | lists.replaceable | lists.persons
    for (left, first), (right, last) in pairwise(ends):
        lost, added = case.line[left + 1 : right], case.said[first + 1 : last]
        if not light.issuperset(lost) and not lists.connecting.union(lists.persons).issuperset(added):
            yield Problem("replaced", "A word of the line was replaced by another one.")
            return
        if "you" in added and not GENERAL.isdisjoint(lost):
            yield Problem("person", "The patient was put where the line speaks of something or someone else.")
            return


def numbers(case: Case) -> Iterator[Problem]:
    """The same numbers in the same order, in digits or words."""

    def of(words: Iterable[str]) -> list[str]:
        return [word for word in words if word in case.lists.numbers or any(letter.isdigit() for letter in word)]

    if of(case.line) != of(case.said):
        yield Problem("number", "A number was added, changed or lost.")


def strict(case: Case) -> Iterator[Problem]:
    """Negations, modals, hedges, quantities, conditions and limits: the same, in the same order, saying the same of the same."""
    for name in dict.fromkeys(case.lists.strict.values()):
        line, said = _strict_words(case, case.source, name), _strict_words(case, case.text, name)
        free = [case.scenario.says(case.text, place) or (name == "tense" and of_what_happened(case, place)) for place, _ in said]
        if not reducible([item for _, item in line], [item for _, item in said], free):
            yield Problem(name, f"A {name} was gained, lost, moved or softened.")


def _strict_words(case: Case, text: Text, name: str) -> list[tuple[int, tuple[str, str, str]]]:
    """(place, person before it, the word, the word after it where that matters) of every word of a strict class."""
    found, words, lists = [], text.words, case.lists
    for place, word in enumerate(words):
        if lists.strict.get(word) == name:
            before = words[place - 1] if place and name in ("negation", "modal") and words[place - 1] in lists.persons else ""
            same = place + 1 < len(words) and text.tokens[place + 1].sentence == text.tokens[place].sentence
            after = words[place + 1] if same and word in lists.with_what_follows else ""
            found.append((place, (before, word, after)))
    return found


def reducible(line: Sequence[object], said: Sequence[object], free: Sequence[bool]) -> bool:
    """Whether leaving out some of the free ones makes `said` the same as `line`."""
    places: dict[object, int] = {}
    for place, item in enumerate(line):
        places[item] = places.get(item, 0) | 1 << place
    reach = 1  # bit n is set when the first n of `line` can be matched so far: fast however long the texts are
    for item, may_go in zip(said, free, strict=True):
        reach = (reach & places.get(item, 0)) << 1 | (reach if may_go else 0)
    return bool(reach >> len(line) & 1)


def persons(case: Case) -> Iterator[Problem]:
    """I, we and you stay who they were. "You" and "your" may be added before words of the scenario, never before a decision."""
    lists = case.lists
    line = [word for word in case.line if word in lists.persons]
    said = [place for place, word in enumerate(case.said) if word in lists.persons]
    if not reducible(line, [case.said[place] for place in said], [is_the_patient(case, place) for place in said]):
        yield Problem("person", "I, we or you was gained, lost or changed: someone else does or decides.")


def kept(case: Case) -> Iterator[Problem]:
    """What keeps someone safe, whose decision it is, what is asked, and every medicine named: all of it, in order."""
    line = [word for word in case.line if word in case.lists.kept]
    left = iter(word for word in case.said if word in case.lists.kept)
    if not all(word in left for word in line):
        yield Problem("must stay", "A word was lost that the line cannot do without: safety, a decision, a question, a medicine.")


def questions(case: Case) -> Iterator[Problem]:
    """As many questions as the line asks, each still the same question."""

    def asked(text: Text) -> list[Counter[str]]:
        words: dict[int, Counter[str]] = {number: Counter() for number, mark in enumerate(text.marks) if mark == "?"}
        for token in text.tokens:
            if token.sentence in words:
                words[token.sentence][token.word] += 1
        return list(words.values())

    line, said = asked(case.source), asked(case.text)
    if len(line) != len(said) or any((old & new).total() < 0.6 * old.total() for old, new in zip(line, said, strict=True)):
        yield Problem("question", "A question was gained, lost or changed.")


def phrases(case: Case) -> Iterator[Problem]:
    """Asking leave and stating a duty, as often as the line does; nothing that a model says around a line."""
    line, said = f" {' '.join(case.line)} ", f" {' '.join(case.said)} "
    for phrase in case.lists.as_often:
        wanted = f" {' '.join(phrase)} "
        more = said.count(wanted) - line.count(wanted)
        if more < 0 or (more > 0 and wanted not in f" {case.scenario.low} "):
            yield Problem("permission", "A request for permission, an offer or an obligation was gained or lost.")
            break
    if any(said.count(f" {' '.join(phrase)} ") > line.count(f" {' '.join(phrase)} ") for phrase in case.lists.leftover):
        yield Problem("leftover", "Words to the reader of the rewrite stand in it.")


def sentences(case: Case) -> Iterator[Problem]:
    """A sentence of the model's own has at most six words, and is no order."""
    aligned = Counter(case.token(place).sentence for place in case.at.values())
    size = Counter(token.sentence for token in case.text.tokens)
    first: dict[int, str] = {}
    for token in case.text.tokens:
        first.setdefault(token.sentence, token.word)
    for number, length in enumerate(case.text.lengths):
        if aligned[number] >= 3 or (aligned[number] and 3 * aligned[number] >= size[number]):
            continue
        if length > OWN_SENTENCE:
            yield Problem("own sentence", "A sentence of more than six words was added.")
        elif first[number] not in case.lists.connecting | case.lists.persons:
            yield Problem("own sentence", "A sentence was added that opens with neither a connecting word nor the patient.")


def ending(case: Case) -> Iterator[Problem]:
    """The last word of the line and its closing mark are there, and nothing is left hanging."""
    last = len(case.line) - 1
    whole = bool(case.said) and case.text.tail == case.source.tail and last in case.at
    if whole and case.said[-1] != case.line[-1] and case.said[-1] in DANGLING - {"this", "that"}:
        whole = False
    if not whole:
        yield Problem("truncated", "The end of the line is missing.")
