"""A corpus that changed while nobody ran: the former index is opened at once and what differs is laid over it, as after a save."""

import random
import shutil
import time

import pytest

from coach.advise.toolbox import Toolbox
from coach.library import corpus as library
from coach.library import index, opening
from coach.library.folders import HELD, current, pointed
from coach.library.opening import OVERLAY, open_search
from coach.library.passages import passages
from coach.library.search import Filters
from coach.live import Live
from tests.making import Words, corpus_folder, generated, put
from tests.test_live import wait_for

COUNT = 12


def texts(seed=7):
    return [generated(number, seed) for number in range(COUNT)]


def live(corpus):
    return library.load(corpus).live


@pytest.fixture
def corpus(tmp_path):
    """Twelve scripts, and (in tmp_path/index) the index of them."""
    made = corpus_folder(tmp_path, texts())
    index.open_or_build(tmp_path / "index", passages(live(made)), Words()).close()
    return made


def change(corpus):
    """One script changed, a pair removed, a pair added."""
    put(corpus, generated(3, seed=8))
    for number in (4, 5):
        (corpus / f"scripts/tapering/made-{number}.md").unlink()
    for number in (20, 21):
        put(corpus, generated(number))


def same(folder, before, now, search):
    """Whether the former index with the overlay finds what it finds after the same changes were saved one by one; an index of the corpus as it is finds the
    same first (only the mean length of a script, in the score of its words, is still the former's)."""
    then, anew = open_search(folder / "then", before, Words()), open_search(folder / "anew", now, Words())
    saved = then
    for name in sorted({script.id for script in (*before, *now)}):
        saved = saved.replaced({name: next((script for script in now if script.id == name), None)})
    for text in [*(script.asks[0] for script in (*before, *now)), "the garden7 of the river", "nothing of this"]:
        mine = search.find(text, 9)
        assert mine == saved.find(text, 9)
        assert (mine.fits, [(hit.script_id, hit.cosine) for hit in mine.hits[:1]]) == (anew.find(text).fits, [(hit.script_id, hit.cosine) for hit in anew.find(text, 1).hits])
    for each in (then, anew, search):
        each.base.close()
    return not anew.layers.differs


def test_what_changed_while_nobody_ran_is_found_over_the_former_index_as_over_a_new_one(corpus, tmp_path, words):
    before = live(corpus)
    change(corpus)
    there, told = pointed(tmp_path / "index"), []
    search = open_search(tmp_path / "index", live(corpus), words, lambda *step: told.append(step))
    assert pointed(tmp_path / "index") == there and search.base.folder == there, "no index was built"
    assert search.layers.differs
    now = live(corpus)
    new = {passage.text for passage in passages(now)} - {passage.text for passage in passages(before)}
    assert set(words.seen) == new and told[-1] == (len(new), len(new)), "only what no index holds was encoded, and told of"
    assert not search.holds("tapering/made-4") and search.holds("tapering/made-20")
    assert same(tmp_path, before, now, search)


def test_the_next_start_has_nothing_to_encode_until_more_changes(corpus, tmp_path):
    change(corpus)
    open_search(tmp_path / "index", live(corpus), first := Words()).base.close()
    assert len(first.seen) > 2 * opening.BATCH
    put(corpus, generated(6, seed=9))
    open_search(tmp_path / "index", live(corpus), second := Words()).base.close()
    assert second.seen and set(second.seen) <= {passage.text for passage in passages([script for script in live(corpus) if script.id == "tapering/made-6"])}
    open_search(tmp_path / "index", live(corpus), third := Words()).base.close()
    assert third.seen == []
    for path in (tmp_path / OVERLAY).rglob("*.npz"):
        path.write_bytes(b"no vectors")
    open_search(tmp_path / "index", live(corpus), fourth := Words()).base.close()
    assert fourth.seen, "a broken cache costs only time"


def test_a_corpus_that_did_not_change_is_opened_and_nothing_laid_over(corpus, tmp_path, words):
    search = open_search(tmp_path / "index", live(corpus), words)
    assert not search.layers.differs and words.seen == [] and not (tmp_path / OVERLAY).exists()
    search.base.close()


def other_encoder(folder):
    return Words("other")


def damaged(folder):
    next((pointed(folder)).glob("chroma-*/chroma.sqlite3")).write_bytes(b"damage")


def unknown(folder):
    (pointed(folder) / HELD).unlink()


def untrue(folder):
    path = pointed(folder) / HELD
    path.write_text(path.read_text(encoding="utf-8").replace("Tell me", "Tell us", 1), encoding="utf-8")


