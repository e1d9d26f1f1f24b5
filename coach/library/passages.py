"""What of a script is indexed: its title, when to use it, each way of asking for it, its lines and each pushback."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coach.library.lines import SLOT, Group, Line
from coach.library.script import Script

LINES_A_PASSAGE = 6  # six spoken lines stay well within the encoder's 256 tokens
SHOWN_AS_WHY = ("title", "use_when", "ask", "pushback")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of one script. `id` is script#kind-number; `key` names the text, so that its vector can be kept."""

    id: str
    script_id: str
    kind: str
    text: str
    category: str
    status: str
    situations: tuple[str, ...]

    @property
    def key(self) -> str:
        return hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()


def passages(scripts: Iterable[Script]) -> list[Passage]:
    """Every passage of every script, in a stable order."""
    return [passage for script in scripts for passage in of_script(script)]


def of_script(script: Script) -> Iterator[Passage]:
    for kind, texts in (
        ("title", [script.title]),
        ("use_when", [script.use_when]),
        ("ask", script.asks),
        ("pushback", [pushback.quote for pushback in script.pushbacks]),
        ("lines", _in_groups([plain(line) for line in (script.one_thing, *script.say)])),
    ):
        for number, text in enumerate(text for text in texts if text.strip()):
            yield Passage(f"{script.id}#{kind}-{number}", script.id, kind, text, script.category, script.status, script.situations)


def plain(line: Line) -> str:
    """The line as it reads with nothing known; a bare slot becomes its name in words."""
    text = "".join((part.unknown or part.known) if isinstance(part, Group) else part for part in line.parts)
    return " ".join(SLOT.sub(lambda match: match[1].replace("_", " "), text).split())


def _in_groups(lines: list[str]) -> list[str]:
    return [" ".join(lines[start : start + LINES_A_PASSAGE]) for start in range(0, len(lines), LINES_A_PASSAGE)]
