"""How long one waits after wrong passwords: rules, with a clock moved by hand, and the store that counts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coach.access.throttle import LONGEST_WAIT, PER_ACCOUNT, Attempts, one_less, one_more, said
from coach.errors import NotSignedIn
from coach.store.attempts import AttemptStore
from tests.access.conftest import PASSWORD, Clock

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def wrong(sign_in, name: str = "ada_viewer", address: str = "192.0.2.7", password: str = "not the password") -> str:
    with pytest.raises(NotSignedIn) as refused:
        sign_in.sign_in(name, password, address)
    return str(refused.value)


def test_waits_double_up_to_an_hour() -> None:
    found, now, waits = None, START, []
    for _ in range(14):
        found = one_more(found, 5, now)
        waits.append(found.until - now if found.until and found.until > now else timedelta(0))
        now = max(now, found.until or now)
    assert waits[:4] == [timedelta(0)] * 4
    assert [wait.total_seconds() / 60 for wait in waits[4:]] == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert max(waits) == LONGEST_WAIT


def test_a_quarter_of_an_hour_without_a_wrong_one_begins_anew() -> None:
    assert one_more(Attempts(4, START), 5, START + timedelta(minutes=14)).until is not None
    assert one_more(Attempts(4, START), 5, START + timedelta(minutes=16)) == Attempts(1, START + timedelta(minutes=16))
    waited = Attempts(9, START, START + timedelta(minutes=16))
    assert one_more(waited, 5, START + timedelta(minutes=20)).count == 10  # counted from the end of the wait
    assert one_more(waited, 5, START + timedelta(minutes=40)).count == 1


def test_a_right_one_is_taken_back() -> None:
    assert one_less(Attempts(20, START, START + timedelta(minutes=1)), 20) == Attempts(19, START, None)
    assert one_less(Attempts(22, START, START + timedelta(minutes=4)), 20).until is not None


def test_the_wait_is_said_in_whole_minutes() -> None:
    assert "Wait 1 minute," in said(timedelta(seconds=3))
    assert "Wait 2 minutes," in said(timedelta(seconds=61))


def test_the_sixth_try_waits_even_with_the_right_password_and_then_it_works(sign_in, clock: Clock) -> None:
    for _ in range(PER_ACCOUNT):
        assert "wrong" in wrong(sign_in)
    assert "Wait 1 minute" in wrong(sign_in, password=PASSWORD)
    clock.wait(seconds=59)
    assert "Wait 1 minute" in wrong(sign_in, password=PASSWORD)
    clock.wait(seconds=2)
    assert sign_in.sign_in("ada_viewer", PASSWORD, "192.0.2.7")


def test_a_wrong_one_after_the_wait_waits_twice_as_long(sign_in, clock: Clock) -> None:
    for _ in range(PER_ACCOUNT):
        wrong(sign_in)
    clock.wait(seconds=61)
    assert "wrong" in wrong(sign_in)
    assert "Wait 2 minutes" in wrong(sign_in)


def test_another_address_and_another_account_need_not_wait(sign_in) -> None:
    for _ in range(PER_ACCOUNT):
        wrong(sign_in)
    assert sign_in.sign_in("ada_viewer", PASSWORD, "198.51.100.9")
    assert sign_in.sign_in("ada_admin", PASSWORD, "192.0.2.7")


def test_an_unknown_account_waits_like_a_known_one(sign_in) -> None:
    known = [wrong(sign_in, "ada_viewer") for _ in range(6)]
    unknown = [wrong(sign_in, "nobody", "198.51.100.1") for _ in range(6)]
    assert known == unknown


def test_a_right_password_forgets_the_wrong_ones_before_it(sign_in) -> None:
    for _ in range(2):
        for _ in range(PER_ACCOUNT - 1):
            wrong(sign_in)
        assert sign_in.sign_in("ada_viewer", PASSWORD, "192.0.2.7")


def test_one_address_may_not_go_through_many_accounts_and_its_own_account_does_not_help(tmp_path: Path) -> None:
    store = AttemptStore(tmp_path)
    for number in range(20):
        assert store.add({f"account {number}": 5, "address": 20}, START) is None
        if number == 10:
            assert store.add({"own account": 5, "address": 20}, START) is None
            store.right("own account", "address", 20)  # the counted ones stay
    assert store.add({"account 21": 5, "address": 20}, START) == START + timedelta(minutes=1)
    assert store.add({"account 21": 5, "elsewhere": 20}, START) is None


def test_a_try_that_has_to_wait_is_not_counted(tmp_path: Path) -> None:
    store = AttemptStore(tmp_path)
    for _ in range(5):
        store.add({"pair": 5, "address": 20}, START)
    waits = {store.add({"pair": 5, "address": 20}, START + timedelta(seconds=second)) for second in range(30)}
    assert waits == {START + timedelta(minutes=1)}


def test_neither_a_name_nor_an_address_is_written_down(sign_in, settings_with) -> None:
    wrong(sign_in, "my secret typed in the wrong box", "192.0.2.77")
    data = settings_with().data
    written = b"".join(path.read_bytes() for path in data.iterdir())
    assert b"secret typed" not in written
    assert b"192.0.2.77" not in written


def test_signing_in_counts_for_the_address_whatever_the_account(sign_in, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coach.access.throttle.PER_ADDRESS", 3)  # twenty hashes would take their time
    for number in range(3):
        assert "wrong" in wrong(sign_in, f"guess{number}")
    assert "Wait 1 minute" in wrong(sign_in, "ada_viewer", password=PASSWORD)
    assert sign_in.sign_in("ada_viewer", PASSWORD, "198.51.100.9")
