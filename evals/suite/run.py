"""Run stations: figures of one half, worst cases and error groups of the dev half. A finished station is kept in the cache folder, under a digest of all it depends on."""

import hashlib
import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from coach.settings import ROOT, Settings
from evals.suite.station import Context, Fault, Record, Row, Station

WORST = 10  # cases shown of a station
A_GROUP = 3  # of which at most so many of one group, while there are others
PATIENT = {"auth": "none", "wait_first_token": 120.0, "wait_between_tokens": 30.0, "wait_total": 240.0}  # what a model says is measured here, not how busy the machine is
KEPT = 100  # results in the cache
LONGEST = 1200  # characters of a shown text
BASE = ("coach", "evals/bootstrap.py", "evals/cases/__init__.py", "evals/suite/station.py", "evals/suite/scoring.py", "constraints.txt")
IGNORED = {".pyc", ".html", ".css", ".js", ".svg"}
Result = dict[str, Any]
Progress = Callable[[str, int, int], None]


def run(stations: Sequence[Station], settings: Settings, split: str = "test", progress: Progress = lambda *_: None, fresh: bool = False, every: bool = False) -> list[Result]:
    """One result a station: name, title, asks, part, labels, split, rows, groups (dev: error group to cases), faults (the worst), cases, seconds, model.
    What was finished before, with the same code, corpus, cases and model, is taken from the cache unless `fresh`. With `every` also the figures of a chat
    model where there is none: what a column "none" of a comparison shows."""
    context = Context(settings.model_copy(update=PATIENT), with_model=settings.llm != "none", sampled=every or settings.llm != "none")
    results = []
    try:
        for number, station in enumerate(stations):
            progress("Stations", number, len(stations))
            kept = settings.cache / "evals" / f"{station.name}-{split}{'-every' if every else ''}-{digest(station, settings)}.json"
            result = None if fresh else _read(kept)
            if result is None:
                result = judge(station, context, split, progress, every)
                _keep(kept, result)
            results.append(result)
        progress("Stations", len(stations), len(stations))
    finally:
        context.close()
    return results


def judge(station: Station, context: Context, split: str, progress: Progress, every: bool = False) -> Result:
    """Run one station now."""
    began, asked = time.perf_counter(), len(context.asked)

    def told(half: str) -> list[Record]:
        context.progress = lambda done, total: progress(f"{station.title}, {half}", done, total)
        return station.records(half, context)

    dev = told("dev") if station.figures else []
    records = dev if split == "dev" else told(split) if station.figures else []
    rows = [figure.row(records) for figure in station.figures if figure.chosen(records) and (every or context.with_model or not figure.model)]
    rows += station.fixed(context) if station.fixed else []
    faults = [record.fault for record in dev if record.fault]
    return {
        "name": station.name, "title": station.title, "asks": station.asks, "part": station.part, "labels": station.labels, "split": split, "rows": list(map(plain, rows)),
        "groups": dict(Counter(fault.group for fault in faults).most_common()), "faults": [vars(fault) for fault in worst(faults)], "dev_cases": len(dev),
        "cases": len(records), "seconds": round(time.perf_counter() - began, 1),
        "calls": len(context.asked) - asked,
        "tokens": tokens_of(context.asked[asked:], context.settings), "model": context.settings.llm if station.model else "",
    }  # fmt: skip


def tokens_of(texts: Sequence[str], settings: Settings) -> int:
    """Tokens (tiktoken) that were sent for these scenarios: the prompt that finds facts, with its examples, and the text."""
    from coach.models import tokens

    return sum(prompt_tokens("extract", settings) + tokens.count(text, settings) for text in texts)


@cache
def prompt_tokens(name: str, settings: Settings) -> int:
    from coach.models import tokens
    from coach.models.prompts import load_prompt

    prompt = load_prompt(name, settings.prompts)
    return sum(tokens.count(text, settings) + tokens.PER_TURN for _, text in prompt.messages(dict.fromkeys(prompt.variables, "")))


def worst(faults: Sequence[Fault], most: int = WORST) -> list[Fault]:
    """The worst, not all of one group; long texts are cut."""
    ranked = sorted(faults, key=lambda fault: (-fault.weight, fault.id))
    seen: Counter[str] = Counter()
    chosen = [fault for fault in ranked if (seen.update([fault.group]), seen[fault.group] <= A_GROUP)[1]]
    chosen += [fault for fault in ranked if fault not in chosen]
    return [Fault(each.id, each.group, {head: cut(text) for head, text in each.shown.items()}, each.weight) for each in chosen[:most]]


def cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(None, 1)[0] + " …"


def quick(stations: Sequence[Station], settings: Settings, progress: Progress = lambda *_: None) -> dict[str, list[Record]]:
    """The records of each station's fixed sample of the dev half, without a chat model."""
    settings = settings.model_copy(update={"llm": "none", "auth": "none"})
    context = Context(settings)
    chosen = [station for station in stations if station.quick]
    found = {}
    try:
        for number, station in enumerate(chosen):
            progress("Quick run", number, len(chosen))
            context.most = station.quick
            found[station.name] = station.records("dev", context)
        progress("Quick run", len(chosen), len(chosen))
    finally:
        context.close()
    return found


def digest(station: Station, settings: Settings) -> str:
    """Of the program, the corpus, the prompts, the station's file and what it uses, and of the chat model where it takes part."""
    named = hashlib.sha256()
    for place in (*(ROOT / name for name in (*BASE, f"evals/stations/{station.name}.py", *station.uses)), settings.corpus, settings.prompts):
        named.update(tree(place).encode())
    if station.model:
        from coach.models.exam import identity

        named.update(" ".join(identity(settings)).encode())
    return named.hexdigest()[:16]


@cache
def tree(place: Path) -> str:
    """sha256 of a file, or of every file of a folder with its name."""
    if place.is_file():
        return hashlib.sha256(place.read_bytes()).hexdigest()
    return hashlib.sha256("".join(f"{path.relative_to(place)} {tree(path)}\n" for path in _files(place)).encode()).hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in IGNORED)


def plain(row: Row) -> Row:
    """A row that JSON can hold: rounded, and no NaN."""
    return {key: None if isinstance(value, float) and math.isnan(value) else round(value, 4) if isinstance(value, float) else value for key, value in row.items()}


def _read(path: Path) -> Result | None:
    try:
        found: Result = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def _keep(path: Path, result: Result) -> None:
    """With those of other models and of before; what is older than KEPT others goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in sorted(path.parent.glob("*.json"), key=lambda each: each.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)
    path.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
