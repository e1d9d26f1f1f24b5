"""What the commands of `coach library` share: the Curator over the files, who uses it, and texts that come from a file or an editor."""

import os
import shlex
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from coach.cli.out import ask, somebody
from coach.errors import CurateError, InputError

if TYPE_CHECKING:
    from coach.access.person import Person
    from coach.curate.curator import Curator
    from coach.curate.shapes import Check

ByName = Annotated[str, typer.Option("--by-name", help='Your name, such as "Ada Example"; asked for when left out. Where people sign in it is the account\'s.')]
ByTitle = Annotated[str, typer.Option("--by-title", help="Your profession, such as pharmacist.")]
Note = Annotated[str, typer.Option("--note", help="A sentence for the change log.")]
Base = Annotated[str | None, typer.Option("--base", help="For programs: the digest of the text yours started from. Left out, it is what stands there now.")]
File = Annotated[Path | None, typer.Option("--file", help="Take the text from this file; - is standard input.")]
ScriptId = Annotated[str, typer.Argument(metavar="ID", help="category/slug, as `coach library list` shows it.")]
MOST = 1_000_000  # bytes of a text
SHORT = 12  # characters of a digest, as shown


def reader(action: str) -> "tuple[Curator, Person]":
    """The Curator and who reads. Raises NotSignedIn, NotAllowed."""
    from coach import log
    from coach.settings import load_settings

    settings = load_settings()
    log.start(settings.log_level)
    person = somebody(settings, action)  # before anything is loaded
    from coach.curate.alone import at_terminal

    return at_terminal(settings), person


def writer(action: str, name: str, title: str) -> "tuple[Curator, Person]":
    """The Curator and who writes: the change log names them. Raises NotSignedIn, NotAllowed, CurateError when nobody is named."""
    curator, person = reader(action)
    if person.account:
        return curator, person
    if not name.strip() and sys.stdin.isatty():
        name, title = ask("Your name, for the change log", False), title or ask("Your profession", False)
    if not name.strip():
        raise CurateError('Say who you are, for the change log. Add --by-name "Ada Example" --by-title pharmacist.')
    return curator, replace(person, name=" ".join(name.split()), title=" ".join(title.split()))


def text_of(file: Path) -> str:
    """A file's text, or standard input for -. Raises InputError."""
    try:
        if str(file) == "-":
            data = sys.stdin.buffer.read(MOST + 1)
        else:
            with file.open("rb") as source:
                data = source.read(MOST + 1)
        if len(data) > MOST:
            raise InputError("The file is too large for a script. Name the file of one script.")
        return data.decode("utf-8-sig")
    except OSError:
        raise InputError("The file cannot be read. Check its name, and that you may read it.") from None
    except UnicodeDecodeError:
        raise InputError("The file is not UTF-8. Save it again as plain UTF-8 text.") from None


def edited(text: str, name: str) -> str:
    """The text as it comes back from the editor of VISUAL or EDITOR, in a folder that only this user can read. Raises InputError when there is none."""
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if os.name == "nt" else "vi"))
    with tempfile.TemporaryDirectory(prefix="coach-") as folder:
        path = Path(folder) / f"{name}.md"
        path.write_text(text, encoding="utf-8", newline="\n")
        try:
            ended = subprocess.run([*command, str(path)], check=False).returncode  # noqa: S603 - the user's own editor
        except OSError:
            raise InputError("The editor cannot be started. Set EDITOR to one that is installed, or give --file.") from None
        if ended:
            raise InputError("The editor ended with an error, so nothing was changed. Try again, or give --file.")
        return text_of(path)


def problems_of(checked: "Check", path: str, *, blocking: bool = False) -> list[str]:
    """What is wrong with a text, each as path:line: what to do."""
    return [f"{path}:{one.row}: {one.message}" for one in checked.findings if one.blocks or not blocking]


def digest_in(curator: "Curator", by: "Person", item: str, beginning: str) -> str:
    """The whole digest of the version that begins so. Raises CurateError when none of the item's does, or two do."""
    found = {change.digest for change in curator.history(by, item) if len(beginning) >= 6 and change.digest.startswith(beginning.lower())}
    if len(found) != 1:
        raise CurateError(f"No single version of it has this digest. `coach library history {item}` shows them; six characters or more are enough.")
    return found.pop()
