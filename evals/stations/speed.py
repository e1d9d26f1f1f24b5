"""The ratios of the last committed benchmark (evals/reports/bench.json), as they are. They never gate: times belong to the machine."""

import json
from pathlib import Path

from evals.suite.station import Context, Row, Station, fixed_row

BENCH = Path(__file__).parents[1] / "reports" / "bench.json"


def rows(context: Context) -> list[Row]:
    """Those of bench.json that are ratios."""
    every = json.loads(BENCH.read_text(encoding="utf-8")) if BENCH.exists() else []
    return [
        fixed_row(each["what"], float(each["value"]), bar=each["bar"], better="lower" if each["bar"].startswith("≤") else "higher", source="figures are ratios within one run",
                  note=each["parts"])
        for each in every if isinstance(each["value"], int | float)
    ]  # fmt: skip


STATION = Station(
    name="speed", title="Speed", asks="How much longer than the bare parts does it take? Ratios within one run of `make bench`.", part="Speed", fixed=rows,
    uses=("evals/reports/bench.json",), labels="Measured on the machine that ran the benchmark.",
)  # fmt: skip
