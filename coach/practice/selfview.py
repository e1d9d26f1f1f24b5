"""How the trainee thought it went, beside how it went by what was counted. Pure; the bounds are the authors' judgement and nobody has validated them."""

from typing import Literal

from coach.practice.debrief import Debrief

View = Literal["well", "mixed", "badly"]
ORDER: tuple[View, ...] = ("badly", "mixed", "well")
NAMED = {"well": "went well", "mixed": "was mixed", "badly": "went badly"}
MUCH = 1.0  # of 0 to 10: trust gained or lost over a scene, from which it counts
DONE, HALF = 0.8, 0.5  # of the list, in checklist mode


def seen(debrief: Debrief) -> View:
    """What the counts say: by trust (mode mi), by the list and by anger (mode checklist)."""
    gained, angrier = debrief.end.trust - debrief.start.trust, debrief.end.anger - debrief.start.anger
    if debrief.mode == "checklist" and debrief.checklist:
        share = sum(item.done for item in debrief.checklist) / len(debrief.checklist)
        return "well" if share >= DONE and angrier < 2 * MUCH else "mixed" if share >= HALF else "badly"
    return "well" if gained >= MUCH else "badly" if gained <= -MUCH else "mixed"


def compared(own: View | None, debrief: Debrief) -> str:
    """One or two sentences: where the two views agree, or which way they differ and on what. Empty when the trainee gave none."""
    if own is None or not debrief.turns:
        return ""
    found = seen(debrief)
    if debrief.mode == "checklist":
        grounds = f"{sum(item.done for item in debrief.checklist)} of {len(debrief.checklist)} things were there, and anger went from {debrief.start.anger:.0f} to {debrief.end.anger:.0f}"
    else:
        grounds = f"trust went from {debrief.start.trust:.0f} to {debrief.end.trust:.0f}"
    if own == found:
        return f"You thought it {NAMED[own]}, and the counts agree: {grounds}."
    kinder = ORDER.index(found) > ORDER.index(own)
    return f"You thought it {NAMED[own]}. By the counts it {NAMED[found]}: {grounds}. " + (
        "You may be harder on yourself than the conversation was." if kinder else "It is worth looking at where it turned."
    )
