"""What lies on an educator's desk: drafts belong to whoever began them, comments keep their line, questions can be deleted for good."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from coach.errors import StoreError
from coach.store.database import FILE
from coach.store.drafts import Desk


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path / "data")


def test_looking_makes_no_file(desk, tmp_path):
    assert desk.drafts() == [] and desk.draft("k", "ada") is None and desk.comments("a/b") == [] and desk.questions() == [] and desk.shown() == {}
    assert not (tmp_path / "data").exists()


def test_a_draft_survives_and_is_replaced_in_its_place(desk, tmp_path):
    desk.keep_draft("k", "ada", "a/b", "one", "0" * 64)
    desk.keep_draft("k", "ada", "a/b", "two \u00fc\r\n", None)
    kept = Desk(tmp_path / "data").draft("k", "ada")
    assert (kept.text, kept.base, kept.item) == ("two \u00fc\r\n", None, "a/b") and len(desk.drafts("ada")) == 1


def test_nobody_reads_overwrites_or_drops_anothers_draft(desk):
    desk.keep_draft("k", "ada", None, "Ada's", None)
    with pytest.raises(StoreError):
        desk.keep_draft("k", "ben", None, "Ben's", None)
    desk.drop_draft("k", "ben")
    assert desk.draft("k", "ben") is None and desk.drafts("ben") == [] and desk.draft("k", "ada").text == "Ada's"
    desk.drop_draft("k", "ada")
    assert desk.drafts() == []


def test_drafts_come_newest_first(desk):
    for key in "abc":
        desk.keep_draft(key, "ada", None, key, None)
    desk.keep_draft("a", "ada", None, "again", None)
    assert [draft.key for draft in desk.drafts("ada")] == ["a", "c", "b"]


def test_half_a_character_is_refused_in_a_sentence(desk):
    desk.keep_draft("k", "ada", None, "good", None)
    for use in (
        lambda: desk.keep_draft("k", "ada", None, "\ud800", None),
        lambda: desk.add_comment("a/b", "", 1, "", "\ud800", "Ada"),
        lambda: desk.ask("\ud800"),
        lambda: desk.drafts("\ud800"),
    ):
        with pytest.raises(StoreError):
            use()
    assert desk.draft("k", "ada").text == "good", "what was kept before is still there"


def test_comments_keep_their_line_and_can_be_done_and_undone(desk):
    first = desk.add_comment("a/b", "0" * 64, 7, "- The line.", "Is this kind?", "Ben Example")
    desk.add_comment("c/d", "0" * 64, 1, "", "Elsewhere", "Ben Example")
    assert desk.comments("a/b") == [first] and not first.done
    desk.set_done(first.number, True)
    assert [comment.done for comment in desk.comments("a/b")] == [True] and not desk.comments("c/d")[0].done
    desk.set_done(first.number, False)
    assert desk.comments("a/b") == [first]


def test_a_question_is_closed_with_its_script_or_deleted_so_that_no_byte_of_it_stays(desk, tmp_path):
    kept, gone = desk.ask("what to say about the garden"), desk.ask("a reason nobody should ever see: zyzzyva")
    desk.close_question(kept.number, "written", "a/b")
    assert b"zyzzyva" in b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    desk.forget_question(gone.number)
    assert [(one.number, one.state, one.script_id) for one in desk.questions()] == [(kept.number, "written", "a/b")]
    assert b"zyzzyva" not in b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())


def test_how_often_a_script_was_shown_is_counted_whoever_counts(desk, tmp_path):
    def count(_):
        own = Desk(tmp_path / "data")
        for _ in range(10):
            own.count_shown(["a/b", "c/d"])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(count, range(6)))
    assert desk.shown() == {"a/b": 60, "c/d": 60}


@pytest.mark.parametrize("use", [lambda desk: desk.keep_draft("k", "a", None, "", None), lambda desk: desk.drafts(), lambda desk: desk.comments("a"), lambda desk: desk.ask("a"), lambda desk: desk.shown(), lambda desk: desk.forget_question(1)])  # fmt: skip
def test_a_database_that_cannot_be_read_is_told_in_a_sentence_without_a_path(desk, tmp_path, use):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / FILE).write_bytes(b"no database" * 1_000)
    with pytest.raises(StoreError) as raised:
        use(desk)
    assert str(tmp_path) not in str(raised.value)
