"""The steps of review, and who may not review: whoever wrote any of what stands there."""

from datetime import UTC, date, datetime, timedelta

import pytest

from coach.access.person import Person, local
from coach.curate.review import STEPS, is_author, is_due, open_steps, step
from coach.curate.shapes import Change
from coach.errors import CurateError

TODAY = date(2027, 3, 1)
ADA, BEN = local("Ada Example", "pharmacist"), local("Ben Example", "physician")


def log(*entries):
    """A change log from its oldest entry on: (act, who)."""
    made = [
        Change(number=number, item="a/b", act=act, at=datetime(2027, 1, number + 1, tzinfo=UTC), by=who.line, key=who.key, digest="", version=1)
        for number, (act, who) in enumerate(entries)
    ]
    return made[::-1]


@pytest.mark.parametrize("status", ["draft", "in_review", "reviewed", "retired"])
def test_only_the_open_steps_can_be_taken_and_each_leads_where_it_says(status):
    for action, (leads, _, _) in STEPS.items():
        if action in open_steps(status):
            assert step(action, status, BEN, [], today=TODAY)["status"] == leads
        else:
            with pytest.raises(CurateError):
                step(action, status, BEN, [], today=TODAY)


def test_every_status_has_a_way_on():
    assert {status: open_steps(status) for status in ("draft", "in_review", "reviewed", "retired")} == {
        "draft": ["submit", "retire"], "in_review": ["send_back", "approve", "retire"], "reviewed": ["approve", "retire"], "retired": ["revive"],
    }  # fmt: skip


def test_a_review_names_its_reviewer_and_when_the_next_is_due():
    assert step("approve", "in_review", BEN, log(("saved", ADA)), today=TODAY) == {
        "status": "reviewed", "reviewed_by": "Ben Example, physician (name typed, not signed in)", "review_by": TODAY + timedelta(days=365),
    }  # fmt: skip
    assert step("approve", "in_review", BEN, [], review_by=date(2027, 4, 1), today=TODAY)["review_by"] == date(2027, 4, 1)


@pytest.mark.parametrize("due", [TODAY, TODAY - timedelta(days=1), date(1, 1, 1)])
def test_the_next_review_cannot_be_in_the_past(due):
    with pytest.raises(CurateError):
        step("approve", "in_review", BEN, [], review_by=due, today=TODAY)


@pytest.mark.parametrize("reviewer", [local(), local("Ben Example"), local("", "physician"), local("  ", " \t")])
def test_a_review_needs_a_name_and_a_profession(reviewer):
    with pytest.raises(CurateError):
        step("approve", "in_review", reviewer, [], today=TODAY)


def test_every_other_step_takes_the_review_off():
    for action, status in (("submit", "draft"), ("send_back", "in_review"), ("retire", "reviewed"), ("revive", "retired")):
        assert step(action, status, ADA, log(("saved", ADA)), today=TODAY) == {"status": STEPS[action][0], "reviewed_by": None, "review_by": None}


SAME = {
    "typed the same": local("Ada Example", "pharmacist"),
    "typed in another case, with other spaces": local("  ADA   example ", "professor"),
    "typed with an accent composed another way": local("Ada Exa\u0301mple", "pharmacist"),
    "an account of that name": Person("educator", "Ada Example", "PharmD", account="ada"),
}


@pytest.mark.parametrize("who", SAME)
def test_whoever_wrote_it_is_not_its_reviewer_however_the_name_is_given(who):
    author = local("Ada Ex\u00e1mple", "pharmacist") if "accent" in who else ADA
    for act in ("saved", "restored", "imported"):
        assert is_author(SAME[who], log((act, author)), None)
        assert is_author(SAME[who], log((act, author), ("submitted", BEN)), None)
        assert is_author(SAME[who], log((act, author), ("saved", BEN), ("submitted", BEN), ("sent_back", BEN)), None), "earlier than the last change counts too"
    assert is_author(author, log(("saved", SAME[who])), None), "and the other way round"


def test_an_account_that_was_given_another_name_is_still_the_same_person():
    before, after = Person("educator", "Ada Example", account="ada"), Person("educator", "Ada Married", account="ada")
    assert is_author(after, log(("saved", before)), None)
    assert not is_author(Person("educator", "Ben Example", account="ben"), log(("saved", before)), None)


def test_a_review_ends_what_counts_and_a_reviewer_who_changes_it_becomes_an_author():
    reviewed = [("saved", ADA), ("submitted", ADA), ("reviewed", BEN)]
    assert not is_author(BEN, log(*reviewed), ADA.line)
    assert is_author(ADA, log(*reviewed), ADA.line), "it is still what Ada wrote"
    assert is_author(BEN, log(*reviewed, ("saved", BEN)), BEN.line)
    assert not is_author(ADA, log(*reviewed, ("saved", BEN)), BEN.line), "Ada may look at what Ben changed since"


def test_the_author_in_the_file_counts_when_the_log_does_not_know_who_wrote():
    """A save that was written and not recorded before a crash is noted as a change from outside, by nobody."""
    nobody = Person("viewer")
    assert is_author(ADA, log(("saved", BEN), ("outside", nobody), ("submitted", ADA)), ADA.line)
    assert is_author(ADA, log(("found", nobody)), ADA.line)
    assert is_author(ADA, [], ADA.line)
    assert not is_author(BEN, log(("found", nobody)), ADA.line)
    assert not is_author(BEN, [], None), "nobody knows who wrote what ships: anybody else's review is one"


def test_who_only_submitted_or_commented_did_not_write():
    assert not is_author(BEN, log(("saved", ADA), ("submitted", BEN), ("sent_back", BEN), ("retired", BEN), ("revived", BEN)), ADA.line)


@pytest.mark.parametrize(
    ("status", "review_by", "due"),
    [("reviewed", "2027-03-01", True), ("reviewed", "2027-03-02", False), ("reviewed", None, False), ("draft", "2020-01-01", False), ("retired", "2020-01-01", False), ("reviewed", "some day", True)],
)  # fmt: skip
def test_a_review_is_due_on_its_day(status, review_by, due):
    assert is_due(status, review_by, TODAY) is due
