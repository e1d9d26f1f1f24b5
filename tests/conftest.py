"""Fixtures shared by all tests."""

from pathlib import Path
from typing import Any

import pytest

from coach.library.taxonomy import Sources, Taxonomy, load_sources, load_taxonomy
from coach.settings import Settings, quiet_libraries
from tests import making

pytest_plugins = ["tests.browser"]


@pytest.fixture(scope="session")
def taxonomy() -> Taxonomy:
    """The real closed lists."""
    return load_taxonomy(making.CORPUS)


@pytest.fixture(scope="session")
def sources() -> Sources:
    return load_sources(making.CORPUS)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus folder of two scripts with the real closed lists."""
    return making.corpus_folder(tmp_path)


@pytest.fixture
def words() -> making.Words:
    """A deterministic encoder without a model, which counts what it was given."""
    return making.Words()


@pytest.fixture(scope="session")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The real MiniLM. Mark a test that uses it `integration`."""
    pytest.importorskip("sentence_transformers")
    quiet_libraries()
    from coach.models.embeddings import Embedder

    return Embedder(Settings(cache=tmp_path_factory.mktemp("cache")))
