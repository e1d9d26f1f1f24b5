"""A script that comes as Markdown: what it is called, whether it can be read, and a review that nobody here made taken off its head."""

import re

from coach.curate.files import ITEM, LONGEST_ID, PATIENTS
from coach.curate.head import set_values
from coach.curate.incoming.archive import RESERVED
from coach.curate.incoming.item import REVIEW_OFF, Item
from coach.errors import CurateError
from coach.library.frontmatter import Head, read_head
from coach.library.parse import unreadable

LONGEST_HEAD, MOST_MARKS = 20_000, 1_000  # a real head has 3,500 characters and 130 marks; YAML costs a millisecond for some hundred
MARK = re.compile(r"[\[\]{},:\n]")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NO_PLACE = "Its id is not of the form category/slug in lower case: correct the id in its head, such as tapering/first-mention."
NO_HEAD = "Its head cannot be read: put it between two lines of three dashes, one `key: value` a line, as corpus/README.md shows."


def candidate(name: str, text: str) -> Item:
    """The script as an item, or why it cannot be one. Whether it is a good script is for the library's validator."""
    if problem := unreadable(text, ""):
        return Item(name, refused=f"Line {problem.line}: {problem.message}.")
    head_text = head_of(text)
    if len(head_text) > LONGEST_HEAD or marks(head_text) > MOST_MARKS:
        return Item(name, refused="Its head is far longer than that of a script: keep to the keys of corpus/README.md.")
    head, problems = read_head(text, "")
    if not head.values or (problems and not isinstance(head.values.get("id"), str)):
        return Item(name, refused=NO_HEAD)
    place = place_of(head)
    if place is None:
        return Item(name, refused=NO_PLACE)
    try:
        plain, notes = without_review(text, head)
    except CurateError:
        return Item(name, refused="Its status is written in an unusual way: write `status: draft` and `reviewed_by: null` on lines of their own.")
    return Item(name, plain, None, notes, place, text)


def head_of(text: str) -> str:
    """The front matter with its dashes, as far as it goes."""
    end = text.find("\n---", 3)
    return text if end < 0 else text[:end]


def marks(head: str) -> int:
    """How many marks of YAML a head holds: what reading it costs."""
    return len(MARK.findall(head))


def place_of(head: Head) -> str | None:
    """Where the head says that its text stands: `category/slug`, or `patients/slug` for the plain name of a simulated patient. None when it says nothing usable."""
    said = head.values.get("id")
    if not isinstance(said, str) or len(said) > LONGEST_ID - len(PATIENTS) or said.startswith(PATIENTS) or RESERVED.fullmatch(said.rpartition("/")[2]):
        return None
    return said if ITEM.fullmatch(said) else PATIENTS + said if NAME.fullmatch(said) else None


def without_review(text: str, head: Head) -> tuple[str, tuple[str, ...]]:
    """The text as a draft that nobody reviewed, and a note when that changed something. Raises CurateError when the head cannot be edited."""
    changes: dict[str, str | None] = {}
    if head.values.get("status") in ("reviewed", "in_review"):
        changes["status"] = "draft"
    if head.values.get("reviewed_by") is not None:
        changes["reviewed_by"] = None
    if not changes:
        return text, ()
    if head.values.get("review_by") is not None:
        changes["review_by"] = None
    plain = set_values(text, changes)
    read, _ = read_head(plain, "")
    if any(read.values.get(key, "") != value for key, value in changes.items()):
        raise CurateError(NO_HEAD)
    return plain, (REVIEW_OFF,)
