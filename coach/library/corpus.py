"""The library as a whole: every script of the folder, what is wrong with any, and what they stand on."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from coach.errors import LibraryError, UnknownScript
from coach.library import quality
from coach.library.crossings import crossings
from coach.library.parse import parse
from coach.library.quality import Style
from coach.library.script import Problem, Script
from coach.library.taxonomy import Sources, Taxonomy, load_sources, load_taxonomy
from coach.library.validate import NAMED, validate

# A file with one of these is still shown: they are about style across the library, not about what the script says.
STYLE_ONLY = frozenset({"sound", "spelling", "jargon", "near", "openers", "phrases"})
SHOWN = STYLE_ONLY | {"instead"}  # a script may have been there before any that it could name; saved again it must name one


@dataclass(frozen=True, slots=True)
class File:
    """What one file of the folder gave: its script, if there is enough for one, what is wrong with its form, and (`checked`) with what it says.
    `digest` is the sha256 of its text, as `Script.digest`; empty when it cannot be read."""

    script: Script | None
    found: tuple[Problem, ...]
    digest: str
    checked: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Library:
    """All scripts that may be shown (those with a serious problem are left out and reported), by id; `files` are all that were read, by the path that problems name."""

    scripts: dict[str, Script]
    taxonomy: Taxonomy
    sources: Sources
    problems: tuple[Problem, ...] = ()
    files: Mapping[str, File] = field(default_factory=dict, compare=False, repr=False)

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

    @cached_property
    def ids(self) -> frozenset[str]:
        """Every id that has a file, also those of scripts that cannot be shown: a script may name them."""
        return frozenset({*self.scripts, *_ids(self.files), *(path.rpartition("/scripts/")[2].removesuffix(".md") for path in self.files)})

    @cached_property
    def digest(self) -> str:
        """Names the taxonomy and the text of every file, also of those left out: 64 hex digits that change with any of them."""
        digest = hashlib.sha256(self.taxonomy.digest.encode())
        for path in sorted(self.files):
            digest.update(f"\0{path}\0{self.files[path].digest}".encode("utf-8", "replace"))
        return digest.hexdigest()

    def changes_since(self, before: "Library") -> dict[str, Script | None]:
        """What differs from an earlier state of the same library: the scripts that are new or were read again, None for those that are gone."""
        ids = self.scripts.keys() | before.scripts.keys()
        return {name: self.scripts.get(name) for name in sorted(ids) if self.scripts.get(name) is not before.scripts.get(name)}


def load(corpus: Path, *, style: bool = False) -> Library:
    """Read and validate the folder. With `style`, the gates on how lines sound run too (as in `coach library check`).
    Raises LibraryError only when the folder, the taxonomy or the sources cannot be read; a bad script is a problem, not an error."""
    taxonomy, sources = load_taxonomy(corpus), load_sources(corpus)
    folder = corpus / "scripts"
    if not folder.is_dir():
        raise LibraryError("There is no scripts folder in the corpus. Restore it, or set COACH_CORPUS to the right folder.")
    shown = {_shown(corpus, path): path for path in sorted(folder.rglob("*.md"))}
    return _with(Library({}, taxonomy, sources), {name: _file(path, name) for name, path in shown.items()}, quality.load_style(corpus) if style else None)


def reread(library: Library, corpus: Path, paths: Iterable[Path], parsed: Mapping[str, File] | None = None) -> Library:
    """The library after these files were written, made or removed: what `load` would give (without style), but only they are read, and only what they say
    and what names them is checked. `parsed` are files that were read before and need no second parsing while their text is the same.
    The library itself, when nothing differs. Never raises for what a file holds."""
    read: dict[str, File | None] = {}
    for path in paths:
        name = _shown(corpus, path)
        before = library.files.get(name)
        file = _file(path, name, before, (parsed or {}).get(name)) if os.path.lexists(path) else None
        if file is not before:
            read[name] = file
    return _with(library, read) if read else library


def _with(library: Library, read: Mapping[str, File | None], rules: Style | None = None) -> Library:
    """The library with these files instead of what stood there; None = gone. Scripts that name an id which came or went are checked again."""
    merged = {**library.files, **read}
    files = {name: file for name in sorted(merged, key=lambda name: name.split("/")) if (file := merged[name])}  # the order in which `load` finds them
    ids = _ids(files)
    before = _ids(library.files)
    moved, lone = ids ^ before, len(ids) < 2 or len(before) < 2  # a lone script need name no other
    for name, file in files.items():
        if file.script and (name in read or lone or (moved and not moved.isdisjoint(NAMED.findall(file.script.avoid_when)))):
            files[name] = replace(file, checked=tuple(validate(file.script, library.taxonomy, library.sources, ids)))
    return _whole(files, library.taxonomy, library.sources, rules)


def _whole(files: Mapping[str, File], taxonomy: Taxonomy, sources: Sources, rules: Style | None) -> Library:
    parsed: dict[str, Script] = {}
    problems: list[Problem] = []
    for file in files.values():
        problems += file.found
        if file.script:
            problems += _enter(file.script, parsed)
    for script in parsed.values():
        problems += files[script.path].checked
        if rules:
            problems += quality.sound(script, taxonomy, rules)
            problems += crossings(script, taxonomy)
    if rules:
        problems += quality.across(list(parsed.values()))
    broken = {problem.path for problem in problems if problem.rule not in SHOWN}
    good = {script.id: script for script in parsed.values() if script.path not in broken}
    return Library(good, taxonomy, sources, tuple(problems), files)


def _ids(files: Mapping[str, File]) -> frozenset[str]:
    return frozenset(file.script.id for file in files.values() if file.script)


def _enter(script: Script, parsed: dict[str, Script]) -> list[Problem]:
    """Put the script under its id. Of two with one id, the file that stands where the id says keeps it, so a stray copy hides no good script."""
    other = parsed.get(script.id)
    if other and not script.path.endswith(f"/{script.id}.md"):
        script, other = other, script
    parsed[script.id] = script
    return [Problem(other.path, other.row("id"), f"the id {script.id} is already used by {script.path}: give each its own")] if other else []


def _shown(corpus: Path, path: Path) -> str:
    return path.relative_to(corpus.parent).as_posix() if path.is_relative_to(corpus.parent) else path.name


def _file(path: Path, shown: str, *known: File | None) -> File:
    """The file as it stands; one of `known`, if that was read from the same text."""
    text = _read(path)
    digest = "" if text is None else hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    for file in known:
        if file and file.digest == digest:
            return file
    if text is None:
        return File(None, (Problem(shown, 1, "the file cannot be read as UTF-8 text: save it again as UTF-8"),), digest)
    script, problems = parse(text, shown)
    return File(script, tuple(problems), digest)


def _read(path: Path) -> str | None:
    """The text of a file, without the invisible mark that some editors put at its start."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
