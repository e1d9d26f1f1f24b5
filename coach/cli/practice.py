"""`coach practice …`: check and list the simulated patients, or talk with one."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from coach.cli.out import JsonFlag, console, own_settings, print_json, somebody


class _PatientOrCommand(TyperGroup):
    """`coach practice denise` is `coach practice play denise`: whatever is not a command is a patient."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["play", *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_PatientOrCommand, help="Simulated patients: list, check, or PATIENT to talk with one.", no_args_is_help=True, subcommand_metavar="PATIENT | COMMAND [ARGS]..."
)


@app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="Only report problems of these files (all are read).")] = None, as_json: JsonFlag = False,
) -> None:  # fmt: skip
    """Report every problem of every patient file as path:line: what is wrong, what to do. Exit code 4 when there is one."""
    from coach.library import corpus
    from coach.practice.patient_check import patients
    from coach.settings import load_settings

    settings = load_settings()
    somebody(settings, "patients")
    library = corpus.load(settings.corpus)
    found = patients(settings.corpus / "patients", library.taxonomy, library.scripts)
    wanted = [path.resolve() for path in paths or []]
    problems = [p for p in found.problems if not wanted or any((settings.corpus.parent / p.path).resolve().is_relative_to(path) for path in wanted)]
    if as_json:
        print_json({"patients": len(found.playable), "problems": [{"path": p.path, "line": p.line, "rule": p.rule, "message": p.message} for p in problems]})
    else:
        for problem in problems:
            typer.echo(str(problem))
        typer.echo(f"{len(found.playable)} patients can be played, {len(problems)} problems.")
    raise typer.Exit(4 if problems else 0)


@app.command("list")
def list_(as_json: JsonFlag = False) -> None:
    """List the patients: id, level, mode, one line."""
    from coach.practice.patient_check import patients
    from coach.settings import load_settings

    settings = load_settings()
    somebody(settings, "practice")
    everyone = patients(settings.corpus / "patients").playable.values()
    if as_json:
        print_json([
            {"id": p.id, "name": p.name, "title": p.title, "one_line": p.one_line, "level": p.level, "mode": p.mode, "task": p.task, "situations": list(p.situations), "status": p.status}
            for p in everyone
        ])  # fmt: skip
        return
    from rich.table import Table

    table = Table("id", "level", "mode", "who", box=None, header_style="bold")
    table.columns[0].overflow = "fold"
    for patient in everyone:
        table.add_row(patient.id, str(patient.level), patient.mode, patient.one_line)
    console().print(table)


@app.command(hidden=True)
def play(
    patient: Annotated[str, typer.Argument(metavar="PATIENT", help="The patient's id.")],
    turns: Annotated[Path | None, typer.Option("--turns", help="Play these clinician turns, one a line (or JSON lines with a `text`), instead of asking.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="The same seed gives the same scene.")] = None,
    codes: Annotated[bool, typer.Option("--codes/--no-codes", help="Show after each turn how it was coded.")] = True,
    as_json: JsonFlag = False,
) -> None:
    """Talk with a simulated patient. /end or Ctrl+D gives the debrief, /again N goes back to turn N."""
    from coach import log
    from coach.cli.practice_talk import keep_session, read_turns, show_debrief, show_scene, talk
    from coach.practice.assemble import open_scene
    from coach.practice.scene import clinician_turns
    from coach.settings import load_settings, quiet_libraries

    settings = load_settings()
    own = own_settings(settings)
    log.start(settings.log_level)
    quiet_libraries()
    given = read_turns(turns) if turns else None
    scene = open_scene(settings, patient, seed)
    if given is None:
        talk(scene, codes, quiet=as_json)
    else:
        clinician_turns(scene, given)
    kept = given is None and keep_session(own, scene)  # turns from a file are a program's, not a trainee's practice
    if as_json:
        print_json(scene.played().model_dump(mode="json"))
        return
    if given is not None:
        show_scene(scene, codes)
    if not scene.stopped:  # the words and steps for the trainee stand alone
        show_debrief(scene.debrief())
        if kept:
            typer.echo("Kept in your progress: the date, the patient, counts and codes.")
