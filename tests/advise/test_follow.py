"""What counts as the patient's words in a follow-up."""

import pytest

from coach.advise.follow import another_patient, without_reporting


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


BEFORE = "He ran out early again and is angry with the front desk about his oxycodone."


@pytest.mark.parametrize(
    ("text", "before", "anew"),
    [
        ("Next patient: 54 yo woman, new to me, on hydrocodone for years", BEFORE, True),
        ("62F with fibromyalgia wants a higher dose", BEFORE, True),
        ("OK, another patient wants an MRI", BEFORE, True),
        ("She came in crying because her old doctor cut her off last month", BEFORE, True),
        ("He says: then I'll just buy them on the street", BEFORE, False),
        ("His wife is here and she wants me to raise the dose today", BEFORE, False),
        ('He said "she never listens to me, she just typed and typed all day"', BEFORE, False),
        ("She is threatening to leave", BEFORE, False),
        ("They still want another month of tablets and will not hear of less", BEFORE, False),
        ("She came in crying because her old doctor cut her off last month", "He and his wife both came. He ran out early.", False),
        ("another early refill, the third one this year, what do I say now", BEFORE, False),
        ("", BEFORE, False),
    ],
)
def test_a_new_patient_is_not_read_in_the_light_of_the_one_before(text: str, before: str, anew: bool) -> None:
    assert another_patient(text, before, {"wife", "husband"}) is anew
