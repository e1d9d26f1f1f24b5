"""A real Curator over a small corpus: its library, search by words, store and files, without the encoder that `Coach.open` would load."""

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from coach.access.person import local
from coach.advise.toolbox import Toolbox
from coach.curate.curator import Curator
from coach.library import corpus
from coach.library.search import Search
from coach.live import Live
from coach.settings import Settings
from tests.making import corpus_folder

ADA, BEN = local("Ada Example", "pharmacist"), local("Ben Example", "physician")


def curator(folder: Path, texts: Iterable[str] = ()) -> Curator:
    """The corpus stands in folder/corpus, what is kept in folder/data."""
    if not (folder / "corpus").exists():
        corpus_folder(folder, texts)
    settings = Settings(corpus=folder / "corpus", data=folder / "data", cache=folder / "cache", llm="none")
    library = corpus.load(settings.corpus)
    nothing: Any = None
    tools = Toolbox(library, Search(library.live, None, None), nothing, nothing, nothing, nothing, nothing, nothing)
    return Curator(settings, Live(tools, settings.corpus, settings.index_dir))


def shelf(desk: Curator) -> Any:
    """What the pages are given, with nothing in it but this Curator."""
    return SimpleNamespace(coach=lambda: SimpleNamespace(curator=desk, settings=desk.settings, library=desk.library), settings=desk.settings, ready=True, broken="", notes=[])
