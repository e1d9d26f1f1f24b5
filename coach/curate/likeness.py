"""Which lines of the library a line being written nearly repeats. An index by word pairs, kept up to date a script at a time, so that typing stays quick for any library."""

from collections.abc import Iterator, Sequence
from itertools import islice

from coach.curate.shapes import Near
from coach.library.near import DIRECT, NEAR, RAREST, SHORTEST, Spoken, pairs
from coach.library.script import Script

MOST_TRIED = 300  # lines compared with one line


class Likeness:
    """Not safe to change from two threads at once; its owner holds a lock."""

    def __init__(self) -> None:
        self._of: dict[str, tuple[str, list[Spoken]]] = {}  # script id: its digest, its lines
        self._by_pair: dict[tuple[str, str], dict[str, list[Spoken]]] = {}  # a pair of words: the lines that hold it, by script id

    def follow(self, scripts: dict[str, Script]) -> None:
        """Bring the index to these scripts: only what changed since the last call is read."""
        for script_id in [name for name, (digest, _) in self._of.items() if name not in scripts or scripts[name].digest != digest]:
            _, lines = self._of.pop(script_id)
            for pair in {pair for line in lines for pair in pairs(line.words)}:
                del self._by_pair[pair][script_id]
                if not self._by_pair[pair]:
                    del self._by_pair[pair]
        for script_id, script in scripts.items():
            if script_id not in self._of:
                lines = list(_lines(script))
                self._of[script_id] = (script.digest, lines)
                for line in lines:
                    for pair in pairs(line.words):
                        self._by_pair.setdefault(pair, {}).setdefault(script_id, []).append(line)

    def near(self, script: Script) -> list[Near]:
        """Each line of `script` that a line of another script nearly says, with the nearest such line, in the order of the file."""
        from rapidfuzz import fuzz, process

        found = []
        for line in _lines(script):
            rare = sorted((pair for pair in pairs(line.words) if pair in self._by_pair), key=lambda pair: (len(self._by_pair[pair]), pair))[:RAREST]
            others = list(islice(self._others(rare, script.id), MOST_TRIED))
            if best := process.extractOne(line.text, [other.text for other in others], scorer=fuzz.ratio, score_cutoff=NEAR):
                other = others[best[2]]
                found.append(Near(row=line.row, line=_written(line), other_id=other.script.id, other=_written(other), likeness=round(best[1])))
        return found

    def _others(self, rare: Sequence[tuple[str, str]], script_id: str) -> Iterator[Spoken]:
        """The lines of other scripts that hold one of these pairs, each once."""
        seen: set[int] = set()
        for pair in rare:
            for name, lines in self._by_pair[pair].items():
                for line in lines if name != script_id else ():
                    if id(line) not in seen:
                        seen.add(id(line))
                        yield line


def _written(spoken: Spoken) -> str:
    """The line as its author wrote it."""
    return next((line.source for line in spoken.script.spoken() if line.row == spoken.row), spoken.text)


def _lines(script: Script) -> Iterator[Spoken]:
    """The lines that should be said in one script only (see library/near.py for those that may be said anywhere)."""
    if script.category != "safety":
        for line in script.spoken():
            spoken = Spoken(line.source.lower(), line.row, script)
            if len(words := spoken.words) >= SHORTEST and not DIRECT & set(words):
                yield spoken
