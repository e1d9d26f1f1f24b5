"""How many lines a text takes on paper, reckoned from the widths of letters in a common sans serif, with room to spare for a wider one."""

WIDTHS = {  # of a letter in parts of the type size
    **dict.fromkeys("ijl.,;:'|!’‘", 0.28), **dict.fromkeys(" ftIr()[]-“”\"", 0.36), **dict.fromkeys("mMW%@", 0.86), **dict.fromkeys("wABCDEGHKNOPQRSTUVXYZ—…", 0.72),
}  # fmt: skip
OTHER, SPARE = 0.57, 1.1


def lines_of(text: str, size: float, width: float) -> int:
    """Lines of `text` set in `size` in a column `width` wide (same unit), broken at spaces; a word longer than a line is broken."""
    room = width / size / SPARE
    lines, used = 1, 0.0
    for word in text.split():
        wide = sum(WIDTHS.get(letter, OTHER) for letter in word)
        if used and used + WIDTHS[" "] + wide > room:
            lines, used = lines + 1, 0.0
        while wide > room:
            lines, wide = lines + 1, wide - room
        used += wide + (WIDTHS[" "] if used else 0.0)
    return lines


def shortened(text: str, size: float, width: float, most: int) -> str:
    """The text, cut at a word and closed with … where it would take more than `most` lines."""
    if lines_of(text, size, width) <= most:
        return text
    words = text[: most * 200].split()
    low, high = 0, len(words)
    while low < high:  # the most words that fit
        middle = (low + high + 1) // 2
        low, high = (middle, high) if lines_of(" ".join(words[:middle]) + "…", size, width) <= most else (low, middle - 1)
    return " ".join(words[:low]) + "…"
