"""Reading grades of scripts, kept by what they were made from: reading 5,000 scripts takes seconds, and nearly none has changed since the last look."""

import hashlib
import json
import os
import secrets
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from coach.library import lines, quality
from coach.library.script import Script
from coach.library.taxonomy import Taxonomy

FILE = "grades.json"


class Grades:
    """In memory, and in `folder` for the next start; without one in memory alone. A cache: what cannot be read or written costs only time. Safe to use from several threads."""

    def __init__(self, folder: Path | None = None):
        self._file = folder / FILE if folder else None
        self._made_from = ""
        self._kept: dict[str, float] = {}
        self._lock = threading.Lock()

    def of(self, scripts: Sequence[Script], taxonomy: Taxonomy) -> list[float]:
        """The grade of each, as `quality.reading_grade` has it. Those of other scripts are forgotten."""
        with self._lock:
            stamp = hashlib.sha256(f"{taxonomy.digest}|{_way()}".encode("utf-8", "replace")).hexdigest()
            if stamp != self._made_from:
                self._made_from, self._kept = stamp, self._read(stamp)
            before = self._kept
            self._kept = {script.digest: before[script.digest] if script.digest in before else quality.reading_grade(script, taxonomy) for script in scripts}
            if not self._kept.keys() <= before.keys():
                self._write()
            return [self._kept[script.digest] for script in scripts]

    def _read(self, stamp: str) -> dict[str, float]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8")) if self._file else {}
            return {str(digest): float(grade) for digest, grade in found["grades"].items()} if found.get("made_from") == stamp else {}
        except (OSError, ValueError, TypeError, AttributeError, KeyError):
            return {}

    def _write(self) -> None:
        with suppress(OSError):
            if self._file:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                beside = self._file.with_name(f"{FILE}.{secrets.token_hex(4)}.tmp")
                beside.write_text(json.dumps({"made_from": self._made_from, "grades": self._kept}), encoding="utf-8")
                os.replace(beside, self._file)


@cache
def _way() -> str:
    """How a grade is made: another program makes others."""
    digest = hashlib.sha256(version("pyphen").encode())
    for module in (quality, lines):
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()
