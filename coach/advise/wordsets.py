"""Small closed sets of grammar words, written as one reads them."""


def word_set(text: str) -> frozenset[str]:
    """The words of `text`."""
    return frozenset(text.split())
