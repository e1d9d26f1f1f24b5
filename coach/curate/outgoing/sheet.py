"""Scripts as a table for a spreadsheet, one a row, that the import reads back."""

import csv
import io
import re
from collections.abc import Sequence

from coach.curate.incoming.compose import BULLET
from coach.curate.incoming.fields import LABELS
from coach.curate.outgoing.parts import body, head, pushbacks
from coach.library.script import Script

ACTIVE = re.compile(r"'*[=+\-@\t\r]")  # a cell that begins so would be calculated; with one apostrophe more it is text
MARKED = re.compile(rf"{BULLET.pattern}|>")  # a line that the import would take a mark away from: with one more of its own it stays whole
LISTS = ("check_first", "say", "one_thing", "do_not_say", "then", "asks", "evidence")
ORDER = (
    "id", "title", "status", "version", "situations", "needs", "skills", "decision", "audience", "use_when", "avoid_when",
    "one_thing", "check_first", "say", "pushbacks", "do_not_say", "then", "why", "asks", "evidence", "license",
)  # fmt: skip


def csv_table(scripts: Sequence[Script]) -> bytes:
    """UTF-8 with its mark (Excel needs it), commas, a line in a cell for each line of a list."""
    to = io.StringIO()
    writer = csv.writer(to, lineterminator="\r\n")
    writer.writerow([LABELS[field] for field in ORDER])
    for script in scripts:
        cells = {**head(script), **body(script), "title": [script.title], "pushbacks": _pushbacks(script)}
        cells |= {field: [f"- {line}" for line in cells[field]] for field in LISTS if any(MARKED.match(line) for line in cells[field])}
        writer.writerow([shielded("\n".join(cells[field])) for field in ORDER])
    return to.getvalue().encode("utf-8-sig")


def _pushbacks(script: Script) -> list[str]:
    """`"what they say" => answer`, more answers each after another `=>`."""
    lines: list[str] = []
    for quote, answers in pushbacks(script):
        if "=>" in quote or not answers:
            lines += [f"> {quote}", *(f"- {answer}" for answer in answers)]
        else:
            lines += [f'"{quote}" => {answers[0]}', *(f"=> {answer}" for answer in answers[1:])]
    return lines


def shielded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if ACTIVE.match(cell) else cell
