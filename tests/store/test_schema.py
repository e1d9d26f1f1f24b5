"""The database file tells its own shape: older ones are brought forward, newer ones refused, and nothing in them is lost."""

import sqlite3

import pytest

from coach.errors import StoreError
from coach.store.ratings import Ratings
from coach.store.schema import VERSION


def raw(folder, *statements):
    with sqlite3.connect(folder / "coach.sqlite3") as connection:
        rows = [connection.execute(statement).fetchall() for statement in statements]
    connection.close()
    return rows[-1] if rows else []


def test_a_new_file_says_its_version(tmp_path):
    Ratings(tmp_path).add([("a/b", 1)], "up", None)
    assert raw(tmp_path, "SELECT version FROM schema") == [(VERSION,)]


def test_a_file_of_the_first_releases_is_brought_forward_with_what_it_holds(tmp_path):
    Ratings(tmp_path).add([("a/b", 1)], "up", None)
    raw(tmp_path, "DROP TABLE schema")
    store = Ratings(tmp_path)
    assert store.counts() == {"a/b": {"up": 1, "down": 0}}
    store.add([("a/b", 1)], "down", None)
    assert raw(tmp_path, "SELECT version FROM schema") == [(VERSION,)]
    assert store.counts() == {"a/b": {"up": 1, "down": 1}}


def test_a_newer_file_is_refused_with_a_sentence_and_left_as_it_is(tmp_path):
    Ratings(tmp_path).add([("a/b", 1)], "up", None)
    raw(tmp_path, f"UPDATE schema SET version = {VERSION + 1}")
    with pytest.raises(StoreError, match=r"newer Conversation Coach\. Update"):
        Ratings(tmp_path).counts()
    with pytest.raises(StoreError, match=r"newer Conversation Coach\. Update"):
        Ratings(tmp_path).add([("a/b", 1)], "up", None)
    assert raw(tmp_path, "SELECT version FROM schema") == [(VERSION + 1,)]
    assert raw(tmp_path, "SELECT count(*) FROM ratings") == [(1,)]


def test_a_transaction_that_fails_leaves_nothing(tmp_path):
    store = Ratings(tmp_path)
    store.add([("a/b", 1)], "up", None)
    with pytest.raises(StoreError):
        store.add([("a/b", 1), (None, 1)], "up", None)  # type: ignore[list-item]
    assert store.counts() == {"a/b": {"up": 1, "down": 0}}
