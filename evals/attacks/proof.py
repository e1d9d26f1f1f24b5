"""Which lines of an answer are the library's, or proved against it: worked out anew here, from the library's files and `verify` alone."""

from collections.abc import Iterator, Sequence

from coach.advise.adapt import values_for
from coach.advise.advice import Advice, ScriptAdvice, SpokenLine
from coach.advise.toolbox import Toolbox
from coach.advise.verify import verify
from coach.guard.alerts import signs
from coach.library.corpus import Library
from coach.library.lines import render
from coach.library.script import Script
from evals.attacks.page import plain


def spoken(card: ScriptAdvice) -> list[SpokenLine]:
    """Every line of a card that is to be said."""
    return [*([card.one_thing] if card.one_thing else []), *card.lines, *(answer for push in card.pushbacks for answer in push.answers)]


def unproved(advice: Advice, tools: Toolbox) -> Iterator[tuple[str, SpokenLine]]:
    """(why, line) of every line of the answer that nobody may be shown."""
    context = "\n".join((*advice.earlier, advice.scenario))
    for card in advice.scripts:
        script = tools.library.scripts.get(card.id)
        for line in spoken(card):
            why = _why(line, script, advice, tools, context) if script else "no such script"
            if why:
                yield why, line


def _why(line: SpokenLine, script: Script, advice: Advice, tools: Toolbox, context: str) -> str:
    written = [each for each in script.spoken() if each.source == line.source]
    if not written:
        return "not in the script"
    facts = values_for(script, advice.facts, tools.taxonomy)
    if line.how == "verbatim":
        forms = [render(each, {}) for each in written] + [render(each, facts) for each in written]
        return "" if line.text in [form.text for form in forms if form and not form.fills] else "not as the library has it"
    if line.how == "filled":
        names = {slot for _, _, slot in line.fills}
        if any(slot not in facts or not _stands(advice.facts[slot].span, context) for slot in names):
            return "filled with what nobody wrote"
        return "" if any((form := render(each, facts)) and form.text == line.text for each in written) else "not the line as filled"
    filled = [form.text for each in written for form in (render(each, facts), render(each, {})) if form]
    return "" if any(not verify(form, line.text, context) for form in filled) else "not proved"


def _stands(span: str, context: str) -> bool:
    return plain(span).lower() in plain(context).lower()


def other_parts(card: ScriptAdvice, script: Script | None) -> bool:
    """Whether everything else on a card is the script's own."""
    if script is None:
        return False
    pairs: list[tuple[Sequence[str], Sequence[str]]] = [
        ([card.title, card.use_when, card.avoid_when, card.why_it_works], [script.title, script.use_when, script.avoid_when, script.why]), (card.check_first, script.check_first),
        (card.avoid, script.avoid), (card.then, script.then), (sorted(push.quote for push in card.pushbacks), sorted(push.quote for push in script.pushbacks)),
    ]  # fmt: skip
    return all(list(shown) == list(written) for shown, written in pairs)


def fixed_words() -> tuple[set[str], set[str]]:
    """(words to say, steps) that alerts may show beside library lines, as signs/ has them."""
    say: set[str] = set()
    do: set[str] = set()
    for kind in signs().kinds.values():
        for part in (kind, kind.get("own_words") or {}):
            say |= {plain(text) for text in (*part.get("fallback", ()), *part.get("say", ()))}
            do |= {plain(step if isinstance(step, str) else step["step"]) for step in part.get("do", ())}
    return say, do


def passages(library: Library, guidance: Sequence[dict[str, str]]) -> frozenset[str]:
    """Every passage that stands in the library or the guidance, word for word."""
    found = {plain(entry["text"]) for entry in guidance} | fixed_words()[0] | fixed_words()[1]
    for script in library.scripts.values():
        forms = [form.text for line in script.spoken() if (form := render(line, {}))]
        found |= {plain(text) for text in (
            *forms, *(line.source for line in script.spoken()), *(line.note for line in script.spoken()), *script.check_first, *script.avoid, *script.then, script.why, script.title,
            script.use_when, script.avoid_when, *(push.quote for push in script.pushbacks), *(item.claim for item in script.evidence), *script.asks,
        )}  # fmt: skip
    return frozenset(found)
