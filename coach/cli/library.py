"""`coach library …`: check, list, show and count the scripts. Changing them, and what else educators do, stands in the files beside this one."""

import json
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Annotated

import typer

from coach.cli import library_files, library_read, library_write
from coach.cli.out import JsonFlag, console, print_json, somebody
from coach.library import corpus, quality
from coach.library.corpus import Library
from coach.library.near import near_lines
from coach.library.script import Problem, Script
from coach.practice.patient_check import patients
from coach.settings import Settings, load_settings, quiet_libraries

app = typer.Typer(help="The scripts: look at them, write, review, import and export them.", no_args_is_help=True)


@app.command()
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="Only report problems under these files or folders (all are read).")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Without comparing what lines mean, which loads the encoder.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Report every problem of every script and every simulated patient as path:line: what is wrong, what to do. Exit code 4 when there is one."""
    settings = load_settings()
    somebody(settings, "view")
    library = corpus.load(settings.corpus, style=True)
    wanted = [path.resolve() for path in paths or []]
    found = [*library.problems, *patients(settings.corpus / "patients", library.taxonomy, library.scripts).problems, *([] if quick else same_meaning(library, settings))]
    problems = [p for p in found if not wanted or any((settings.corpus.parent / p.path).resolve().is_relative_to(path) for path in wanted)]
    if as_json:
        print_json({"scripts": len(library.scripts), "problems": [{"path": p.path, "line": p.line, "rule": p.rule, "message": p.message} for p in problems]})
    else:
        for problem in problems:
            typer.echo(str(problem))
        typer.echo(f"{len(library.scripts)} scripts can be shown, {len(problems)} problems.")
    raise typer.Exit(4 if problems else 0)


def same_meaning(library: Library, settings: Settings) -> list[Problem]:
    """Lines of different scripts that say the same in other words. Without an encoder none are looked for, and that is said."""
    from coach.cli.progress import terminal_progress
    from coach.errors import ModelMissing
    from coach.library.alike import alike
    from coach.models.embeddings import Embedder

    quiet_libraries()
    progress = terminal_progress()
    encoder = Embedder(settings, adapted=False)
    try:
        return alike(list(library.scripts.values()), encoder, settings.cache / "lines" / encoder.id, lambda done, total: progress("Comparing lines", done, total))
    except ModelMissing as error:
        typer.echo(f"What lines mean was not compared: {error}", err=True)
        return []


@app.command("list")
def list_(category: Annotated[str | None, typer.Option(help="Only this category.")] = None, as_json: JsonFlag = False) -> None:
    """List the scripts: id, status, title."""
    scripts = [script for script in _library().scripts.values() if category in (None, script.category)]
    if as_json:
        print_json([{"id": s.id, "title": s.title, "category": s.category, "situations": list(s.situations), "status": s.status, "version": s.version} for s in scripts])
        return
    from rich.table import Table

    table = Table("id", "status", "title", box=None, header_style="bold")
    table.columns[0].overflow = "fold"  # an id must stay whole on a narrow terminal: it is what one copies
    for script in scripts:
        table.add_row(script.id, script.status, script.title)
    console().print(table)


@app.command()
def show(script_id: Annotated[str, typer.Argument(metavar="ID")], as_json: JsonFlag = False) -> None:
    """Show one script, every line with its condition."""
    script = _library().get(script_id)
    if as_json:
        print_json(_plain(script))
        return
    from rich.markdown import Markdown

    console().print(Markdown((load_settings().corpus.parent / script.path).read_text(encoding="utf-8").split("---\n", 2)[-1]))
    console().print(
        f"[dim]{script.id} · version {script.version} · {script.status}: {'reviewed by ' + script.reviewed_by if script.reviewed_by else 'no clinician has reviewed this'}[/dim]"
    )


@app.command()
def stats(as_json: JsonFlag = False) -> None:
    """Count what the library holds, and how it reads."""
    library = _library()
    counts = statistics(library) | {"lines_alike_in_meaning": len(same_meaning(library, load_settings()))}
    if as_json:
        print_json(counts)
        return
    for name, value in counts.items():
        console().print(f"[bold]{name}[/bold] {json.dumps(value)}")


def statistics(library: Library) -> dict[str, object]:
    """Counts per category, situation, need and skill; reading grade, sentence length, worn openings and phrases."""
    scripts = list(library.scripts.values())
    lines = [line for script in scripts for line in script.spoken()]
    lengths = [len(quality.words(s)) for line in lines for s in quality.sentences(quality.plainest(line, library.taxonomy))]
    grades = sorted(round(quality.reading_grade(script, library.taxonomy), 1) for script in scripts)
    opener, phrase = quality.openers(scripts), quality.phrases(scripts)
    say = [line for script in scripts for line in script.say]
    return {
        "scripts": len(scripts),
        "spoken_lines": len(lines),
        "category": _count(library.taxonomy.categories, [script.category for script in scripts]),
        "situation": _count(library.taxonomy.situations, [tag for script in scripts for tag in script.situations]),
        "need": _count(library.taxonomy.needs, [need for script in scripts for need in script.needs]),
        "skill": _count(library.taxonomy.skills, [skill for script in scripts for skill in script.skills]),
        "status": dict(Counter(script.status for script in scripts)),
        "reading_grade": {"median": median(grades) if grades else None, "highest": grades[-1] if grades else None},
        "sentence_words": {"median": median(lengths) if lengths else None, "longest": max(lengths, default=0)},
        "lines_with_slot_or_condition": round(sum(bool(line.conditions or line.slots) for line in say) / max(1, len(say)), 3),
        "most_worn_opening": [" ".join(opener.most_common(1)[0][0]), opener.most_common(1)[0][1]] if opener else None,
        "most_worn_phrase": max(((" ".join(p), len(ids)) for p, ids in phrase.items()), key=lambda item: item[1], default=None),
        "lines_nearly_the_same": len(list(near_lines(scripts))),
        "problems": len(library.problems),
    }


def _count(names: object, found: list[str]) -> dict[str, int]:
    counted = Counter(found)
    return {name: counted[name] for name in names}  # type: ignore[attr-defined]


app.command()(library_write.new)
app.command()(library_write.edit)
app.command()(library_write.review)
app.command()(library_write.retire)
app.command()(library_write.revive)
app.command()(library_write.restore)
app.command("import")(library_files.import_)
app.command()(library_files.export)
app.command()(library_read.coverage)
app.command()(library_read.history)
app.command()(library_read.questions)
app.command()(library_read.clinic)
app.command()(library_read.audit)


def _library() -> Library:
    settings = load_settings()
    somebody(settings, "view")
    return corpus.load(settings.corpus)


def _plain(script: Script) -> dict[str, object]:
    def line(item: object) -> dict[str, object]:
        return {"source": item.source, "conditions": [("not " if c.absent else "") + c.tag for c in item.conditions], "note": item.note}  # type: ignore[attr-defined]

    return {
        "id": script.id, "title": script.title, "category": script.category, "situations": list(script.situations), "needs": list(script.needs),
        "skills": list(script.skills), "decision": script.decision, "audience": script.audience, "use_when": script.use_when, "avoid_when": script.avoid_when,
        "asks": list(script.asks), "evidence": [{"claim": e.claim, "source": e.source} for e in script.evidence], "status": script.status, "version": script.version,
        "reviewed_by": script.reviewed_by, "review_by": script.review_by, "license": script.license, "one_thing": line(script.one_thing), "check_first": list(script.check_first),
        "say": [line(item) for item in script.say], "pushbacks": [{"quote": p.quote, "answers": [line(item) for item in p.answers]} for p in script.pushbacks],
        "avoid": list(script.avoid), "then": list(script.then), "why": script.why,
    }  # fmt: skip
