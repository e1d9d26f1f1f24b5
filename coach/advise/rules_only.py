"""Alerts without search or model: fast, and loads nothing heavy."""

from collections.abc import Callable

from coach.advise.advice import Alert
from coach.advise.toolbox import fixed_words
from coach.guard import alerts, privacy, scope
from coach.library import corpus
from coach.library.taxonomy import read_yaml
from coach.settings import Settings


def alerts_of(settings: Settings) -> Callable[[str], list[Alert]]:
    """A function from a text to its alerts, with the words of the library's safety scripts."""
    library, own = corpus.load(settings.corpus), read_yaml(settings.corpus / "local.yaml")[0]

    def find(text: str) -> list[Alert]:
        scope.readable(text)
        return alerts.alerts(privacy.mask(text).text, say_from=lambda script_id: fixed_words(library, script_id), local=own)

    return find
