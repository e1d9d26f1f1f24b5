"""Prompts as contracts: what the replies of the chat model of the settings must be like. Cases: evals/prompt_cases/. Without a model there is nothing to ask."""

from evals.cases import half
from evals.prompt_cases import asked, contracts, prompts
from evals.suite.station import Context, Fault, Figure, Record, Station, mean


def records(split: str, context: Context) -> list[Record]:
    """Each contract of the half: held or not, and whether it broke where it was not known to."""
    if not context.with_model or context.coach.station is None:
        return []
    found: list[Record] = []
    chosen = context.take([contract for name in prompts() for contract in contracts(name) if half(contract.id) == split])
    for contract in chosen:
        reply, lacks = asked(contract, context.coach.station.model, context.settings.prompts)
        new = [what for what in lacks if what not in contract.known]
        shown = {**contract.input, "reply": str(reply), "lacks": ", ".join(lacks)}
        fault = Fault(contract.id, contract.prompt, shown, 2.0 if new else 1.0) if lacks and split == "dev" else None
        found.append(Record(contract.id, {"held": float(not lacks), "new": float(bool(new))}, contract.prompt, fault))
        context.progress(len(found), len(chosen))
    return found


STATION = Station(
    name="prompts",
    title="Prompts are contracts",
    part="Models",
    asks="Does the chat model's reply to each prompt have the properties it must have? What is known to be broken is what the product does not lean on.",
    records=records,
    figures=(
        Figure("contracts of prompts that hold", mean("held"), ("held",), model=True, gates=False),
        Figure("contracts broken that were not known to be", mean("new"), ("new",), "≤ 0", "prompts are contracts", model=True),
    ),
    model=True,
    uses=("evals/prompt_cases",),
)
