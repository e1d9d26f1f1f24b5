"""Which passwords may be chosen, and how they are kept and compared."""

import argon2
import pytest

from coach.access.passwords import MOST, Passwords, check
from coach.errors import InputError

SHIPPED = argon2.PasswordHasher  # before the tests of this folder make hashing quick
GOOD = ["seven quiet otters", "k7#Qz!m2Vp9x", "ünder the açaí tree", "one two three four", "adalovesbread and rain"]
BAD = {
    "short": "eleven char",
    "long": "ab cd" * 41,
    "common with digits": "Password12345!",
    "common in words": "correct horse battery staple",
    "common with signs": "Correct-Horse-Battery-Staple-1",
    "a row of keys": "qwertyuiopasdf",
    "a row backwards": "0987654321098",
    "one letter": "aaaaaaaaaaaaaaa",
    "digits in order": "1234 5678 9012",
    "the account": "ada.example.clinic",
    "the account with a number": "ada.example.clinic99",
}


@pytest.mark.parametrize("password", GOOD)
def test_a_good_password_may_be_chosen(password: str) -> None:
    check(password, "ada")


@pytest.mark.parametrize("what", BAD)
def test_a_bad_one_is_refused_with_what_to_do_and_without_repeating_it(what: str) -> None:
    with pytest.raises(InputError) as refused:
        check(BAD[what], "ada.example.clinic")
    assert "hoose" in str(refused.value) or "good one" in str(refused.value)
    assert BAD[what] not in str(refused.value)


def test_the_longest_and_the_shortest_that_are_allowed() -> None:
    check("x7 quiet ott", "ada")
    check("quiet otter " * 16 + "12345678", "ada")
    assert len("quiet otter " * 16 + "12345678") == MOST


def test_only_an_argon2id_hash_is_kept_and_it_fits_only_its_password() -> None:
    passwords = Passwords()
    kept = passwords.hash("seven quiet otters")
    assert kept.startswith("$argon2id$")
    assert "otters" not in kept
    assert passwords.hash("seven quiet otters") != kept  # its own salt
    assert passwords.fits("seven quiet otters", kept)
    assert not passwords.fits("seven quiet otter", kept)
    assert not passwords.fits("seven quiet otters", "not a hash")


def test_the_cost_that_ships_is_that_of_rfc_9106_and_a_cheaper_hash_is_old(monkeypatch) -> None:
    cheap = Passwords().hash("seven quiet otters")
    monkeypatch.setattr(argon2, "PasswordHasher", SHIPPED)
    passwords = Passwords()
    kept = passwords.hash("seven quiet otters")
    assert argon2.extract_parameters(kept) == argon2.profiles.RFC_9106_LOW_MEMORY
    assert passwords.is_old(cheap) and not passwords.is_old(kept)


def test_nobodys_password_never_fits() -> None:
    passwords = Passwords()
    assert not passwords.fits("a password of nobody", None)


def test_accents_fit_however_the_keyboard_composed_them() -> None:
    passwords = Passwords()
    kept = passwords.hash("sept loutres très calmes")
    assert passwords.fits("sept loutres tre\u0300s calmes", kept)


def test_what_is_longer_than_any_password_fits_none_even_when_it_begins_like_one() -> None:
    passwords = Passwords()
    longest = "quiet otter " * 16 + "12345678"
    kept = passwords.hash(longest)
    assert passwords.fits(longest, kept)
    assert not passwords.fits(longest + "9", kept)
    assert not passwords.fits(longest + "9" * 5_000_000, kept)


def test_letters_that_are_none_do_no_harm() -> None:
    passwords = Passwords()
    assert not passwords.fits("half a pair \ud800 and a zero \0", passwords.hash("seven quiet otters"))
