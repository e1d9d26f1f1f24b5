"""What is counted over the whole library is counted anew only for what changed."""

import pytest

from coach.curate import grades as module
from coach.curate.grades import FILE, Grades
from coach.curate.listing import Listing
from coach.library import corpus
from coach.library.quality import reading_grade
from tests.making import corpus_folder, generated, put, script_text


@pytest.fixture
def folder(tmp_path):
    return corpus_folder(tmp_path, [generated(number) for number in range(6)])


def test_after_a_save_only_the_row_of_that_script_is_made_anew(folder):
    listing, before = Listing(), corpus.load(folder)
    rows = {each.id: each for each in listing._of(before)}
    put(folder, generated(2, seed=8))
    (folder / "scripts/tapering/made-4.md").unlink()
    after = corpus.reread(before, folder, [folder / f"scripts/tapering/made-{number}.md" for number in (2, 4)])
    anew = {each.id: each for each in listing._of(after)}
    assert {name for name in anew if anew[name] is not rows[name]} == {"tapering/made-2", "tapering/made-5"}, "changed, and the one that named what is gone"
    assert set(rows) - set(anew) == {"tapering/made-4"}
    assert listing._of(after) == Listing()._of(after), "and the table is the one that is made from nothing"


def test_a_row_whose_problems_change_is_made_anew_though_its_script_did_not(tmp_path):
    """A lone script need name no other in avoid_when; from the second on it should."""
    folder = corpus_folder(tmp_path, [script_text(avoid_when="The patient is in withdrawal now.")])
    listing, before = Listing(), corpus.load(folder)
    assert [each.values["problems"] for each in listing._of(before)] == [0]
    path = put(folder, script_text(id="safety/in-withdrawal", title="Sick from too little", avoid_when="Nothing hurts. Use tapering/first-mention instead."))
    after = corpus.reread(before, folder, [path])
    assert after.scripts["tapering/first-mention"] is before.scripts["tapering/first-mention"]
    assert {each.id: each.values["problems"] for each in listing._of(after)} == {"tapering/first-mention": 1, "safety/in-withdrawal": 0}


def test_grades_are_those_of_the_scripts_and_read_once(folder, tmp_path, taxonomy, monkeypatch):
    scripts = list(corpus.load(folder).scripts.values())
    wanted = [reading_grade(script, taxonomy) for script in scripts]
    assert Grades(tmp_path / "cache").of(scripts, taxonomy) == wanted
    read = []
    monkeypatch.setattr(module.quality, "reading_grade", lambda script, taxonomy: read.append(script.id) or reading_grade(script, taxonomy))
    again = Grades(tmp_path / "cache")
    assert again.of(scripts, taxonomy) == wanted and read == [], "kept for the next start"
    put(folder, generated(2, seed=8))
    changed = list(corpus.load(folder).scripts.values())
    assert again.of(changed, taxonomy) == [reading_grade(script, taxonomy) for script in changed] and read == ["tapering/made-2"]


def test_grades_made_in_another_way_or_that_cannot_be_read_are_made_anew(folder, tmp_path, taxonomy, monkeypatch):
    scripts = list(corpus.load(folder).scripts.values())
    wanted = Grades(tmp_path / "cache").of(scripts, taxonomy)
    kept = (tmp_path / "cache" / FILE).read_text()
    for damage in (kept[:-9], "[]", "{}", kept.replace('"grades": {', '"grades": ['), kept.replace('"made_from": "', '"made_from": "0')):
        (tmp_path / "cache" / FILE).write_text(damage)
        assert Grades(tmp_path / "cache").of(scripts, taxonomy) == wanted
    (tmp_path / "file").write_text("a file where a folder belongs")
    assert Grades(tmp_path / "file").of(scripts, taxonomy) == Grades().of(scripts, taxonomy) == wanted
    (tmp_path / "cache" / FILE).write_text(kept.replace(f": {wanted[0]}", ": 99.0"))
    assert Grades(tmp_path / "cache").of(scripts, taxonomy)[0] == 99.0, "what is kept is believed"
    monkeypatch.setattr(module, "_way", lambda: "another program")
    assert Grades(tmp_path / "cache").of(scripts, taxonomy) == wanted
