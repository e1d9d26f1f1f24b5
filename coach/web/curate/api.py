"""The library for programs: JSON under /curate/api/v1, the same Curator, rights and sentences as the pages. Shapes: coach/curate/shapes.py."""

from datetime import date
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field

from coach.access.person import Person, local
from coach.curate.shapes import Change, Check, Comment, Difference, Entry, Row, Saved, Source, Unanswered
from coach.web.curate.frame import curator, person
from coach.web.shelf import Shelf

LONGEST = 400_000


class Signed(BaseModel):
    """Who writes, where nobody signs in; passed over for those who did."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field("", max_length=80)
    title: str = Field("", max_length=80)

    def by(self, request: Request) -> Person:
        found = person(request)
        return found if found.account or not self.name else local(self.name, self.title)


class ToSave(Signed):
    text: str = Field(max_length=LONGEST)
    base: str | None = Field(None, max_length=64)
    item: str | None = Field(None, max_length=120)
    note: str = Field("", max_length=2_000)


class ToCheck(BaseModel):
    text: str = Field(max_length=LONGEST)
    item: str | None = Field(None, max_length=120)


class Step(Signed):
    action: str = Field(max_length=20)
    base: str = Field(max_length=64)
    note: str = Field("", max_length=2_000)
    review_by: date | None = None


class ToRestore(Signed):
    digest: str = Field(max_length=64)
    base: str = Field(max_length=64)


class ToComment(Signed):
    row: int
    text: str = Field(max_length=2_000)


class Asked(BaseModel):
    text: str = Field(max_length=20_000)
    n: int = Field(5, ge=1, le=20)


class Reason(BaseModel):
    reason: str = Field(max_length=2_000)


def add(app: FastAPI, shelf: Shelf) -> None:
    """Declare the addresses."""
    api = APIRouter(prefix="/curate/api/v1")
    _reading(api, shelf)
    _writing(api, shelf)
    _asking(api, shelf)
    app.include_router(api)


def _reading(api: APIRouter, shelf: Shelf) -> None:
    @api.get("/scripts")
    def scripts(request: Request) -> list[Row]:
        return curator(shelf).rows(person(request))

    @api.get("/script/{category}/{slug}")
    def script(request: Request, category: str, slug: str) -> Source:
        return curator(shelf).source(person(request), f"{category}/{slug}")

    @api.get("/history/{category}/{slug}")
    def history(request: Request, category: str, slug: str) -> list[Change]:
        return curator(shelf).history(person(request), f"{category}/{slug}")

    @api.get("/difference/{category}/{slug}")
    def difference(request: Request, category: str, slug: str, before: str, after: str) -> list[Difference]:
        return curator(shelf).difference(person(request), f"{category}/{slug}", before, after)

    @api.get("/comments/{category}/{slug}")
    def comments(request: Request, category: str, slug: str) -> list[Comment]:
        return curator(shelf).comments(person(request), f"{category}/{slug}")

    @api.get("/audit")
    def audit(request: Request, n: int = 200, before: int | None = None) -> list[Entry]:
        return curator(shelf).audit(person(request), min(max(n, 1), 1_000), before)


def _writing(api: APIRouter, shelf: Shelf) -> None:
    @api.post("/check")
    def check(request: Request, asked: ToCheck) -> Check:
        return curator(shelf).check(person(request), asked.text, asked.item)

    @api.post("/save")
    def save(request: Request, asked: ToSave) -> Saved:
        return curator(shelf).save(asked.by(request), asked.text, asked.base, asked.item, asked.note)

    @api.post("/step/{category}/{slug}")
    def step(request: Request, category: str, slug: str, asked: Step) -> Saved:
        return curator(shelf).step(asked.by(request), f"{category}/{slug}", asked.action, asked.base, asked.note, asked.review_by)

    @api.post("/restore/{category}/{slug}")
    def restore(request: Request, category: str, slug: str, asked: ToRestore) -> Saved:
        return curator(shelf).restore(asked.by(request), f"{category}/{slug}", asked.digest, asked.base)

    @api.post("/comment/{category}/{slug}")
    def comment(request: Request, category: str, slug: str, asked: ToComment) -> Comment:
        return curator(shelf).comment(asked.by(request), f"{category}/{slug}", asked.row, asked.text)


def _asking(api: APIRouter, shelf: Shelf) -> None:
    @api.post("/search")  # a POST, so that no scenario stands in an address
    def search(request: Request, asked: Asked) -> dict[str, Any]:
        return shelf.coach().search(asked.text, asked.n, by=person(request)).model_dump(mode="json", exclude={"scenario"})

    @api.post("/ask")
    def ask(request: Request, asked: Reason) -> Unanswered:
        return curator(shelf).ask_educator(person(request), asked.reason)

    @api.get("/questions")
    def questions(request: Request) -> list[Unanswered]:
        return curator(shelf).questions(person(request))
