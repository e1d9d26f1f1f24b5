"""The editor: a form for the head, a plain text for the body, beside them what is wrong and how it will be seen. What two people changed at once is chosen between here."""

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from coach.access.person import Person
from coach.curate import compose
from coach.curate.curator import Curator
from coach.curate.diff import differences
from coach.curate.shapes import Difference, Draft
from coach.errors import CoachError, Conflict, CurateError, NotAllowed, StoreError, UnknownScript
from coach.web.curate import said
from coach.web.curate.beside import beside
from coach.web.curate.fields import fields, number_of, text_of
from coach.web.curate.frame import curator, page, person, remember, signed
from coach.web.curate.writing import Windows, composed, draft_of, kept, new_key, pair, saved
from coach.web.shelf import Shelf

AGAIN = "Somebody saved this script once more meanwhile. Look at what differs now, and choose."


def add(app: FastAPI, shelf: Shelf, windows: Windows) -> None:
    @app.get("/curate/edit/{category}/{slug}")
    def edit(request: Request, category: str, slug: str) -> Response:
        desk, by, script_id = curator(shelf), person(request), f"{category}/{slug}"
        source = desk.source(by, script_id)
        windows.settled()
        mine = [draft for draft in desk.drafts(by) if draft.item == script_id]
        if mine and "fresh" not in request.query_params:
            known = desk.library.scripts.get(script_id)
            return page(request, "begun", known.title if known else script_id, here="Library", script_id=script_id, mine=mine, source=source, moment=said.moment)
        given = FormData([("key", new_key()), ("item", script_id), ("base", source.digest), ("original", source.text)])
        return editor(request, desk, windows, given, source.text)

    @app.get("/curate/draft/{key}")
    def draft(request: Request, key: str) -> Response:
        desk = curator(shelf)
        windows.settled()
        found = draft_of(desk, person(request), key)
        return editor(request, desk, windows, _given(found, request.query_params.get("question", ""), request.query_params.get("as", "")), found.text)

    @app.post("/curate/save")
    async def save(request: Request) -> Response:
        return await run_in_threadpool(_save, request, shelf, windows, await fields(request))

    @app.get("/curate/draft/{key}/choose")
    def choose(request: Request, key: str) -> Response:
        desk = curator(shelf)
        return _choose(request, desk, draft_of(desk, person(request), key))

    @app.post("/curate/draft/{key}/choose")
    async def chosen(request: Request, key: str) -> Response:
        return await run_in_threadpool(_chosen, request, shelf, key, await fields(request))


def _given(draft: Draft, question: str, view: str) -> FormData:
    return FormData([("key", draft.key), ("item", draft.item or ""), ("base", draft.base or ""), ("original", draft.text), ("question", question), ("view", view)])


def editor(request: Request, desk: Curator, windows: Windows, given: FormData, text: str, problem: CoachError | None = None) -> Response:
    """The editor on a text; `given` are the fields that say which draft of which script it is."""
    by, library = person(request), desk.library
    form, item = compose.read(text), text_of(given, "item")
    view = "file" if form is None or text_of(given, "view") == "file" else "form"
    known = library.scripts.get(item)
    title = (known.title if known else item) if item else form.title if form else ""
    tags = {
        "situations": library.taxonomy.situations, "needs": {name: need.means for name, need in library.taxonomy.needs.items()}, "skills": library.taxonomy.skills,
    }  # fmt: skip
    return page(
        request, "editor", title or "New script", here="Library", status_code=_status_code(problem), given=given, text=text, form=form, view=view, item=item, known=known, labels=said.LABELS,
        taxonomy=library.taxonomy, tags=tags, claims=_claims(desk, form), problem=str(problem) if problem else "",
        panel=beside(desk, by, text, item or None, text_of(given, "heard"), view == "file"), window=windows.opened(text_of(given, "key")), by_now=signed(request, given), key=text_of(given, "key"),
        question=number_of(given, "question") or "",
    )  # fmt: skip


def _status_code(problem: CoachError | None) -> int:
    return 200 if problem is None else 409 if isinstance(problem, Conflict) else 422 if isinstance(problem, CurateError) else 503


