"""The command `coach`. One file a group of commands; each command has --json.

Exit codes: 0 done · 1 an error of ours · 2 wrong use or setting · 3 refused for privacy · 4 the library has problems · 5 search ·
6 the text cannot be used · 7 the model · 8 the store · 9 the server · 130 stopped.
"""

import sys

import typer

from coach.cli import ask, library, model, server
from coach.cli import verify as verify_command
from coach.errors import CoachError

app = typer.Typer(
    name="coach",
    help="Words for hard conversations about opioids and pain, from a library of scripts. No clinician has reviewed them yet.",
    epilog="Exit codes: 0 done, 2 wrong use or setting, 3 refused for privacy, 4 library, 5 search, 6 text, 7 model, 8 store, 9 server.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(ask.advise)
app.command()(ask.search)
app.command()(ask.alerts)
app.command()(verify_command.verify)
app.command()(server.serve)
app.command()(server.doctor)
app.command()(server.index)
app.add_typer(library.app, name="library")
app.add_typer(model.app, name="model")


def main() -> None:
    """Run the command line. A CoachError ends it with its sentence on stderr and its own exit code."""
    try:
        app()
    except CoachError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
