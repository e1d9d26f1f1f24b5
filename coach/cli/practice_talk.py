"""A scene in the terminal: asking for turns, showing answers and the debrief."""

import json
import sys
from pathlib import Path
from typing import Any

from coach.cli.out import console
from coach.errors import InputError, StoreError
from coach.practice.debrief import Debrief
from coach.practice.scene import Reply, Scene
from coach.practice.turns import Turn
from coach.settings import Settings


def read_turns(path: Path) -> list[str]:
    """The clinician turns of a file: one a line, or a JSON object with a `text` a line. Empty lines are silence. Raises InputError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError:
        raise InputError("The file of turns cannot be read. Check its path.") from None
    except UnicodeDecodeError:
        raise InputError("The file of turns is not UTF-8. Save it again as plain UTF-8 text.") from None
    return [_turn(line) for line in text.splitlines()]


def _turn(line: str) -> str:
    if line.lstrip().startswith("{"):
        try:
            found = json.loads(line)
        except ValueError:
            return line
        if isinstance(found, dict) and isinstance(found.get("text"), str):
            return str(found["text"])
    return line


def talk(scene: Scene, codes: bool, quiet: bool = False) -> None:
    """Ask for turns until the scene is over. With `quiet` only the prompt and the patient's words go out, on stderr."""
    out = console() if not quiet else _stderr()
    show_briefing(scene, out)
    _patient(scene, scene.opening.text, out)
    while True:
        line = _ask(out)
        if line is None or line.strip() == "/end":
            break
        if line.startswith("/again"):
            _again(scene, line, out)
            continue
        reply = scene.say(line)
        _show_reply(scene, reply, codes, out)
        if scene.ended:
            break
    if closing := scene.end() if not scene.ended else "":
        _patient(scene, closing, out)


def _ask(out: Any) -> str | None:
    try:
        return input("you> ") if out is not None and sys.stdin.isatty() else _line()
    except EOFError:
        return None


def _line() -> str | None:
    line = sys.stdin.readline()
    return line.rstrip("\n") if line else None


def _again(scene: Scene, line: str, out: Any) -> None:
    number = line.removeprefix("/again").strip()
    try:
        said = scene.again(int(number) if number.isdigit() else 0)
    except InputError as error:
        out.print(f"[yellow]{error}[/yellow]")
        return
    out.print(f"[dim]Back to turn {number}.[/dim]")
    _patient(scene, said, out)


def _show_reply(scene: Scene, reply: Reply, codes: bool, out: Any) -> None:
    if reply.stopped:
        for text in (*reply.stopped.say, *reply.stopped.do):
            out.print(f"[bold]{text}[/bold]")
        return
    if codes and reply.turn:
        out.print(f"[dim]   {_codes(reply.turn)}[/dim]")
    _patient(scene, reply.text, out)
    if reply.closing:
        _patient(scene, reply.closing, out)


def show_briefing(scene: Scene, out: Any) -> None:
    patient = scene.patient
    out.print(f"[bold]{patient.title}[/bold]\n{patient.one_line}\n[dim]Simulated. {'Reviewed by ' + patient.reviewed_by if patient.reviewed_by else 'No clinician has reviewed this patient.'}[/dim]")  # fmt: skip
    for line in patient.chart:
        out.print(f"  · {line}", markup=False)
    out.print(f"[bold]Your task:[/bold] {patient.task}\n[dim]/end or Ctrl+D ends the scene, /again N goes back to turn N.[/dim]\n")


def show_scene(scene: Scene, codes: bool) -> None:
    """A scene that was played from a file."""
    out = console()
    show_briefing(scene, out)
    _patient(scene, scene.opening.text, out)
    for turn in scene.turns:
        out.print(f"{turn.number:>2} you: {turn.text}", markup=False)
        if codes:
            out.print(f"[dim]   {_codes(turn)}[/dim]")
        _patient(scene, turn.spoken, out)
    if scene.stopped:
        for text in (*scene.stopped.say, *scene.stopped.do):
            out.print(text, markup=False)
    elif scene.closing:
        _patient(scene, scene.closing.text, out)


def keep_session(settings: Settings, scene: Scene) -> bool:
    """Keep a row of the scene, if progress is kept; whether it was. A store that cannot be used is one sentence, and the debrief is shown all the same."""
    from coach.store.progress import Progress

    try:
        return Progress(settings.data).add(scene)
    except StoreError as error:
        print(error, file=sys.stderr)
        return False


def show_debrief(found: Debrief) -> None:
    """The debrief on one screen."""
    out = console()
    out.print(f"\n[bold]Debrief[/bold]  {found.turns} turns. {found.ended}")
    out.print(
        f"Trust {found.start.trust:g} → {found.end.trust:g}, anger {found.start.anger:g} → {found.end.anger:g}.{f' Patient: {_counted(found.patient_talk)}.' if found.patient_talk else ''}"
    )
    for ratio in found.ratios:
        limits = f" (fair {ratio.fair:g}, good {ratio.good:g}: {ratio.standing or 'no standing'})" if ratio.fair is not None else ""
        out.print(f"  {ratio.name}: {ratio.shown}{limits}", markup=False)
    if found.share_of_talk is not None:
        out.print(f"  your share of the talk: {found.share_of_talk:.0%}")
    if found.counts:
        out.print(f"  {_counted({count.name: count.turns for count in found.counts if count.turns})}")
    for item in found.checklist:
        out.print(f"  {'✓' if item.done else '·'} {item.text}{f'  “{item.words}” (turn {item.turn})' if item.words else ''}", markup=False)
    for good in found.done_well:
        out.print(f"[bold]Done well[/bold] (turn {good.turn}): {good.what}")
        out.print(f"  “{good.words}”", markup=False)
    if found.try_this:
        tried = found.try_this
        out.print(f"[bold]One thing to try[/bold] (turn {tried.again}): {tried.why}")
        out.print(f"  They said: “{tried.patient_said}”", markup=False)
        for line in tried.lines:
            out.print(f"  Try: “{line}”  ({tried.script})", markup=False)
    for crossed in found.red_lines:
        out.print(f"[bold]Never say[/bold] (turn {crossed.turn}): {crossed.what}")
    notes = (found.thresholds, found.not_validated, f"Coded by {found.rater}." if found.rater else "")
    out.print(f"[dim]{' '.join(filter(None, notes))}[/dim]")


def _patient(scene: Scene, text: str, out: Any) -> None:
    out.print(f"[bold]{scene.patient.name}[/bold]: ", end="")
    out.print(text, markup=False)


def _codes(turn: Turn) -> str:
    return " · ".join(sorted(turn.names - {"question", "reflection", "input"})) or "nothing to code"


def _counted(numbers: dict[str, int]) -> str:
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in numbers.items())


def _stderr() -> Any:
    from rich.console import Console

    return Console(stderr=True, highlight=False)
