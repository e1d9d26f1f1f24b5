"""The library that ships: how much of everything there must be, and that what the seed papers name has its scripts."""

import re
from collections import Counter

from coach.library import corpus
from coach.library.frontmatter import shown
from tests.making import CORPUS

LIBRARY = corpus.load(CORPUS)
SCRIPTS = list(LIBRARY.scripts.values())
ROWS = [line for line in (CORPUS / "coverage.md").read_text(encoding="utf-8").splitlines() if re.match(r"\| (?!what |---)", line)]


def test_there_are_a_hundred_and_fifty_scripts_eight_a_category_and_two_a_situation() -> None:
    assert len(SCRIPTS) >= 150
    categories = Counter(script.category for script in SCRIPTS)
    assert {name: categories[name] for name in LIBRARY.taxonomy.categories if categories[name] < 8} == {}
    situations = Counter(tag for script in SCRIPTS for tag in script.situations)
    assert {name: situations[name] for name in LIBRARY.taxonomy.situations if situations[name] < 2} == {}


def test_every_need_and_skill_is_served() -> None:
    assert set(LIBRARY.taxonomy.needs) == {need for script in SCRIPTS for need in script.needs}
    assert set(LIBRARY.taxonomy.skills) == {skill for script in SCRIPTS for skill in script.skills}


def test_everything_the_seeds_name_has_a_script_that_exists() -> None:
    assert len(ROWS) >= 50
    for row in ROWS:
        named = re.findall(r"[a-z_]+/[a-z0-9-]+", row)
        assert named, shown(row)
        assert [name for name in named if name not in LIBRARY.scripts] == []


def test_every_script_was_attacked_by_another_reader_and_answered_by_its_author() -> None:
    import csv

    with (CORPUS / "reviews.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["script_id"] for row in rows} == set(LIBRARY.scripts)
    assert all(row["question"] in set("12345678") and row["objection"].strip() and row["change"].strip() and row["answer"].strip() for row in rows)


def test_whoever_owns_no_script_does_not_stand_as_its_reviewer() -> None:
    assert {script.status for script in SCRIPTS} == {"draft"}
    assert {script.reviewed_by for script in SCRIPTS} == {None}
