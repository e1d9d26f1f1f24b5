"""A chat model that lies: it answers as it is told, in the shape that was asked for, and has passed every exam."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from coach.advise import reply
from coach.advise.advice import Advice
from coach.advise.rewrite import RewriteStation
from coach.advise.station import FactsStation
from coach.coach import Coach
from coach.errors import ModelMisbehaved
from coach.models.prompts import Prompt, load_prompt


class Liar:
    """`facts` are what it answers to *extract*, `line` what it makes of a line ("{line}" stands for the library's)."""

    name, status = "liar", "ready"

    def __init__(self, facts: Mapping[str, str], line: str = "{line}"):
        self.facts, self.line = facts, line

    def ask(self, prompt: Prompt, variables: Mapping[str, str], schema: Any, **_: object) -> tuple[Any, str]:
        fields = dict.fromkeys(schema.model_fields) | dict(self.facts) if prompt.id == "extract" else {"line": self.line.replace("{line}", variables["line"])}
        try:
            return schema.model_validate(fields), self.name
        except ValueError:
            raise ModelMisbehaved("The model's reply has the wrong shape. Ask again.", "its reply has the wrong shape") from None

    def warm_up(self, *_: object) -> None: ...

    def wait_warm(self, _: float) -> bool:
        return True

    def close(self) -> None: ...


def lying(station: str, text: str, scenario: str, coach: Coach) -> Iterator[Advice]:
    """The answers to `scenario` when the model says `text`: as JSON of slots for *extract*, as the line for *rewrite*."""
    model = Liar(json.loads(text)) if station == "extract" else Liar({}, text)
    folder, tools = coach.settings.prompts, coach.tools
    facts = FactsStation(model, load_prompt("extract", folder), tools.lexicon, tools.taxonomy)
    return reply.stream(scenario, tools, None, facts, RewriteStation(model, load_prompt("rewrite", folder), 30.0))
