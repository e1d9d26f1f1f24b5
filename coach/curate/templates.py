"""Where a new script begins: a blank, one with what its category asks for, or a copy of another."""

import re
from collections.abc import Collection, Sequence

from coach.curate.head import scalar, set_values
from coach.errors import CurateError
from coach.library.taxonomy import Taxonomy

SECTIONS = ("If you say one thing", "Check first", "Say", "If they say", "Do not say", "Then", "Why it works")
# What belongs under "Check first" and "Then" in nearly every script of a category: a reminder to its author, to be replaced.
REMINDERS = {
    "safety": "Ask first; act on the answer before anything else is talked about.",
    "tapering": "Withdrawal, mood, sedatives, and naloxone at home.",
    "boundary_setting": "Why it ran out: pain, withdrawal, somebody else, or use that worries you.",
    "addiction_concern": "What was taken and how, sedatives and alcohol, and thoughts of dying.",
    "monitoring": "What the result can and cannot tell, and what was expected.",
}
OTHERWISE = "The danger of this moment: mood, sedatives, and naloxone at home."


def new(category: str, slug: str, title: str, taxonomy: Taxonomy, asks: Sequence[str] = ()) -> str:
    """The text of a script to be written. What is missing is told by the check, line by line. Raises CurateError for a category that is not on the list."""
    if category not in taxonomy.categories:
        raise CurateError(f"There is no such category. They are: {', '.join(taxonomy.categories)}.")
    asked = "\n".join(["asks:", *(f"  - {scalar(ask)}" for ask in asks)]) if asks else "asks: []"
    decision = "clinician" if category in ("boundary_setting", "safety", "monitoring") else "shared"
    audience = "audience: self\n" if category == "clinician_support" else ""
    body = {
        "If you say one thing": "- ", "Check first": f"- {REMINDERS.get(category, OTHERWISE)}", "Say": "- ", "If they say": '> ""\n- ', "Do not say": '- ""',
        "Then": '- Note: "__."', "Why it works": "",
    }  # fmt: skip
    sections = "\n\n".join(f"## {name}\n{body[name]}" for name in SECTIONS)
    return (
        f"---\nid: {category}/{slug}\ntitle: {scalar(title)}\nsituations: []\nneeds: [communication]\nskills: []\ndecision: {decision}\n{audience}"
        f'use_when: ""\navoid_when: ""\n{asked}\nevidence: []\nstatus: draft\nversion: 1\nreviewed_by: null\nreview_by: null\nlicense: CC-BY-4.0\n---\n{sections}\n'
    )  # fmt: skip


def copy(text: str, script_id: str, title: str) -> str:
    """A script's text under another id: a draft that nobody has reviewed."""
    return set_values(text, {"id": script_id, "title": title, "status": "draft", "version": 1, "reviewed_by": None, "review_by": None})


def slug_of(title: str) -> str:
    """The name of a file for a title: lower case, words joined by hyphens, at most 60 characters. Empty when the title holds no Latin letter or digit."""
    words = re.findall(r"[a-z0-9]+", re.sub(r"['’]", "", title.lower()))
    found = ""
    for word in words:
        if len(found) + len(word) > 59:
            break
        found = f"{found}-{word}".strip("-")
    return found


def free_id(category: str, title: str, taken: Collection[str]) -> str:
    """An id that no script has."""
    slug = slug_of(title) or "untitled"
    number, candidate = 1, f"{category}/{slug}"
    while candidate in taken:
        number += 1
        candidate = f"{category}/{slug}-{number}"
    return candidate