def _claims(desk: Curator, form: compose.Form | None) -> list[tuple[str, str, str, bool]]:
    """Every claim that may be cited, as (value of the form, claim, title of its source, chosen); first those this script cites."""
    cited = list(form.evidence) if form else []
    sources = desk.library.sources
    every = [(claim, source.id) for source in sources.by_id.values() for claim in source.claims]
    return [(pair(claim, source), claim, sources.title(source), (claim, source) in cited) for claim, source in [*cited, *(each for each in every if each not in cited)]]


def _save(request: Request, shelf: Shelf, windows: Windows, given: FormData) -> Response:
    """The editor's buttons without its script: save, save and submit, look at the check, or look at the whole file."""
    desk, by = curator(shelf), signed(request, given)
    key, do = text_of(given, "key"), text_of(given, "do")
    try:
        if do in ("check", "file", "form"):
            draft = kept(desk, by, given, composed(given), key)
            return remember(RedirectResponse(_address(draft, given, do), status_code=303), by)
        _, address = saved(desk, by, given)
        return remember(RedirectResponse(address, status_code=303), by)
    except (NotAllowed, UnknownScript):
        raise
    except Conflict:
        return remember(RedirectResponse(f"/curate/draft/{key}/choose", status_code=303), by)
    except CoachError as error:
        return remember(editor(request, desk, windows, given, _typed(given), error), by)


def _address(draft: Draft, given: FormData, view: str) -> str:
    question = number_of(given, "question")
    asked = [f"question={question}"] if question else []
    return f"/curate/draft/{draft.key}?" + "&".join([*asked, *(["as=file"] if view == "file" or (view == "check" and text_of(given, "view") == "file") else [])])


def _typed(given: FormData) -> str:
    try:
        return composed(given)
    except CurateError:
        return text_of(given, "original")


def _choose(request: Request, desk: Curator, draft: Draft, problem: str = "") -> Response:
    """What differs between the library's text and this draft, and what can be done."""
    by = person(request)
    form = compose.read(draft.text)
    script_id = draft.item or (form.id if form else "")
    theirs = desk.files.read(script_id) if script_id else None
    log = desk.history(by, script_id) if theirs is not None else []
    return page(
        request, "choose", "Two changes at once", here="Library", status_code=409, draft=draft, script_id=script_id, there=theirs is not None, log=log, problem=problem, moment=said.moment,
        theirs=desk.source(by, script_id).digest if theirs is not None else "", apart=differences(theirs, draft.text) if theirs is not None else [], since=_since(desk, by, draft, script_id),
    )  # fmt: skip


def _since(desk: Curator, by: Person, draft: Draft, script_id: str) -> list[Difference]:
    """What they changed since this draft was begun; empty when that text is not kept."""
    try:
        return desk.difference(by, script_id, draft.base, desk.source(by, script_id).digest) if draft.base else []
    except (StoreError, UnknownScript):
        return []


def _chosen(request: Request, shelf: Shelf, key: str, given: FormData) -> Response:
    desk, by = curator(shelf), signed(request, given)
    draft, do = draft_of(desk, by, key), text_of(given, "do")
    if do == "theirs":
        desk.discard(by, key)
        form = compose.read(draft.text)
        script_id = draft.item or (form.id if form else "")
        return RedirectResponse(f"/curate/script/{script_id}?done=theirs", status_code=303)
    if do == "new":
        fresh = desk.keep(by, None, compose.as_new(draft.text, set(desk.library.scripts)), None, new_key())
        desk.discard(by, key)
        return RedirectResponse(f"/curate/draft/{fresh.key}", status_code=303)
    mine = desk.keep(by, draft.item, draft.text, text_of(given, "theirs") or None, key)
    try:
        done = desk.save(by, mine.text, mine.base, mine.item, draft=key)
    except Conflict:
        return _choose(request, desk, mine, AGAIN)
    except CurateError:  # something must be mended first: in the editor, where it is told line by line
        return RedirectResponse(f"/curate/draft/{key}", status_code=303)
    return remember(RedirectResponse(f"/curate/script/{done.id}?done=saved", status_code=303), by)
