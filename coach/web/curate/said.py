"""Sentences and dates of the script page and the editor. What an address may ask a page to say is one of a closed list."""

from datetime import date, datetime

from coach.curate.review import is_due
from coach.curate.shapes import Act, Change
from coach.library.parse import SECTIONS
from coach.library.script import Script

DONE = {
    "saved": "Saved. It is in search now.",
    "same": "Nothing had changed, so nothing was saved.",
    "submitted": "Submitted for review. Somebody other than its author can approve it now.",
    "saved_submitted": "Saved and submitted for review. It is in search now, as a draft nobody has reviewed.",
    "sent_back": "Sent back. It is a draft again, with your note in its history.",
    "reviewed": "Approved. Clinicians see that it was reviewed.",
    "retired": "Retired. Search no longer finds it.",
    "revived": "Brought back as a draft. Search finds it again.",
    "restored": "Undone: the text before the last save is back, and in search.",
    "commented": "Your comment stands at its line.",
    "settled": "Comment put away.",
    "reopened": "Comment opened again.",
    "theirs": "The library's text stands. Yours was dropped.",
    "dropped": "Your draft was dropped. The library's text stands.",
}
CODES: dict[Act, str] = {"submitted": "submitted", "sent_back": "sent_back", "reviewed": "reviewed", "retired": "retired", "revived": "revived"}
LABELS = {
    "id": "Name of the file", "title": "Title", "situations": "Situations", "needs": "Needs", "skills": "Skills", "decision": "Whose decision", "audience": "Spoken to", "use_when": "Use when",
    "avoid_when": "Not when", "asks": "Ways of asking", "evidence": "Evidence", "license": "License",
}  # fmt: skip
HEADINGS = {name: heading for heading, name in SECTIONS.items()}
PLACES = {1: "first", 2: "second", 3: "third"}


def done(code: str) -> str:
    """The sentence of a code, empty for any other."""
    return DONE.get(code, "")


def sentence(message: str, field: str = "") -> str:
    """A problem as the pages say it: keys by the names they have there. Beside the name of its field that name is left out."""
    name, space, rest = message.partition(" ")
    if name == field:
        told = rest
    elif name in LABELS or name in HEADINGS:
        told = f"{LABELS.get(name) or HEADINGS[name]}{space}{rest}"
    else:
        told = message[:1].upper() + message[1:]
    return told if told.endswith((".", "?", "!")) else f"{told}."


def day(when: date | None) -> str:
    """A date as it is written here: May 3, 2027."""
    return f"{when:%B} {when.day}, {when.year}" if when else ""


def moment(at: datetime) -> str:
    """A moment in this computer's time: May 3, 2027, 14:02."""
    here = at.astimezone()
    return f"{day(here.date())}, {here:%H:%M}"


def status(script: Script, log: list[Change]) -> str:
    """Where a script stands in its review, in one or two sentences."""
    if script.status == "draft":
        sent = log[0] if log and log[0].act == "sent_back" else None
        return f"Draft: no clinician has reviewed this. Sent back by {sent.by}." if sent else "Draft: no clinician has reviewed this."
    if script.status == "in_review":
        return "In review: somebody other than its author has yet to approve it. Clinicians still see it as a draft."
    if script.status == "retired":
        return "Retired: search does not find it."
    due = f"Review due since {_due(script)}." if is_due(script.status, script.review_by) else f"The next review is due {_due(script)}." if script.review_by else ""
    return f"Reviewed by {script.reviewed_by or 'somebody'}. {due}".strip()


def _due(script: Script) -> str:
    try:
        return day(date.fromisoformat(script.review_by or ""))
    except ValueError:
        return "a date that cannot be read"
