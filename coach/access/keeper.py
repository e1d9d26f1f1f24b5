"""Keeping accounts: who there is, their roles and passwords. Each change is checked here, audited, and ends the sessions it concerns."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from coach.access import passwords
from coach.access.person import ROLES, Person, Role
from coach.access.rights import require
from coach.access.sign_in import NAME, now, plain_name
from coach.errors import InputError
from coach.settings import Settings

if TYPE_CHECKING:
    from coach.store.accounts import Account, Accounts

Audit = Callable[[Person, str, str], None]  # who, what, which account
LONGEST = 120
NAME_SHAPE = "An account's name has up to 100 letters a to z, digits and . _ @ + - \\, and begins with a letter or digit. Choose such a name."
TEXT_SHAPE = f"A person's name and profession are one line of up to {LONGEST} characters. Write them shorter."
TAKEN = "There is an account of this name already. Choose another name, or change that account."
UNKNOWN = "There is no account of this name. `coach user list` shows them all."
LAST_ADMIN = "This is the last admin who can sign in. Make somebody else an admin first: coach user role NAME admin"
NO_ADMIN = "Nobody could sign in yet. Make the first account: coach user add NAME --role admin"


class Keeper:
    """`audit(who, what, account)` is called before each change: what cannot be audited is not done. Every method raises NotAllowed when the role
    does not reach, InputError for what cannot be used, StoreError when the data folder cannot."""

    def __init__(self, settings: Settings, audit: Audit, clock: Callable[[], datetime] = now):
        self._settings, self._audit, self._clock = settings, audit, clock

    def everyone(self, by: Person) -> "list[Account]":
        """Every account, by name; also the disabled ones."""
        require(by, "users")
        return self._accounts.all()

    def add(self, by: Person, name: str, role: Role, display: str = "", title: str = "", password: str | None = None) -> "Account":
        """A new account; without a password only a proxy can sign it in."""
        from coach.store.accounts import Account

        require(by, "users")
        plain = plain_name(name)
        if not NAME.fullmatch(plain):
            raise InputError(NAME_SHAPE)
        if role not in ROLES:
            raise InputError(f"There is no such role. The roles are: {', '.join(ROLES)}.")
        display, title = _one_line(display) or plain, _one_line(title)
        if password is not None:
            passwords.check(password, plain)
        if self._accounts.get(plain) is not None:
            raise InputError(TAKEN)
        made = Account(plain, display, title, role, passwords.Passwords().hash(password) if password is not None else None, self._clock())
        self._audit(by, "user_added", plain)
        if not self._accounts.add(made):  # somebody else was quicker
            raise InputError(TAKEN)
        return made

    def role(self, by: Person, name: str, role: Role) -> "Account":
        """Another role. The account's sessions end."""
        if role not in ROLES:
            raise InputError(f"There is no such role. The roles are: {', '.join(ROLES)}.")
        return self._change(by, name, "user_role", role=role)

    def password(self, by: Person, name: str, password: str) -> "Account":
        """A new password. The account's sessions end."""
        account = self._known(by, name)
        passwords.check(password, account.name)
        return self._change(by, name, "user_password", hash=passwords.Passwords().hash(password))

    def disable(self, by: Person, name: str) -> "Account":
        """The account can no more sign in, and its sessions end. What it wrote keeps its name."""
        return self._change(by, name, "user_disabled", disabled_at=self._clock())

    def enable(self, by: Person, name: str) -> "Account":
        return self._change(by, name, "user_enabled", disabled_at=None)

    def _change(self, by: Person, name: str, what: str, **values: object) -> "Account":
        account = self._known(by, name)
        there = self._accounts.all()
        had = bool(_admins(there, self._settings))

        def keeps_one(after: "list[Account]") -> bool:
            return not had or bool(_admins(after, self._settings))

        if not keeps_one([replace(one, **values) if one.name == account.name else one for one in there]):  # type: ignore[arg-type]
            raise InputError(LAST_ADMIN)
        self._audit(by, what, account.name)
        if not self._accounts.change(account.name, keeps_one, **values):  # two admins may disable each other at the same moment
            raise InputError(LAST_ADMIN)
        return self._known(by, name)

    def _known(self, by: Person, name: str) -> "Account":
        require(by, "users")
        account = self._accounts.get(plain_name(name))
        if account is None:
            raise InputError(UNKNOWN)
        return account

    @cached_property
    def _accounts(self) -> "Accounts":
        from coach.store.accounts import Accounts

        return Accounts(self._settings.data)


def has_admin(settings: Settings) -> bool:
    """Whether an admin could sign in the way COACH_AUTH says. Raises StoreError."""
    from coach.store.accounts import Accounts

    return bool(_admins(Accounts(settings.data).all(), settings))


def _admins(there: "list[Account]", settings: Settings) -> "list[Account]":
    return [one for one in there if one.role == "admin" and not one.disabled_at and (one.hash or settings.auth != "accounts")]


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    if len(line) > LONGEST or not line.isprintable():
        raise InputError(TEXT_SHAPE)
    return line
