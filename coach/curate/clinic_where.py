"""Where each line of the clinic's page is shown, as the alerts have it: which alert, and in which words."""

from dataclasses import dataclass
from typing import Any

from coach.guard.alerts import signs


@dataclass(frozen=True)
class Place:
    """An alert's kind, and its step with `{value}` where the line goes."""

    alert: str
    step: str

    def said(self, value: str) -> str:
        return self.step.replace("{value}", value)


def places() -> dict[str, list[Place]]:
    """By key of local.yaml, the places that show it; a key that is not here is shown nowhere yet."""
    found: dict[str, list[Place]] = {}
    for kind, sign in signs().kinds.items():
        for step in [*sign["do"], *_own(sign)]:
            if isinstance(step, dict) and "needs" in step:
                place = Place(kind, step["step"])
                if place not in found.setdefault(step["needs"], []):
                    found[step["needs"]].append(place)
    return found


def _own(sign: Any) -> list[Any]:
    """The steps for somebody who writes about themselves."""
    own = sign.get("own_words")
    return list(own["do"]) if own else []
