"""`coach eval`: how good it is, on labelled cases: figures with intervals and bars, worst cases, a gate against the committed baseline, a table of models."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.cli.out import JsonFlag, console, print_json
from coach.errors import InputError, SettingsError

if TYPE_CHECKING:
    from evals.suite.run import Result

WHOLE = ("Stations", "Quick run")
MISSING = "The evaluations need more packages than the program. Install them in its folder: make evals, or .venv/bin/pip install -c constraints.txt -e '.[evals]'."


def eval_(
    station: Annotated[list[str] | None, typer.Argument(help="Which stations; all without a name.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A fixed sample of the dev half, without a chat model, against the committed baseline: fails on a fall beyond chance.")
    ] = False,
    split: Annotated[str, typer.Option(help="Figures of the half that is never looked into (test), or of the one that is (dev).")] = "test",
    errors: Annotated[bool, typer.Option("--errors", help="Also the error groups and worst cases, of the dev half.")] = False,
    models: Annotated[str, typer.Option(help="Compare chat models, with commas between them: embedded,none,provider:model.")] = "",
    accept: Annotated[str, typer.Option(metavar="REASON", help="Renew the committed baseline, and keep the reason in it.")] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Run stations anew that were finished before with the same code, corpus and cases.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """How good it is, on labelled cases. All stations together write evals/reports/latest/. The labels are a model's unless a station says otherwise."""
    _ready()
    if split not in ("test", "dev"):
        raise SettingsError("--split is test or dev. See `coach eval --help`.")
    if quick:
        _quick(station or [], as_json)
    elif accept:
        _accept(accept)
    elif models:
        _compare(models, station or [], as_json)
    else:
        _full(station or [], split, errors, fresh, as_json)


def _ready() -> None:
    """Raises InputError without the folder evals or its packages. Neither is imported here but to see that they are there."""
    from importlib.util import find_spec

    from coach.settings import ROOT, quiet_libraries

    quiet_libraries()
    if str(ROOT) not in sys.path:  # evals is a folder beside the package, not part of it
        sys.path.append(str(ROOT))
    if find_spec("evals") is None or any(find_spec(name) is None for name in ("ragas", "ir_measures", "sacrebleu", "rouge_score")):
        raise InputError(MISSING)


@contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None]]:
    """`progress(step, done, total)` on stderr: the whole run, and under it the part at work."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description:40}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn(), console=Console(stderr=True), transient=True
    ) as bars:
        whole, part = bars.add_task("", total=None), bars.add_task("", total=None, visible=False)

        def progress(step: str, done: int, total: int) -> None:
            bars.update(whole if step in WHOLE else part, description=step, completed=done, total=total, visible=True)

        yield progress


def _full(names: list[str], split: str, errors: bool, fresh: bool, as_json: bool) -> None:
    from coach.settings import load_settings
    from coach.setup import prepare
    from evals.suite import report, run
    from evals.suite.registry import chosen

    settings, stations = load_settings(), chosen(names)
    with _bars() as progress:
        if settings.llm != "none":
            prepare(settings, progress)
        results = run.run(stations, settings, split, progress, fresh)
    whole = not names and split == "test"
    folder = report.write(results, settings) if whole else None
    if as_json:
        print_json(results)
        return
    for result in results:
        _tell(result, errors)
    if folder:
        console().print(f"\nReport: {folder / 'index.html'}")


def _tell(result: "Result", errors: bool) -> None:
    from rich.markup import escape

    out = console()
    out.print(f"\n[bold]{result['title']}[/bold]  [dim]{result['split']}: {result['labels']}[/dim]")
    for row in result["rows"]:
        figure = "     " if row["figure"] is None else f"{row['figure']:.3f}"
        between = f"[{row['low']:.3f}, {row['high']:.3f}]" if row["low"] is not None else ""
        mark = {"passed": "[green]met[/green]   ", "missed": "[red]missed[/red]"}.get(row["state"], "      ")
        bar = f"bar {row['bar']}" if row["bar"] else ""
        out.print(f"{figure}  {escape(f'{between:16}')}  {bar:10}  {mark}  {row['cases'] or '':>5}  {escape(row['what'])}", soft_wrap=True)
    if errors:
        for group, count in result["groups"].items():
            out.print(f"  [dim]{count:4}  {escape(group)}[/dim]")
        for fault in result["faults"]:
            out.print(f"\n  [bold]{fault['id']}[/bold] {escape(fault['group'])}")
            for head, text in fault["shown"].items():
                out.print(f"    [dim]{escape(head)}:[/dim] {escape(text)}", soft_wrap=True)


def _quick(names: list[str], as_json: bool) -> None:
    from evals.suite import gate, run
    from evals.suite.registry import chosen

    gate.read()  # without a baseline nothing need run
    found, stations = _sample(run, chosen(names))
    falls, notes = gate.judge(stations, found)
    figures = {
        name: {figure.what: figure.of(mine) for figure in stations[name].figures if (mine := figure.chosen(records)) and not figure.model} for name, records in found.items()
    }
    if as_json:
        print_json({"ok": not falls and not notes, "falls": [vars(fall) for fall in falls], "notes": notes, "figures": figures})
    else:
        for sentence in (*notes, *map(str, falls)):
            console().print(sentence, soft_wrap=True, markup=False)
        verdict = "nothing fell" if not falls and not notes else "not as good as before"
        console().print(f"Quick evaluation: {sum(map(len, found.values()))} cases of {len(found)} stations against the baseline: {verdict}.", soft_wrap=True)
    if falls or notes:
        raise typer.Exit(1)


def _sample(run: Any, stations: Any) -> tuple[Any, Any]:
    from coach.settings import load_settings

    with _bars() as progress:
        return run.quick(stations, load_settings(), progress), {station.name: station for station in stations}


def _accept(why: str) -> None:
    from evals.suite import gate, report, run
    from evals.suite.registry import chosen

    found, _ = _sample(run, chosen([]))
    gate.accept(why, found, report.latest())
    console().print(f"The baseline holds {sum(map(len, found.values()))} cases now (evals/baseline.json).")


def _compare(models: str, names: list[str], as_json: bool) -> None:
    from coach.settings import load_settings
    from evals.suite import compare
    from evals.suite.registry import chosen

    with _bars() as progress:
        table = compare.compare([name.strip() for name in models.split(",") if name.strip()], chosen(names), load_settings(), progress)
    if as_json:
        print_json(table)
        return
    console().print(compare.as_text(table), soft_wrap=True, markup=False)
