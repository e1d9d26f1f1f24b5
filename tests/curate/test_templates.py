"""Where a script begins: a template whose gaps the check names, or a copy; under an id that no other has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.curate import templates
from coach.curate.check import check
from coach.curate.files import ITEM
from coach.errors import CurateError
from coach.library.frontmatter import read_head
from coach.library.quality import load_style
from tests.making import CORPUS, made, script_text

STYLE = load_style(CORPUS)


def test_a_template_of_every_category_can_be_read_and_only_lacks_what_is_to_be_written(taxonomy, sources):
    for category in taxonomy.categories:
        text = templates.new(category, "a-new-one", "A new one", taxonomy, ["she is afraid: of what comes", 'he says "no" # twice'])
        found = check(text, f"corpus/scripts/{category}/a-new-one.md", taxonomy, sources, STYLE, {"tapering/first-mention"})
        assert not found.can_save
        unfit = [
            one.message
            for one in found.findings
            if not any(word in one.message for word in ("empty", "missing", "fewer", "at least", "should name", "begin with", "nothing", "no answer"))
        ]
        assert unfit == [], category
        assert read_head(text, "")[0].values["asks"] == ["she is afraid: of what comes", 'he says "no" # twice']
        assert read_head(text, "")[0].values["status"] == "draft"


def test_a_category_that_is_not_on_the_list_is_refused(taxonomy):
    for category in ("sports", "", "../x", "patients"):
        with pytest.raises(CurateError):
            templates.new(category, "x", "X", taxonomy)


def test_a_copy_is_a_draft_of_its_own_that_nobody_reviewed():
    text = templates.copy(script_text(status="reviewed", reviewed_by="Ben Example, physician", review_by="2099-01-01", version="7"), "tapering/copy", 'A "copy": of it')
    script = read_head(text, "")[0].values
    assert {key: script[key] for key in ("id", "title", "status", "version", "reviewed_by", "review_by")} == {
        "id": "tapering/copy", "title": 'A "copy": of it', "status": "draft", "version": 1, "reviewed_by": None, "review_by": None,
    }  # fmt: skip
    assert text.split("\n---\n")[1] == script_text().split("\n---\n")[1]


@given(st.text(), st.integers(0, 5))
def test_every_title_gives_an_id_that_no_script_has(title, taken):
    ids = set()
    for _ in range(taken + 1):
        ids.add(templates.free_id("tapering", title, ids))
    assert len(ids) == taken + 1 and all(ITEM.fullmatch(name) and len(name) < 80 for name in ids)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("You think I'm an addict", "you-think-im-an-addict"),
        ("  The — first, talk! ", "the-first-talk"),
        ("痛み", ""),
        ("Café", "caf"),
        ("x" * 70, ""),
        ("a " * 50, "a-" * 29 + "a"),
    ],
)
def test_a_title_becomes_the_name_of_a_file(title, slug):
    assert templates.slug_of(title) == slug


def test_a_title_goes_into_the_head_whatever_it_holds(taxonomy):
    for title in ('He said: "no" # now', "- yes", "null", "[a]", "{b}", "don't", "a\nb"):
        head, problems = read_head(templates.new("safety", "x", title, taxonomy), "")
        assert head.values["title"] == " ".join(title.split()) and not problems


def test_a_copy_of_what_has_no_head_is_refused():
    with pytest.raises(CurateError):
        templates.copy("no head", "tapering/copy", "Copy")
    assert made().id
