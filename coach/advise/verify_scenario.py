"""What a scenario gives a rewrite: its words, turned to the patient, and which of them are known to be so. Pure."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from coach.advise.lexicon import default_lexicon
from coach.advise.verify_words import Text, Words, read_text, root, verify_words
from coach.advise.wordsets import word_set
from coach.guard.names import lists as name_lists

PLACEHOLDER = re.compile(r"\[[a-z_ ]*\]")  # what masking leaves: [name], [date]
MOST = 50_000  # characters of a scenario that are read
TURNED = {
    "he": "you", "she": "you", "they": "you", "patient": "you", "pt": "you", "him": "you", "them": "you", "his": "your", "her": "your", "their": "your", "hers": "yours", "theirs": "yours",
    "himself": "yourself", "herself": "yourself", "themselves": "yourself",
}  # fmt: skip
SAID = {**TURNED, "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself"}  # in the patient's own quoted words
PARTICLES = word_set("up down off out over away anymore again")  # belong to the word before them
HELPING = word_set("am was have had do did will would can could should might may must not never just really also still been being be")
DENY = word_set("deny denies denied denying never without no")


class Scenario:
    """What a scenario gives a rewrite: its words, turned to the patient, and which of them stand side by side."""

    def __init__(self, scenario: str):
        lists = verify_words()
        text = read_text(PLACEHOLDER.sub(" ", scenario[:MOST]))
        words = text.words
        self.low = " ".join(words)
        turned = [root((SAID if token.quoted else TURNED).get(token.word, token.word)) for token in text.tokens]
        self.roots = {root(word) for word in words if word not in lists.third and word not in lists.persons} | _full_names(words)
        self.pairs = set(pairwise(turned))
        self.triples = set(zip(turned, turned[1:], turned[2:], strict=False))
        for place, token in enumerate(text.tokens):
            if token.word == "her":  # "her knees", but also "scares her"
                self.pairs.update([(before, "you") for before in turned[max(0, place - 1) : place]] + [("you", after) for after in turned[place + 1 : place + 2]])
            if token.opens:  # notes leave the subject out: "can't sleep"
                self.pairs.add(("you", turned[place]))
                self.triples.update(("you", turned[place], after) for after in turned[place + 1 : place + 2])
        self.medicines = {word for word in words if word in lists.medicines} | _full_names(words)
        self.not_known = _only_in(text, _not_the_patients(text, lists))
        self.names = {token.word for token in text.tokens if token.raw[:1].isupper() and not token.opens and name_lists().known(token.word)}

    def holds(self, word: str) -> bool:
        """Whether the word, or an inflection of it, stands in the scenario."""
        return root(word) in self.roots

    def says(self, text: Text, at: int) -> bool:
        """Whether the word at `at` stands in the scenario, turned, between the words it stands between here.
        At the end of a sentence the word before it is enough, but not for a negation or a modal: "can't" alone says nothing."""
        near = [token for token in text.tokens[max(0, at - 1) : at + 2] if token.sentence == text.tokens[at].sentence]
        roots = tuple(root(token.word) for token in near)
        word = text.tokens[at].word
        if near[0] is text.tokens[at] or roots[:2] not in self.pairs:
            return False
        last = len(near) == 2 and verify_words().strict.get(word) not in ("negation", "modal")
        return last or word in PARTICLES or roots in self.triples


def _not_the_patients(text: Text, lists: Words) -> set[int]:
    """Places of words that say nothing known about the patient: what is denied, what the clinician only guesses, what the clinician does or feels."""
    found: set[int] = set()
    clauses: list[list[int]] = []
    for place, token in enumerate(text.tokens):
        if token.opens or not clauses:
            clauses.append([])
        clauses[-1].append(place)
    for clause in clauses:
        said = f" {' '.join(text.tokens[place].word for place in clause)} "
        for phrase in lists.guesses if not text.tokens[clause[0]].quoted else ():
            if f" {' '.join(phrase)} " in said:
                found.update(_near(clause, [text.tokens[place].word for place in clause], phrase))
        for at, place in enumerate(clause):
            if text.tokens[place].word in DENY:
                found.update(near for near in clause[at : at + 4] if text.tokens[near].word not in default_lexicon().opioids or text.tokens[place].word not in ("no", "without"))
            elif text.tokens[place].word == "i" and not text.tokens[place].quoted:
                found.update(_what_i_do(text, clause[at + 1 :]))
    return found


def _near(clause: Sequence[int], words: Sequence[str], phrase: Sequence[str]) -> Iterator[int]:
    """The places a guess colours: the words after it, and a few before it ("for stress I think"). Dictated notes have no marks, so not the whole clause."""
    for at in range(len(words)):
        if tuple(words[at : at + len(phrase)]) == tuple(phrase):
            yield from clause[max(0, at - 4) : at + len(phrase) + 10]


def _what_i_do(text: Text, rest: Sequence[int]) -> list[int]:
    """Of the words that follow the clinician's "I", the verb and what helps it: "do not believe", "dread"."""
    steps = next((count for count, place in enumerate(rest) if text.tokens[place].word not in HELPING), len(rest))
    return list(rest[: steps + 1])


def _only_in(text: Text, places: set[int]) -> set[str]:
    """The roots that stand at these places and nowhere else."""
    return {root(text.tokens[place].word) for place in places} - {root(token.word) for place, token in enumerate(text.tokens) if place not in places}


def _full_names(words: list[str]) -> set[str]:
    """ "oxy" in a scenario lets a line say "oxycodone": the names the lexicon gives for what was typed."""
    lexicon, found = default_lexicon(), set[str]()
    for at, word in enumerate(words):
        for table in (lexicon.opioids, lexicon.sedatives, lexicon.treatments, lexicon.body_parts):
            for alias, name in table.get(word, ()):
                if tuple(words[at : at + len(alias)]) == alias:
                    found.update(root(part) for part in name.lower().split())
                    found.update(name.lower().split())
    return found
