"""Export: the scripts that are named, or all that match the table's filters, as a file."""

from fastapi import FastAPI, Request, Response

from coach.curate.curator import Curator
from coach.curate.export import export
from coach.errors import CoachError
from coach.web.curate.frame import STATUS, curator, page, person
from coach.web.curate.library_page import wanted_of
from coach.web.shelf import Shelf

MOST = 10_000  # ids in one address


def add(app: FastAPI, shelf: Shelf) -> None:
    @app.get("/curate/api/export")
    def exported(request: Request) -> Response:
        try:
            return _taken(request, curator(shelf))
        except CoachError as error:
            if "text/html" not in request.headers.get("accept", ""):
                raise
            return page(request, "problem", "Export", here="Library", status_code=STATUS.get(type(error), 503), message=str(error))


def _taken(request: Request, desk: Curator) -> Response:
    by, query = person(request), request.query_params
    ids = list(desk.table(by, wanted_of(query), n=0).ids) if query.get("all") else query.getlist("id")[:MOST]
    taken = export(desk, by, ids, query.get("as", "md"))
    how = "inline" if taken.media_type.startswith("text/html") else "attachment"
    return Response(taken.content, media_type=taken.media_type, headers={"Content-Disposition": f'{how}; filename="{taken.name}"'})
