"""What can be counted in a scene: codes, R:Q, %CR, open questions, the share of talk; and MITI 4.2.1's thresholds as what they are. Pure."""

import re
from collections.abc import Callable, Sequence

from coach.practice.debrief import Count, Ratio, Standing
from coach.practice.tables import table
from coach.practice.turns import Turn

CODES = ("open_question", "closed_question", "simple_reflection", "complex_reflection", "information", "advice", "options", "negotiation")
# (fair, good). Moyers, Manuel and Ernst, MITI 4.2.1: expert opinion.
THRESHOLDS = {"R:Q": (1.0, 2.0), "%CR": (0.4, 0.5)}
WHAT_THRESHOLDS_ARE = (
    "Fair and good are the thresholds of MITI 4.2.1. They are expert opinion, without norms or validity data, and meant for whole sessions. "
    "A short scene gets no global score, and what is MI-adherent or not gets a count and no verdict."
)
NOT_VALIDATED = "Affirming, seeking collaboration, autonomy, persuading, confronting and limits are found by rules that have not been validated."


def counts(turns: Sequence[Turn]) -> list[Count]:
    """In how many turns each code and behavior occurs, those that occur in none too."""
    found = [Count(name=name, turns=sum(_carries(turn, name) for turn in turns), validated=True) for name in CODES]
    rules = table("behaviors.yaml")["behaviors"]
    return found + [Count(name=name, turns=sum(turn.has(name) for turn in turns), validated=bool(rule["validated"])) for name, rule in rules.items()]


def _carries(turn: Turn, name: str) -> bool:
    return turn.has(name) and not (name == "simple_reflection" and turn.has("complex_reflection")) and not (name == "closed_question" and turn.has("open_question"))


def ratios(turns: Sequence[Turn]) -> list[Ratio]:
    """R:Q, %CR and the share of open questions. A ratio without its base is not defined, never 0 and never the numerator."""
    number = {count.name: count.turns for count in counts(turns)}
    reflections, questions = number["simple_reflection"] + number["complex_reflection"], number["open_question"] + number["closed_question"]
    return [
        _ratio("R:Q", reflections, questions, "no questions", lambda value: f"{value:.2g} : 1"),
        _ratio("%CR", number["complex_reflection"], reflections, "no reflections", lambda value: f"{value:.0%}"),
        _ratio("open questions", number["open_question"], questions, "no questions", lambda value: f"{value:.0%}"),
    ]


def _ratio(name: str, part: int, whole: int, without: str, show: Callable[[float], str]) -> Ratio:
    fair, good = THRESHOLDS.get(name, (None, None))
    if not whole:
        return Ratio(name=name, value=None, shown=f"not defined ({without})", fair=fair, good=good)
    value = part / whole
    return Ratio(name=name, value=round(value, 3), shown=show(value), fair=fair, good=good, standing=_standing(value, fair, good))


def _standing(value: float, fair: float | None, good: float | None) -> Standing | None:
    if fair is None or good is None:
        return None
    return "good" if value >= good else "fair" if value >= fair else "below fair"


def share_of_talk(turns: Sequence[Turn], opening: str = "") -> float | None:
    """The trainee's share of all words spoken, 0 to 1; None when nobody spoke."""
    own = sum(len(re.findall(r"\w+", turn.text)) for turn in turns)
    patients = sum(len(re.findall(r"\w+", text)) for text in (opening, *(turn.spoken for turn in turns)))
    return round(own / (own + patients), 3) if own + patients else None
