"""The parts of a script as plain texts, the same for the Word document and the table, and as the import reads them back."""

from coach.library.lines import Line
from coach.library.script import Script

NOT_REVIEWED = "no clinician has reviewed this"


def typed(line: Line) -> str:
    """A line as one types it: its condition in front, its note at the end."""
    condition = ", ".join(f"not {one.tag}" if one.absent else one.tag for one in line.conditions)
    return " ".join(part for part in (f"({condition})" if condition else "", line.source, f"({line.note})" if line.note else "") if part)


def standing(script: Script) -> str:
    """The script's review in one sentence."""
    if script.status == "reviewed" and script.reviewed_by:
        return f"Reviewed by {script.reviewed_by}{f', to be read again by {script.review_by}' if script.review_by else ''}."
    return {"retired": "Retired: not in use", "in_review": f"In review: {NOT_REVIEWED} yet"}.get(script.status, f"Draft: {NOT_REVIEWED}") + "."


def head(script: Script) -> dict[str, list[str]]:
    """The head by field, each a list of lines; `standing` and the version are for the reader, an import makes nothing of them."""
    return {
        "status": [standing(script)],
        "version": [str(script.version)],
        "id": [script.id],
        **{field: [", ".join(getattr(script, field))] for field in ("situations", "needs", "skills")},
        "decision": [script.decision],
        "audience": [script.audience],
        "use_when": [script.use_when],
        "avoid_when": [script.avoid_when],
        "asks": list(script.asks),
        "evidence": [f"{item.source}: {item.claim}" for item in script.evidence],
        "license": [script.license],
    }


def body(script: Script) -> dict[str, list[str]]:
    """The sections by field, each a list of lines, but for the pushbacks."""
    return {
        "one_thing": [typed(script.one_thing)],
        "check_first": list(script.check_first),
        "say": [typed(line) for line in script.say],
        "do_not_say": list(script.avoid),
        "then": list(script.then),
        "why": [script.why] if script.why else [],
    }


def pushbacks(script: Script) -> list[tuple[str, list[str]]]:
    """What the patient may say, and the answers."""
    return [(pushback.quote, [typed(answer) for answer in pushback.answers]) for pushback in script.pushbacks]
