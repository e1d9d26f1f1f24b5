"""Which text each version of a prompt has. A prompt whose text changed while its version did not is an answer that nobody can trace: a test fails.

A prompt's version stands in its head; that of an exam (prompts/exams/*.jsonl) is the day on which its results were last made: changed cases want new results.
"""

import hashlib
import json
import re
from pathlib import Path

from coach.settings import ROOT

FILE = Path(__file__).parent / "digests.json"
FOLDERS = ("prompts", "evals/judge/prompts")
Digests = dict[str, dict[str, str]]


def now(root: Path = ROOT) -> Digests:
    """{path: {version, digest}} of every prompt and exam as it stands. The digest does not mind line ends."""
    found: Digests = {}
    for path in sorted(path for folder in FOLDERS for path in (root / folder).glob("*.md")):
        text = _text(path)
        version = re.search(r"^version: *(\d+)$", text, re.M)
        found[path.relative_to(root).as_posix()] = {"version": version[1] if version else "", "digest": _digest(text)}
    results = json.loads(_text(root / "prompts/exams/results.json"))
    for path in sorted((root / "prompts/exams").glob("*.jsonl")):
        on = max((result["on"] for result in results if result["station"] == path.stem), default="")
        found[path.relative_to(root).as_posix()] = {"version": on, "digest": _digest(_text(path))}
    return found


def kept() -> Digests:
    """What was committed."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def changed_silently(before: Digests, after: Digests) -> list[str]:
    """The prompts whose text is another one under the same version."""
    return [path for path, entry in after.items() if path in before and entry["digest"] != before[path]["digest"] and entry["version"] == before[path]["version"]]


def renew() -> list[str]:
    """Write digests.json anew, and return []; nothing is written, and their paths are returned, when prompts changed silently."""
    found = now()
    silent = changed_silently(kept(), found)
    if not silent:
        FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return silent


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
