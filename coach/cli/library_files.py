"""`coach library import | export`: scripts come in from folders, zips, Word documents and tables, and are taken along as such."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from coach.cli.desk import ByName, ByTitle, reader, writer
from coach.cli.out import JsonFlag, console, print_json
from coach.errors import CurateError, ImportRefused, InputError, StoreError

if TYPE_CHECKING:
    from coach.curate.bulk import Applied, Planned
    from coach.curate.incoming import Item

SAYS = {
    "new": "new", "changed": "changes what is there", "mend": "must be mended: it becomes a draft", "refused": "refused", "passed": "passed over", "same": "as it is in the library",
}  # fmt: skip


def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Folders, .md, .zip, .docx or .csv files.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Also change scripts that are there; what stands there stays in the history.")] = False,
    mapped: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=FIELD", help="What a column of a table or a heading of a document is; FIELD left empty leaves it out. May be given several times."),
    ] = None,
    default: Annotated[list[str] | None, typer.Option("--default", metavar="FIELD=VALUE", help="What rows that say nothing get, such as category=tapering.")] = None,
    name: ByName = "",
    title: ByTitle = "",
    as_json: JsonFlag = False,
) -> None:
    """Import scripts. Each is checked first; one that is refused stops no other. Exit code 10 when one was refused or failed."""
    from coach.curate import bulk

    columns, defaults = _pairs(mapped, "--map"), _pairs(default, "--default")
    curator, by = reader("import") if dry_run else writer("import", name, title)
    planned = bulk.plan(curator, by, [item for path in paths for item in _items(path, columns, defaults)])
    wanted = {one.number for one in planned if one.state in ("new", "changed", "mend") and (overwrite or one.base is None)}
    applied = {} if dry_run else {one.number: one for one in bulk.apply(curator, by, planned, wanted)}
    if as_json:
        print_json({"dry_run": dry_run, "items": [_plain(one, applied.get(one.number)) for one in planned]})
    else:
        _show(planned, applied, wanted, dry_run)
    if any(one.state == "refused" for one in planned) or any(one.became == "failed" for one in applied.values()):
        raise typer.Exit(CurateError.exit_code)


def export(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help="Which scripts; or choose them with the options.")] = None,
    category: Annotated[str | None, typer.Option(help="All of this category.")] = None,
    status: Annotated[str | None, typer.Option(help="All of this status: draft, in_review, reviewed, retired.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All.")] = False,
    kind: Annotated[
        Literal["md", "word", "csv", "card"], typer.Option("--as", help="md: as they stand, several in a zip; card: one script on two sides of paper, to be printed.")
    ] = "md",
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; - is standard output. Left out: a file named after it, here.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Take scripts along as Markdown, Word, a table or a pocket card."""
    from coach.curate.export import export as taken_along

    curator, by = reader("export")
    if not ids and not (category or status or everything):
        raise InputError("Say which scripts: their ids, --category, --status, or --all.")
    chosen = list(ids) if ids else [row.id for row in curator.rows(by) if category in (None, row.category) and status in (None, row.status)]
    if not chosen:
        raise CurateError("No script is of this category and status. `coach library list` shows what there is.")
    taken = taken_along(curator, by, chosen, kind)
    if str(output) == "-":
        sys.stdout.buffer.write(taken.content)
        sys.stdout.flush()
        return
    place = output or Path(taken.name)
    _write(place, taken.content, fresh=output is None)
    if as_json:
        print_json({"file": str(place), "scripts": len(chosen), "bytes": len(taken.content)})
    else:
        typer.echo(f"{len(chosen)} {'script' if len(chosen) == 1 else 'scripts'} in {place}.")


def _items(path: Path, columns: dict[str, str], defaults: dict[str, str]) -> "list[Item]":
    """What one path holds. Raises InputError, ImportRefused; what of it cannot be imported is a refused item."""
    from coach.curate.incoming import as_scripts, open_table, plan, read, read_folder
    from coach.curate.incoming.item import LARGEST_UPLOAD

    if path.is_dir():
        return read_folder(path)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_UPLOAD + 1)
    except OSError:
        raise InputError("A file to be imported cannot be read. Check the paths, and that you may read them.") from None
    if len(data) > LARGEST_UPLOAD:
        raise ImportRefused(f"A file to be imported has more than {LARGEST_UPLOAD // 1_000_000} MB. Split it, or import the folder it was made from.")
    if path.suffix.lower() not in (".csv", ".docx") or not (columns or defaults):
        return read(path.name, data)
    table = open_table(path.name, data)
    known = {column.casefold(): column for column in table.columns}
    if unknown := [column for column in columns if column.casefold() not in known]:
        raise CurateError(f"{len(unknown)} of the columns of --map {'is' if len(unknown) == 1 else 'are'} not in the file. Look at its first row or its headings.")
    return as_scripts(table, {**plan(table).fields, **{known[column.casefold()]: field for column, field in columns.items()}}, defaults)


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    pairs = [(key.strip(), sign, value.strip()) for key, sign, value in (each.partition("=") for each in given or ())]
    if any(not sign or not key for key, sign, _ in pairs):
        raise InputError(f"{option} takes NAME=VALUE. Put it in quotation marks when it holds a space.")
    return {key: value for key, _, value in pairs}


def _plain(one: "Planned", became: "Applied | None") -> dict[str, Any]:
    problems = [{"line": problem.row, "rule": problem.rule, "message": problem.message} for problem in one.problems]
    plain: dict[str, Any] = {"name": one.name, "id": one.id, "state": one.state, "why": one.why, "problems": problems, "notes": list(one.notes)}
    return plain | ({"became": became.became, "version": became.version, "draft": became.draft, "why": became.why or one.why} if became else {"became": None})


def _show(planned: "Iterable[Planned]", applied: "dict[int, Applied]", wanted: set[int], dry_run: bool) -> None:
    from rich.table import Table

    planned = list(planned)
    table = Table("file", "id", "dry run: what would happen" if dry_run else "what happened", box=None, header_style="bold")
    for one in planned:
        became = applied.get(one.number)
        said = (
            f"{became.became}{f', version {became.version}' if became.version else ''}"
            if became
            else SAYS[one.state]
            if dry_run or one.number in wanted
            else f"{SAYS[one.state]}: not done"
        )
        why = (became.why if became else "") or one.why or " ".join(one.notes)
        if one.state == "changed" and not became and one.number not in wanted:
            why = "Add --overwrite to change it."
        table.add_row(one.name, one.id or "", f"{said}{'. ' + why if why else ''}")
        for problem in one.problems[:3]:
            table.add_row("", "", f"line {problem.row}: {problem.message}")
    console().print(table)
    done = sum(one.became == "imported" for one in applied.values())
    typer.echo(f"{len(planned)} found{'' if dry_run else f', {done} imported'}.")


def _write(place: Path, content: bytes, fresh: bool) -> None:
    try:
        with place.open("xb" if fresh else "wb") as file:
            file.write(content)
    except FileExistsError:
        raise InputError("There is a file of this name here already. Say where to with -o FILE.") from None
    except OSError:
        raise StoreError("The file could not be written. Choose a folder that exists and that you may write to.") from None
