"""The rater of a scene: the trained one, and rules when it cannot be had."""

from coach.log import log
from coach.practice.moves import Rater, Rating
from coach.practice.rules_rater import NAMED, RuleRater


class SafeRater:
    """Asks `first`; once that fails, rules code the rest. `note` says so, and is empty while the first one answers."""

    def __init__(self, first: Rater | None):
        self._first, self._rules = first, RuleRater()
        self.note = "" if first else NAMED

    def code(self, speaker: str, text: str, previous: str = "") -> Rating:
        """Never raises."""
        if self._first is not None:
            try:
                return self._first.code(speaker, text, previous)
            except Exception as error:  # whatever is wrong with it: a scene never stops because a rater is missing or broken
                log.warning("rater_missing", error=type(error).__name__)
                self._first, self.note = None, NAMED
        return self._rules.code(speaker, text, previous)
