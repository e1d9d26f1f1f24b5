"""Alerts: signs to act on before anything else, found by the rules of signs/. Never a model, always on top of the answer.

Which signs, how urgent, and what denial, idiom, other people's histories and victims mean: reference safety.md, sections 1, 5 and 6.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple

from coach.advise.advice import Alert
from coach.errors import CoachError
from coach.guard.matcher import Finder, Hit, Matcher, load, make_rule, read
from coach.guard.phrases import Language
from coach.guard.reading import Reading
from coach.guard.sense import ANSWERS_NO, denied, long_ago, of_another, own_words

RANK = {"now": 0, "today": 1, "plan": 2}
URGENT = frozenset({"now", "today"})
LONGEST_MATCH = 120
REACH = 120  # characters, of `beside`


def alerts(
    text: str | Reading,
    *,
    say_from: Callable[[str], Sequence[str]] | None = None,
    local: Mapping[str, Any] | None = None,
) -> list[Alert]:
    """The alerts a (masked) text raises, one a kind at its highest urgency, the most urgent first. Never raises on any text.

    `say_from` gives the fixed words of a safety script by its id; where it has none, the words kept in signs/ are used.
    `local` holds the clinic's own numbers (corpus/local.yaml): steps that need one are left out when it is empty.
    """
    reading = read(text)
    kinds = signs().kinds
    found: dict[str, tuple[str, Hit]] = {}
    waiting: list[tuple[str, Hit]] = []

    def wanted(rule: Any) -> bool:
        best = found.get(rule.group)
        return best is None or RANK[rule.more["urgency"]] < RANK[best[0]]

    for hit in _matcher().hits(reading, wanted):
        if not wanted(hit.rule):  # a phrase may match many times; once is enough
            continue
        urgency = _urgency(reading, hit, kinds[hit.rule.group])
        if not urgency or not _more_urgent(urgency, found.get(hit.rule.group)) or not _beside(hit):
            continue
        if hit.rule.more.get("with"):
            waiting.append((urgency, hit))
        elif not _stands_near(hit, _without(hit, kinds)):
            found[hit.rule.group] = (urgency, hit)
    speaks_of = cache(partial(_speaks_of, reading))
    for urgency, hit in waiting:
        if _more_urgent(urgency, found.get(hit.rule.group)) and all(map(speaks_of, hit.rule.more["with"])) and not any(map(speaks_of, _without(hit, kinds))):
            found[hit.rule.group] = (urgency, hit)
    for kind in [kind for kind in found if RANK[found[kind][0]] <= RANK[kinds[kind].get("brings_from", "plan")]]:
        for brought in kinds[kind].get("brings", ()):
            found.setdefault(brought, ("plan", found[kind][1]))
    order = list(kinds)
    ranked = sorted(found.items(), key=lambda item: (RANK[item[1][0]], order.index(item[0])))
    return [_alert(kind, urgency, _matched(reading, hit), _for_whom(reading, hit, kinds[kind]), say_from, local or {}) for kind, (urgency, hit) in ranked]


def _urgency(reading: Reading, hit: Hit, kind: Mapping[str, Any]) -> str | None:
    """How urgent a match is once denial, time and other people's histories are weighed; None when it is no sign at all."""
    rule, text = hit.rule.more, hit.sentence.text
    if rule.get("deniable") and (denied(text, hit.start, hit.end) or _answered_no(reading, hit)):
        return None
    if rule["urgency"] in URGENT and long_ago(text, hit.start, hit.end):
        return kind.get("long_ago")
    others = rule.get("others", kind.get("others", "same"))
    if others != "same" and of_another(text, hit.start):
        return others if others in RANK else None
    return str(rule["urgency"])


def _beside(hit: Hit) -> bool:
    """Whether each thing that the rule wants `beside` it stands in the same sentence, within REACH characters."""
    return all(_stands_near(hit, (name,)) for name in hit.rule.more.get("beside", ()))


def _without(hit: Hit, kinds: Mapping[str, Mapping[str, Any]]) -> Sequence[str]:
    """What may not be there (`about` names): the rule's own `without`, or its kind's. For a sign that stands alone it counts only near the match, so that a
    film or a wedding elsewhere in the text silences nothing; weak signs gathered from the whole text are weighed against the whole text."""
    names: Sequence[str] = hit.rule.more.get("without", kinds[hit.rule.group].get("without", ()))
    return names


def _stands_near(hit: Hit, names: Sequence[str]) -> bool:
    """Whether any of these stands in the match's sentence, within REACH characters."""
    return any(_about(name)[1].stands_in(hit.sentence, max(0, hit.start - REACH), hit.end + REACH) for name in names)


