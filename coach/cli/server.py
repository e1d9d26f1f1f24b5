"""`coach serve`, `coach doctor`, `coach index`."""

import sys
from typing import Annotated

import typer

from coach.cli.out import JsonFlag, console, print_json


def serve() -> None:
    """Serve the page on this computer (the same as `make run`)."""
    import runpy
    from pathlib import Path

    root = Path(__file__).resolve().parent.parent.parent
    sys.path.insert(0, str(root))
    runpy.run_path(str(root / "app.py"), run_name="__main__")


def doctor(as_json: JsonFlag = False) -> None:
    """What is installed, reachable, stale or unsafe; each finding says what to do. Exit code 1 when something needs doing."""
    from coach.doctor import examine

    findings = examine()
    if as_json:
        print_json([{"ok": f.ok, "what": f.what, "remedy": f.remedy} for f in findings])
    else:
        for finding in findings:
            mark = "[green]✓[/green]" if finding.ok else "[red]✗[/red]"
            console().print(f"{mark} {finding.what}" + (f"\n  → {finding.remedy}" if finding.remedy else ""))
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


def index(rebuild: Annotated[bool, typer.Option("--rebuild", help="Build it again even if it looks right.")] = False, as_json: JsonFlag = False) -> None:
    """Build the search index if it is missing or stale."""
    from coach.cli.index_build import build_now

    result = build_now(rebuild=rebuild)
    if as_json:
        print_json(result)
    else:
        console().print(f"{result['scripts']} scripts, {result['passages']} passages, index {result['digest']}.")
