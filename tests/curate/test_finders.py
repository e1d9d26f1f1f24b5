"""Which questions would find a text that is being written, over a real index: places, what is pushed out, and nothing encoded twice."""

import pytest

from coach.curate.finders import FIRST, HELD, Finders, held_questions
from coach.library import index
from coach.library.passages import passages
from coach.library.search import Search
from tests.library.test_search import SCRIPTS, script

HELD_ONES = ["wants to dig in the garden before winter", "the kitchen is on fire"]
MORE = [script(f"more-{number}", [f"digs in the garden with {name}", f"garden talk of {name}"]) for number, name in enumerate(("quilts", "lanterns", "bicycles"))]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    from tests.making import Words

    made = index.open_or_build(tmp_path_factory.mktemp("index"), passages([*SCRIPTS, *MORE]), Words())
    yield made
    made.close()


@pytest.fixture
def search(base, words):
    return Search([*SCRIPTS, *MORE], base, words)


def test_its_own_questions_are_told_with_the_place_they_give_and_whom_they_push_out(search, tmp_path):
    mine = script("soil", ["digs in the garden with lanterns at night", "nobody asks this zyzzyva"])
    found = {one.text: one for one in Finders(tmp_path, HELD_ONES).questions(mine, search, [*SCRIPTS, *MORE])}
    first = found["digs in the garden with lanterns at night"]
    assert first.place in (1, 2) and first.before is None
    before = [hit.script_id for hit in search.find(first.text, FIRST).hits]
    after = [hit.script_id for hit in search.replaced({mine.id: mine}).find(first.text, FIRST).hits]
    assert first.displaces in set(before) - set(after) and mine.id in after
    assert "nobody asks this zyzzyva" in found, "one's own are told also when they find nothing"


def test_questions_of_others_and_held_ones_are_told_only_when_they_find_it(search, tmp_path):
    mine = script("soil", ["wants to dig in the garden again before winter"])
    found = {one.text: one for one in Finders(tmp_path, HELD_ONES).questions(mine, search, [*SCRIPTS, *MORE])}
    assert found["wants to dig in the garden before winter"].place and "the kitchen is on fire" not in found
    assert all(one.place or one.before for text, one in found.items() if text not in mine.asks)


def test_a_change_that_loses_a_question_says_so(search, tmp_path):
    changed = script("garden", ["something else altogether"], category="function_values_goals", title="Other", use_when="Other.")
    found = {one.text: one for one in Finders(tmp_path, ["wants to dig in the garden again"]).questions(changed, search, [*SCRIPTS, *MORE])}
    lost = found["wants to dig in the garden again"]
    assert lost.before == 1 and lost.place is None and lost.displaces is None


def test_what_the_index_holds_is_not_encoded_again_and_the_rest_once(search, words, tmp_path):
    mine = script("soil", ["digs in the garden"])
    Finders(tmp_path, HELD_ONES).questions(mine, search, [*SCRIPTS, *MORE])
    assert set(HELD_ONES) <= set(words.seen) and not {ask for one in MORE for ask in one.asks} & set(words.seen[: len(HELD_ONES)])
    counted = words.seen.count(HELD_ONES[1])
    Finders(tmp_path, HELD_ONES).questions(mine, search, [*SCRIPTS, *MORE])
    assert words.seen.count(HELD_ONES[1]) == 2 * counted - 1, "it is asked of both states again, and its vector is kept in the cache"


class Stopped(Exception):
    pass


def test_after_a_stop_reading_goes_on_where_it_was_and_says_how_far_it_is(search, words, tmp_path):
    held = [f"question {number} about the garden{number % 7}" for number in range(200)]
    mine, told = script("soil", ["digs in the garden"]), []

    def stop(done, of):
        told.append((done, of))
        if done > 100:
            raise Stopped

    with pytest.raises(Stopped):
        Finders(tmp_path, held).questions(mine, search, [*SCRIPTS, *MORE], stop)
    assert told == [(64, 200), (128, 200)]
    made = set(words.seen)
    words.seen.clear()
    found = Finders(tmp_path, held).questions(mine, search, [*SCRIPTS, *MORE], lambda *step: told.append(step))
    assert told[2:] == [(192, 200), (200, 200)], "what was read before counts as done"
    read = [text for text in words.seen[:72] if text in held]
    assert len(read) == 72 and not made & set(read), "a batch that was read is kept when one stops"
    assert Finders(tmp_path, held).questions(mine, search, [*SCRIPTS, *MORE], lambda *_: pytest.fail("nothing is left to read")) == found
    assert len(list((tmp_path / "questions").rglob("*.npz"))) == 1


def test_a_cache_that_is_broken_or_cannot_be_written_costs_only_time(search, tmp_path):
    mine = script("soil", ["digs in the garden"])
    wanted = Finders(tmp_path / "good", HELD_ONES).questions(mine, search, [*SCRIPTS, *MORE])
    for path in (tmp_path / "good/questions").rglob("*.npz"):
        path.write_bytes(b"no vectors")
    (tmp_path / "file").write_text("a file where a folder belongs")
    for cache in (tmp_path / "good", tmp_path / "file"):
        assert Finders(cache, HELD_ONES).questions(mine, search, [*SCRIPTS, *MORE]) == wanted


def test_without_an_encoder_its_own_questions_are_asked_by_their_words(tmp_path):
    mine = script("soil", ["zyzzyva in the soil"])
    found = Finders(tmp_path, HELD_ONES).questions(mine, Search(SCRIPTS, None, None), SCRIPTS)
    assert [(one.text, one.place) for one in found] == [("zyzzyva in the soil", 1)] and not list(tmp_path.iterdir())


def test_held_questions_are_only_those_that_may_be_looked_at(tmp_path):
    import json

    held, everything = held_questions(), [json.loads(line)["text"] for line in HELD.read_text(encoding="utf-8").splitlines()]
    assert 0.5 < len(held) / len(everything) < 0.7 and set(held) < set(everything)
    assert held_questions(tmp_path / "none.jsonl") == []
    (tmp_path / "bad.jsonl").write_text('{"id": "a"}\n', encoding="utf-8")
    assert held_questions(tmp_path / "bad.jsonl") == []
