"""Lines nearly said elsewhere are found as the library check finds them, however often the library changes."""

import random
import time

import pytest

from coach.curate.likeness import Likeness
from coach.library import corpus
from coach.library.near import near_lines
from coach.library.parse import parse
from tests.making import CORPUS, generated, made, path_of

SAY = "- You have carried this pain for such a long time now.\n"


def like(number, words="for such a long time now"):
    return made(id=f"tapering/n-{number}", Say=SAY.replace("for such a long time now", words) + "- You matter.\n" * 9)


def told(likeness, script):
    return {(one.row, one.likeness) for one in likeness.near(script)}


def test_it_finds_the_nearest_other_line_and_never_the_scripts_own():
    likeness = Likeness()
    likeness.follow({script.id: script for script in (like(1), like(2, "for such a very long time now"))})
    row = like(1).say[0].row
    assert [(one.other_id, 88 <= one.likeness < 100) for one in likeness.near(like(1)) if one.row == row] == [("tapering/n-2", True)]
    assert [(one.other_id, one.likeness) for one in likeness.near(like(3)) if one.row == row] == [("tapering/n-1", 100)]


def test_it_follows_what_is_changed_removed_and_put_back():
    likeness, chance = Likeness(), random.Random(3)
    scripts, asked = {}, like(99)
    for _ in range(60):
        number = chance.randrange(6)
        if chance.random() < 0.4:
            scripts.pop(f"tapering/n-{number}", None)
        else:
            script = like(number, chance.choice(["for such a long time now", "by yourself in the dark since spring", "for such a long long time now"]))
            scripts[script.id] = script
        likeness.follow(scripts)
        fresh = Likeness()
        fresh.follow(scripts)
        assert told(likeness, asked) == told(fresh, asked)


def test_it_finds_what_the_check_of_the_library_finds():
    library = corpus.load(CORPUS)
    copied = library.get("tapering/first-mention")
    text = (CORPUS.parent / copied.path).read_text(encoding="utf-8").replace("id: tapering/first-mention", "id: tapering/a-copy")
    twin, _ = parse(text, path_of("tapering/a-copy"))
    likeness = Likeness()
    likeness.follow(library.scripts)
    rows = {one.row for one in likeness.near(twin) if one.other_id == copied.id}
    by_library = {row for line, other in near_lines([copied, twin]) for row, script in ((line.row, line.script), (other.row, other.script)) if script is twin}
    assert by_library and by_library <= rows


def test_what_ships_repeats_nothing():
    library = corpus.load(CORPUS)
    likeness = Likeness()
    likeness.follow(library.scripts)
    assert [one for script in list(library.scripts.values())[::20] for one in likeness.near(script)] == []


@pytest.mark.timed
def test_it_answers_at_once_in_a_library_of_thousands():
    scripts = {script.id: script for number in range(1_000) if (script := parse(generated(number), path_of(f"tapering/made-{number}"))[0])}
    likeness = Likeness()
    likeness.follow(scripts)
    changed = dict(scripts) | {"tapering/made-7": made(id="tapering/made-7")}
    started = time.process_time()
    likeness.follow(changed)
    likeness.near(like(1))
    assert time.process_time() - started < 0.5
