"""What the library lacks: each figure against a count made by hand, and over what ships."""

from datetime import date, timedelta
from statistics import median

import pytest

from coach.curate.coverage import coverage
from coach.curate.head import set_values
from coach.curate.shapes import Row
from coach.library import corpus
from coach.library.corpus import Library
from coach.library.quality import reading_grade
from coach.store.ratings import Ratings
from tests.curate.desk import ADA, BEN, curator
from tests.curate.test_saving import ITEM, base
from tests.making import CORPUS, made, put, script_text

TODAY = date(2027, 3, 1)


def script(name, **changes):
    return made(id=name, **changes)


def row(one, **more):
    return Row(id=one.id, title=one.title, category=one.category, situations=one.situations, status=one.status, version=1, **more)


@pytest.fixture
def library(taxonomy, sources):
    return lambda *scripts: Library({one.id: one for one in scripts}, taxonomy, sources)


def test_scripts_are_counted_by_category_and_situation_and_the_retired_only_by_status(library, taxonomy):
    scripts = [
        script("tapering/a", situations="[taper_start, stuck]"), script("tapering/b", situations="[taper_start]", status="in_review"), script("repair/c", situations="[stuck]"),
        script("repair/d", situations="[threats]", status="retired"), script("clinician_support/e", situations="[]"),
    ]  # fmt: skip
    found = coverage([row(one) for one in scripts], library(*scripts), TODAY)
    assert found.scripts == 4 and found.statuses == {"draft": 3, "in_review": 1, "reviewed": 0, "retired": 1}
    assert {name: count for name, count in found.categories.items() if count} == {"tapering": 2, "repair": 1, "clinician_support": 1} and set(found.categories) == set(
        taxonomy.categories
    )
    assert {name: count for name, count in found.counts.items() if count} == {"tapering": {"taper_start": 2, "stuck": 1}, "repair": {"stuck": 1}}
    assert found.situations["stuck"] == 2 and found.situations["threats"] == 0 and set(found.situations) == set(taxonomy.situations)


def test_thin_is_a_situation_with_fewer_than_two_scripts_and_says_what_it_means(library, taxonomy):
    scripts = [script("tapering/a", situations="[taper_start, stuck]"), script("tapering/b", situations="[taper_start]")]
    thin = {one.situation: one for one in coverage([row(one) for one in scripts], library(*scripts), TODAY).thin}
    assert "taper_start" not in thin and thin["stuck"].scripts == 1 and thin["threats"].scripts == 0
    assert thin["threats"].means == taxonomy.situations["threats"]


@pytest.mark.parametrize(
    ("review_by", "status", "where"),
    [(0, "reviewed", "due"), (-1, "reviewed", "due"), (1, "reviewed", "soon"), (60, "reviewed", "soon"), (61, "reviewed", None), (-1, "draft", None), (-1, "retired", None), (None, "reviewed", None)],
)  # fmt: skip
def test_a_review_is_due_or_within_sixty_days(library, review_by, status, where):
    one = script("tapering/a", status=status, reviewed_by="Ben Example, physician")
    at = TODAY + timedelta(days=review_by) if review_by is not None else None
    found = coverage([row(one, review_by=at, review_due=status == "reviewed" and at is not None and at <= TODAY)], library(one), TODAY)
    assert ([each.id for each in found.due], [each.id for each in found.due_soon]) == (["tapering/a"] if where == "due" else [], ["tapering/a"] if where == "soon" else [])


@pytest.mark.parametrize(("up", "down", "poor"), [(0, 3, True), (1, 2, True), (0, 2, False), (2, 2, False), (3, 2, False), (0, 0, False)])
def test_poor_is_more_thumbs_down_than_up_of_three_or_more(library, up, down, poor):
    one = script("tapering/a")
    assert bool(coverage([row(one, up=up, down=down)], library(one), TODAY).poor) is poor


def test_the_worst_thumbs_come_first_and_what_was_never_shown_is_named(library):
    scripts = [script("tapering/a"), script("tapering/b"), script("tapering/c", status="retired")]
    found = coverage([row(scripts[0], down=3, shown=4), row(scripts[1], down=9, up=1), row(scripts[2], down=9)], library(*scripts), TODAY)
    assert [one.id for one in found.poor] == ["tapering/b", "tapering/a"]
    assert [one.id for one in found.never_shown] == ["tapering/b"] and found.shown == 4


def test_the_grades_of_a_category_are_those_of_its_scripts(taxonomy):
    library = corpus.load(CORPUS)
    found = coverage([row(one) for one in library.scripts.values()], library, TODAY)
    for category, grade in found.grades.items():
        grades = {one.id: reading_grade(one, taxonomy) for one in library.scripts.values() if one.category == category}
        assert grade.scripts == len(grades) == found.categories[category]
        assert grade.median == round(median(grades.values()), 1) and grade.highest == round(max(grades.values()), 1)
        assert grades[grade.highest_id] == max(grades.values())
    assert found.broken == () and sum(found.categories.values()) == len(library.scripts)


def test_a_grade_follows_its_text(library):
    easy, hard = (script("tapering/a", Say=f"- {said}\n" * 10) for said in ("We can stop.", "Pharmacological considerations necessitate multidisciplinary deliberation."))
    grades = [coverage([row(one)], library(one), TODAY).grades["tapering"].highest for one in (easy, hard, easy)]
    assert grades[0] == grades[2] < grades[1]


def test_an_empty_library_has_nothing_and_lacks_everything(library, taxonomy):
    found = coverage([], library(), TODAY)
    assert found.scripts == 0 and len(found.thin) == len(taxonomy.situations) and found.grades["tapering"].median is None


def test_the_curator_counts_what_stands_in_its_folder(tmp_path):
    desk = curator(tmp_path)
    put(desk.settings.corpus, script_text(id="repair/broken", situations="[no_such]"))
    desk.live.replace(["repair/broken"])
    desk.step(BEN, ITEM, "approve", desk.step(ADA, ITEM, "submit", base(desk)).digest)
    desk.files.path(ITEM).write_text(set_values(desk.files.read(ITEM), {"review_by": date.today()}), encoding="utf-8")
    desk.live.replace([ITEM])
    desk.desk.count_shown([ITEM])
    Ratings(tmp_path / "data").add([(ITEM, 1)] * 3, "down", None)
    found = desk.coverage(ADA)
    assert [one.id for one in found.due] == [ITEM] == [one.id for one in found.poor]
    assert [one.id for one in found.broken] == ["repair/broken"] and [one.id for one in found.never_shown] == ["safety/in-withdrawal"]
    assert found.statuses["reviewed"] == 1
