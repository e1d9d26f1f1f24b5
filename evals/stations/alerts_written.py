"""Alerts on harder texts: cases/alerts_written.jsonl, 2,100 by six further hands, a third veiled, half of the harmless ones near twins.

Two thirds were read while the rules were mended ("read": true: shown here as the dev half); of the rest only figures were seen, but rules were chosen by
them, so they are a little kind too.
"""

import json

from evals.cases import FOLDER
from evals.stations.alerts import Case, figures, score
from evals.suite.station import Station


def cases(split: str) -> list[Case]:
    """Those that were read while the rules were mended ("dev"), or of which only figures were seen ("test")."""
    raw = map(json.loads, (FOLDER / "alerts_written.jsonl").read_text(encoding="utf-8").splitlines())
    return [Case(each["id"], each["text"], each["kinds"], each["register"]) for each in raw if each["read"] == (split == "dev")]


STATION = Station(
    name="alerts_written", title="Alerts on harder texts", asks="The same on veiled signs and near twins, by writers who had not seen the rules.", part="Safety and privacy",
    records=lambda split, context: score(cases(split), "alerts_written", context), figures=figures(""), quick=200,
    uses=("evals/cases/alerts_written.jsonl", "evals/stations/alerts.py"), labels="Texts and labels by a model, six sittings that saw neither rules nor cases; checked by no human.",
)  # fmt: skip
