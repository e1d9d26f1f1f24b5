"""Fill the generated parts of the README: the settings table, and the figures of the last committed evaluation and benchmark.

python -m evals.docs        (a test fails when the README is stale)
"""

import json
import re
from pathlib import Path

from coach.settings import PREFIX, ROOT, Settings

README = ROOT / "README.md"
BENCH = Path(__file__).parent / "reports" / "bench.json"
REPORT = Path(__file__).parent / "reports" / "latest" / "report.json"
ELSEWHERE = ("Models", "Speed")  # parts of the report that stand elsewhere in the README


def settings_table() -> str:
    """Every setting with its default and what it does."""
    rows = ["| variable | default | what it does |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        rows.append(f"| `{PREFIX}{name.upper()}` | {_default(name, field.default)} | {field.description} |")
    return "\n".join(rows)


def bench_table() -> str:
    """The last benchmark that was committed."""
    rows = ["| figure | ratio | bar | |", "|---|---|---|---|"]
    for row in json.loads(BENCH.read_text(encoding="utf-8")) if BENCH.exists() else []:
        rows.append(f"| {row['what']} | {row['value']} | {row['bar']} | {'met' if row['passed'] else 'missed'} |")
    return "\n".join(rows)


def evals_table() -> str:
    """Every figure of the last committed evaluation that has a bar, met or missed."""
    rows = ["| question | figure | 95 % interval | bar | |", "|---|---|---|---|---|"]
    results = json.loads(REPORT.read_text(encoding="utf-8"))["results"] if REPORT.exists() else []
    for result in results:
        for row in result["rows"] if result["part"] not in ELSEWHERE else ():
            if row["bar"] and row["figure"] is not None:
                between = f"{row['low']:.2f} to {row['high']:.2f}" if row["low"] is not None else ""
                rows.append(f"| {result['title']}: {row['what']} | {row['figure']:.3f} | {between} | {row['bar']} | {'met' if row['state'] == 'passed' else '**missed**'} |")
    return "\n".join(rows)


def filled(text: str) -> str:
    """The README with its generated parts made anew."""
    for name, table in (("settings", settings_table()), ("bench", bench_table()), ("evals", evals_table())):
        text = re.sub(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", lambda match, table=table: f"{match[1]}{table}\n{match[2]}", text, flags=re.S)
    return text


def _default(name: str, value: object) -> str:
    shown = {"corpus": "`corpus/` of this folder", "prompts": "`prompts/` of this folder", "cache": "the user's cache folder", "data": "the user's data folder"}
    return shown.get(name, "none" if value is None else f"`{value}`")


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
