"""Lines of different scripts that are nearly the same. Each line is compared only with those it shares a rare pair of words with,
so that a thousand scripts take seconds: comparing every line with every other would take minutes, and grow with the square."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from coach.library.script import Script

NEAR = 88  # rapidfuzz ratio, 0 to 100, from which two lines count as the same
DIRECT = frozenset({"kill", "killing", "suicide"})  # the direct question may be asked in the same words everywhere: vaguer ones would be worse
SHORTEST = 5  # words; shorter lines may repeat ("Tell me more about that.")
RAREST = 8  # word pairs a line is looked up by: two lines at 88 differ in two or three words, so they share at least one of these
MOST = 100  # lines kept for a pair; where more share it, much is alike, and one of the first will do
WORD = re.compile(r"[a-z0-9’']+")


@dataclass(frozen=True, slots=True)
class Spoken:
    """One line of one script, in lower case."""

    text: str
    row: int
    script: Script

    @property
    def words(self) -> list[str]:
        return WORD.findall(self.text)


def pairs(words: Sequence[str]) -> set[tuple[str, str]]:
    """Each word with the next one, and with the one after that: a changed word in between hides no neighbours."""
    return {*pairwise(words), *zip(words, words[2:], strict=False)}


def near_lines(scripts: Sequence[Script]) -> Iterator[tuple[Spoken, Spoken]]:
    """Each line that is nearly the same as an earlier line of another script, with that line (one, even if there are several).
    Safety scripts and the direct question about suicide are left out: their words are meant to be the same everywhere."""
    from rapidfuzz import fuzz, process

    spoken = [Spoken(line.source.lower(), line.row, script) for script in scripts if script.category != "safety" for line in script.spoken()]
    known = [(line, pairs(words)) for line in spoken if len(words := line.words) >= SHORTEST and not DIRECT & set(words)]
    common = Counter(pair for _, found in known for pair in found)
    earlier: dict[tuple[str, str], list[Spoken]] = defaultdict(list)
    for line, found in known:
        rare = sorted((pair for pair in found if common[pair] > 1), key=lambda pair: (common[pair], pair))[:RAREST]
        for pair in rare:
            others = [other for other in earlier[pair] if other.script.id != line.script.id]
            if best := process.extractOne(line.text, [other.text for other in others], scorer=fuzz.ratio, score_cutoff=NEAR):
                yield line, others[best[2]]
                break
        for pair in rare:
            if len(earlier[pair]) < MOST:
                earlier[pair].append(line)
