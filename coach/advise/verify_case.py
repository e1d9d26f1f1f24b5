"""A library line and its rewrite, aligned word by word; and whether an added word is the scenario's to lend. Pure."""

from collections.abc import Sequence
from itertools import takewhile

from rapidfuzz.distance import LCSseq

from coach.advise.verify_scenario import Scenario
from coach.advise.verify_words import Text, Token, Words, root
from coach.guard.names import lists as name_lists

HELPING = frozenset(("have", "are", "were", "had"))


class Case:
    """A line and its rewrite, aligned: which word of the text is which word of the line."""

    def __init__(self, source: Text, text: Text, scenario: Scenario, lists: Words):
        self.source, self.text, self.scenario, self.lists = source, text, scenario, lists
        self.line, self.said = source.words, text.words
        self.at: dict[int, int] = {}  # place in the line -> place in the text, along a longest common subsequence
        for block in LCSseq.opcodes(self.line, self.said):
            if block.tag == "equal":
                self.at.update(zip(range(block.src_start, block.src_end), range(block.dest_start, block.dest_end), strict=True))
        aligned = set(self.at.values())
        self.added = {place: None for place in range(len(self.said)) if place not in aligned}  # in order

    def token(self, place: int) -> Token:
        return self.text.tokens[place]


def is_span_of_time(case: Case, place: int) -> bool:
    """Whether a length of time is said as the scenario says it ("for years"), and not as a date to come ("in a week")."""
    before = [root(word) for word in case.said[max(0, place - 1) : place]]
    earlier = case.said[max(0, place - 2) : place]
    after = [root(word) for word in case.said[place + 1 : place + 2]]
    here = root(case.said[place])
    beside = before == ["your"] or any((word, here) in case.scenario.pairs for word in before) or any((here, word) in case.scenario.pairs for word in after)
    return beside and not case.lists.sets_a_date.intersection(earlier)


def of_something_else(case: Case, place: int) -> bool:
    """Whether a grave word, or one of dosing, is said as the scenario says it, and of no medicine: "you stopped going to church"."""
    about = [token.word for token in case.text.tokens[place + 1 : place + 4] if token.sentence == case.token(place).sentence]
    noun = case.said[place - 1] in ("'s", "the", "a", "your", "of")  # a verb at the end of a sentence says of nothing what is done to it
    return case.scenario.says(case.text, place) and (noun or bool(about)) and not case.lists.about_medicine.intersection(about)


def is_name(case: Case, place: int) -> bool:
    """Whether an added word is somebody's name, with a capital where no sentence opens, or called out at its opening, or so in the scenario.
    (A name in small letters has been masked in the scenario, so it is no word of the scenario.)"""
    token = case.token(place)
    if token.word in case.lists.medicines or not name_lists().known(token.word):
        return False
    called = token.opens and place + 1 < len(case.said) and case.text.tokens[place + 1].opens  # "Maria, …"
    return token.raw[:1].isupper() and (called or not token.opens or token.word in case.scenario.names)


def of_what_happened(case: Case, place: int) -> bool:
    """Whether a past form leads on to an added word of the scenario: "you were laid off"."""
    return place + 1 in case.added and case.said[place + 1] not in case.lists.connecting and case.scenario.holds(case.said[place + 1])


def is_the_patient(case: Case, place: int) -> bool:
    """Whether a "you" or "your" is the scenario's he or she: it stands before the scenario's words, and "your" before no decision."""
    words, lists = case.said, case.lists
    if words[place] not in ("you", "your", "yourself"):
        return False
    following = list(takewhile(lambda step: step == place + 1 or not case.token(step).opens, range(place + 1, min(place + 4, len(words)))))
    if following and words[following[0]] in HELPING:
        following.pop(0)
    next_two = [words[step] for step in following[:2]]
    if words[place] == "your" and not lists.decision.isdisjoint(next_two):
        return case.scenario.says(case.text, place)
    you = root(words[place])
    beside = any((you, root(word)) in case.scenario.pairs for word in words[place + 1 : place + 2] + next_two[:1]) or (
        place in case.added and any((root(word), you) in case.scenario.pairs for word in words[max(0, place - 1) : place])
    )
    return beside or any(case.scenario.holds(word) and word not in lists.connecting for word in next_two)


def longest_run(places: Sequence[int]) -> int:
    """How many of these places follow one another."""
    longest = run = 0
    for index, place in enumerate(places):
        run = run + 1 if index and places[index - 1] == place - 1 else 1
        longest = max(longest, run)
    return longest
