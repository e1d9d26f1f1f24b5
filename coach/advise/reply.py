"""The way of one scenario (DESIGN section 2): from what was typed to an Advice. Each step is a function of its own; this only orders them."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from coach.advise import clinic
from coach.advise import facts as fact_rules
from coach.advise.adapt import adapt
from coach.advise.advice import Advice, Alert, Fact, Guidance, Needs, Scope, ScriptAdvice, Situation, Timings
from coach.advise.follow import another_patient, heard_in, without_reporting
from coach.advise.rewrite import RewriteStation
from coach.advise.station import FactsStation
from coach.advise.toolbox import Toolbox
from coach.errors import InputError
from coach.guard import alerts, privacy, redlines, scope
from coach.guard.folding import cleaned
from coach.library.search import Filters, Found, Hit, Search
from coach.log import log

CARDS = 3
LONGEST = 60_000  # characters: about twenty pages, more than any note about one conversation
ANEW = "This sounds like another patient, so nothing said before was used."
TAPER = ("taper_start", "taper_stalled", "dose_decision", "dose_increase_request")


@dataclass(frozen=True)
class Reading:
    """Everything the rules made of one scenario; what the model adds later only changes `facts`."""

    scenario: str
    masked: int
    earlier: tuple[str, ...]
    alerts: list[Alert]
    scope: Scope
    scope_note: str
    needs: Needs
    situations: list[Situation]
    facts: dict[str, Fact]
    found: Found
    guidance: list[Guidance]
    heard: dict[str, str]
    searched_ms: float
    started: float = field(default_factory=time.perf_counter)

    @property
    def context(self) -> str:
        """Earlier turns and this one, as the facts are read."""
        return "\n".join((*self.earlier, self.scenario))


def stream(
    text: str, tools: Toolbox, previous: Advice | None = None, station: FactsStation | None = None, rewrite: RewriteStation | None = None, stop: threading.Event | None = None,
) -> Iterator[Advice]:  # fmt: skip
    """Yields the answer by rules at once, then, if a model found more facts or fitted lines in time, the better one; the last is complete.
    `stop` ends a model call under way. Raises InputError for a text that cannot be read at all."""
    started = time.perf_counter()
    reading = read(text, tools, previous, Filters())
    cards = _cards(reading, tools)
    first = _advice(reading, cards, station.status if station else "none", Timings(search=reading.searched_ms, first_line=_since(started)), tools)
    if station is None or not cards:
        yield first.model_copy(update={"timings_ms": first.timings_ms.model_copy(update={"total": _since(started)}), "complete": True})
        return
    yield first.model_copy(update={"complete": False})
    more, by, prompt = station.facts(reading.context, stop)
    reading = replace(reading, facts=fact_rules.merge(reading.facts, more))
    timings = Timings(search=first.timings_ms.search, first_line=first.timings_ms.first_line, facts=_since(started), total=_since(started))
    cards = _cards(reading, tools)
    if rewrite is not None and not by.startswith("none"):
        fitted, why = rewrite.card(cards[0], reading.context, _allowed(reading), stop)
        cards, by = [fitted, *cards[1:]], f"{by} (not every line was fitted: {why})" if why else by
    timings = timings.model_copy(update={"total": _since(started)})
    final = _advice(reading, cards, by, timings, tools)
    log.info("advised", scripts=len(final.scripts), ms=round(timings.total), status=final.scope)
    yield final.model_copy(update={"complete": True, "prompt": prompt})


def masked_search(text: str, tools: Toolbox, n: int, filters: Filters) -> tuple[str, Found, float]:
    """Search alone: the masked text, what was found, and the milliseconds it took."""
    started = time.perf_counter()
    said = _masked(text).text
    return said, tools.search.find(said, n, filters, _tags(tools.situations(said))), _since(started)


def read(text: str, tools: Toolbox, previous: Advice | None, filters: Filters) -> Reading:
    """Everything that rules and search say about a scenario, in the light of the turn before."""
    started = time.perf_counter()
    masked = _masked(text)
    said = masked.text
    anew = previous is not None and another_patient(said, previous.scenario, tools.lexicon.people())
    previous = None if anew else previous
    earlier = tools.within_budget((*previous.earlier, previous.scenario)) if previous else ()
    raised = alerts.alerts(said, say_from=tools.words_of, local=tools.local)
    situations = tools.situations(said)
    scoped, note = scope.scope(said, [situation.tag for situation in situations])
    if previous:
        situations = _join(situations, previous.situations)
        scoped, note = _in_the_light_of(scoped, note, previous)
    found, heard = _find(said, tools, previous, filters, _tags(situations), outside=scoped == "outside_guideline")
    searched = _since(started)
    rules = fact_rules.from_rules(said, tools.lexicon, tools.taxonomy)
    if previous:
        rules = {**previous.facts, **rules}
    return Reading(
        scenario=said, masked=len(masked.found), earlier=earlier, alerts=raised, scope=scoped, scope_note=" ".join(part for part in (ANEW if anew else "", note or _nothing_fits(found)) if part), situations=situations,
        needs=tools.needs(said, situations, tools.fitting(found)), facts=rules, found=found, guidance=_guidance(said, scoped, tools), heard=heard, searched_ms=searched,
    )  # fmt: skip


def _masked(text: str) -> privacy.Masked:
    """The text without what identifies someone. Raises InputError when it cannot be read."""
    if len(text) > LONGEST:
        raise InputError(f"This is longer than {LONGEST:,} characters. Paste only the part about this conversation.")
    seen = cleaned(text)
    scope.readable(seen)
    return privacy.mask(seen.strip())


def _find(said: str, tools: Toolbox, previous: Advice | None, filters: Filters, present: set[str], outside: bool) -> tuple[Found, dict[str, str]]:
    """The scripts, and which pushback of which script the patient is reported to have used."""
    search: Search = tools.search
    query = without_reporting(said) if previous else said
    found = search.find(query, CARDS * 3, filters, present)
    heard = heard_in(search, found.vector, [card.id for card in previous.scripts] if previous else [hit.script_id for hit in found.hits[:CARDS]], follows=bool(previous))
    if previous:
        found = _continue(said, found, heard, previous, search, filters, present)
    hits = [hit for hit in found.hits if not (outside and _about_dose(hit, tools))]
    return Found(hits[:CARDS], found.fits and bool(hits), found.vector), heard


def _continue(said: str, found: Found, heard: dict[str, str], previous: Advice, search: Search, filters: Filters, present: set[str]) -> Found:
    """A follow-up: first the script whose pushback it is; then what the new words alone find; if they say too little, what the whole conversation finds."""
    known = {card.id: card for card in previous.scripts if search.holds(card.id)}
    first = [Hit(name, 1.0, quote, 1.0, 0.0) for name, quote in heard.items()]
    rest = found if found.fits else search.find(f"{previous.scenario}\n{said}", CARDS * 2, filters, present)
    if not found.fits and not first:
        first = [Hit(card.id, card.score, card.why, 0.0, 0.0) for card in known.values()][:1]
    names = {hit.script_id for hit in first}
    return Found(first + [hit for hit in rest.hits if hit.script_id not in names], bool(first) or rest.fits, found.vector)


def _tags(situations: Sequence[Situation]) -> set[str]:
    return {situation.tag for situation in situations}


def _about_dose(hit: Hit, tools: Toolbox) -> bool:
    script = tools.library.scripts[hit.script_id]
    return script.category == "tapering" or any(tag in TAPER for tag in script.situations)


def _in_the_light_of(scoped: Scope, note: str, previous: Advice) -> tuple[Scope, str]:
    """A follow-up need not name the subject again; and once a patient is outside the guideline, what follows about them is too."""
    if previous.scope == "outside_guideline" and scoped in ("in_scope", "off_topic"):
        return previous.scope, previous.scope_note
    return ("in_scope", "") if scoped == "off_topic" and previous.scripts else (scoped, note)


def _join(now: Sequence[Situation], before: Sequence[Situation]) -> list[Situation]:
    tags = {situation.tag for situation in now}
    return [*now, *(situation for situation in before if situation.tag not in tags)]


def _guidance(said: str, scoped: Scope, tools: Toolbox) -> list[Guidance]:
    """For dosing and taper-plan questions only: elsewhere it would stand between the reader and the words."""
    return scope.guidance(said, tools.guidance) if scoped == "dosing" else []


def _nothing_fits(found: Found) -> str:
    return "" if found.fits else "No script fits this well. Say a little more: who is the patient, what did they say, what do you have to bring up? The nearest scripts are below."


def _allowed(reading: Reading) -> Callable[[str], bool]:
    """Whether a line about to be shown crosses no red line, given what the scenario says."""
    return lambda line: not redlines.check_line(line, scenario=reading.context)


def _cards(reading: Reading, tools: Toolbox) -> list[ScriptAdvice]:
    if reading.scope in ("off_topic", "dosing"):
        return []
    present, allowed = _tags(reading.situations), _allowed(reading)
    cards = [
        adapt(
            tools.library.scripts[hit.script_id],
            hit,
            present,
            reading.facts,
            tools.taxonomy,
            tools.library.sources,
            allowed,
            [reading.heard[hit.script_id]] if hit.script_id in reading.heard else [],
        )
        for hit in reading.found.hits
    ]
    own = tools.local or {}
    return [card.model_copy(update={"clinic": clinic.fitting(tools.library.scripts[card.id], present, own, reading.alerts)}) for card in cards]


def _advice(reading: Reading, cards: list[ScriptAdvice], model: str, timings: Timings, tools: Toolbox) -> Advice:
    return Advice(
        scenario=reading.scenario, alerts=reading.alerts, scope=reading.scope, scope_note=reading.scope_note, needs=reading.needs, situations=reading.situations, facts=reading.facts,
        scripts=cards, fits=reading.found.fits and bool(cards), guidance=reading.guidance, clinic=clinic.named(tools.local or {}), model=model, masked=reading.masked, follows=len(reading.earlier), earlier=reading.earlier,
        timings_ms=timings, prompt=None, complete=False,
    )  # fmt: skip


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
