"""Who changed, reviewed, retired, imported or exported what, and when."""

from fastapi import FastAPI, Request, Response

from coach.curate.files import ITEM
from coach.web.curate.frame import curator, page, person
from coach.web.shelf import Shelf

PAGE = 100


def add(app: FastAPI, shelf: Shelf) -> None:
    @app.get("/curate/audit")
    def audit(request: Request) -> Response:
        asked = request.query_params.get("before", "")
        before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 12 else None
        entries = curator(shelf).audit(person(request), PAGE + 1, before)
        older = entries[PAGE - 1].number if len(entries) > PAGE else None
        return page(request, "audit", "Audit", here="Audit", entries=entries[:PAGE], older=older, first=before is None, is_item=ITEM.fullmatch)
