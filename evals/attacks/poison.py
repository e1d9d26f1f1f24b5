"""Poisoned files: one part of a shipped script or patient replaced by the attack, then what an import says of it before anything is written."""

import json
import re
from typing import Any

from coach.access.person import local
from coach.advise.adapt import adapt
from coach.advise.advice import ScriptAdvice
from coach.curate.bulk import Planned, plan
from coach.curate.incoming import read
from coach.guard.redlines import check_line
from coach.library.corpus import Library
from coach.library.frontmatter import read_head
from coach.library.parse import parse
from coach.library.search import Hit
from coach.settings import ROOT

SCRIPT, PATIENT = ROOT / "corpus/scripts/tapering/first-mention.md", ROOT / "corpus/patients/denise.md"
BY = local("Ada Example", "pharmacist")
SECTION = {"say": "Say", "check_first": "Check first", "avoid": "Do not say", "then": "Then", "patient:chart": "Chart", "patient:life": "Life"}
ENDS = {"patient:lines": '- (wary, any) "{}"', "patient:secrets": '- (trust 5) "{}"'}


def file(part: str, text: str) -> str:
    """The whole file with `text` in its part; under an id of its own."""
    if part == "file":
        return text
    base = PATIENT.read_text(encoding="utf-8").replace("id: denise", "id: poisoned") if part.startswith("patient:") else SCRIPT.read_text(encoding="utf-8")
    base = base.replace("id: tapering/first-mention", "id: tapering/poisoned")
    quoted = json.dumps(text, ensure_ascii=False)
    if part == "title":
        return re.sub(r"^title: .*$", lambda _: f"title: {quoted}", base, count=1, flags=re.M)
    if part in ("use_when", "avoid_when"):
        return re.sub(rf"^{part}: >-\n  .*$", lambda _: f"{part}: {quoted}", base, count=1, flags=re.M)
    if part == "asks":
        return base.replace("asks:\n", f"asks:\n  - {quoted}\n", 1)
    if part == "evidence":
        claim, _, source = text.partition("|")
        return base.replace("evidence:\n", f"evidence:\n  - claim: {json.dumps(claim)}\n    source: {source}\n", 1)
    if part == "head":
        keys = [line.partition(":")[0] for line in text.split("\n") if line]
        kept = [line for line in base.split("\n---\n", 1)[0].split("\n") if line.partition(":")[0] not in keys]
        return "\n".join([*kept, text]) + "\n---\n" + base.split("\n---\n", 1)[1]
    return _body(base, part, text)


def _body(base: str, part: str, text: str) -> str:
    if part == "one_thing":
        return re.sub(r"(## If you say one thing\n)- .*$", lambda match: f"{match[1]}- {text}", base, count=1, flags=re.M)
    if part in ("quote", "answer"):
        quote, answer = (text, "I hear you.") if part == "quote" else ("It hurts.", text)
        return base.replace("## If they say\n", f'## If they say\n> "{quote}"\n- {answer}\n\n', 1)
    if part == "why":
        return base.rstrip("\n") + f" {text}\n"
    if part in ENDS:
        head = "## Lines\n" if part == "patient:lines" else "## Not until trusted\n"
        return base.replace(head, head + ENDS[part].format(text) + "\n", 1)
    return base.replace(f"## {SECTION[part]}\n", f"## {SECTION[part]}\n{'' if part == 'patient:life' else '- '}{text}\n", 1)


def planned(curator: Any, part: str, text: str) -> Planned:
    """What importing it would do."""
    return plan(curator, BY, read("poisoned.md", file(part, text).encode("utf-8", "surrogatepass")))[0]


def is_reviewed(text: str) -> bool:
    return read_head(text, "")[0].values.get("status") == "reviewed" or read_head(text, "")[0].values.get("reviewed_by") is not None


def card(text: str, library: Library) -> ScriptAdvice:
    """The script as an answer would show it, with every situation present."""
    script, _ = parse(text, "corpus/scripts/tapering/poisoned.md")
    assert script
    hit = Hit(script.id, 1.0, script.title, 1.0, 0.0)
    return adapt(script, hit, set(library.taxonomy.situations), {}, library.taxonomy, library.sources, lambda line: not check_line(line))
