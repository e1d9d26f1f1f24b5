"""From an Advice to HTML. Everything is escaped by Jinja; no text of a script, a person or a model is ever markup."""

import re
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from coach.access.rights import may
from coach.advise.advice import Advice, PushbackLines, ScriptAdvice, SpokenLine
from coach.advise.needs import wording
from coach.curate.review import is_due
from coach.library.taxonomy import Taxonomy

ALERT_TITLES = {
    "suicide": "Ask about suicide",
    "overdose": "Overdose risk",
    "violence": "A threat of violence",
    "victim": "Someone may be hurting this person",
    "red_flags": "Examine before you talk",
    "pregnancy": "Pregnancy",
    "abrupt_stop": "No sudden stop",
    "withdrawal": "Withdrawal",
    "sedative_combination": "An opioid with a sedative",
    "naloxone": "Naloxone at home",
    "lost_tolerance": "Lost tolerance",
}
ALERT_WHEN = {"now": "now, in this room", "today": "today", "plan": "in this visit's plan"}
AUDIENCES = {"relative": "Words to a relative.", "self": "Words to yourself.", "colleague": "Words to a colleague.", "team": "Words to your team.", "patient": ""}
DECISIONS = {"patient": "The choice here is the patient's.", "shared": "A decision to make together.", "clinician": "The decision here is yours; say so."}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    env = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.globals |= {
        "alert_titles": ALERT_TITLES, "alert_when": ALERT_WHEN, "audiences": AUDIENCES, "decisions": DECISIONS,
        "copy": copy_button, "words": line, "all_lines": all_lines, "review_note": review_note, "because": because, "more": more, "said": said,
        "source": source, "heard": heard, "unheard": unheard, "may": may,
    }  # fmt: skip
    return env


def page(name: str, **values: object) -> str:
    """A template of this folder, filled."""
    return _environment().get_template(f"{name}.html").render(**values)


def answer(advice: Advice, taxonomy: Taxonomy, status: str = "", old: bool = False, number: int = 1, better: bool = False) -> str:
    """One turn of the conversation, the `number`th; `better`: with the lines that were offered."""
    return page("answer", advice=advice, needs=needs(advice, taxonomy), status=status, old=old, number=number, better=better, summary=summary(advice))


def summary(advice: Advice) -> str:
    """What a screen reader is told when the answer comes: its name."""
    urgent = [f"{ALERT_TITLES.get(alert.kind, alert.kind)}, {ALERT_WHEN[alert.urgency]}." for alert in advice.alerts if alert.urgency != "plan"]
    if advice.scripts and advice.fits:
        found = f"{len(advice.scripts)} {'script' if len(advice.scripts) == 1 else 'scripts'}. The first: {advice.scripts[0].title}."
    else:
        found = advice.scope_note or "No script fits well."
    return " ".join(["Answer.", *urgent, found])


def needs(advice: Advice, taxonomy: Taxonomy) -> list[str]:
    """The quiet lines: what was asked for, and what clinicians in this situation also turned out to need. That words were asked for
    is what everyone comes here with, and goes without saying."""
    if not advice.scripts:
        return []
    asked = [taxonomy.needs[name].means for name in advice.needs.asked if name != "communication"]
    likely = [_likely(name, taxonomy) for name in advice.needs.likely[:1]]
    return ([f"You asked: {' '.join(asked)}"] if asked else []) + likely


def _likely(name: str, taxonomy: Taxonomy) -> str:
    need = taxonomy.needs[name]
    means = need.means.rstrip(".")
    counted = f"{need.named_by} of 14 clinicians interviewed about one such service named it" if need.named_by else wording(name, taxonomy)
    return f"Often needed too: {means[:1].lower()}{means[1:]} ({counted})."


def source(text: str) -> str:
    """Where an alert comes from, without the numbers our own rules have among themselves."""
    return "; ".join(part.strip() for part in text.split(";") if not re.fullmatch(r"\s*Rule R\d+\s*", part))


def heard(card: ScriptAdvice) -> list[PushbackLines]:
    return [push for push in card.pushbacks if push.heard]


def unheard(card: ScriptAdvice) -> list[PushbackLines]:
    return [push for push in card.pushbacks if not push.heard]


def line(spoken: SpokenLine) -> Markup:
    """A line with what came from the scenario marked."""
    pieces: list[tuple[str, str | None]] = []
    if spoken.how == "rewritten":
        return Markup(page("line", line=spoken, pieces=_added(spoken)))
    last = 0
    for start, end, slot in spoken.fills:
        pieces += [(spoken.text[last:start], None), (spoken.text[start:end], slot)]
        last = end
    pieces.append((spoken.text[last:], None))
    return Markup(page("line", line=spoken, pieces=[piece for piece in pieces if piece[0]]))


def _added(spoken: SpokenLine) -> list[tuple[str, str | None]]:
    """A rewritten line in pieces, those words marked that the library line does not have."""
    words, known = re.split(r"(\s+)", spoken.text), re.split(r"\s+", spoken.source)
    matched = [at for block in SequenceMatcher(None, words[::2], known, autojunk=False).get_matching_blocks() for at in range(block.a, block.a + block.size)]
    return [(word, None if n % 2 or n // 2 in matched else "rewritten") for n, word in enumerate(words)]


COPY_ICON = Markup(
    '<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.4"><rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 3.5v-.5a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v6a1 1 0 0 0 1 1h.5"/></svg>'
)


def copy_button(text: str, label: str) -> Markup:
    return Markup('<button type="button" class="icon line__copy" data-copy="{}" aria-label="{}" title="{}">{}</button>').format(text, label, label, COPY_ICON)


def said(card: ScriptAdvice) -> list[SpokenLine]:
    """The lines under "Say": the one that stands above them already is not repeated."""
    return [line for line in card.lines if card.one_thing is None or line.text != card.one_thing.text]


def all_lines(card: ScriptAdvice) -> str:
    """Plain sentences ready to paste, with the script's id on the last line."""
    first = [card.one_thing.text] if card.one_thing else []
    return "\n".join([*first, *(line.text for line in said(card)), f"({card.id}, {card.status.replace('_', ' ')})"])


def more(card: ScriptAdvice) -> bool:
    """Whether some lines wait behind "Show all"."""
    return not all(line.core for line in card.lines)


def review_note(card: ScriptAdvice) -> str:
    """What stands beside every script: nobody has reviewed it, or who has; and that it is time to look again."""
    if card.status in ("draft", "in_review"):
        return "Draft: no clinician has reviewed this."
    due = f" It was to be read again by {card.review_by}." if is_due(card.status, card.review_by) else ""
    return f"Reviewed by {card.reviewed_by}.{due}"


def because(card: ScriptAdvice, advice: Advice) -> str:
    """Why this script, in the reader's own words where they show a situation it was written for; else what it is for."""
    written = [f"“{situation.evidence}”" for situation in advice.situations if situation.tag in card.situations]
    return f"Because you wrote {', '.join(dict.fromkeys(written[:3]))}" if written else f"For: {card.use_when}"