@pytest.mark.parametrize("doubt", [other_encoder, damaged, unknown, untrue])
def test_a_former_index_in_doubt_or_of_another_encoder_is_not_used(corpus, tmp_path, doubt):
    encoder = doubt(tmp_path / "index") or Words()
    change(corpus)
    told = []
    search = open_search(tmp_path / "index", live(corpus), encoder, lambda *step: told.append(step))
    assert not search.layers.differs
    assert current(tmp_path / "index") == index.digest_of(passages(live(corpus)), encoder.id)
    assert bool(told) == bool(encoder.seen) is True
    search.base.close()


def test_a_library_that_is_another_has_an_index_built(corpus, tmp_path, words):
    shutil.rmtree(corpus / "scripts")
    for text in texts(seed=30)[:10]:
        put(corpus, text)
    search = open_search(tmp_path / "index", live(corpus), words)
    assert not search.layers.differs and current(tmp_path / "index") == index.digest_of(passages(live(corpus)), words.id)
    search.base.close()


def test_when_every_script_changed_a_little_nothing_is_encoded_twice_and_none_of_the_former_is_found(corpus, tmp_path, words):
    before = live(corpus)
    for path in corpus.rglob("made-*.md"):
        path.write_text(path.read_text(encoding="utf-8").replace("status: draft", "status: in_review"), encoding="utf-8")
    there = pointed(tmp_path / "index")
    search = open_search(tmp_path / "index", live(corpus), words)
    assert words.seen == [] and search.base.folder == there and search.layers.standing == 0
    assert search.find(before[0].asks[0], 9, Filters(status="draft")).hits == []
    asked = []
    search.base.nearest = lambda *given: asked.append(given) or []
    assert search.find(before[0].asks[0], 1).hits[0].script_id == before[0].id and asked == [], "there is nothing in it to ask for"
    del search.base.nearest
    assert same(tmp_path, before, live(corpus), search)


def test_of_what_is_too_much_to_encode_at_once_the_ways_of_asking_come_first(corpus, tmp_path, words, monkeypatch):
    monkeypatch.setattr(opening, "AT_MOST", 0.0)
    change(corpus)
    search = open_search(tmp_path / "index", live(corpus), words)
    assert len(words.seen) == opening.BATCH
    for number in (3, 20, 21):
        script = next(script for script in live(corpus) if script.id == f"tapering/made-{number}")
        assert [(hit.script_id, hit.cosine) for hit in search.find(script.asks[0], 1).hits] == [(script.id, pytest.approx(1.0, abs=1e-3))]
    search.base.close()


class Fails(Words):
    def encode(self, texts):
        raise RuntimeError("no encoder")


def test_an_encoder_that_fails_leaves_what_is_new_to_its_words(corpus, tmp_path):
    change(corpus)
    search = open_search(tmp_path / "index", live(corpus), Fails())
    script = next(script for script in live(corpus) if script.id == "tapering/made-20")
    assert script.id in [hit.script_id for hit in search.find(script.asks[0], 12).hits]
    search.base.close()


@pytest.mark.parametrize("seed", range(3))
def test_any_changes_give_what_an_index_built_anew_gives(corpus, tmp_path, words, seed):
    chance, before = random.Random(seed), live(corpus)
    for number in chance.sample(range(COUNT), 5):
        pair = corpus / f"scripts/tapering/made-{number}.md"
        if chance.random() < 0.3:
            text = pair.read_text(encoding="utf-8").replace("status: draft", "status: retired")
            pair.write_text(text, encoding="utf-8")
        else:
            put(corpus, generated(number, seed=100 + seed))
    now = live(corpus)
    assert same(tmp_path, before, now, open_search(tmp_path / "index", now, words))


def test_a_server_builds_the_next_index_behind_and_a_single_question_does_not(corpus, tmp_path, words):
    change(corpus)
    there = pointed(tmp_path / "index")
    for serves in (False, True):
        read = library.load(corpus)
        state = Live(Toolbox(read, open_search(tmp_path / "index", read.live, words), None, None, {}, None, None, None), corpus, tmp_path / "index", quiet=0.05)
        if serves:
            state.watch()
            wait_for(lambda: not state.tools.search.layers.differs)  # noqa: B023
        else:
            time.sleep(0.3)
            assert pointed(tmp_path / "index") == there
        assert state.tools.search.holds("tapering/made-20") and not state.tools.search.holds("tapering/made-4")
        state.close()
    assert current(tmp_path / "index") == index.digest_of(passages(live(corpus)), words.id)
    assert len(words.seen) == len(set(words.seen)), "nothing is encoded twice"
