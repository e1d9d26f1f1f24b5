"""A script's own page: as a clinician will see it, beside it the source with what stands against it and what was said about its lines, and the steps of its review."""

from collections.abc import Callable
from datetime import date

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from coach.access.person import Person
from coach.access.rights import may
from coach.advise.advice import Advice
from coach.curate.curator import Curator
from coach.curate.remarks import GONE, placed
from coach.curate.review import is_author
from coach.curate.seen import NOTHING, seen
from coach.curate.shapes import Change, Source
from coach.errors import CoachError, Conflict, CurateError, NotAllowed, UnknownScript
from coach.library.parse import parse
from coach.web.curate import said
from coach.web.curate.fields import fields, number_of, text_of
from coach.web.curate.frame import curator, page, person, remember, signed
from coach.web.shelf import Shelf

ADDRESS = "/curate/script/{category}/{slug}"
EXPORTS = (("md", "Markdown"), ("word", "Word"), ("card", "Pocket card"))
NOTHING_GIVEN = FormData()
Work = Callable[[Curator, Person, FormData, str], str]  # what was done, as a code of said.DONE


def add(app: FastAPI, shelf: Shelf) -> None:
    @app.get(ADDRESS)
    def script(request: Request, category: str, slug: str) -> Response:
        return script_page(request, curator(shelf), f"{category}/{slug}")

    for name, work in (("step", _step), ("comment", _comment), ("done", _settle), ("undo", _undo)):
        app.post(f"{ADDRESS}/{name}")(_doing(shelf, work))

    @app.post(f"{ADDRESS}/duplicate")
    def duplicate(request: Request, category: str, slug: str) -> Response:
        draft = curator(shelf).duplicate(person(request), f"{category}/{slug}")
        return RedirectResponse(f"/curate/draft/{draft.key}", status_code=303)


def _doing(shelf: Shelf, work: Work) -> Callable[..., object]:
    """A form's handler: what it does, and then the page again, with a sentence. What cannot be done is said on the page itself."""

    def do(request: Request, form: FormData, script_id: str) -> Response:
        desk, by = curator(shelf), signed(request, form)
        try:
            code = work(desk, by, form, script_id)
        except (NotAllowed, UnknownScript):
            raise
        except CoachError as error:
            return script_page(request, desk, script_id, error, form)
        return remember(RedirectResponse(f"/curate/script/{script_id}?done={code}", status_code=303), by)

    async def handler(request: Request, category: str, slug: str) -> Response:
        return await run_in_threadpool(do, request, await fields(request), f"{category}/{slug}")

    return handler


def _step(desk: Curator, by: Person, form: FormData, script_id: str) -> str:
    action, due = text_of(form, "action"), text_of(form, "review_by").strip()
    try:
        review_by = date.fromisoformat(due) if due else None
    except ValueError:
        raise CurateError("The date cannot be read. Write it as 2027-11-30, or leave it empty for a year from now.") from None
    desk.step(by, script_id, action, text_of(form, "base"), text_of(form, "note"), review_by)
    return said.CODES.get(desk.history(by, script_id)[0].act, "saved")


def _comment(desk: Curator, by: Person, form: FormData, script_id: str) -> str:
    desk.may(by, "comment")
    if text_of(form, "base") != desk.source(by, script_id).digest:
        raise Conflict("The script was saved while you were writing, so its lines may have moved. Look where yours is now, and add the comment there.", "")
    desk.comment(by, script_id, number_of(form, "row") or 0, text_of(form, "text"))
    return "commented"


def _settle(desk: Curator, by: Person, form: FormData, script_id: str) -> str:
    desk.may(by, "comment")
    number = number_of(form, "number")
    if number not in {comment.number for comment in desk.comments(by, script_id)}:
        raise CurateError("There is no such comment on this script. Load the page again.")
    settled = text_of(form, "done") != "no"
    desk.done(by, number or 0, settled)
    return "settled" if settled else "reopened"


def _undo(desk: Curator, by: Person, form: FormData, script_id: str) -> str:
    desk.restore(by, script_id, text_of(form, "to"), text_of(form, "base"))
    return "restored"


def script_page(request: Request, desk: Curator, script_id: str, problem: CoachError | None = None, given: FormData = NOTHING_GIVEN) -> Response:
    """The page as it stands now; with a problem, that is said first, and what was typed into the form is there again."""
    by, library, query = person(request), desk.library, request.query_params
    source = desk.source(by, script_id)
    script, _ = parse(source.text, source.path)
    log, code = desk.history(by, script_id), "" if problem else query.get("done", "")
    comments = placed(desk.comments(by, script_id), source.text, source.digest)
    everyone = [comment for group in comments.values() for comment in group]
    return page(
        request, "script", script.title if script else script_id, here="Library", status_code=_status_code(problem),
        source=source, script=script, lines=source.text.split("\n"), problems=_by_row(source), status=said.status(script, log) if script else "", steps=desk.steps(by, script_id),
        look=seen(source.text, source.path, library.taxonomy, library.sources, query.get("as", NOTHING)), advice=Advice(scenario=""),
        comments=comments, gone=comments.get(GONE, []), everyone=everyone, open_comments=sum(not comment.done for comment in everyone), asked_row=_row(given, query.get("comment", "")),
        mine=[draft for draft in desk.drafts(by) if draft.item == script_id] if may(by, "write") else [], own=bool(by.name) and is_author(by, log, script.author if script else None),
        problem=str(problem) if problem else "", given=given, done=said.done(code), before=_before(code, log, source), exports=EXPORTS, moment=said.moment, sentence=said.sentence,
        sent_back=log[0].note if log and log[0].act == "sent_back" else "",
    )  # fmt: skip


def _status_code(problem: CoachError | None) -> int:
    return 200 if problem is None else 409 if isinstance(problem, Conflict) else 422 if isinstance(problem, CurateError) else 503


def _by_row(source: Source) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for finding in source.findings:
        found.setdefault(finding.row, []).append(finding.message)
    return found


def _row(given: FormData, asked: str) -> int | None:
    """The line a comment is being written on."""
    return number_of(given, "row") if "row" in given else number_of(FormData([("row", asked)]), "row")


def _before(code: str, log: list[Change], source: Source) -> str:
    """The digest that Undo brings back: the text before what was just saved. Empty when there is none."""
    if code not in ("saved", "saved_submitted") or log[0].digest != source.digest:
        return ""
    saved = next((number for number, change in enumerate(log) if change.act == "saved"), None)
    return next((change.digest for change in log[saved + 1 :] if change.digest != source.digest), "") if saved is not None else ""
