"""`coach practice progress` and `coach practice corrections`: what is kept of practice, if anything, and how to take it along or delete it."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from coach.cli.out import JsonFlag, console, own_settings, print_json

YesFlag = Annotated[bool, typer.Option("--yes", help="With --delete: yes, delete it all.")]
SURE = 2  # exit code when --delete comes without --yes


def progress(
    keep: Annotated[Literal["on", "off"] | None, typer.Option("--keep", help="Keep a row of each session from now on, or no more. Never what was said.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete every session for good; no more are kept.")] = False,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Show the practice sessions kept on this computer. Nothing is kept until you ask for it (--keep on)."""
    from coach.practice.patient_check import patients
    from coach.practice.progress import overview
    from coach.settings import load_settings
    from coach.store.progress import Progress

    settings = own_settings(load_settings())
    store = Progress(settings.data)
    if delete:
        _sure(yes, "every practice session")
        count = store.delete()
        return _done({"deleted": count, "keep": False}, f"Deleted: {_number(count, 'session')}. No more are kept.", as_json)
    if keep is not None:
        store.keep(keep == "on")
    found = overview(store.sessions(), store.keeping(), list(patients(settings.corpus / "patients").playable.values()))
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        _show(found)
    return None


def corrections(
    export: Annotated[Path | None, typer.Option("--export", help="Write them to this file, one JSON object a line.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete them all for good.")] = False,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Codes you disagreed with and ticked to be kept as data for the next training of the rater: count, export, delete."""
    from coach.settings import load_settings
    from coach.store.corrections import Corrections

    store = Corrections(own_settings(load_settings()).data)
    if delete:
        _sure(yes, "every correction")
        count = store.delete()
        return _done({"deleted": count}, f"Deleted: {_number(count, 'correction')}.", as_json)
    rows = store.rows()
    if export is None:
        return _done({"kept": len(rows)}, f"{_number(len(rows), 'correction')} kept. --export FILE writes them, --delete --yes deletes them.", as_json)
    _write(export, "".join(json.dumps(row.model_dump(mode="json"), ensure_ascii=False) + "\n" for row in rows))
    return _done({"exported": len(rows)}, f"Exported: {_number(len(rows), 'correction')}.", as_json)


def _write(path: Path, text: str) -> None:
    from coach.errors import StoreError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError:
        raise StoreError("The file could not be written. Choose a folder that exists and that you may write to.") from None


def _sure(yes: bool, what: str) -> None:
    """Deleting is asked for twice."""
    if not yes:
        typer.echo(f"This deletes {what} for good. Say so once more with --delete --yes.", err=True)
        raise typer.Exit(SURE)


def _done(result: dict[str, Any], sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(result)
    else:
        typer.echo(sentence)


def _number(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def _show(found: Any) -> None:
    from rich.table import Table

    if found.sessions:
        table = Table("date", "patient", "level", "turns", "R:Q", "complex", "of the list", "trust", "your view", box=None, header_style="bold")
        for one in found.sessions:
            mi, listed = one.mode == "mi", f"{one.checklist_met} of {one.checklist_total}"
            table.add_row(
                f"{one.at.astimezone():%Y-%m-%d}", one.patient, str(one.level), str(one.turns), _value(one.reflections_per_question, ".1f", mi), _value(one.complex_share, ".0%", mi),
                "–" if mi else listed, f"{one.trust_start:.1f} → {one.trust_end:.1f}", one.view or "–",
            )  # fmt: skip
        console().print(table)
        typer.echo(f"{_number(len(found.sessions), 'session')}. You have met {found.met} of {found.of} patients.\nWhat to practice next: {found.next}")
    else:
        typer.echo("Nothing is kept yet.")
    typer.echo(
        "Sessions of three turns or more are kept: date, patient, counts and codes."
        if found.keep
        else "Further sessions are not kept. `coach practice progress --keep on` keeps them."
    )


def _value(value: float | None, form: str, mi: bool) -> str:
    return "–" if not mi else "not defined" if value is None else format(value, form)
