"""What each role may do: one table, asked by every way to an action (page, address, command line, Python)."""

from coach.access.person import ROLES, Person, Role, local
from coach.errors import NotAllowed, NotSignedIn

LEAST: dict[str, Role] = {
    "advise": "viewer",  # ask for words
    "view": "viewer",  # read scripts, their history and what the library lacks
    "export": "viewer",  # take scripts along: Markdown, Word, pocket card
    "ask_educator": "viewer",  # have a question kept for which nothing fitted
    "own_password": "viewer",  # change one's own, where people sign in with one
    "practice": "learner",  # talk with a simulated patient
    "comment": "educator",
    "write": "educator",  # drafts, saving, new scripts, bringing an older version back
    "review": "educator",  # submit, send back, approve
    "retire": "educator",
    "import": "educator",
    "unanswered": "educator",  # see and close the questions nothing fitted
    "local": "educator",  # this clinic's own numbers and policies
    "patients": "educator",
    "audit": "admin",
    "users": "admin",
}
DOES = {
    "advise": "ask for words", "view": "read the library", "export": "export scripts", "ask_educator": "send a question to an educator", "practice": "practice",
    "own_password": "change a password",
    "comment": "comment on a script", "write": "change scripts", "review": "review scripts", "retire": "retire scripts", "import": "import scripts",
    "unanswered": "see the open questions", "local": "change the clinic's own page", "patients": "change simulated patients", "audit": "read the audit", "users": "manage accounts",
}  # fmt: skip


def may(person: Person, action: str) -> bool:
    """Whether the role reaches. Raises KeyError for an action that is not in the table: a slip of ours, never of a user."""
    return ROLES.index(person.role) >= ROLES.index(LEAST[action])


def require(person: Person, action: str) -> None:
    """Raises NotAllowed, which names the role that may."""
    if not may(person, action):
        raise NotAllowed(f"Your role, {person.role}, may not {DOES[action]}. Ask an admin of this coach for the role {LEAST[action]}.")


def require_by(by: Person | None, action: str, auth: str) -> Person:
    """As `require`, for a call that may name nobody: where nobody signs in (COACH_AUTH=none) that is the one local person. Returns who it is.
    Raises NotSignedIn where people sign in and nobody is named."""
    if auth != "none" and (by is None or by.account is None):
        raise NotSignedIn("People sign in to this coach, and nobody is named here. Sign in, or give the person as `by`.")
    person = by or local()
    require(person, action)
    return person
