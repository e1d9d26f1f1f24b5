"""Open search at a start: over the index of these very scripts; else over the former one, what differs laid over it; else over one that is built now."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from coach.library import index
from coach.library.folders import current
from coach.library.index import Progress, digest_of
from coach.library.layers import spoken
from coach.library.passages import Passage, passages
from coach.library.script import Script
from coach.library.search import Search
from coach.library.vectors import Encoder, Kept
from coach.log import log

AT_MOST = 5.0  # seconds of encoding before the first answer; what is not done then counts only by its words until the next index, or the next start
BATCH = 16  # texts; more at once are hardly faster, and on a busy machine may take long
FIRST = ("ask", "use_when", "title", "pushback", "lines")  # of many the kinds that find a script best
OVERLAY = "overlay"  # the folder, beside that of the index, of the vectors of what was laid over it


def open_search(folder: Path, scripts: Sequence[Script], encoder: Encoder, progress: Progress | None = None) -> Search:
    """Search over these scripts (none of them retired). `progress` is told of what has to be encoded. Raises SearchError, and what the encoder raises."""
    wanted = passages(scripts)
    over = _over_former(folder, scripts, wanted, encoder, progress) if current(folder) != digest_of(wanted, encoder.id) else None
    return over or Search(scripts, index.open_or_build(folder, wanted, encoder, progress), encoder)


def _over_former(folder: Path, scripts: Sequence[Script], wanted: Sequence[Passage], encoder: Encoder, progress: Progress | None) -> Search | None:
    """None when there is no former index, or it is rather that of another library: it holds less than half of the texts."""
    former = index.open_former(folder, encoder)
    if former is None:
        return None
    base, held = former
    try:
        search = Search([], base, encoder, held)
        changes = search.layers.differing(scripts)
        new = [passage for script in changes.values() for passage in spoken(script) if search.layers.vector(passage.key) is None]
        if 2 * len(new) > len(wanted):
            base.close()
            return None
        search.layers = search.layers.replaced(changes, _made(folder, new, encoder, progress))
    except BaseException:
        base.close()
        raise
    log.info("index_overlaid", scripts=len(changes), count=len(new))
    return search


def _made(folder: Path, new: Sequence[Passage], encoder: Encoder, progress: Progress | None) -> dict[str, np.ndarray]:
    """The vectors of these passages by text hash: those kept from earlier starts, and as many as can be made in AT_MOST seconds."""
    kept = Kept(folder.with_name(OVERLAY) / encoder.id)
    made = kept.only({passage.key for passage in new})
    texts = {passage.key: passage.text for passage in sorted(new, key=lambda passage: FIRST.index(passage.kind)) if passage.key not in made}
    keys, until = list(texts), time.monotonic() + AT_MOST
    try:
        for start in range(0, len(keys), BATCH):
            part = dict(zip(keys[start : start + BATCH], encoder.encode([texts[key] for key in keys[start : start + BATCH]]), strict=True))
            kept.add(part)
            made |= part
            if progress:
                progress(min(start + BATCH, len(keys)), len(keys))
            if time.monotonic() > until:
                break
    except Exception as error:  # what is new is then found by its words alone
        log.warning("encode_failed", error=type(error).__name__, count=len(keys))
    return made
