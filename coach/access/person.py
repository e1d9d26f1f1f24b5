"""Who is asking: a name, what they are by profession, and what they may do here."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["viewer", "learner", "educator", "admin"]
ROLES: tuple[Role, ...] = ("viewer", "learner", "educator", "admin")  # each may do what those before it may
TYPED = "name typed, not signed in"
NOBODY = "someone at this computer"


@dataclass(frozen=True, slots=True)
class Person:
    """`name` and `title` (their profession, such as "pharmacist") are shown beside what they wrote or reviewed; `account` is the name they
    signed in with, None when nobody signs in here."""

    role: Role
    name: str = ""
    title: str = ""
    account: str | None = None

    @property
    def line(self) -> str:
        """How the files and the change log name them; it says when a name was only typed."""
        named = ", ".join(part for part in (self.name, self.title) if part) or NOBODY
        return named if self.account or named == NOBODY else f"{named} ({TYPED})"

    @property
    def key(self) -> str:
        """What two people are told apart by: the account, else the name without case and spaces."""
        return f"account:{self.account}" if self.account else "typed:" + "".join(self.name.casefold().split())


def local(name: str = "", title: str = "") -> Person:
    """The one person of a laptop without accounts: everything is allowed, the name is what they typed."""
    return Person("admin", " ".join(name.split()), " ".join(title.split()))
