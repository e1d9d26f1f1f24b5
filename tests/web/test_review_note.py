"""What stands beside a script about its review."""

from datetime import date, timedelta

import pytest

from coach.advise.adapt import adapt
from coach.library.search import Hit
from coach.web.render import review_note
from tests import making


def card(taxonomy, sources, **head):
    return adapt(making.made(**head), Hit("tapering/first-mention", 1, "", 1, 1), set(), {}, taxonomy, sources, lambda _: True)


@pytest.mark.parametrize("status", ["draft", "in_review"])
def test_a_draft_says_that_no_clinician_has_reviewed_it(taxonomy, sources, status):
    assert review_note(card(taxonomy, sources, status=status)) == "Draft: no clinician has reviewed this."


def test_a_reviewed_script_names_its_reviewer(taxonomy, sources):
    later = date.today() + timedelta(days=30)
    shown = card(taxonomy, sources, status="reviewed", reviewed_by='"Ada Example, pharmacist"', review_by=str(later))
    assert review_note(shown) == "Reviewed by Ada Example, pharmacist."


def test_a_review_that_is_due_says_so_by_itself(taxonomy, sources):
    shown = card(taxonomy, sources, status="reviewed", reviewed_by='"Ada Example, pharmacist"', review_by="2020-01-02")
    assert review_note(shown) == "Reviewed by Ada Example, pharmacist. It was to be read again by 2020-01-02."
