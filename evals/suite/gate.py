"""The gate: the quick run against evals/baseline.json, case by case. A figure may not fall by more than chance over cases explains; times never gate.

The baseline holds the values of every case of the quick run (a fixed sample of the dev half, so that cases may be named), the headline figures of the last
full run for the report's "change" column, and why it was last renewed. The fall of a figure is taken pairwise, on the cases both runs have, with its 95 %
bootstrap interval: it fails when the whole interval lies on the worse side.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coach.errors import InputError
from evals.bootstrap import interval
from evals.suite.station import Figure, Record, Records, Station

BASELINE = Path(__file__).parents[1] / "baseline.json"
MOST_GONE = 0.1  # of the baseline's cases that may be missing from a run before the baseline must be renewed
TINY = 1e-4  # of a figure: what machines differ by in their last digits is no fall
NAMED = 12  # cases named a fall
REASONS = 20  # kept


@dataclass(frozen=True)
class Fall:
    """A figure that fell beyond its interval: `change` is signed so that a worse figure is negative; `cases` changed for the worse, in the order of how much."""

    station: str
    what: str
    before: float
    now: float
    low: float
    high: float
    cases: tuple[str, ...]

    def __str__(self) -> str:
        named = ", ".join(self.cases[:NAMED]) + (f" and {len(self.cases) - NAMED} more" if len(self.cases) > NAMED else "")
        return (
            f"{self.station}: {self.what}: {self.before:.3f} → {self.now:.3f} (change {self.now - self.before:+.3f}, interval {self.low:+.3f} to {self.high:+.3f}). Cases: {named}."
        )


def falls(station: Station, before: Records, now: Records) -> list[Fall]:
    """The figures of a station that fell, on the cases that both runs have. Figures that do not gate, or belong to a chat model, are left out."""
    old = {record.id: record for record in before}
    both = [(old[record.id], record) for record in now if record.id in old]
    return [fall for figure in station.figures if figure.gates and not figure.model and (fall := _fall(station.name, figure, both))]


def _fall(name: str, figure: Figure, both: Sequence[tuple[Record, Record]]) -> Fall | None:
    mine = [pair for pair in both if figure.chosen(pair)]
    if not mine:
        return None
    sign = 1 if figure.wanted == "higher" else -1

    def change(drawn: Sequence[tuple[Record, Record]]) -> float:
        return figure.of([now for _, now in drawn]) - figure.of([before for before, _ in drawn])

    if sign * change(mine) >= -TINY:  # no fall: nothing to draw
        return None
    _, low, high = interval(mine, change)
    if not (high < 0 if sign > 0 else low > 0):
        return None
    before, now = figure.of([before for before, _ in mine]), figure.of([now for _, now in mine])
    return Fall(name, figure.what, before, now, low, high, _changed(mine, figure, sign))


def _changed(mine: Sequence[tuple[Record, Record]], figure: Figure, sign: int) -> tuple[str, ...]:
    """The cases whose own figure is worse than before, the most changed first; without any (the figure lives from all together) those with other values."""
    moved = {now.id: sign * (figure.of([now]) - figure.of([before])) for before, now in mine}
    worse = sorted((name for name, by in moved.items() if by < -TINY), key=lambda name: (moved[name], name))
    return tuple(worse or sorted(now.id for before, now in mine if before.values != now.values))


def missing(before: Records, now: Records) -> list[str]:
    """Ids of the baseline that the run does not have."""
    return sorted({record.id for record in before} - {record.id for record in now})


def read() -> dict[str, Any]:
    """The committed baseline. Raises InputError when there is none that can be read."""
    try:
        found: dict[str, Any] = json.loads(BASELINE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError('There is no baseline that can be read (evals/baseline.json). Restore it, or make one: make evals-accept WHY="…".') from None
    return found


def headline() -> dict[str, float]:
    """Figures of the last accepted full run, by "station: figure"; none without a baseline."""
    try:
        return dict(read()["figures"])
    except InputError:
        return {}


def records_of(baseline: Mapping[str, Any], station: str) -> list[Record]:
    return [Record(name, values) for name, values in baseline["quick"].get(station, {}).items()]


def judge(stations: Mapping[str, Station], found: Mapping[str, Records]) -> tuple[list[Fall], list[str]]:
    """The falls of a quick run, and sentences about cases that are gone: so many that the comparison means nothing fail it too."""
    baseline, fallen, notes = read(), [], []
    for name, now in found.items():
        before = records_of(baseline, name)
        gone = missing(before, now)
        if not before:
            notes.append(f'{name} is not in the baseline yet. Renew it: make evals-accept WHY="…".')
        elif len(gone) > MOST_GONE * len(before):
            notes.append(f'{name}: {len(gone)} of the {len(before)} cases of the baseline are not in this run. Renew it: make evals-accept WHY="…".')
        fallen += falls(stations[name], before, now)
    return fallen, notes


def accept(why: str, quick: Mapping[str, Records], results: Sequence[Mapping[str, Any]]) -> None:
    """Write the baseline anew: the values of the quick run, the headline figures of a full run when there is one, and the reason on top of the earlier ones."""
    if not why.strip():
        raise InputError('A baseline is renewed for a reason. Say it: make evals-accept WHY="…".')
    try:
        earlier = read()
    except InputError:
        earlier = {"reasons": [], "figures": {}}
    figures = earlier["figures"] | {f"{result['name']}: {row['what']}": row["figure"] for result in results for row in result["rows"] if row["figure"] is not None}
    reasons = [{"on": datetime.now(UTC).date().isoformat(), "why": why.strip()}, *earlier["reasons"]][:REASONS]
    held = {name: {record.id: {key: _short(value) for key, value in sorted(record.values.items())} for record in records} for name, records in quick.items()}
    BASELINE.write_text(_lines({"reasons": reasons, "figures": dict(sorted(figures.items())), "quick": held}), encoding="utf-8")


def _short(value: float) -> float | int:
    return int(value) if math.isfinite(value) and value == int(value) else round(value, 6)


def _lines(baseline: Mapping[str, Any]) -> str:
    """One case a line, so that a change of the baseline reads as the cases that changed."""
    quick = ",\n".join(
        f"{json.dumps(name)}: {{\n" + ",\n".join(f"{json.dumps(case)}: {json.dumps(values, ensure_ascii=False)}" for case, values in cases.items()) + "\n}"
        for name, cases in baseline["quick"].items()
    )
    head = "".join(f"{json.dumps(part)}: {json.dumps(baseline[part], ensure_ascii=False, indent=1)},\n" for part in ("reasons", "figures"))
    return "{\n" + head + '"quick": {\n' + quick + "\n}\n}\n"