def _speaks_of(reading: Reading, name: str) -> bool:
    """Whether the text speaks of this anywhere (`about` name)."""
    return any(not (hit.rule.more.get("deniable") and denied(hit.sentence.text, hit.start, hit.end)) for hit in _about(name)[0].hits(reading))


def _answered_no(reading: Reading, hit: Hit) -> bool:
    """ "Thoughts of suicide? No." """
    at = hit.sentence.first + hit.sentence.text.count(" ")
    if reading.words[at : at + 1] != [""] or reading.words[at + 1 : at + 2] == [] or reading.words[at + 1] not in ANSWERS_NO:
        return False
    return "?" in reading.typed[slice(*reading.spans[at])]


def _more_urgent(urgency: str, best: tuple[str, Hit] | None) -> bool:
    return best is None or RANK[urgency] < RANK[best[0]]


def _matched(reading: Reading, hit: Hit) -> str:
    return " ".join(reading.as_typed(hit.sentence, hit.start, hit.end).split())[:LONGEST_MATCH]


def _for_whom(reading: Reading, hit: Hit, kind: Mapping[str, Any]) -> Mapping[str, Any]:
    """The kind's words and steps; those for the clinician where the sign is the clinician's own."""
    if "own_words" not in kind or hit.rule.more["urgency"] not in URGENT:
        return kind
    before = reading.typed[: reading.spans[reading.token_at(hit.sentence, hit.start + 1)][0]]
    if not own_words(hit.sentence.text, hit.start, hit.end, before):
        return kind
    own = kind["own_words"]
    return {**kind, "script": None, "fallback": own["say"], "do": own["do"]}


def _alert(kind: str, urgency: str, matched: str, data: Mapping[str, Any], say_from: Callable[[str], Sequence[str]] | None, local: Mapping[str, Any]) -> Alert:
    say: list[str] = []
    if say_from is not None and data["script"]:
        try:
            say = [line for line in say_from(data["script"]) if line]
        except (CoachError, LookupError, OSError):
            say = []  # a missing script must never hide an alert
    source = data["source"] if not say else f"{data['script']}; {data['source']}"
    return Alert(kind=kind, urgency=urgency, matched=matched, say=say or list(data["fallback"]), do=list(steps(data["do"], urgency, local)), source=source)  # type: ignore[arg-type]


def steps(do: Sequence[str | Mapping[str, str]], urgency: str, local: Mapping[str, Any]) -> list[str]:
    """The steps to show. A step may be plain, or `{step, at: [now, today], needs: key of local.yaml}` with `{value}` in its text."""
    shown = []
    for step in do:
        if isinstance(step, str):
            shown.append(step)
        elif urgency in step.get("at", RANK) and ("needs" not in step or str(local.get(step["needs"]) or "").strip()):
            shown.append(step["step"].replace("{value}", str(local.get(step.get("needs", "")) or "").strip()))
    return shown


class Signs(NamedTuple):
    """The folder signs/: each kind's word lists (its own, then those all share), what else a text may have to speak of, and its rules, words and steps."""

    lists: Mapping[str, Mapping[str, list[str]]]
    about: Mapping[str, tuple[str, Any]]  # name: whose lists its phrases use, and the phrases
    kinds: Mapping[str, Mapping[str, Any]]


@lru_cache(maxsize=1)
def signs() -> Signs:
    shared = load("signs/words.yaml")
    kinds = {kind: load(f"signs/{kind}.yaml") for kind in shared["order"]}
    lists = {"": shared["lists"]} | {kind: {**own.get("lists", {}), **shared["lists"]} for kind, own in kinds.items()}
    about = {name: (kind, phrases) for kind, own in {"": shared, **kinds}.items() for name, phrases in own.get("about", {}).items()}
    return Signs(lists, about, kinds)


@cache
def _about(name: str) -> tuple[Matcher, Finder]:
    """What a text may have to speak of, to be looked for in the whole text or around a match. Read when first asked for: few texts ask for any."""
    kind, fields = signs().about[name]
    rule = make_rule(f"about {name}", fields if isinstance(fields, dict) else {"find": fields}, _language(kind))
    return Matcher([rule]), Finder(rule.find)


@cache
def _language(kind: str) -> Language:
    return Language(signs().lists[kind])


@lru_cache(maxsize=1)
def _matcher() -> Matcher:
    return Matcher(make_rule(kind, rule, _language(kind)) for kind, fields in signs().kinds.items() for rule in fields["rules"])
