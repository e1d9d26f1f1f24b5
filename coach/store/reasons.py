"""The closed list of what a clinician may say with a thumb. Apart from the table, so that the page does not wait for SQLAlchemy."""

REASONS = {
    "other_situation": "It is for another situation",
    "sounds_wrong": "It would sound wrong aloud",
    "missing": "Something I need is missing",
    "not_true": "Something in it is not true or not safe",
    "wrong_fill": "It put a wrong word from my text into a line",
}
NAMES = {label: name for name, label in REASONS.items()}
THUMBS = ("up", "down")
