"""One short hint while a trainee talks, at most one a turn, and none while things go well. Pure."""

from coach.practice.turns import Turn

# The first that holds is shown.
NUDGES = {
    "red_line": "That could frighten someone away, or harm them. You can go back a turn.",
    "confront": "That may have sounded like an accusation. What might they have heard?",
    "persuade": "You argued for one side; people then argue for the other. Try saying back what matters to them.",
    "advice": "Advice came before leave. Try asking first whether they would like to hear it.",
    "questions_in_a_row": "A third question in a row. Try saying back what you heard, and wait.",
    "information_while_angry": "They are angry, and facts will not land yet. Try meeting the anger first.",
}
SILENT = "That was left unsaid. Silence can help; a word of what you heard may help more."


def nudge(turn: Turn) -> str:
    """The hint for this turn; empty when there is none to give."""
    if not turn.text.strip():
        return SILENT
    moves = {*turn.heard.moves, *turn.names}
    return next((hint for move, hint in NUDGES.items() if move in moves), "")
