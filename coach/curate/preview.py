"""The lines of a script in every form they can take: with nothing known, with each slot filled, in each situation. What a clinician would read."""

from collections.abc import Iterator

from coach.curate.shapes import Heard
from coach.library.lines import Line, render
from coach.library.script import Script
from coach.library.taxonomy import Taxonomy

NOTHING, EVERYTHING = "With nothing known", "With everything known"


def heard(script: Script, taxonomy: Taxonomy) -> list[Heard]:
    """First the lines said when nothing is known, then for each slot and each situation only the lines it changes, then all that is said when everything is known."""
    examples = {name: value for name, value in taxonomy.examples.items() if script.audience == "patient" or not taxonomy.slots[name].turned}
    spoken = script.spoken()
    forms = [Heard(name=NOTHING, lines=tuple(_said(spoken, {}, frozenset())))]
    for slot in dict.fromkeys(name for line in spoken for name in line.slots if name in examples):
        lines = tuple(said for line in spoken if slot in line.slots for said in _with(line, slot, examples))
        forms.append(Heard(name=f"With {slot.replace('_', ' ')} known ({examples[slot]})", lines=lines))
    for tag in dict.fromkeys(condition.tag for line in spoken for condition in line.conditions):
        switched = [line for line in spoken if any(condition.tag == tag for condition in line.conditions)]
        on = [line for line in switched if any(condition.tag == tag and not condition.absent for condition in line.conditions)]
        off = [line for line in switched if line not in on]
        for lines_of, name in ((on, f"When present: {tag.replace('_', ' ')}"), (off, f"When absent: {tag.replace('_', ' ')}")):
            if lines_of:
                forms.append(Heard(name=name, lines=tuple(_said(lines_of, examples, None))))
    forms.append(Heard(name=EVERYTHING, lines=tuple(_said(spoken, examples, _present(spoken)))))
    return forms


def _with(line: Line, slot: str, examples: dict[str, str]) -> Iterator[str]:
    """The line with one slot known, and the others only if it cannot be said without them."""
    alone = list(_said([line], {slot: examples[slot]}, None))
    yield from alone or _said([line], {name: examples[name] for name in line.slots if name in examples}, None)


def _said(lines: "list[Line] | tuple[Line, ...]", values: dict[str, str], situations: frozenset[str] | None) -> Iterator[str]:
    """The lines as they are said in these situations; with None each in its own: two lines may ask for what never comes together."""
    for line in lines:
        rendered = render(line, values) if situations is None or line.applies(situations) else None
        if rendered:
            yield f"{rendered.text} ({line.note})" if line.note else rendered.text


def _present(lines: "list[Line] | tuple[Line, ...]") -> frozenset[str]:
    return frozenset(condition.tag for line in lines for condition in line.conditions if not condition.absent)
