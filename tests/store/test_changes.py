"""The change log keeps every text by its content, all changes or none; the audit names ids and digests and never a text."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from coach.access.person import Person, local
from coach.errors import StoreError
from coach.store.changes import Changes, digest_of
from coach.store.database import FILE

ADA = local("Ada Example", "pharmacist")


@pytest.fixture
def changes(tmp_path):
    return Changes(tmp_path / "data")


def rows(tmp_path, asked):
    with sqlite3.connect(tmp_path / "data" / FILE) as database:
        return database.execute(asked).fetchall()


def test_looking_makes_no_file(changes, tmp_path):
    assert changes.of("a/b") == [] and changes.latest() == {} and changes.entries() == []
    with pytest.raises(StoreError):
        changes.text(digest_of("x"))
    assert not (tmp_path / "data").exists()


def test_a_change_is_kept_with_its_text_and_read_newest_first(changes):
    changes.add("a/b", "found", Person("viewer"), "one", 1)
    changes.add("a/b", "saved", ADA, "two\r\n\u00fc \U0001f600 \x00", 2, "why")
    changes.add("c/d", "saved", ADA, "one", 1)
    log = changes.of("a/b")
    assert [(one.act, one.version, one.by, one.key, one.note) for one in log] == [
        ("saved", 2, "Ada Example, pharmacist (name typed, not signed in)", "typed:adaexample", "why"), ("found", 1, "someone at this computer", "typed:", ""),
    ]  # fmt: skip
    assert [changes.text(one.digest) for one in log] == ["two\r\n\u00fc \U0001f600 \x00", "one"]
    assert log[0].at.tzinfo is not None


def test_a_text_is_kept_once_however_often_it_stood_there(changes, tmp_path):
    for item in ("a/b", "c/d", "a/b"):
        changes.add(item, "saved", ADA, "the same", 1)
    assert rows(tmp_path, "SELECT count(*) FROM texts") == [(1,)] and len(changes.of("a/b")) == 2


def test_several_changes_are_recorded_all_or_none(changes, tmp_path):
    changes.add("a/b", "saved", ADA, "one", 1)
    with pytest.raises(StoreError):
        changes.add_all([("a/b", "saved", ADA, "two", 2, ""), ("c/d", "saved", ADA, "half a character \ud800", 1, "")])
    assert [one.version for one in changes.of("a/b")] == [1] and changes.of("c/d") == []
    assert rows(tmp_path, "SELECT count(*) FROM texts") == [(1,)] and len(changes.entries()) == 1


def test_the_newest_of_every_item_and_of_one_kind(changes):
    for act, text in (("saved", "1"), ("reviewed", "1"), ("saved", "2")):
        changes.add("a/b", act, ADA, text, 1)
    changes.add("c/d", "saved", ADA, "3", 1)
    assert {item: change.act for item, change in changes.latest().items()} == {"a/b": "saved", "c/d": "saved"}
    assert {item: changes.text(change.digest) for item, change in changes.latest("reviewed").items()} == {"a/b": "1"}


def test_the_audit_holds_who_did_what_and_no_text(changes, tmp_path):
    changes.add("a/b", "found", Person("viewer"), "found text", 1)
    changes.add("a/b", "outside", Person("viewer"), "text from elsewhere", 1)
    changes.add("a/b", "saved", ADA, "a secret text", 2, "a secret note")
    changes.audit(ADA, "exported", count=12)
    assert [(one.action, one.item, one.count, one.by) for one in changes.entries()] == [("exported", "", 12, ADA.line), ("saved", "a/b", 1, ADA.line)], (
        "what was found, or changed by other means, nobody did here"
    )
    assert "secret" not in str(rows(tmp_path, "SELECT * FROM audit"))


def test_the_audit_is_read_page_by_page(changes):
    for number in range(7):
        changes.audit(ADA, f"act-{number}")
    first = changes.entries(3)
    assert [one.action for one in first] == ["act-6", "act-5", "act-4"]
    assert [one.action for one in changes.entries(3, first[-1].number)] == ["act-3", "act-2", "act-1"]


def test_many_at_once_from_several_stores_lose_nothing(changes, tmp_path):
    def write(number):
        own = Changes(tmp_path / "data")  # as another process would
        for turn in range(10):
            own.add(f"a/n-{number}", "saved", ADA, f"text {turn}", turn + 1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert all([change.version for change in changes.of(f"a/n-{number}")] == list(range(10, 0, -1)) for number in range(8))
    assert len(changes.entries(1_000)) == 80 and rows(tmp_path, "SELECT count(*) FROM texts") == [(10,)]


def test_a_reader_does_not_wait_for_a_writer(changes, tmp_path):
    changes.add("a/b", "saved", ADA, "one", 1)
    holding, done, seen = threading.Event(), threading.Event(), []

    def hold():
        with changes._database.writing("") as connection:
            connection.exec_driver_sql("UPDATE changes SET version = 9")
            holding.set()
            done.wait(20)

    writer = threading.Thread(target=hold)
    writer.start()
    holding.wait(20)
    seen.append(Changes(tmp_path / "data").of("a/b")[0].version)
    done.set()
    writer.join()
    assert seen == [1] and changes.of("a/b")[0].version == 9


def test_what_was_acknowledged_is_on_the_disk(changes, tmp_path):
    """Write-ahead log with full synchronization: what a reader of the files alone sees, without the process that wrote."""
    changes.add("a/b", "saved", ADA, "one", 1)
    assert rows(tmp_path, "PRAGMA journal_mode") == [("wal",)]
    with changes._database.writing("") as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    assert rows(tmp_path, "SELECT version FROM changes") == [(1,)]


@pytest.mark.parametrize("use", [lambda store: store.of("a"), lambda store: store.latest(), lambda store: store.text("a"), lambda store: store.entries(), lambda store: store.add("a", "saved", ADA, "x", 1), lambda store: store.audit(ADA, "x")])  # fmt: skip
def test_a_database_that_cannot_be_read_is_told_in_a_sentence_without_a_path(changes, tmp_path, use):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / FILE).write_bytes(b"no database" * 1_000)
    with pytest.raises(StoreError) as raised:
        use(changes)
    assert str(tmp_path) not in str(raised.value)
