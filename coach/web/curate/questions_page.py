"""The questions for which nothing fitted, each kept because a clinician asked an educator to write for it."""

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from coach.web.curate import said
from coach.web.curate.fields import fields, text_of
from coach.web.curate.frame import curator, page, person
from coach.web.shelf import Shelf


def add(app: FastAPI, shelf: Shelf) -> None:
    @app.get("/curate/questions")
    def questions(request: Request) -> Response:
        asked = curator(shelf).questions(person(request))
        return page(
            request, "questions", "Questions", here="Questions", open=[each for each in asked if each.state == "open"], closed=[each for each in asked if each.state != "open"],
            done=request.query_params.get("done", ""), moment=said.moment, day=said.day,
        )  # fmt: skip

    @app.post("/curate/questions/{number}")
    async def close(request: Request, number: int) -> Response:
        forget = text_of(await fields(request), "do") == "delete"
        await run_in_threadpool(lambda: curator(shelf).close_question(person(request), number, forget=forget))
        return RedirectResponse(f"/curate/questions?done={'deleted' if forget else 'away'}", status_code=303)
