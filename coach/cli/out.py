"""What the commands share: the --json flag, one JSON object on stdout, everything else on stderr or through Rich."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from coach.access.person import Person
    from coach.coach import Coach
    from coach.settings import Settings

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


def console() -> Any:
    from rich.console import Console

    return Console(highlight=False)


def print_json(value: Any) -> None:
    """One object, UTF-8, on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=2), flush=True)


def ask(what: str, hidden: bool) -> str:
    """Asked on stderr, so that stdout stays one JSON object."""
    return str(typer.prompt(what, hide_input=hidden, err=True))


def somebody(settings: "Settings", action: str) -> "Person":
    """Who uses the command line: asked to sign in where people do. Raises NotSignedIn, NotAllowed."""
    from coach.access.rights import require
    from coach.access.sign_in import person_at_terminal

    person = person_at_terminal(settings, ask)
    require(person, action)
    return person


def own_settings(settings: "Settings") -> "Settings":
    """The settings with the data folder that is this person's own, to practice with. Raises NotSignedIn, NotAllowed."""
    from coach.access.own import folder_of

    return settings.model_copy(update={"data": folder_of(settings.data, somebody(settings, "practice"))})


def open_coach(model: bool) -> "Coach":
    """The Coach of the settings, with progress bars on stderr; the chat model, if wanted, begins to start."""
    from coach import log
    from coach.cli.progress import terminal_progress
    from coach.coach import Coach
    from coach.settings import load_settings
    from coach.setup import prepare

    settings = load_settings()
    log.start(settings.log_level)
    person = somebody(settings, "advise")
    progress = terminal_progress()
    if model:
        prepare(settings, progress)
    coach = Coach.open(settings, progress, model=model)
    coach.by = person
    return coach
