"""The texts of the arms: `python -m evals.blind.arms` writes arms.jsonl, one object a scenario and arm. Needs the embedded model; a quarter of an hour.

`python -m evals.blind.arms rules embedded` makes only these anew ("written": advice and foils).
"""

import json
import re
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from coach import Coach
from coach.advise.adapt import adapt
from coach.library.search import Hit
from coach.settings import Settings, load_settings, quiet_libraries
from evals.adaptation.cards import first_card, shown

HERE = Path(__file__).parent
PATIENCE = 900  # seconds
MOST_TOKENS = 260  # of the bare model's answer
MOST_WORDS = 150  # a text ends with the line that passes it
DECORATION = re.compile(r"^\s*(?:[-*•]+|\d+[.)])\s*|[\"“”*]")
SENTENCE = re.compile(r"(?<=[.!?])\s+")


def read(name: str) -> list[dict[str, Any]]:
    """The objects of a JSONL file of this folder."""
    return [json.loads(row) for row in (HERE / name).read_text(encoding="utf-8").splitlines() if row.strip()]


def cut(lines: Iterable[str]) -> list[str]:
    """Plain lines, up to the one that passes MOST_WORDS."""
    kept: list[str] = []
    for line in lines:
        plain = DECORATION.sub("", line).strip()
        if plain:
            kept.append(plain)
        if sum(len(each.split()) for each in kept) >= MOST_WORDS:
            break
    return kept


def ours(coach: Coach, text: str) -> tuple[list[str], list[str], str]:
    """What the page shows first for a scenario, the same script with nothing known, and the script's id ("" when none is shown)."""
    advice = coach.advise(text)
    card = first_card(advice)
    if card is None:
        instead = [line for alert in advice.alerts for line in alert.say] or [advice.scope_note]
        return instead, instead, ""
    library = coach.tools.library
    script = library.scripts[card.id]
    plain = adapt(script, Hit(card.id, card.score, "", 0.0, 0.0), frozenset(), {}, library.taxonomy, library.sources, lambda _: True)
    return [line.text for line in shown(card, script)], [line.text for line in shown(plain, script)], card.id


def bare(settings: Settings, scenarios: list[dict[str, Any]]) -> Iterator[list[str]]:
    """The embedded model's own lines for each scenario, without the library: the same weights, asked as freely as a chat window asks them."""
    from coach.models.backend import WARM_SECONDS, EmbeddedBackend
    from coach.models.prompts import load_prompt

    prompt, backend = load_prompt("bare", HERE), EmbeddedBackend(settings)
    try:
        model = backend.build(time.monotonic() + WARM_SECONDS)
        for case in scenarios:
            yield str(model.invoke(prompt.messages({"scenario": case["text"]}), max_tokens=MOST_TOKENS, timeout=PATIENCE).content).splitlines()
    finally:
        backend.close()


def main() -> int:
    quiet_libraries()
    scenarios, settings = read("scenarios.jsonl"), load_settings()
    wanted = set(sys.argv[1:]) or {"rules", "embedded", "bare", "written"}
    before = read("arms.jsonl") if (HERE / "arms.jsonl").exists() else []
    rows: list[dict[str, Any]] = []

    def put(case: dict[str, Any], arm: str, lines: Iterable[str], script: str = "") -> None:
        rows.append({"id": case["id"], "arm": arm, "script": script, "lines": cut(lines)})

    for arm, model in (("rules", False), ("embedded", True)):
        if arm in wanted:
            with Coach.open(settings, model=model) as coach:
                for case in scenarios:
                    said, plain, script = ours(coach, case["text"])
                    put(case, arm, said, script)
                    if arm == "embedded":
                        put(case, "library", plain, script)
                    print(arm, case["id"], flush=True)
    if "bare" in wanted:
        for case, lines in zip(scenarios, bare(settings, scenarios), strict=True):
            put(case, "bare", lines)
            print("bare", case["id"], flush=True)
    if "written" in wanted:
        for each in read("advice.jsonl"):
            put(each, "advice", SENTENCE.split(each["text"]))
        for each in read("foils.jsonl"):
            put(each, "foil", each["text"].splitlines(), each["kind"])
    made = {row["arm"] for row in rows}
    kept = [row for row in before if row["arm"] not in made]
    (HERE / "arms.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in [*kept, *rows]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
