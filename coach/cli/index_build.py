"""Build the index on demand, for `coach index`."""

import shutil

from coach.cli.progress import terminal_progress
from coach.library import corpus, index
from coach.library.passages import passages
from coach.settings import load_settings, quiet_libraries


def build_now(rebuild: bool) -> dict[str, object]:
    """What was built: scripts, passages, digest. Raises LibraryError, ModelError or SearchError."""
    quiet_libraries()
    from coach.models.embeddings import Embedder

    settings = load_settings()
    library = corpus.load(settings.corpus)
    encoder, everything = Embedder(settings), passages(library.live)
    if rebuild:
        shutil.rmtree(settings.index_dir, ignore_errors=True)
    progress = terminal_progress()
    base = index.open_or_build(settings.index_dir, everything, encoder, lambda done, total: progress("Building the search index", done, total))
    base.close()
    return {"scripts": len(library.live), "passages": len(everything), "digest": index.digest_of(everything, encoder.id)}
