"""Passwords: which may be chosen, how they are kept (argon2id), how one is compared. Nothing here knows an account."""

import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from coach.errors import InputError, NotSignedIn

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST, MOST = 12, 200
AT_ONCE = 2  # one hash takes 64 MB: a crowd at the door must not take the memory of the page
PATIENCE = 10.0  # seconds
TOO_SHORT = f"A password has at least {LEAST} characters. Three or four words that do not belong together are a good one."
TOO_LONG = f"A password has at most {MOST} characters. Choose a shorter one."
TOO_COMMON = "This password is one of the first that are tried. Choose three or four words that do not belong together."
IS_THE_NAME = "A password must not be made of the account's name. Choose three or four words that do not belong together."
CROWDED = "Many people are signing in at this moment. Wait a minute, then try again."
# What is tried first, without the digits and signs people put around it; and the rows a finger runs along.
COMMON = frozenset("""
    password passwordpassword mypassword thisismypassword newpassword secretpassword defaultpassword temporarypassword passphrase administrator adminadmin adminadminadmin
    changeme changemeplease changemenow letmein letmeinplease letmeinletmein iloveyou iloveyouforever welcome welcomewelcome welcomehome sunshine princess football baseball superman
    trustnoone qwertyqwerty qazwsxedc qazwsxedcrfv correcthorsebatterystaple conversationcoach motivationalinterviewing primarycare hospital medicine oxycodone springspring summersummer
    autumnautumn winterwinter
""".split())  # noqa: SIM905 # fmt: skip
ROWS = ("1234567890", "0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "1q2w3e4r5t6y7u8i9o0p")
AROUND = "0123456789!?.,;:#$%&*+-_=@ "


class Passwords:
    """Hashes and compares. One object a process, used from several threads."""

    def __init__(self) -> None:
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """What is kept of a password: its argon2id hash with its parameters. Raises NotSignedIn when too many are at it."""
        with self._turn():
            return self._hasher.hash(_bytes(password))

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether it is the password. Without a hash (no such account, or none that has a password) it takes as long and is never right. Raises NotSignedIn when too many are at it."""
        from argon2.exceptions import Argon2Error, InvalidHashError

        nobody = self._nobody
        with self._turn():
            try:
                return self._hasher.verify(kept or nobody, _bytes(password)) and kept is not None
            except (Argon2Error, InvalidHashError):
                return False

    def is_old(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than are used now."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher

        return PasswordHasher()  # argon2id with the parameters of RFC 9106 for 64 MB

    @cached_property
    def _nobody(self) -> str:
        return self.hash("a password of nobody")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._room.acquire(timeout=PATIENCE):
            raise NotSignedIn(CROWDED)
        try:
            yield
        finally:
            self._room.release()


def check(password: str, account: str) -> None:
    """Whether a password may be chosen. Raises InputError with what is wrong."""
    plain = unicodedata.normalize("NFKC", password)
    if len(plain) < LEAST:
        raise InputError(TOO_SHORT)
    if len(plain) > MOST:
        raise InputError(TOO_LONG)
    folded = plain.casefold()
    core = folded.strip(AROUND)
    joined, run = re.sub(r"[\s_-]", "", core), re.sub(r"[\W_]", "", folded)
    if joined in COMMON or len(set(folded)) < 4 or any(run in row * 10 or run in (row * 10)[::-1] for row in ROWS):
        raise InputError(TOO_COMMON)
    names = {account, account.partition("@")[0]}
    if folded in names or core in names or not folded.replace(account, "").strip(AROUND):
        raise InputError(IS_THE_NAME)


def _bytes(password: str) -> bytes:
    """The same bytes however a keyboard composed its accents. What is longer than any password can be fits none."""
    return unicodedata.normalize("NFKC", password[: MOST * 4])[: MOST + 1].encode("utf-8", "surrogatepass")
