"""Where the comments on a script stand now: at their line while it reads as it did, wherever it has moved to; apart when it was changed since."""

from collections import defaultdict
from collections.abc import Iterable

from coach.curate.shapes import Comment

GONE = 0  # the row of those whose line reads otherwise now


def placed(comments: Iterable[Comment], text: str, digest: str) -> dict[int, list[Comment]]:
    """The comments by the row of `text` (from 1) they are about, oldest first; under GONE those whose line is no longer there."""
    rows = defaultdict(list)
    for row, line in enumerate(text.split("\n"), 1):
        rows[line.strip()].append(row)
    found = defaultdict(list)
    for comment in comments:
        same = [comment.row] if comment.digest == digest else rows.get(comment.line, []) if comment.line else []
        found[min(same, key=lambda row: abs(row - comment.row), default=GONE)].append(comment)
    return dict(found)
