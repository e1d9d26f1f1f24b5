"""How the trainee thought it went, beside how it went by what was counted. Pure; the bounds are the authors' judgement and nobody has validated them."""

from typing import Literal

from coach.practice.debrief import MISSED, NOT_ASKED, Debrief

View = Literal["well", "mixed", "badly"]
ORDER: tuple[View, ...] = ("badly", "mixed", "well")
NAMED = {"well": "went well", "mixed": "was mixed", "badly": "went badly"}
MUCH = 1.0  # of 0 to 10: trust gained or lost over a scene, from which it counts
DONE, HALF = 0.8, 0.5  # of the list, in checklist mode


def seen(debrief: Debrief) -> View:
    """What the counts say: by trust (mode mi), by the list and by anger (mode checklist). Never well when `grave` names something."""
    found = _counted(debrief)
    return "mixed" if found == "well" and grave(debrief) else found


def grave(debrief: Debrief) -> str:
    """What no count makes up for: the question about suicide that was due and not asked, a red line crossed. Empty when there is nothing."""
    missed = any(item.key == "suicide" and not item.done for item in debrief.checklist) or (debrief.try_this is not None and debrief.try_this.why.startswith((MISSED, NOT_ASKED)))
    said = [*(["the question about suicide was not asked"] if missed else []), *(["something was said that should never be said"] if debrief.red_lines else [])]
    return " and ".join(said)


def _counted(debrief: Debrief) -> View:
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
    if named := grave(debrief):
        grounds += f"; and {named}"
    if own == found:
        return f"You thought it {NAMED[own]}, and the counts agree: {grounds}."
    kinder = ORDER.index(found) > ORDER.index(own)
    return f"You thought it {NAMED[own]}. By the counts it {NAMED[found]}: {grounds}. " + (
        "You may be harder on yourself than the conversation was." if kinder else "It is worth looking at where it turned."
    )
