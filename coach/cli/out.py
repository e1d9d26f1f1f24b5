"""What the commands share: the --json flag, one JSON object on stdout, everything else on stderr or through Rich."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from coach.coach import Coach

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


def console() -> Any:
    from rich.console import Console

    return Console(highlight=False)


def print_json(value: Any) -> None:
    """One object, UTF-8, on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=2), flush=True)


def open_coach(model: bool) -> "Coach":
    """The Coach of the settings, with progress bars on stderr; the chat model, if wanted, begins to start."""
    from coach import log
    from coach.cli.progress import terminal_progress
    from coach.coach import Coach
    from coach.settings import load_settings
    from coach.setup import prepare

    settings = load_settings()
    log.start(settings.log_level)
    progress = terminal_progress()
    if model:
        prepare(settings, progress)
    return Coach.open(settings, progress, model=model)
