"""What has to be there before the first answer: the joined model weights and the search index. A second start finds both and does nothing."""

import sys
from collections.abc import Callable

from coach.errors import ModelMissing
from coach.settings import Settings

Progress = Callable[[str, int, int], None]


def prepare(settings: Settings, progress: Progress) -> None:
    """Join and check the embedded model's weights, if it is the chosen model. When they cannot be had, one sentence on stderr says
    why and what to do; everything else works without them. Raises nothing of its own."""
    if settings.llm != "embedded":
        return
    from coach.models.weights import ensure_weights

    try:
        ensure_weights(settings, lambda done, total: progress("Joining the model weights", done, total))
    except ModelMissing as error:
        print(f"{error} Until then the coach works without a model.", file=sys.stderr)
