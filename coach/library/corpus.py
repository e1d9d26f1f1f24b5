"""The library as a whole: every script of the folder, what is wrong with any, and what they stand on."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from coach.errors import LibraryError, UnknownScript
from coach.library import quality
from coach.library.crossings import crossings
from coach.library.parse import parse
from coach.library.script import Problem, Script
from coach.library.taxonomy import Sources, Taxonomy, load_sources, load_taxonomy
from coach.library.validate import validate

# A file with one of these is still shown: they are about style across the library, not about what the script says.
STYLE_ONLY = frozenset({"sound", "spelling", "jargon", "near", "openers", "phrases"})


@dataclass(frozen=True)
class Library:
    """All scripts that may be shown (those with a serious problem are left out and reported), by id."""

    scripts: dict[str, Script]
    taxonomy: Taxonomy
    sources: Sources
    problems: tuple[Problem, ...] = ()
    digest: str = field(default="", compare=False)

    def get(self, script_id: str) -> Script:
        """Raises UnknownScript."""
        try:
            return self.scripts[script_id]
        except KeyError:
            raise UnknownScript("No script has this id. `coach library list` shows them all.") from None

    @property
    def live(self) -> list[Script]:
        """Every script that search may find: all but the retired."""
        return [script for script in self.scripts.values() if script.status != "retired"]


def load(corpus: Path, *, style: bool = False) -> Library:
    """Read and validate the folder. With `style`, the gates on how lines sound run too (as in `coach library check`).
    Raises LibraryError only when the folder, the taxonomy or the sources cannot be read; a bad script is a problem, not an error."""
    taxonomy, sources = load_taxonomy(corpus), load_sources(corpus)
    folder = corpus / "scripts"
    if not folder.is_dir():
        raise LibraryError("There is no scripts folder in the corpus. Restore it, or set COACH_CORPUS to the right folder.")
    parsed: dict[str, Script] = {}
    problems: list[Problem] = []
    digest = hashlib.sha256(taxonomy.digest.encode())
    for path in sorted(folder.rglob("*.md")):
        shown = path.relative_to(corpus.parent).as_posix() if path.is_relative_to(corpus.parent) else path.name
        text = _read(path)
        if text is None:
            problems.append(Problem(shown, 1, "the file cannot be read as UTF-8 text: save it again as UTF-8"))
            continue
        digest.update(f"\0{shown}\0{text}".encode("utf-8", "replace"))
        script, found = parse(text, shown)
        problems += found
        if script:
            problems += _enter(script, parsed)
    rules = quality.load_style(corpus) if style else None
    for script in parsed.values():
        problems += validate(script, taxonomy, sources, parsed.keys())
        if rules:
            problems += quality.sound(script, taxonomy, rules)
            problems += crossings(script, taxonomy)
    if rules:
        problems += quality.across(list(parsed.values()))
    broken = {problem.path for problem in problems if problem.rule not in STYLE_ONLY}
    good = {script.id: script for script in parsed.values() if script.path not in broken}
    return Library(good, taxonomy, sources, tuple(problems), digest.hexdigest())


def _enter(script: Script, parsed: dict[str, Script]) -> list[Problem]:
    """Put the script under its id. Of two with one id, the file that stands where the id says keeps it, so a stray copy hides no good script."""
    other = parsed.get(script.id)
    if other and not script.path.endswith(f"/{script.id}.md"):
        script, other = other, script
    parsed[script.id] = script
    return [Problem(other.path, other.row("id"), f"the id {script.id} is already used by {script.path}: give each its own")] if other else []


def _read(path: Path) -> str | None:
    """The text of a file, without the invisible mark that some editors put at its start."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
