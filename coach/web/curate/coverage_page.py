"""What the library has and lacks: a map of categories and situations, and lists of what wants attention, each item a link."""

from fastapi import FastAPI, Request, Response

from coach.curate.shapes import Coverage
from coach.web.curate import said
from coach.web.curate.frame import curator, page, person
from coach.web.shelf import Shelf

LISTED = 25  # of a list; the table of the library has the rest
STEPS = (1, 2, 4, 8)  # from how many scripts on a field is a shade darker


def add(app: FastAPI, shelf: Shelf) -> None:
    @app.get("/curate/coverage")
    def coverage(request: Request) -> Response:
        desk, by = curator(shelf), person(request)
        found = desk.coverage(by)
        return page(
            request, "coverage", "Coverage", here="Coverage", found=found, shade=shade, listed=LISTED, lists=_lists(found), day=said.day,
            situations=sorted(found.situations), meanings=desk.library.taxonomy.situations, used=[name for name, count in found.categories.items() if count],
        )  # fmt: skip


def shade(count: int) -> int:
    """How dark a field of the map is, 0 to 4."""
    return sum(count >= step for step in STEPS)


def _lists(found: Coverage) -> list[dict[str, object]]:
    """The lists of scripts: what each is called, its rows, the view of the table that holds them all, what to say when there are none."""
    return [
        {"name": "Review due", "rows": found.due, "all": "/curate?due=1", "none": "No review is due."},
        {"name": "Review due within 60 days", "rows": found.due_soon, "all": "/curate?status=reviewed", "none": "None becomes due within 60 days."},
        {"name": "Poor thumbs", "rows": found.poor, "all": "/curate?sort=thumbs", "none": "No script was found unhelpful more often than helpful (from three thumbs on)."},
        {"name": "Never shown", "rows": found.never_shown, "all": "/curate?sort=shown", "none": "Every script has been shown."},
        {"name": "Cannot be shown", "rows": found.broken, "all": "/curate?problems=1", "none": "Every file can be shown."},
    ]
