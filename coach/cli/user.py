"""`coach user …`: accounts for COACH_AUTH=accounts and header. The first admin is made without signing in; afterwards an admin signs in here too."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.access.person import Role
from coach.cli.out import JsonFlag, ask, console, print_json

if TYPE_CHECKING:
    from coach.access.keeper import Keeper
    from coach.access.person import Person
    from coach.store.accounts import Account

app = typer.Typer(help="Accounts and roles: add, list, role, password, disable, enable.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="What one signs in with; capitals do not matter.")]
RoleArgument = Annotated[Role, typer.Argument(metavar="ROLE", help="viewer, learner, educator or admin; each may do what those before it may.")]
StdinFlag = Annotated[bool, typer.Option("--password-stdin", help="Read the new password from standard input, one line, instead of asking.")]


@app.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option("--role", help="What they may do.")] = "viewer",
    display: Annotated[str, typer.Option("--name", help='How others read them, such as "Ada Example".')] = "",
    title: Annotated[str, typer.Option("--title", help="Their profession, such as pharmacist; it stands beside what they review.")] = "",
    no_password: Annotated[bool, typer.Option("--no-password", help="For COACH_AUTH=header: the proxy signs them in.")] = False,
    password_stdin: StdinFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Make an account. There is no default password: it is asked for twice."""
    keeper, by = _keeper()
    password = None if no_password else _new_password(password_stdin)
    _done(keeper.add(by, name, role, display, title, password), "Made", as_json)


@app.command("list")
def list_(as_json: JsonFlag = False) -> None:
    """List the accounts: name, role, who it is, whether it is disabled."""
    keeper, by = _keeper()
    everyone = keeper.everyone(by)
    if as_json:
        print_json({"accounts": [_plain(one) for one in everyone]})
        return
    from rich.table import Table

    table = Table("account", "role", "who", "password", "", box=None, header_style="bold")
    table.columns[0].overflow = "fold"
    for one in everyone:
        table.add_row(one.name, one.role, ", ".join(part for part in (one.display, one.title) if part), "yes" if one.hash else "no", "disabled" if one.disabled_at else "")
    console().print(table if everyone else "No account yet. The first: coach user add NAME --role admin")


@app.command("role")
def role_(name: Name, role: RoleArgument, as_json: JsonFlag = False) -> None:
    """Give an account another role. It is signed out everywhere."""
    keeper, by = _keeper()
    _done(keeper.role(by, name, role), "Changed", as_json)


@app.command("password")
def password_(name: Name, password_stdin: StdinFlag = False, as_json: JsonFlag = False) -> None:
    """Give an account a new password. It is signed out everywhere."""
    keeper, by = _keeper()
    _done(keeper.password(by, name, _new_password(password_stdin)), "New password", as_json)


@app.command()
def disable(name: Name, as_json: JsonFlag = False) -> None:
    """Let an account no more sign in. It is signed out everywhere; what it wrote keeps its name."""
    keeper, by = _keeper()
    _done(keeper.disable(by, name), "Disabled", as_json)


@app.command()
def enable(name: Name, as_json: JsonFlag = False) -> None:
    """Let a disabled account sign in again."""
    keeper, by = _keeper()
    _done(keeper.enable(by, name), "Enabled", as_json)


def _keeper() -> "tuple[Keeper, Person]":
    from coach.access.keeper import Keeper
    from coach.access.rights import require
    from coach.access.sign_in import keeper_at_terminal
    from coach.settings import load_settings
    from coach.store.changes import Changes

    settings = load_settings()
    by = keeper_at_terminal(settings, ask)
    require(by, "users")  # said before a new password is asked for
    return Keeper(settings, Changes(settings.data).audit), by


def _new_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("New password (12 characters or more)", hide_input=True, confirmation_prompt="The same again", err=True))


def _plain(account: "Account") -> dict[str, Any]:
    return {
        "account": account.name, "role": account.role, "name": account.display, "title": account.title, "password": account.hash is not None,
        "disabled": account.disabled_at is not None, "created_at": account.created_at.isoformat(timespec="seconds"),
    }  # fmt: skip


def _done(account: "Account", what: str, as_json: bool) -> None:
    if as_json:
        print_json(_plain(account))
    else:
        typer.echo(f"{what}: {account.name}, {account.role}.")
