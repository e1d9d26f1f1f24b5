"""What the first card of an answer shows at first, and which of its lines carry something of this patient."""

from dataclasses import dataclass

from coach.advise.advice import Advice, ScriptAdvice, SpokenLine
from coach.library.script import Script
from coach.web.render import heard, said


@dataclass(frozen=True)
class Shown:
    """A line seen without a click. `fills` are (slot, value) pairs; `situations` those that had to be present for it."""

    text: str
    source: str
    fills: tuple[tuple[str, str], ...]
    situations: tuple[str, ...]

    @property
    def carries(self) -> bool:
        """Something of this patient beyond the medicine: another slot, or a situation."""
        return bool(self.situations) or any(slot != "medicine" for slot, _ in self.fills)


def first_card(advice: Advice) -> ScriptAdvice | None:
    """The card that stands open. None where no script is shown, or only "the nearest" behind a click."""
    return advice.scripts[0] if advice.scripts and advice.fits else None


def shown(card: ScriptAdvice, script: Script) -> list[Shown]:
    """What the page shows of the open card before "Show all" or any fold: answers to a heard pushback, the one thing, and the lines to read first."""
    tags: dict[str, tuple[str, ...]] = {}
    for line in script.spoken():
        tags.setdefault(line.source, tuple(each.tag for each in line.conditions if not each.absent))
    spoken: list[SpokenLine] = [line for push in heard(card) for line in push.answers]
    spoken += [card.one_thing] if card.one_thing else []
    spoken += [line for line in said(card) if line.core]
    return [Shown(line.text, line.source, tuple((slot, line.text[start:end]) for start, end, slot in line.fills), tags.get(line.source, ())) for line in spoken]


def lines_of(advice: Advice, scripts: dict[str, Script]) -> list[Shown]:
    """The lines a reader sees first of this answer; none without a card."""
    card = first_card(advice)
    return shown(card, scripts[card.id]) if card else []
