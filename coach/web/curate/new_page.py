"""Where a new script begins: from its category's template, from a blank, as a copy of another, or from a question that nothing answered."""

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from coach.access.person import Person
from coach.curate import compose
from coach.curate.curator import Curator
from coach.curate.shapes import Draft
from coach.errors import CurateError, UnknownScript
from coach.library.frontmatter import read_head
from coach.web.curate import said
from coach.web.curate.fields import fields, key_of, number_of, text_of
from coach.web.curate.frame import curator, page, person
from coach.web.curate.writing import draft_of
from coach.web.shelf import Shelf

NO_CATEGORY = "Choose a category: it is the folder that the script stands in."
NO_TITLE = "Give the script a title: what a colleague would look for."


def add(app: FastAPI, shelf: Shelf) -> None:
    @app.get("/curate/new")
    def new(request: Request) -> Response:
        query = request.query_params
        return _page(request, curator(shelf), FormData([("question", query.get("question", "")), ("category", query.get("category", ""))]))

    @app.post("/curate/new")
    async def begin(request: Request) -> Response:
        return await run_in_threadpool(_begun, request, shelf, await fields(request))

    @app.post("/curate/draft/{key}/drop")
    def drop(request: Request, key: str) -> Response:
        desk, by = curator(shelf), person(request)
        draft = draft_of(desk, by, key)
        desk.discard(by, key_of(key))
        return RedirectResponse(f"/curate/script/{draft.item}?done=dropped" if draft.item else "/curate/new", status_code=303)


def _page(request: Request, desk: Curator, given: FormData, problem: str = "") -> Response:
    by, library = person(request), desk.library
    begun = [(draft, read_head(draft.text, "")[0].values.get("title") or "Untitled") for draft in desk.drafts(by) if draft.item is None]
    questions = [question for question in desk.questions(by) if question.state == "open"]
    asked = number_of(given, "question")
    return page(
        request, "new", "New script", here="Library", status_code=422 if problem else 200, problem=problem, given=given, categories=library.taxonomy.categories, begun=begun,
        questions=questions, asked=asked, moment=said.moment,
    )  # fmt: skip


def _begun(request: Request, shelf: Shelf, given: FormData) -> Response:
    desk, by = curator(shelf), person(request)
    try:
        draft = _draft(desk, by, given)
    except CurateError as error:
        return _page(request, desk, given, str(error))
    question = number_of(given, "question")
    return RedirectResponse(f"/curate/draft/{draft.key}" + (f"?question={question}" if question else ""), status_code=303)


def _draft(desk: Curator, by: Person, given: FormData) -> Draft:
    title, category, start = compose.one_line(text_of(given, "script_title")), text_of(given, "category"), text_of(given, "start")
    if start == "copy":
        try:
            return desk.duplicate(by, text_of(given, "copy_of").strip())
        except (CurateError, UnknownScript):
            raise CurateError("There is no script of this id to copy. Type a part of its title and choose it from the list.") from None
    if not title:
        raise CurateError(NO_TITLE)
    if category not in desk.library.taxonomy.categories:
        raise CurateError(NO_CATEGORY)
    draft = desk.begin(by, category, title, number_of(given, "question"))
    return desk.keep(by, None, compose.blank(draft.text), None, draft.key) if start == "blank" else draft
