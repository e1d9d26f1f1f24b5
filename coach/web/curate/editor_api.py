"""What the editor's script asks for while one types: the check, keeping a draft, which questions find the text, and saving. Each takes the editor's form."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.datastructures import FormData

from coach.access.person import Person
from coach.curate.curator import Curator
from coach.curate.listing import Wanted, plain
from coach.errors import CoachError, Conflict
from coach.web.curate.beside import PARTS, beside, questions
from coach.web.curate.fields import fields, key_of, number_of, text_of
from coach.web.curate.frame import curator, person, remember, signed, told
from coach.web.curate.writing import Windows, composed, kept, saved
from coach.web.shelf import Shelf

OFFERED, LOOKED_AT = 7, 60
_one_reader = threading.Lock()  # questions are read once on a computer, by one


class _Stopped(Exception):
    """The one who asked has gone."""


def add(app: FastAPI, shelf: Shelf, windows: Windows) -> None:
    @app.post("/curate/api/check")
    async def check(request: Request) -> Response:
        return await run_in_threadpool(_check, shelf, person(request), await fields(request))

    @app.post("/curate/api/draft")
    async def draft(request: Request) -> Response:
        with windows.coming():
            return await run_in_threadpool(_keep, shelf, windows, person(request), await fields(request))

    @app.post("/curate/api/save")
    async def save(request: Request) -> Response:
        return await run_in_threadpool(_save, request, shelf, await fields(request))

    @app.post("/curate/api/find")
    async def find(request: Request) -> Response:
        return await run_in_threadpool(_find, shelf, person(request), text_of(await fields(request), "q"))

    @app.post("/curate/api/finders")
    async def finders(request: Request) -> Response:
        by = person(request)
        await run_in_threadpool(curator(shelf).may, by, "write")
        answers = _found(shelf, by, composed(await fields(request)))
        first = await anext(answers)
        if isinstance(first, CoachError):
            raise first
        return StreamingResponse(_lines(first, answers), media_type="application/x-ndjson")


def _check(shelf: Shelf, by: Person, given: FormData) -> Response:
    desk = curator(shelf)
    desk.may(by, "write")
    text, whole = composed(given), text_of(given, "view") == "file"
    panel = beside(desk, by, text, text_of(given, "item") or None, text_of(given, "heard"), whole)
    return JSONResponse({
        "check": panel.check.model_dump(mode="json"), "preview": [each.model_dump(mode="json") for each in desk.preview(by, text)], "text": text,
        "html": {name: panel.part(name) for name in PARTS}, "marked": panel.marked, "must": len(panel.blocking), "could": len(panel.better), "new": sorted(panel.look.new),
    })  # fmt: skip


def _keep(shelf: Shelf, windows: Windows, by: Person, given: FormData) -> Response:
    """Under which key it was kept, and when; `at` is null when a later text of this window was kept before."""
    curator(shelf).may(by, "write")
    asked, text = key_of(text_of(given, "key")), composed(given)
    key = windows.key(asked, text_of(given, "window")[:40], number_of(given, "number") or 0)
    if key is None:
        return JSONResponse({"key": asked, "at": None})
    draft = kept(curator(shelf), by, given, text, key)
    return JSONResponse({"key": draft.key, "at": draft.at.isoformat(), "apart": key != asked})


def _find(shelf: Shelf, by: Person, words: str) -> Response:
    """The first few scripts whose title, id or situations hold these words, those named by them first: offered where one names another script."""
    wanted = " ".join(words[:200].split())
    rows = curator(shelf).table(by, Wanted(q=wanted), n=LOOKED_AT).rows
    named = sorted(rows, key=lambda row: -sum(word in plain(f"{row.id} {row.title}".replace("-", " ")) for word in plain(wanted).split()))
    return JSONResponse([{"id": row.id, "title": row.title} for row in named[:OFFERED]])


def _save(request: Request, shelf: Shelf, given: FormData) -> Response:
    by = signed(request, given)
    try:
        done, address = saved(curator(shelf), by, given)
    except Conflict as error:
        return remember(JSONResponse({"detail": str(error), "theirs": error.theirs, "address": f"/curate/draft/{key_of(text_of(given, 'key'))}/choose"}, status_code=409), by)
    except CoachError as error:
        return remember(told(request, error), by)
    return remember(JSONResponse({"saved": done.model_dump(mode="json"), "address": address}), by)


async def _found(shelf: Shelf, by: Person, text: str) -> AsyncIterator[Any]:
    """How far reading the questions is, as (done, of), and at last what was found, as HTML, or the error. When nobody listens any more it stops."""
    loop, told_of, stop = asyncio.get_running_loop(), asyncio.Queue[Any](), threading.Event()

    def progress(done: int, of: int) -> None:
        if stop.is_set():
            raise _Stopped
        loop.call_soon_threadsafe(told_of.put_nowait, (done, of))

    def work() -> None:
        desk: Curator = curator(shelf)
        while not _one_reader.acquire(timeout=0.2):
            if stop.is_set():
                return
        try:
            result: Any = questions(desk.found_by(by, text, progress), desk)
        except _Stopped:
            return
        except CoachError as error:
            result = error
        except Exception as error:  # a fault of ours: said, so that nobody waits for ever
            result = CoachError(f"The questions could not be asked ({type(error).__name__}). Try again, and run `coach doctor` when it stays so.")
        finally:
            _one_reader.release()
        loop.call_soon_threadsafe(told_of.put_nowait, result)

    task = asyncio.ensure_future(run_in_threadpool(work))
    try:
        while True:
            got = await told_of.get()
            yield got
            if not isinstance(got, tuple):
                return
    finally:
        stop.set()
        del task


async def _lines(first: Any, rest: AsyncIterator[Any]) -> AsyncIterator[str]:
    yield _line(first)
    async for each in rest:
        yield _line(each)


def _line(told_of: Any) -> str:
    if isinstance(told_of, CoachError):
        return json.dumps({"detail": str(told_of)}) + "\n"
    return json.dumps({"done": told_of[0], "of": told_of[1]} if isinstance(told_of, tuple) else {"html": told_of}) + "\n"
