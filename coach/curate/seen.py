"""A script as a clinician will see it while nothing, one fact, one situation or everything is known: the card that Advise shows, from a text that is not in the library."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coach.advise.adapt import adapt
from coach.advise.advice import Fact, ScriptAdvice, SpokenLine
from coach.guard.redlines import check_line
from coach.library.lines import Condition, Line
from coach.library.parse import parse
from coach.library.script import Script
from coach.library.search import Hit
from coach.library.taxonomy import Sources, Taxonomy

NOTHING, EVERYTHING = "nothing", "everything"
SLOT, SITUATION = "slot-", "when-"


@dataclass(frozen=True)
class Seen:
    """`card` is None when too little of the text can be read. `forms` are the ways to look at it, as (key, name); `new` are the lines that nothing known would not show."""

    card: ScriptAdvice | None
    form: str = NOTHING
    forms: tuple[tuple[str, str], ...] = ()
    new: frozenset[str] = frozenset()


def seen(text: str, path: str, taxonomy: Taxonomy, sources: Sources, form: str = NOTHING) -> Seen:
    """The text in one form (a key of `forms`; one that this text does not have is taken as nothing known)."""
    script, _ = parse(text, path)
    if script is None:
        return Seen(None)
    named = forms(script, taxonomy)
    chosen = form if form in dict(named) else NOTHING
    plain = _card(script, taxonomy, sources, NOTHING)
    card = _card(script, taxonomy, sources, chosen)
    return Seen(card, chosen, tuple(named), frozenset(_texts(card)) - frozenset(_texts(plain)))


def forms(script: Script, taxonomy: Taxonomy) -> list[tuple[str, str]]:
    """Every form that changes something of this script."""
    spoken, examples = script.spoken(), _examples(script, taxonomy)
    slots = list(dict.fromkeys(name for line in spoken for name in line.slots if name in examples))
    tags = list(dict.fromkeys(condition.tag for line in spoken for condition in line.conditions))
    named = [(f"{SLOT}{name}", f"Known: {name.replace('_', ' ')} ({examples[name]})") for name in slots]
    named += [(f"{SITUATION}{tag}", f"Present: {tag.replace('_', ' ')}") for tag in tags]
    return [(NOTHING, "Nothing known"), *named, *([(EVERYTHING, "Everything known")] if named else [])]


def _card(script: Script, taxonomy: Taxonomy, sources: Sources, form: str) -> ScriptAdvice:
    """What a line needs besides the fact or situation that was chosen is taken as known too: it would not be said otherwise."""
    examples = _examples(script, taxonomy)
    lines = [line for line in script.spoken() if _turns_on(line, form)]
    slots = examples.keys() if form == EVERYTHING else {name for line in lines for name in line.slots}
    present = _present(lines, form)
    facts = {name: Fact(value=examples[name], span=examples[name]) for name in slots if name in examples}
    given = " ".join(examples.values())
    return adapt(script, Hit(script.id, 0.0, "", 0.0, 0.0), present, facts, taxonomy, sources, lambda text: not check_line(text, scenario=given))


def _turns_on(line: Line, form: str) -> bool:
    if form.startswith(SLOT):
        return form.removeprefix(SLOT) in line.slots
    if form.startswith(SITUATION):
        return Condition(form.removeprefix(SITUATION)) in line.conditions
    return form == EVERYTHING


def _present(lines: Sequence[Line], form: str) -> set[str]:
    """The situations these lines need; of one situation only those that leave room for each of its lines."""
    present = {condition.tag for line in lines for condition in line.conditions if not condition.absent}
    if not form.startswith(SITUATION):
        return present
    return present - {condition.tag for line in lines for condition in line.conditions if condition.absent} | {form.removeprefix(SITUATION)}


def _examples(script: Script, taxonomy: Taxonomy) -> dict[str, str]:
    return {name: value for name, value in taxonomy.examples.items() if script.audience == "patient" or not taxonomy.slots[name].turned}


def _texts(card: ScriptAdvice) -> Iterable[str]:
    lines: list[SpokenLine] = [*card.lines, *([card.one_thing] if card.one_thing else []), *(answer for push in card.pushbacks for answer in push.answers)]
    return (line.text for line in lines)
