"""The command `coach`. One file a group of commands; each command has --json.

Exit codes: 0 done · 1 an error of ours · 2 wrong use or setting · 3 refused for privacy · 4 the library has problems · 5 search ·
6 the text cannot be used · 7 the model · 8 the store · 9 the server · 10 the library could not be changed · 11 not allowed · 130 stopped.
"""

import sys

import typer
from typer.exceptions import TyperException

from coach.cli import ask, library, model, practice, practice_kept, server, user
from coach.cli import code as code_command
from coach.cli import eval as eval_command
from coach.cli import verify as verify_command
from coach.errors import CoachError

app = typer.Typer(
    name="coach",
    help="Words for hard conversations about opioids and pain, from a library of scripts. No clinician has reviewed them yet.",
    epilog="Exit codes: 0 done, 2 wrong use or setting, 3 refused for privacy, 4 library, 5 search, 6 text, 7 model, 8 store, 9 server, 10 change, 11 not allowed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(ask.advise)
app.command()(ask.search)
app.command()(ask.alerts)
app.command()(verify_command.verify)
app.command()(code_command.code)
app.command("eval")(eval_command.eval_)
app.command()(server.serve)
app.command()(server.doctor)
app.command()(server.index)
app.add_typer(library.app, name="library")
app.add_typer(model.app, name="model")
practice.app.command()(practice_kept.progress)
practice.app.command()(practice_kept.corrections)
app.add_typer(practice.app, name="practice")
app.add_typer(user.app, name="user")


def main() -> None:
    """Run the command line. A CoachError ends it with its sentence on stderr and its own exit code."""
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            error.show()  # type: ignore[attr-defined]
        else:
            print(_wrong_use(error), file=sys.stderr)
        sys.exit(2)
    except typer.Abort:  # Ctrl+C
        sys.exit(130)
    except CoachError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


def _wrong_use(error: TyperException) -> str:
    """What to do, without Typer's own message: it repeats what was typed, which is a patient's story when the quotation marks were forgotten."""
    context, option = getattr(error, "ctx", None), getattr(error, "param", None)
    command = context.command_path if context else "coach"
    if option is not None:
        return f"{option.opts[0]} is missing or has a value that cannot be used. See `{command} --help`."
    if near := getattr(error, "possibilities", None):
        return f"There is no such option. Did you mean {' or '.join(near)}? See `{command} --help`."
    return f'This cannot be read as a command. Put the situation in quotation marks: {command} "…". See `{command} --help`.'
