"""The report of a full run: report.json (the source of every figure quoted elsewhere), report.md and a self-contained index.html in evals/reports/latest/."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from coach.settings import ROOT, Settings
from evals.suite import gate, pictures
from evals.suite.run import Result, tree
from evals.suite.station import PARTS, Row

FOLDER = Path(__file__).parents[1] / "reports" / "latest"
COMPARED = FOLDER / "models.json"
PACKAGES = ("ragas", "ir-measures", "sentence-transformers", "chromadb", "langchain", "xllamacpp", "torch", "tiktoken", "sacrebleu", "rouge-score")
NOT_JUDGED = (
    "Not judged: faithfulness, relevance and the rubric of communication need a strong model as judge, and none is named (COACH_JUDGE). The embedded one is never asked to judge."
)
LABELS = "No human has labelled any of the cases unless a station says so: a model did. A figure says how far the product and that model agree, not that either is right."


def write(results: Sequence[Result], settings: Settings, folder: Path = FOLDER) -> Path:
    """Write the three files; returns the folder. "change" of a row is the figure minus that of the committed baseline, null for a figure it does not have."""
    before = gate.headline()
    for result in results:
        for row in result["rows"]:
            known = before.get(f"{result['name']}: {row['what']}")
            row["change"] = None if known is None or row["figure"] is None else round(row["figure"] - known, 4)
    report = {
        "made": datetime.now(UTC).date().isoformat(), "labels": LABELS, "versions": versions(settings), "costs": costs(results), "results": list(results), "judged": judged(settings),
        "models": json.loads(COMPARED.read_text(encoding="utf-8")) if COMPARED.exists() else None,
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "report.md").write_text(markdown(report), encoding="utf-8")
    (folder / "index.html").write_text(html(report), encoding="utf-8")
    return folder


def latest() -> list[Result]:
    """The results of the last full run that was written; none without one."""
    path = FOLDER / "report.json"
    return list(json.loads(path.read_text(encoding="utf-8"))["results"]) if path.exists() else []


def headline(results: Sequence[Result]) -> list[tuple[str, list[tuple[Result, Row]]]]:
    """Every figure that has a bar, by part of the report."""
    return [(part, rows) for part in PARTS if (rows := [(result, row) for result in results if result["part"] == part for row in result["rows"] if row["bar"]])]


def judged(settings: Settings) -> dict[str, Any]:
    """What a judge said, or that none was asked. The judge's own exam decides how its scores are shown (evals/judge)."""
    if not settings.judge and not settings.judge_url:
        return {"note": NOT_JUDGED, "rows": []}
    from evals.judge import judged_rows

    return {"note": "", "rows": judged_rows(settings=settings)}


def versions(settings: Settings) -> dict[str, str]:
    """Of model, prompts, corpus, code and the packages that matter."""
    from coach.library import corpus
    from coach.models.exam import identity
    from coach.models.prompts import load_prompt

    name, weights = identity(settings) if settings.llm != "none" else ("none", "")
    library = corpus.load(settings.corpus)
    prompts = [load_prompt(path.stem, settings.prompts) for path in sorted(settings.prompts.glob("*.md"))]
    found = {
        "chat model": f"{name} {weights}".strip(), "encoder": settings.embedder or "all-MiniLM-L6-v2 with the search adapter",
        "prompts": ", ".join(f"{prompt.label} ({prompt.digest})" for prompt in prompts), "corpus": f"{len(library.scripts)} scripts, {tree(settings.corpus)[:12]}",
        "code": f"{commit()}, {tree(ROOT / 'coach')[:12]}",
    }  # fmt: skip
    return found | dict(_packages())


def _packages() -> Iterator[tuple[str, str]]:
    for name in PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, "not installed"


def commit() -> str:
    """The commit this stands on; "no commit" where git is not there."""
    try:
        found = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return "no commit"
    return f"commit {found.stdout.strip()} or later"


def costs(results: Sequence[Result]) -> dict[str, Any]:
    """Seconds of each station, and how often and with how many tokens (tiktoken) a chat model was asked."""
    return {
        "seconds": round(sum(result["seconds"] for result in results), 1), "calls": sum(result["calls"] for result in results), "tokens": sum(result["tokens"] for result in results),
        "stations": {result["title"]: {"seconds": result["seconds"], "calls": result["calls"], "tokens": result["tokens"]} for result in results},
    }  # fmt: skip


def number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def change(row: Row) -> str:
    """The change since the baseline with its sign; "·" for none."""
    by = row.get("change")
    return "new" if by is None else "·" if abs(by) < 0.0005 else f"{by:+.3f}"


def between(row: Row) -> str:
    return f"{number(row['low'])} to {number(row['high'])}" if row["low"] is not None else ""


def met(results: Sequence[Result]) -> tuple[int, int]:
    """Bars met, and all."""
    states = [row["state"] for _, rows in headline(results) for _, row in rows]
    return states.count("passed"), len(states)


def html(report: dict[str, Any]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    env = Environment(loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.globals |= {
        "interval": lambda row: Markup(pictures.interval(row)), "counts": lambda groups: Markup(pictures.counts(groups)), "number": number, "change": change, "between": between,
    }  # fmt: skip
    return env.get_template("report.html").render(report=report, headline=headline(report["results"]), met=met(report["results"])) + "\n"


def markdown(report: dict[str, Any]) -> str:
    """The same without pictures and cases."""
    results, (passed, every), spent = report["results"], met(report["results"]), report["costs"]
    lines = ["# How good it is", ""]
    lines += [f"Made {report['made']}. {passed} of {every} bars met. Figures of the test half, which nobody has read; cases shown are of the dev half. {report['labels']}", ""]
    lines += ["## Bars", "", "| figure | value | 95 % interval | bar | | change | cases |", "|---|---|---|---|---|---|---|"]
    for part, bars in headline(results):
        lines.append(f"| **{part}** | | | | | | |")
        lines += [f"| {each['title']}: {_cells(row, 'bar')} | {state(row)} | {change(row)} | {row['cases'] or ''} |" for each, row in bars]
    lines += ["", "## Judged", "", report["judged"]["note"] or "See index.html.", ""]
    for result in results:
        lines += [*_station(result), ""]
    lines += ["## Versions", "", *(f"- {name}: {value}" for name, value in report["versions"].items()), ""]
    lines += ["## Cost", "", f"{spent['seconds']:.0f} seconds; a chat model was asked {spent['calls']} times with {spent['tokens']} tokens in all."]
    return "\n".join(lines) + "\n"


def _station(result: Result) -> list[str]:
    lines = [f"## {result['title']}", "", f"{result['asks']} {result['labels']}", ""]
    if rows := [row for row in result["rows"] if not row["bar"]]:
        lines += ["| figure | value | 95 % interval | cases |", "|---|---|---|---|", *(f"| {_cells(row)} | {row['cases'] or ''} |" for row in rows), ""]
    if result["groups"]:
        groups = ", ".join(f"{name} ({count})" for name, count in result["groups"].items())
        lines += [f"Wrong in {sum(result['groups'].values())} of {result['dev_cases']} dev cases: {groups}."]
    return lines


def _cells(row: Row, *more: str) -> str:
    return " | ".join([row["what"], number(row["figure"]), between(row), *(row[name] for name in more)])


def state(row: Row) -> str:
    return {"passed": "met", "missed": "**missed**"}.get(row["state"], "")
