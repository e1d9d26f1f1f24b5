"""What counts as the patient's words in a follow-up."""

import pytest

from coach.advise.follow import without_reporting


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("He says: then I'll just buy them on the street", "then I'll just buy them on the street"),
        ('She said "you lied to me"', "you lied to me"),
        ("And then he says that nobody helps him", "nobody helps him"),
        ("ok so she goes, fine, I'm leaving", "fine, I'm leaving"),
        ("What if he says no?", "no?"),
        ("pt says: I want my old doctor", "I want my old doctor"),
        ("I have no time left", "I have no time left"),
        ("He says", "He says"),
    ],
)
def test_the_reporting_words_are_taken_off(text: str, said: str) -> None:
    assert without_reporting(text) == said
