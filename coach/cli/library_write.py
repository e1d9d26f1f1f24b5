"""`coach library new | edit | review | retire | revive | restore`: the same rules as on the pages. What cannot be saved is kept as a draft."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from coach.cli.desk import SHORT, Base, ByName, ByTitle, File, Note, ScriptId, digest_in, edited, problems_of, text_of, writer
from coach.cli.out import JsonFlag, print_json
from coach.errors import Conflict, CurateError, InputError

if TYPE_CHECKING:
    from coach.access.person import Person
    from coach.curate.curator import Curator
    from coach.curate.shapes import Draft, Saved


def new(
    category: Annotated[str, typer.Argument(metavar="CATEGORY", help="A category of taxonomy.yaml, which is the folder it stands in.")],
    title: Annotated[str, typer.Option("--title", help="What it is about, in a few words.")] = "",
    source: Annotated[str | None, typer.Option("--from", metavar="ID", help="Begin with a copy of this script.")] = None,
    question: Annotated[int | None, typer.Option("--question", metavar="N", help="Begin with a clinician's question (`coach library questions`).")] = None,
    file: File = None,
    editor: Annotated[bool, typer.Option("--editor", help="Open it in your editor (EDITOR) and save it when that closes.")] = False,
    name: ByName = "",
    by_title: ByTitle = "",
    note: Note = "",
    as_json: JsonFlag = False,
) -> None:
    """A new script: from the template of its category, a copy or a question as a draft to be written; from a file it is saved at once."""
    if not title.strip() and file is None:
        raise InputError('A new script has a title. Add --title "When …".')
    curator, by = writer("write", name, by_title)
    if file is not None:
        text = text_of(file)
        if _id_of(text).partition("/")[0] != category:
            raise CurateError(f"The id in the file is not of this category. Write id: {category}/… into its head, or name its category here.")
        return _save(curator, by, curator.keep(by, None, text, None), question, note, as_json)
    draft = _copied(curator, by, source, category, title) if source else curator.begin(by, category, title, question)
    if editor:
        draft = curator.keep(by, None, edited(draft.text, _id_of(draft.text).rpartition("/")[2]), None, draft.key)
        return _save(curator, by, draft, question, note, as_json)
    if as_json:
        return print_json({"id": _id_of(draft.text), "draft": draft.key, "text": draft.text})
    return typer.echo(f"Begun as a draft: {_id_of(draft.text)}. Write it with `coach library edit {_id_of(draft.text)}`, or on the page.")


def edit(
    script_id: ScriptId,
    file: File = None,
    base: Base = None,
    over: Annotated[bool, typer.Option("--over", help="Save although somebody else did meanwhile: theirs stays in the history.")] = False,
    discard: Annotated[bool, typer.Option("--discard", help="Drop your draft; the library's text stands.")] = False,
    name: ByName = "",
    title: ByTitle = "",
    note: Note = "",
    as_json: JsonFlag = False,
) -> None:
    """Change a script in your editor (EDITOR), or from a file. A draft you have begun is opened again."""
    curator, by = writer("write", name, title)
    draft = _draft(curator, by, script_id)
    if discard:
        if draft:
            curator.discard(by, draft.key)
        return print_json({"discarded": draft is not None}) if as_json else typer.echo("Your draft was dropped." if draft else "There was no draft.")
    now = None if draft and draft.item is None else curator.source(by, script_id)
    if file is not None:
        text, started = text_of(file), base or (now.digest if now else None)
    else:
        text = edited(draft.text if draft else now.text if now else "", script_id.rpartition("/")[2])
        started = base or (draft.base if draft else now.digest if now else None)
    if over and now:
        started = now.digest
    kept = curator.keep(by, now.id if now else None, text, started, draft.key if draft else None)
    return _save(curator, by, kept, None, note, as_json)


def review(
    script_id: ScriptId,
    submit: Annotated[bool, typer.Option("--submit", help="Hand a draft over for review.")] = False,
    send_back: Annotated[bool, typer.Option("--send-back", help="Give it back as a draft; say why with --note.")] = False,
    approve: Annotated[bool, typer.Option("--approve", help="You have reviewed it, and did not write it. Your name and profession stand in the file.")] = False,
    review_by: Annotated[str | None, typer.Option("--review-by", metavar="DATE", help="When it is to be looked at again, such as 2027-11-30. Left out: in a year.")] = None,
    base: Base = None,
    name: ByName = "",
    title: ByTitle = "",
    note: Note = "",
    as_json: JsonFlag = False,
) -> None:
    """Take a step of review: submit, send back, or approve. Whoever changed a script cannot approve it."""
    chosen = [action for action, wanted in (("submit", submit), ("send_back", send_back), ("approve", approve)) if wanted]
    if len(chosen) != 1:
        raise InputError("Give one of --submit, --send-back and --approve. `coach library review --help` says what each does.")
    _step(script_id, chosen[0], base, name, title, note, _date(review_by), as_json)


def retire(script_id: ScriptId, base: Base = None, name: ByName = "", title: ByTitle = "", note: Note = "", as_json: JsonFlag = False) -> None:
    """Take a script out of search. It stays in the library, and can be brought back."""
    _step(script_id, "retire", base, name, title, note, None, as_json)


def revive(script_id: ScriptId, base: Base = None, name: ByName = "", title: ByTitle = "", note: Note = "", as_json: JsonFlag = False) -> None:
    """Bring a retired script back, as a draft."""
    _step(script_id, "revive", base, name, title, note, None, as_json)


def restore(
    item: Annotated[str, typer.Argument(metavar="ID", help="category/slug, patients/name, or local for the clinic's own page.")],
    digest: Annotated[str, typer.Argument(metavar="DIGEST", help="The beginning of a version's digest, as `coach library history` shows it.")],
    name: ByName = "",
    title: ByTitle = "",
    as_json: JsonFlag = False,
) -> None:
    """Bring a former version back, as a new one on top of the history."""
    from coach.curate.files import LOCAL, PATIENTS
    from coach.store.changes import digest_of

    curator, by = writer("local" if item == LOCAL else "patients" if item.startswith(PATIENTS) else "write", name, title)
    wanted = digest_in(curator, by, item, digest)
    now = curator.files.read(item)
    base = None if now is None else digest_of(now)
    if item == LOCAL:
        saved = curator.clinic.restore(by, wanted, base or digest_of(""))
    elif item.startswith(PATIENTS):
        saved = curator.patients.restore(by, item.removeprefix(PATIENTS), wanted, base)
    else:
        saved = curator.restore(by, item, wanted, base)
    _told(saved, as_json)


def _step(script_id: str, action: str, base: str | None, name: str, title: str, note: str, review_by: date | None, as_json: bool) -> None:
    curator, by = writer("retire" if action in ("retire", "revive") else "review", name, title)
    _told(curator.step(by, script_id, action, base or curator.source(by, script_id).digest, note, review_by), as_json)


def _copied(curator: "Curator", by: "Person", source: str, category: str, title: str) -> "Draft":
    from coach.curate import templates

    if category not in curator.library.taxonomy.categories:
        raise CurateError(f"There is no such category. They are: {', '.join(curator.library.taxonomy.categories)}.")
    return curator.keep(by, None, templates.copy(curator.source(by, source).text, templates.free_id(category, title, curator.library.ids), title), None)


def _draft(curator: "Curator", by: "Person", script_id: str) -> "Draft | None":
    """What this person has begun of it: a change, or a new script of this id."""
    begun = [draft for draft in curator.drafts(by) if draft.item == script_id or (draft.item is None and _id_of(draft.text) == script_id)]
    return next((draft for draft in begun if draft.item), begun[0] if begun and curator.files.read(script_id) is None else None)


def _save(curator: "Curator", by: "Person", draft: "Draft", question: int | None, note: str, as_json: bool) -> None:
    """Save a draft. What cannot be saved stays one, and what is wrong with it is told line by line."""
    try:
        return _told(curator.save(by, draft.text, draft.base, draft.item, note, draft.key, question), as_json)
    except CurateError as error:
        script_id = draft.item or _id_of(draft.text)
        try:
            problems = problems_of(curator.check(by, draft.text, draft.item), curator.files.shown(script_id), blocking=True)
        except CurateError:  # its id names no file
            problems = []
        theirs = error.theirs if isinstance(error, Conflict) else None
        again = f"Your text is kept: `coach library edit {script_id}` opens it again{', with --over it is saved in the place of theirs' if theirs else ''}."
        if not script_id or (theirs and draft.item is None):
            again = "Your text is kept as a draft: it waits on the page, where it can be given an id of its own."
        if as_json:
            print_json({"saved": None, "error": str(error), "problems": problems, "draft": draft.key, "theirs": theirs})
        else:
            for line in [*problems, str(error), again]:
                typer.echo(line, err=True)
        raise typer.Exit(error.exit_code) from None


def _id_of(text: str) -> str:
    from coach.library.frontmatter import read_head

    named = read_head(text.replace("\r\n", "\n"), "")[0].values.get("id")
    return named if isinstance(named, str) else ""


def _date(given: str | None) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise InputError("--review-by is no date. Write it as 2027-11-30.") from None


def _told(saved: "Saved", as_json: bool) -> None:
    if as_json:
        print_json(saved.model_dump(mode="json", exclude={"live"}))
    elif not saved.changed:
        typer.echo("Nothing had changed, so nothing was saved.")
    else:
        typer.echo(f"{saved.id} · version {saved.version}{' · ' + saved.status.replace('_', ' ') if saved.status else ''} · {saved.digest[:SHORT]}")
