"""`coach library coverage | history | questions | audit | clinic`: what the library lacks, what was changed by whom, what clinicians asked for."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.cli.desk import SHORT, ByName, ByTitle, Note, digest_in, reader, writer
from coach.cli.out import JsonFlag, console, print_json
from coach.errors import CurateError, InputError

if TYPE_CHECKING:
    from coach.curate.shapes import Coverage, Difference, Row

MOST_NAMED = 12
Item = Annotated[str, typer.Argument(metavar="ID", help="category/slug, patients/name, or local for the clinic's own page.")]


def coverage(as_json: JsonFlag = False) -> None:
    """What the library has and what it lacks: by category and situation, how it reads, reviews due, scripts never shown or with poor thumbs."""
    curator, by = reader("view")
    found = curator.coverage(by)
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        _show_coverage(found)


def history(
    item: Item,
    diff: Annotated[tuple[str, str] | None, typer.Option("--diff", metavar="A B", help="What differs between two versions, by the beginnings of their digests.")] = None,
    since_review: Annotated[bool, typer.Option("--since-review", help="What was changed since the last review.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """The change log of a script, newest first, or what differs between two of its versions."""
    curator, by = reader("view")
    if diff and since_review:
        raise CurateError("Either --diff or --since-review, not both. Leave one out.")
    if since_review:
        last, differences = curator.since_review(by, item)
        if last is None:
            raise CurateError(f"This script was never reviewed here. `coach library history {item}` shows what was changed.")
        return _show_differences(differences, {"from": last.digest}, as_json)
    if diff:
        one, other = (digest_in(curator, by, item, digest) for digest in diff)
        return _show_differences(curator.difference(by, item, one, other), {"from": one, "to": other}, as_json)
    log = curator.history(by, item)
    if as_json:
        return print_json([change.model_dump(mode="json") for change in log])
    if not log:
        raise CurateError("Nothing of this id was ever in the library. `coach library list` shows what is there.")
    table = _table("version", "what", "when", "who", "digest", "note")
    for change in log:
        table.add_row(str(change.version), change.act.replace("_", " "), f"{change.at.astimezone():%Y-%m-%d %H:%M}", change.by or "–", change.digest[:SHORT], change.note)
    console().print(table)
    return None


def questions(
    dismiss: Annotated[int | None, typer.Option("--dismiss", metavar="N", help="Put a question away.")] = None,
    forget: Annotated[int | None, typer.Option("--forget", metavar="N", help="Delete a question's text for good.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Questions for which nothing fitted, each sent because a clinician asked an educator to write for it."""
    curator, by = reader("unanswered")
    for number, gone in ((dismiss, False), (forget, True)):
        if number is not None:
            if number not in {one.number for one in curator.questions(by)}:
                raise CurateError("There is no question of this number. `coach library questions` shows them.")
            curator.close_question(by, number, forget=gone)
    found = curator.questions(by)
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    table = _table("no.", "state", "when", "what was looked for")
    for one in found:
        table.add_row(str(one.number), one.state if one.script_id is None else f"{one.state}: {one.script_id}", f"{one.at.astimezone():%Y-%m-%d}", one.reason)
    console().print(table if found else "Nobody has asked for anything yet.")


def audit(n: Annotated[int, typer.Option("-n", min=1, max=10_000, help="How many, the newest first.")] = 50, as_json: JsonFlag = False) -> None:
    """Who changed, reviewed, retired, imported and exported what, and when. Ids and digests, never a text."""
    curator, by = reader("audit")
    found = curator.audit(by, n)
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    table = _table("when", "who", "what", "of", "count")
    for one in found:
        table.add_row(f"{one.at.astimezone():%Y-%m-%d %H:%M}", one.by, one.action.replace("_", " "), one.item, str(one.count) if one.count > 1 else "")
    console().print(table if found else "Nothing was done yet.")


def clinic(
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a line; may be given several times. policies and referral_services take a JSON list.")
    ] = None,
    name: ByName = "",
    title: ByTitle = "",
    note: Note = "",
    as_json: JsonFlag = False,
) -> None:
    """This clinic's own numbers and rules (corpus/local.yaml): show them, or change them with --set. Alerts name them."""
    curator, by = writer("local", name, title) if values else reader("local")
    if values:
        curator.clinic.save(by, dict(map(_pair, values)), curator.clinic.page(by).digest, note)
    page = curator.clinic.page(by)
    if as_json:
        print_json(page.model_dump(mode="json", exclude={"fields"}))
        return
    table = _table("key", "value")
    for field in page.fields:
        table.add_row(field.key, page.lines[field.key] or f"[dim]{field.hint}[/dim]")
    table.add_row("policies", "\n".join(page.policies) or "[dim]none[/dim]")
    table.add_row("referral_services", "\n".join(": ".join(part for part in (one.name, one.what_for, one.how) if part) for one in page.services) or "[dim]none[/dim]")
    console().print(table)


def _pair(given: str) -> tuple[str, Any]:
    key, sign, value = given.partition("=")
    if not sign:
        raise InputError('A value is given as KEY=VALUE. Put it in quotation marks: --set "crisis_line=555-0100, day and night".')
    if key.strip() not in ("policies", "referral_services"):
        return key.strip(), value
    try:
        return key.strip(), json.loads(value)
    except (ValueError, RecursionError):
        raise InputError('policies and referral_services take a JSON list: ["…"] or [{"name": "…", "for": "…", "how": "…"}]. Write one.') from None


def _show_differences(found: "list[Difference]", head: dict[str, str], as_json: bool) -> None:
    if as_json:
        return print_json({**head, "differences": [one.model_dump(mode="json") for one in found]})
    from rich.text import Text

    marks = {"same": "", "out": "red strike", "in": "green underline"}
    brackets = {"same": "{}", "out": "[-{}-]", "in": "[+{}+]"}  # so that it also reads without color
    for one in found:
        said = [(brackets[piece.how].format(piece.text) + " ", marks[piece.how]) for piece in one.pieces]
        console().print(Text.assemble((f"{one.where}: ", "bold"), *said))
    if not found:
        typer.echo("The two say the same.")
    return None


def _show_coverage(found: "Coverage") -> None:
    table = _table("category", "scripts", "grade", "highest", "most situations")
    for category, count in found.categories.items():
        grade, tags = found.grades[category], sorted(found.counts[category].items(), key=lambda pair: -pair[1])[:4]
        table.add_row(category, str(count), _number(grade.median), _number(grade.highest), ", ".join(f"{tag} {times}" for tag, times in tags))
    console().print(table)
    typer.echo(f"{found.scripts} scripts: {', '.join(f'{count} {status}'.replace('_', ' ') for status, count in found.statuses.items() if count) or 'none'}.")
    typer.echo("Situations with fewer than two scripts: " + (", ".join(f"{one.situation} ({one.scripts})" for one in found.thin) or "none") + ".")
    for name, rows in (("Reviews due", found.due), ("Reviews due within 60 days", found.due_soon), ("More thumbs down than up", found.poor), ("Cannot be shown", found.broken)):
        typer.echo(f"{name}: {_named(rows)}.")
    typer.echo(f"Never shown: {len(found.never_shown)} of {found.scripts}." if found.shown else "No script has been shown to anybody yet.")


def _named(rows: "tuple[Row, ...]") -> str:
    names = ", ".join(row.id for row in rows[:MOST_NAMED])
    return f"{names} and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else names or "none"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _table(*columns: str) -> Any:
    from rich.table import Table

    table = Table(*columns, box=None, header_style="bold")
    for column in table.columns:
        column.overflow = "fold"  # ids and digests are what one copies
    return table
