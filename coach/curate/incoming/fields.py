"""The parts of a script as a table or a document names them: our labels, and the words that others use for the same thing."""

import re

# field: its label in our own exports, then what else a column or heading may be called.
FIELDS: dict[str, tuple[str, ...]] = {
    "id": ("Id", "identifier", "script id"),
    "title": ("Title", "name", "script", "script title", "topic", "subject"),
    "category": ("Category", "folder", "section", "group"),
    "situations": ("Situations", "situation", "tags", "tag"),
    "needs": ("Needs", "need"),
    "skills": ("Skills", "skill", "techniques", "technique"),
    "decision": ("Whose decision", "decision", "decision maker", "who decides"),
    "audience": ("Spoken to", "audience", "addressed to"),
    "use_when": ("Use when", "when", "when to use", "scenario", "context", "trigger", "indication"),
    "avoid_when": ("Avoid when", "not when", "when not to use", "do not use when", "contraindication", "use something else when"),
    "asks": ("How a clinician would ask", "asks", "ask", "questions", "example questions", "search terms"),
    "evidence": ("Evidence", "sources", "source", "references", "reference", "citations"),
    "one_thing": ("If you say one thing", "one thing", "key line", "key message", "main line", "headline", "opening line"),
    "check_first": ("Check first", "checks", "before you start", "safety", "safety check", "assess first"),
    "say": ("Say", "lines", "line", "what to say", "script lines", "wording", "suggested wording", "suggested language", "phrases", "phrase", "dialogue", "text"),
    "pushbacks": ("If they say", "pushbacks", "pushback", "objections and answers", "if the patient says", "responses to pushback", "common objections"),
    "quote": ("They say", "quote", "objection", "patient says", "patient"),
    "answer": ("You answer", "answer", "answers", "response", "reply", "you say", "clinician says", "clinician"),
    "do_not_say": ("Do not say", "don't say", "avoid", "avoid saying", "not to say", "what not to say", "pitfalls"),
    "then": ("Then", "next", "next steps", "next step", "follow up", "after the visit", "documentation", "note"),
    "why": ("Why it works", "why", "rationale", "explanation", "reason", "background"),
    "license": ("License", "licence", "copyright"),
    "status": ("Status", "review status", "state"),
    "version": ("Version", "revision"),
    "reviewed_by": ("Reviewed by", "reviewer"),
    "review_by": ("Review by", "review due", "review date"),
}
BEFORE = "Before the first heading"  # of a document: the text that no heading names
NOT_TAKEN = frozenset({"status", "version", "reviewed_by", "review_by"})  # an import is a draft, version 1
LABELS = {field: names[0] for field, names in FIELDS.items()}
SECTIONS = ("one_thing", "check_first", "say", "pushbacks", "do_not_say", "then", "why")


def _plain(name: str) -> str:
    """A name as it is compared: lower case, words only, without the number of "Line 3"."""
    words = re.sub(r"[^a-z]+", " ", name.lower().replace("’", "'").replace("'", "")).split()
    return " ".join(words)


_KNOWN = {_plain(name): field for field, names in FIELDS.items() for name in (field, *names)}


def guessed(name: str) -> str:
    """The field that a column or heading of this name most likely is, or nothing."""
    return _KNOWN.get(_plain(name[:200]), "")


def is_section(name: str) -> bool:
    """Whether a heading names a part of a script's body (or the head's questions, evidence and conditions, which some write as sections)."""
    return guessed(name) in (*SECTIONS, "quote", "answer", "use_when", "avoid_when", "asks", "evidence")
