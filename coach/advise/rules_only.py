"""Alerts without search or model: fast, and loads nothing heavy."""

from collections.abc import Callable

from coach.advise.advice import Alert
from coach.advise.toolbox import fixed_words
from coach.guard import alerts, local, privacy, scope
from coach.library import corpus
from coach.settings import Settings


def alerts_of(settings: Settings) -> Callable[[str], list[Alert]]:
    """A function from a text to its alerts, with the words of the library's safety scripts."""
    library, own = corpus.load(settings.corpus), local.load_local(settings.corpus)
    return lambda text: alerts.alerts(privacy.mask(scope.readable(text)).text, lambda script_id: fixed_words(library, script_id), own)
