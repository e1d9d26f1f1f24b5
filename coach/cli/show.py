"""How an answer looks in a terminal."""

from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.panel import Panel
from rich.text import Text

from coach.advise.advice import Advice, Alert, ScriptAdvice, SearchResult, SpokenLine
from coach.advise.needs import wording

if TYPE_CHECKING:
    from coach.coach import Coach

URGENCY = {"now": ("red", "now, in this room"), "today": ("yellow", "today"), "plan": ("cyan", "in this visit's plan")}
console = Console(highlight=False)


def show_advice(advice: Advice, coach: "Coach") -> None:
    """The whole answer: alerts, scope, first script in full, the others by title."""
    show_alerts(advice.alerts)
    if advice.scope_note:
        console.print(Panel(Text(advice.scope_note), border_style="cyan"))
    for item in advice.guidance:
        console.print(Text.assemble(("• ", "cyan"), item.text, (f"  [{item.source}]", "dim")))
    needs = coach.library.taxonomy.needs
    for name in advice.needs.likely[:1] if advice.scripts else ():
        console.print(Text(f"Often needed too: {needs[name].means} ({wording(name, coach.library.taxonomy)})", style="dim"))
    for number, card in enumerate(advice.scripts):
        if number == 0 and advice.fits:
            _card(card, advice.clinic)
        else:
            first = f"   {card.one_thing.text}" if card.one_thing else ""
            console.print(Text.assemble(("▸ ", "cyan"), (card.title, "bold"), (f"  {card.id}", "dim"), f"\n{first}"))
    model = "no model took part" if advice.model.startswith("none") else f"facts by {advice.model}"
    console.print(Text(f"Library and rules; {model}. {advice.timings_ms.total:.0f} ms. " + " ".join(coach.notes), style="dim"))


def show_alerts(alerts: list[Alert]) -> None:
    for alert in alerts:
        colour, when = URGENCY[alert.urgency]
        body = [
            Text(f"Because of: “{alert.matched}”", style="dim"),
            *(Text(f"Say: {line}", style="bold") for line in alert.say),
            *(Text(f"Do: {step}") for step in alert.do),
            Text(alert.source, style="dim"),
        ]
        console.print(Panel(Group(*body), title=f"{alert.kind.replace('_', ' ')} · {when}", title_align="left", border_style=colour))


def show_found(result: SearchResult) -> None:
    if not result.fits:
        console.print("Nothing fits this well. The nearest:")
    for hit in result.scripts:
        console.print(Text.assemble((f"{hit.score:.2f} ", "cyan"), (hit.title, "bold"), (f"  {hit.id} · {hit.status}", "dim"), (f"\n     found by: {hit.why}", "dim")))
    if not result.scripts:
        console.print("No script matches. Leave out a filter, or say more of the situation.")


def _card(card: ScriptAdvice, clinic: str) -> None:
    reviewed = "no clinician has reviewed this" if card.status in ("draft", "in_review") else card.status
    console.print(Text.assemble(("\n" + card.title, "bold"), (f"  {card.id} · {card.status}: {reviewed}", "dim")))
    console.print(Text(f"found by: {card.why}", style="dim"))
    if card.one_thing:
        console.print(Text.assemble(("\n★ ", "cyan"), _said(card.one_thing)))
    _list("\nCheck first", card.check_first)
    console.print(Text("\nSay", style="cyan"))
    for line in card.lines:
        console.print(Text.assemble("  ", _said(line), (f"  ({line.note})" if line.note else "", "dim")))
    if card.clinic:
        console.print(Text(f"\n{clinic}: {' · '.join(card.clinic)}", style="dim"))
    console.print(Text("\nIf they say", style="cyan"))
    for push in card.pushbacks:
        console.print(Text(f"  “{push.quote}”", style="italic"))
        for line in push.answers:
            console.print(Text.assemble("    ", _said(line)))
    _list("\nDo not say", card.avoid)
    _list("\nThen", card.then)


def _said(line: SpokenLine) -> Text:
    text = Text(line.text)
    for start, end, _ in line.fills:
        text.stylize("underline", start, end)
    return text


def _list(title: str, items: list[str]) -> None:
    console.print(Text(title, style="cyan"))
    for item in items:
        console.print(Text(f"  · {item}"))
