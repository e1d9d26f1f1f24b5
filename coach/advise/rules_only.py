"""Alerts without search or model: fast, and loads nothing heavy. Of the library only the scripts are read whose words an alert wants."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

from coach.advise.advice import Alert
from coach.advise.toolbox import fixed_words
from coach.guard import alerts, privacy, scope
from coach.library import corpus
from coach.library.corpus import Library
from coach.library.taxonomy import load_sources, load_taxonomy, read_yaml
from coach.library.validate import NAMED
from coach.settings import Settings


def alerts_of(settings: Settings) -> Callable[[str], list[Alert]]:
    """A function from a text to its alerts, with the words of the library's safety scripts. Raises LibraryError when the corpus cannot be read."""
    own, words = read_yaml(settings.corpus / "local.yaml")[0], words_of(settings.corpus)

    def find(text: str) -> list[Alert]:
        scope.readable(text)
        return alerts.alerts(privacy.mask(text).text, say_from=words, local=own)

    return find


def words_of(folder: Path) -> Callable[[str], list[str]]:
    """A function from a script's id to its fixed words, as the whole library would give them: a script counts when nothing is wrong with it, also with
    what it names. Raises LibraryError when the taxonomy or the sources cannot be read."""
    nothing = Library({}, load_taxonomy(folder), load_sources(folder))

    @cache
    def words(script_id: str) -> list[str]:
        alone = corpus.reread(nothing, folder, [_file(folder, script_id)])
        named = {name for file in alone.files.values() if file.script for name in NAMED.findall(file.script.avoid_when)}
        return fixed_words(corpus.reread(alone, folder, [_file(folder, name) for name in named]), script_id)

    return words


def _file(folder: Path, script_id: str) -> Path:
    return folder / "scripts" / f"{script_id}.md"
