"""Make a script fit: lines chosen by the situations present, slots filled with the facts known. Library words only, no model."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set

from coach.advise.advice import Fact, PushbackLines, ScriptAdvice, SpokenLine
from coach.library.lines import Line, render
from coach.library.script import Pushback, Script
from coach.library.search import Hit
from coach.library.taxonomy import Sources, Taxonomy

MOST_TIMES = 2  # that one fact is named in the lines of a card
NEEDED = ("medicine", "sedative", "follow_up")  # what has no other name in a line
A_GLANCE = 10  # lines read in about a minute
# What may never be folded away (safety.md R4 to R6): death, overdose, naloxone, breathing, a sudden stop.
DANGER = re.compile(r"\b(kill\w*|suicid\w*|die|dying|died|end(ing)? your life|overdose|naloxone|breath\w*|988|911|stop\w* suddenly|sudden stop)\b", re.IGNORECASE)
Check = Callable[[str], bool]  # whether a finished line may be shown (guard.redlines, bound to the scenario)


def adapt(
    script: Script, hit: Hit, situations: Set[str], facts: Mapping[str, Fact], taxonomy: Taxonomy, sources: Sources, allowed: Check, heard: Iterable[str] = ()
) -> ScriptAdvice:
    """The script for this patient. `heard` are pushbacks (their quotes) that the patient is said to have used: they come first."""
    values, ended = values_for(script, facts, taxonomy), over(facts)

    def fit(line: Line, worn: Collection[str] = ()) -> SpokenLine | None:
        leave = {*worn, "job"} if ended and AT_WORK.search(line.source) else worn
        return adapt_line(line, {slot: value for slot, value in values.items() if slot not in leave}, allowed)

    def spoken(lines: Iterable[Line]) -> list[SpokenLine]:
        return [shown for line in lines if line.applies(situations) and (shown := fit(line))]

    fitted = _fitted((line for line in script.say if line.applies(situations)), fit)
    said = set(heard)
    ordered = sorted(script.pushbacks, key=lambda pushback: pushback.quote not in said)
    return ScriptAdvice(
        id=script.id, title=script.title, category=script.category, situations=list(script.situations), status=script.status, version=script.version, score=hit.score, why=hit.why,
        audience=script.audience, decision=script.decision, use_when=script.use_when, avoid_when=script.avoid_when,
        one_thing=fit(script.one_thing), check_first=list(script.check_first), lines=shorten(fitted),
        pushbacks=[_pushback(pushback, spoken, pushback.quote in said) for pushback in ordered],
        avoid=list(script.avoid), then=list(script.then), why_it_works=script.why, reviewed_by=script.reviewed_by, review_by=script.review_by, evidence=[f"{item.claim} ({sources.title(item.source)})" for item in script.evidence],
    )  # fmt: skip


def _fitted(lines: Iterable[Line], fit: Callable[[Line, Collection[str]], SpokenLine | None]) -> list[tuple[Line, SpokenLine]]:
    """The lines to say. What is known of this patient is brought up a few times at most: who hears it in every second line hears a form being filled in."""
    said: Counter[str] = Counter()
    chosen = []
    for line in lines:
        shown = fit(line, [slot for slot, times in said.items() if times >= MOST_TIMES and slot not in NEEDED])
        if shown:
            said.update({slot for _, _, slot in shown.fills})
            chosen.append((line, shown))
    return chosen


def shorten(fitted: Sequence[tuple[Line, SpokenLine]]) -> list[SpokenLine]:
    """Mark the lines to read first: those made for this patient, those about danger, and of the others as many from the top as fit a glance.
    None is dropped, and the order of the conversation stays."""
    first = {index for index, (line, shown) in enumerate(fitted) if line.conditions or shown.fills or DANGER.search(shown.text) or index in (0, len(fitted) - 1)}
    for index in range(len(fitted)):
        if len(first) >= A_GLANCE:
            break
        first.add(index)
    return [shown.model_copy(update={"core": index in first}) for index, (_, shown) in enumerate(fitted)]


# Work that is over, by how the scenario puts it; and lines that speak of work as if it went on.
OVER = re.compile(r"\b(retired|former|ex|was|used|been|worked|spent|until|before|once|back)\b", re.IGNORECASE)
AT_WORK = re.compile(r"(?<!worked )\b(as|being|of|you're|for) \{job\}", re.IGNORECASE)


def over(facts: Mapping[str, Fact]) -> bool:
    """Whether the patient's work is a thing of the past."""
    return "job" in facts and bool(OVER.search(facts["job"].span))


def values_for(script: Script, facts: Mapping[str, Fact], taxonomy: Taxonomy) -> dict[str, str]:
    """The slot values this script may use: what is turned to the patient stays out of a script spoken to someone else."""
    return {name: fact.value for name, fact in facts.items() if name in taxonomy.slots and (script.audience == "patient" or not taxonomy.slots[name].turned)}


def adapt_line(line: Line, values: Mapping[str, str], allowed: Check) -> SpokenLine | None:
    """The line filled, or as it reads without the facts when the filled form crosses a red line; None when it lives from a fact not known."""
    for known in (values, {}):
        rendered = render(line, known)
        if rendered and allowed(rendered.text):
            return SpokenLine(source=line.source, text=rendered.text, how="filled" if rendered.fills else "verbatim", note=line.note, fills=list(rendered.fills))
    return None


def _pushback(pushback: Pushback, spoken: Callable[[Iterable[Line]], list[SpokenLine]], heard: bool) -> PushbackLines:
    return PushbackLines(quote=pushback.quote, answers=spoken(pushback.answers), heard=heard)


def fitted_lines(card: ScriptAdvice) -> set[str]:
    """The lines of a card that carry something of this patient."""
    spoken = (*card.lines, *([card.one_thing] if card.one_thing else []), *(answer for pushback in card.pushbacks for answer in pushback.answers))
    return {line.text for line in spoken if line.how != "verbatim"}
