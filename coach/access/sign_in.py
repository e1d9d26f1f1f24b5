"""Signing in: a name and a password become a token, a token becomes a Person until the session ends; or a proxy says who it is."""

import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from coach.access import throttle
from coach.access.passwords import Passwords
from coach.access.person import Person, local
from coach.errors import NotAllowed, NotSignedIn
from coach.settings import Settings

if TYPE_CHECKING:
    from coach.store.accounts import Account, Accounts
    from coach.store.attempts import AttemptStore

IDLE = timedelta(hours=2)
NOTED = timedelta(minutes=1)  # being seen is written down once a minute, not with every file of a page
NAME = re.compile(r"[a-z0-9][a-z0-9._@+\\-]{0,99}")
AT_TERMINAL = "terminal"
WRONG = "The name or the password is wrong. Try again, or ask an admin of this coach for a new password."
OVER = "Nobody is signed in, or the session is over. Sign in, then do it again."
AT_PROXY = "Signing in happens at the proxy in front of this coach. Open the page at its usual address."
NOT_HERE = "With COACH_AUTH=header signing in happens at the proxy, not at the terminal. Use the page."
Prompt = Callable[[str, bool], str]  # what is asked for, and whether it is hidden while typed


def now() -> datetime:
    return datetime.now(UTC)


class SignIn:
    """One object a process, used from several threads. Every method may raise StoreError: then nobody is let in."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = now):
        self._settings, self._clock, self._passwords = settings, clock, Passwords()

    def sign_in(self, name: str, password: str, address: str) -> str:
        """The token of a new session. Raises NotSignedIn: the same sentence whether the name or the password is wrong, another when one has to wait."""
        account = self.check(name, password, address)
        token, at = secrets.token_urlsafe(32), self._clock()
        if account.hash is None or not self._accounts.begin(_digest(token), account.name, account.hash, at, at + timedelta(hours=self._settings.session_hours)):
            raise NotSignedIn(WRONG)
        return token

    def check(self, name: str, password: str, address: str) -> "Account":
        """The account, when it is its password. Without an account, or with one that is disabled or has no password, it takes as long. Raises NotSignedIn."""
        plain = plain_name(name)
        pair, place = _digest(f"account {plain} {address}"), _digest(f"address {address}")
        at = self._clock()
        until = self._attempts.add({pair: throttle.PER_ACCOUNT, place: throttle.PER_ADDRESS}, at)
        if until is not None:
            raise NotSignedIn(throttle.said(until - at))
        account = self._accounts.get(plain)
        kept = account.hash if account and not account.disabled_at else None
        if not self._passwords.fits(password, kept) or account is None or kept is None:
            raise NotSignedIn(WRONG)
        self._attempts.right(pair, place, throttle.PER_ADDRESS)
        if self._passwords.is_old(kept):
            renewed = self._passwords.hash(password)
            self._accounts.renew(account.name, kept, renewed)
            return self._accounts.get(account.name) or account
        return account

    def another_hash(self, account: str, kept: str, password: str, token: str) -> bool:
        """Another password for an account that had the hash `kept`; its sessions end but this one. False when it was changed or disabled meanwhile."""
        return self._accounts.exchange(account, kept, self._passwords.hash(password), _digest(token))

    def person(self, token: str) -> Person:
        """Who is signed in with this token. Raises NotSignedIn when the session is over: after `session_hours`, after two hours without use, or ended."""
        digest, at = _digest(token), self._clock()
        session = self._accounts.session(digest)
        if session is None:
            raise NotSignedIn(OVER)
        if at >= session.ends_at or at - session.last_seen >= IDLE or session.account.disabled_at:
            self._accounts.end(digest)
            raise NotSignedIn(OVER)
        if at - session.last_seen >= NOTED:
            self._accounts.seen(digest, at)
        return person_of(session.account)

    def sign_out(self, token: str) -> None:
        self._accounts.end(_digest(token))

    def end_all(self, account: str) -> int:
        """End every session of an account; how many there were. A new password, another role and disabling do so too."""
        return self._accounts.end_all(plain_name(account))

    def person_from_header(self, value: str | None, peer: str | None) -> Person:
        """Who the proxy says it is; a viewer when the account is unknown here. Raises NotSignedIn when it is not the proxy that says so, when it
        says nothing that can be a name, and for a disabled account."""
        name = plain_name(value or "")
        if not self.is_proxy(peer) or not NAME.fullmatch(name):
            raise NotSignedIn(AT_PROXY)
        account = self._accounts.get(name)
        if account is None:
            return Person("viewer", name, account=name)
        if account.disabled_at:
            raise NotSignedIn("This account is disabled. Ask an admin of this coach.")
        return person_of(account)

    def is_proxy(self, peer: str | None) -> bool:
        """Whether this address is one of COACH_AUTH_PROXY: only such a one is believed."""
        try:
            address = ip_address(peer or "")
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self._settings.proxies)

    @cached_property
    def _accounts(self) -> "Accounts":
        from coach.store.accounts import Accounts

        return Accounts(self._settings.data)

    @cached_property
    def _attempts(self) -> "AttemptStore":
        from coach.store.attempts import AttemptStore

        return AttemptStore(self._settings.data)


def plain_name(name: str) -> str:
    """An account's name as it is kept: in lower case, without spaces around it."""
    return name.strip().lower()


def person_of(account: "Account") -> Person:
    return Person(account.role, account.display, account.title, account.name)


def person_at_terminal(settings: Settings, prompt: Prompt) -> Person:
    """Who uses the command line: the one local person when nobody signs in here, else COACH_USER with COACH_PASSWORD, each asked for when not set.
    Raises NotSignedIn, and NotAllowed with COACH_AUTH=header."""
    if settings.auth == "none":
        return local()
    if settings.auth == "header":
        raise NotAllowed(NOT_HERE)
    return _signed_in(settings, prompt)


def keeper_at_terminal(settings: Settings, prompt: Prompt) -> Person:
    """As `person_at_terminal`, for `coach user`: the first admin is made by whoever has the data folder; with COACH_AUTH=header an admin who
    was given a password signs in with it here."""
    from coach.access.keeper import has_admin

    if settings.auth == "none" or not has_admin(settings):
        return local()
    return _signed_in(settings, prompt)


def _signed_in(settings: Settings, prompt: Prompt) -> Person:
    name = settings.user or prompt("Account", False)
    password = settings.password.get_secret_value() if settings.password else prompt("Password", True)
    return person_of(SignIn(settings).check(name, password, AT_TERMINAL))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
