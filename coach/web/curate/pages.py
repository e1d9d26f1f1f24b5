"""Every page file of Curate, in one list; and how an error of theirs is told."""

from fastapi import FastAPI, Request, Response

from coach.errors import CoachError
from coach.web.curate import (
    api,
    audit_page,
    clinic_page,
    coverage_page,
    editor_api,
    editor_page,
    export_routes,
    history_page,
    import_page,
    library_page,
    new_page,
    patients_page,
    questions_page,
    script_page,
)
from coach.web.curate.frame import told
from coach.web.curate.writing import Windows
from coach.web.shelf import Shelf


def add(app: FastAPI, shelf: Shelf) -> None:
    """Declare the addresses."""
    windows = Windows()
    for part in (library_page, script_page, new_page, history_page, questions_page, import_page, export_routes, audit_page, coverage_page, clinic_page, patients_page, api):
        part.add(app, shelf)
    for editing in (editor_page, editor_api):
        editing.add(app, shelf, windows)

    @app.exception_handler(CoachError)
    def tell(request: Request, error: CoachError) -> Response:
        return told(request, error)
