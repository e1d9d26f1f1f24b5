"""Search on a real Chroma index: ranks fused, filters, retired scripts, the overlay of saved scripts, and BM25 alone."""

import random
import threading
from dataclasses import replace

import numpy as np
import pytest

from coach.library import index
from coach.library.parse import parse
from coach.library.passages import passages
from coach.library.search import DEEP, MOST_WINDOWS, WINDOW, Filters, K, Search, fuse, windows
from tests.making import Words, generated, made, path_of

PLAIN = {"If_you_say_one_thing": "- Yes.", "Say": "- Well.", "If_they_say": '> "No."\n- Yes.'}


def script(name, asks, category="tapering", **changes):
    listed = "".join(f"\n  - {ask}" for ask in asks)
    return made(**{"id": f"{category}/{name}", "title": f"About {name}", "use_when": f"Use for {name}.", "asks": listed, **PLAIN, **changes})


SCRIPTS = [
    script("refill", ["early refill of oxycodone", "ran out a week early"], situations="[early_refill]"),
    script("test", ["unexpected urine result", "cocaine in the drug screen"], category="monitoring", situations="[unexpected_drug_test]"),
    script("garden", ["wants to dig in the garden again", "goals beyond the pain score"], category="function_values_goals", status="in_review", situations="[goal_setting]"),
    script("night", ["cannot sleep because of pain", "awake all night"], category="nonopioid_options", situations="[sleep, flare]"),
]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    with_words = index.open_or_build(folder, passages(SCRIPTS), Words())
    yield with_words
    with_words.close()


@pytest.fixture
def search(base, words):
    return Search(SCRIPTS, base, words)


def ids(found):
    return [hit.script_id for hit in found.hits]


@pytest.mark.parametrize(
    ("text", "first", "why"),
    [
        ("early refill of oxycodone", "tapering/refill", "early refill of oxycodone"),
        ("cocaine in the drug screen", "monitoring/test", "cocaine in the drug screen"),
        ("About garden", "function_values_goals/garden", "About garden"),
        ("awake all night", "nonopioid_options/night", "awake all night"),
    ],
)
def test_the_script_that_fits_comes_first_once_and_says_why(search, text, first, why):
    found = search.find(text, n=4)
    assert ids(found)[0] == first
    assert len(set(ids(found))) == len(found.hits)
    assert found.hits[0].why == why
    assert found.hits[0].score == 1.0, "first in both searches"
    assert found.hits[0].cosine == pytest.approx(1.0, abs=1e-3)
    assert found.fits


def test_ranks_are_fused_by_their_reciprocals():
    """DESIGN section 6; equal scores share a rank, a run that found nothing does not count."""
    scores = fuse([{"a": 0.9, "b": 0.8}, {"b": 5.0, "c": 4.0}, {}])
    most = 2 / (K + 1)
    expected = {"a": 1 / (K + 1), "b": 1 / (K + 2) + 1 / (K + 1), "c": 1 / (K + 2)}
    assert scores == {name: round(score / most, 4) for name, score in expected.items()}
    tied = fuse([{"a": 1.0, "b": 1.0, "c": 0.5}])
    assert tied["a"] == tied["b"] == round((1 / (K + 1.5)) * (K + 1), 4)
    assert fuse([{"a": 1.0}, {"a": 2.0}]) == {"a": 1.0}


def test_scripts_written_for_what_is_present_move_up(search):
    plain = ids(search.find("pain pain early night", n=4))
    with_tag = ids(search.find("pain pain early night", n=4, situations={"sleep"}))
    assert with_tag.index("nonopioid_options/night") <= plain.index("nonopioid_options/night")
    assert with_tag[0] == "nonopioid_options/night"


def test_n_is_how_many_come_back(search):
    assert [len(search.find("pain pain early night", n=n).hits) for n in (0, 1, 2, -1)] == [0, 1, 2, 0]


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (Filters(category="monitoring"), {"monitoring/test"}),
        (Filters(situation="sleep"), {"nonopioid_options/night"}),
        (Filters(status="in_review"), {"function_values_goals/garden"}),
        (Filters(category="tapering", situation="early_refill", status="draft"), {"tapering/refill"}),
        (Filters(category="tapering", situation="sleep"), set()),
        (Filters(category="nowhere"), set()),
        (Filters(status="retired"), set()),
    ],
)
def test_filters_keep_only_what_they_name(search, filters, kept):
    assert set(ids(search.find("pain early refill urine garden night", n=9, filters=filters))) == kept


def test_a_filter_reaches_scripts_beyond_the_deepest_unfiltered_hit():
    """Were the best passages taken first and filtered then, a crowd of better ones would hide the only one allowed."""
    crowd = [script(f"crowd-{n}", [f"early refill number {n} {m}" for m in range(4)]) for n in range(DEEP // 2)]
    lone = script("lone", ["a refill"], category="monitoring")
    search = Search([*crowd, lone], None, None)
    assert ids(search.find("early refill number", filters=Filters(category="monitoring"))) == ["monitoring/lone"]


@pytest.mark.parametrize("filters", [Filters(), Filters(status="retired"), Filters(category="tapering")])
@pytest.mark.parametrize("with_base", [True, False])
def test_a_retired_script_is_never_found(tmp_path, words, filters, with_base):
    """Not even when the index was built with it, and not when retired ones are asked for."""
    retired = replace(SCRIPTS[0], status="retired")
    base = index.open_or_build(tmp_path, passages([retired, *SCRIPTS[1:]]), words) if with_base else None
    search = Search([retired, *SCRIPTS[1:]], base, words)
    assert "tapering/refill" not in ids(search.find("early refill of oxycodone", n=9, filters=filters))
    assert "tapering/refill" not in ids(search.replaced({retired.id: retired}).find("early refill of oxycodone", n=9, filters=filters))
    if base:
        base.close()


def test_a_saved_script_is_found_at_once_and_the_base_is_not_touched(search, base):
    new = script("trip", ["going on a boat trip next month"])
    before = base.count
    after = search.replaced({new.id: new})
    hit = after.find("going on a boat trip next month").hits[0]
    assert (hit.script_id, hit.score) == ("tapering/trip", 1.0)
    assert base.count == before
    assert "tapering/trip" not in ids(search.find("going on a boat trip next month", n=9))


def test_a_changed_script_is_found_by_its_new_words_and_no_longer_by_the_old(search):
    changed = script("refill", ["dog ate the tablets", "ran out a week early"], situations="[early_refill]")
    after = search.replaced({changed.id: changed})
    assert after.find("dog ate the tablets").hits[0].script_id == "tapering/refill"
    old = [hit for hit in after.find("early refill of oxycodone", n=9).hits if hit.script_id == "tapering/refill"]
    assert all(hit.why != "early refill of oxycodone" and hit.cosine < 0.9 for hit in old)


def test_a_removed_script_is_gone_at_once(search):
    after = search.replaced({"tapering/refill": None})
    assert "tapering/refill" not in ids(after.find("early refill of oxycodone", n=9))


def test_a_script_retired_in_the_overlay_is_gone_at_once(search):
    after = search.replaced({"tapering/refill": replace(SCRIPTS[0], status="retired")})
    assert "tapering/refill" not in ids(after.find("early refill of oxycodone", n=9))


@pytest.mark.parametrize("change", [{"status": "in_review"}, {"situations": ("lost_or_stolen",)}])
def test_a_script_whose_text_stays_the_same_keeps_its_vectors(search, words, change):
    """Only its status or tags changed: it must be found as before, by meaning too, under its new tags, and cost nothing."""
    after = search.replaced({"tapering/refill": replace(SCRIPTS[0], **change)})
    assert words.seen == []
    hit = after.find("early refill of oxycodone").hits[0]
    assert (hit.script_id, hit.score) == ("tapering/refill", 1.0)
    assert hit.cosine == pytest.approx(1.0, abs=1e-3)
    filters = Filters(status=change.get("status"), situation=change.get("situations", (None,))[0])
    assert ids(after.find("early refill of oxycodone", filters=filters))[0] == "tapering/refill"


def test_only_words_never_seen_before_are_encoded(search, words):
    """One ask is put in front, so that all that follow change their number but not their text."""
    changed = script("refill", ["dog ate the tablets", "early refill of oxycodone", "ran out a week early"], situations="[early_refill]")
    after = search.replaced({changed.id: changed})
    assert words.seen == ["dog ate the tablets"]
    again = after.replaced({changed.id: changed})
    assert words.seen == ["dog ate the tablets"]
    assert again.find("dog ate the tablets").hits[0].script_id == "tapering/refill"


def test_what_was_removed_does_not_crowd_out_what_stays(tmp_path, words):
    """More removed passages are nearer to the text than Chroma is asked for; the one that stays must be reached all the same."""
    crowd = [script(f"crowd-{n}", ["the very same words" + "!" * m for m in range(5)]) for n in range(DEEP // 2)]
    lone = script("lone", ["the very same"])
    assert sum(len(each.asks) for each in crowd) > 2 * DEEP, "so that asking once more deeply is not enough"
    base = index.open_or_build(tmp_path, passages([*crowd, lone]), words)
    after = Search([*crowd, lone], base, words).replaced({each.id: None for each in crowd})
    assert after.find("the very same words").hits[0].cosine > 0.8
    base.close()


def test_vectors_that_are_handed_in_are_not_made_again(search, words):
    changed = script("refill", ["dog ate the tablets", "cat ate them too"], situations="[early_refill]")
    ready = search.encoded({changed.id: changed}, {passages([changed])[2].key: np.ones(64, dtype=np.float32) / 8})
    assert words.seen == ["cat ate them too"]
    after = search.replaced({changed.id: changed}, {**ready, passages([changed])[2].key: np.ones(64, dtype=np.float32) / 8})
    assert words.seen == ["cat ate them too"]
    assert after.find("cat ate them too").hits[0].cosine == pytest.approx(1.0, abs=1e-3)


def test_a_change_that_is_undone_leaves_no_trace(search):
    changed = script("refill", ["dog ate the tablets"], situations="[lost_or_stolen]")
    asked = ["early refill of oxycodone", "dog ate the tablets", "pain pain early night"]
    away = search.replaced({changed.id: changed, "monitoring/test": None})
    assert away.layers.differs
    back = away.replaced({script.id: script for script in SCRIPTS})
    assert not back.layers.differs
    for text in asked:
        assert back.find(text, 9, situations={"early_refill"}) == search.find(text, 9, situations={"early_refill"})
        assert away.find(text, 9) != search.find(text, 9)


def test_the_overlay_finds_what_a_search_built_anew_finds(tmp_path, words):
    """Scripts are changed, made, retired, tagged anew and removed, one after the other; then every question has the answer that a fresh index gives."""
    scripts = {script.id: script for script in map(made_of, range(60))}
    base = index.open_or_build(tmp_path / "then", passages(scripts.values()), words)
    after = Search(list(scripts.values()), base, words)
    chance = random.Random(8)
    for step in range(40):
        name = chance.choice(sorted(scripts))
        change = chance.choice(["text", "text", "new", "retired", "tags", "gone"])
        other = made_of(1_000 + step)
        if change == "new":
            name, scripts[other.id] = other.id, other
        elif change == "gone":
            del scripts[name]
        else:
            new = {"text": {"asks": other.asks, "say": other.say, "title": other.title}, "retired": {"status": "retired"}, "tags": {"situations": ("sleep", "stuck")}}[change]
            scripts[name] = replace(scripts[name], **new)
        after = after.replaced({name: scripts.get(name)})
    live = [script for script in scripts.values() if script.status != "retired"]
    anew_base = index.open_or_build(tmp_path / "now", passages(live), words)
    anew = Search(live, anew_base, words)
    asked = [text for script in live for text in (script.asks[0], f"{script.title} and {script.use_when}")]
    same_first = same_three = 0
    for text in asked:
        for filters in (Filters(), Filters(situation="sleep")):
            ours, theirs = after.find(text, 10, filters, ("stuck",)), anew.find(text, 10, filters, ("stuck",))
            assert ours.fits == theirs.fits
            best = {hit.script_id: hit for hit in theirs.hits}
            for hit in ours.hits[:3]:
                if hit.script_id in best:
                    assert hit.bm25 == pytest.approx(best[hit.script_id].bm25, rel=0.02), "only the mean length of a script is still the base's"
                    assert hit.cosine == pytest.approx(best[hit.script_id].cosine, abs=1e-3)
            same_first += ids(ours)[:1] == ids(theirs)[:1]
            same_three += set(ids(ours)[:3]) == set(ids(theirs)[:3])
        both = [after._nearest(ours.vector, Filters()), anew._nearest(ours.vector, Filters())]
        assert list(map(len, both)) == [DEEP, DEEP], "the nearest of both layers, and no deeper"
        clear = [{p.id for p, cosine in found if cosine > both[1][-1][1] + 1e-3} for found in both]  # at the edge many are equally near
        assert len(clear[0] ^ clear[1]) <= 2, "but for what Chroma misses"
        near = {p.id: cosine for p, cosine in after.pushbacks_near(ours.vector, [live[0].id, live[-1].id])}
        assert near == pytest.approx({p.id: cosine for p, cosine in anew.pushbacks_near(ours.vector, [live[0].id, live[-1].id])}, abs=1e-3)
    tags = ("stuck", "taper_start")
    assert after.layers.written_for(tags, [script.id for script in live]) == anew.layers.written_for(tags, [script.id for script in live])
    assert same_first >= 0.99 * 2 * len(asked)
    assert same_three >= 0.9 * 2 * len(asked), 'scripts that share no word but "it" with the question stand as good as tied'
    base.close()
    anew_base.close()


def made_of(number):
    return parse(generated(number), path_of(f"tapering/made-{number}"))[0]


def test_a_replacement_shares_the_base_with_the_state_before(search):
    """What makes it cheap: neither word index nor passages nor vectors of the other scripts are made again."""
    after = search.replaced({"tapering/refill": None, "tapering/trip": script("trip", ["going on a boat trip"])})
    assert after.layers.base is search.layers.base
    assert set(after.layers.changed) == {"tapering/trip"}
    assert after.holds("tapering/trip")
    assert not after.holds("tapering/refill")
    assert search.holds("tapering/refill")


def test_an_empty_library_takes_in_its_first_scripts(tmp_path, words):
    base = index.open_or_build(tmp_path, [], words)
    search = Search([], base, words)
    assert search.find("early refill of oxycodone").hits == []
    after = search.replaced({script.id: script for script in SCRIPTS})
    for text, first in (("early refill of oxycodone", "tapering/refill"), ("cocaine in the drug screen", "monitoring/test")):
        assert ids(after.find(text))[0] == first
        assert ids(Search([], None, None).replaced({script.id: script for script in SCRIPTS}).find(text))[0] == first
    base.close()


def test_a_failing_encoder_leaves_the_search_by_words(search):
    class Broken(Words):
        def encode(self, texts):
            raise RuntimeError("no memory")

    broken = Search(SCRIPTS, search.base, Broken())
    new = script("trip", ["going on a boat trip"])
    assert ids(broken.find("early refill of oxycodone"))[0] == "tapering/refill"
    assert broken.find("early refill of oxycodone").vector is None
    assert ids(broken.replaced({new.id: new}).find("going on a boat trip"))[0] == "tapering/trip"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_vector_that_is_no_number_is_not_searched_with(search, value):
    class Odd(Words):
        def encode(self, texts):
            return np.full((len(texts), 64), value, dtype=np.float32)

    found = Search(SCRIPTS, search.base, Odd()).find("early refill of oxycodone")
    assert ids(found)[0] == "tapering/refill"
    assert found.vector is None


def test_an_index_that_fails_leaves_the_search_by_words(tmp_path, words):
    base = index.open_or_build(tmp_path, passages(SCRIPTS), words)
    search = Search(SCRIPTS, base, words)
    base.close()
    found = search.find("early refill of oxycodone")
    assert ids(found)[0] == "tapering/refill"
    assert search.pushbacks_near(found.vector, ["tapering/refill"]) == []


def test_without_an_encoder_words_alone_answer():
    search = Search(SCRIPTS, None, None)
    found = search.find("early refill of oxycodone, ran out a week early")
    assert ids(found)[0] == "tapering/refill"
    assert found.hits[0].score == 1.0
    assert found.hits[0].cosine == 0.0
    assert found.vector is None


@pytest.mark.parametrize("text", ["", " ", "zzz", "\x00", "{}[]|", "the of and", "x" * 1_000_000, "ü" * 10, "\ud800"])
def test_any_text_gets_an_answer_or_none_and_never_an_error(search, text):
    assert isinstance(search.find(text).fits, bool)
    assert Search(SCRIPTS, None, None).find(text).hits == []


def test_an_empty_library_finds_nothing(words):
    found = Search([], None, words).find("early refill")
    assert (found.hits, found.fits) == ([], False)


def test_what_is_far_from_every_script_does_not_fit(search):
    assert not search.find("quarterly tax return spreadsheet macro").fits


def test_a_short_text_is_one_window_and_a_long_one_a_few_that_reach_its_end():
    assert windows("one two") == ["one two"]
    words = [f"w{n}" for n in range(5_000)]
    for length in (WINDOW, WINDOW + 1, 300, 5_000):
        pieces = windows(" ".join(words[:length]))
        assert 1 <= len(pieces) <= MOST_WINDOWS
        assert all(len(piece.split()) <= WINDOW for piece in pieces)
        assert pieces[0].startswith("w0 ")
        assert pieces[-1].endswith(f"w{length - 1}")
    covered = {word for piece in windows(" ".join(words[:500])) for word in piece.split()}
    assert covered == set(words[:500])


@pytest.mark.parametrize("before", [0, 400, 5_000])
def test_what_matters_is_found_wherever_it_stands_in_a_long_story(search, before):
    text = " ".join(["weather"] * before + ["early refill of oxycodone ran out a week early"] + ["weather"] * 200)
    assert search.find(text).hits[0].script_id == "tapering/refill"


def test_the_pushbacks_of_the_scripts_on_the_screen_are_compared(tmp_path, words):
    scripts = [script("one", ["x"], If_they_say='> "Then I buy them on the street."\n- No.\n\n> "You do not care."\n- I do.'), SCRIPTS[1]]
    base = index.open_or_build(tmp_path, passages(scripts), words)
    search = Search(scripts, base, words)
    near = search.pushbacks_near(words.encode_query("then I buy them on the street"), ["tapering/one"])
    assert [passage.text for passage, _ in near] == ["Then I buy them on the street.", "You do not care."]
    assert near[0][1] == pytest.approx(1.0, abs=1e-3)
    assert search.pushbacks_near(words.encode_query("x"), []) == []
    changed = search.replaced({"tapering/one": script("one", ["x"], If_they_say='> "I will find another doctor."\n- No.')})
    assert [p.text for p, _ in changed.pushbacks_near(words.encode_query("x"), ["tapering/one"])] == ["I will find another doctor."]
    base.close()


def test_several_threads_find_what_one_finds(search):
    asked = ["early refill of oxycodone", "cocaine in the drug screen", "awake all night", "About garden"]
    expected = {text: search.find(text) for text in asked}
    wrong = []

    def ask():
        for _ in range(15):
            wrong.extend(text for text in asked if search.find(text) != expected[text])

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.integration
def test_a_clinicians_own_way_of_asking_finds_the_script_it_was_written_for():
    """The whole path for real: corpus, MiniLM, Chroma, BM25, over the index that the app uses. Nearly every ask should find its own script among the first three."""
    from coach.library import corpus
    from coach.models.embeddings import Embedder
    from coach.settings import load_settings, quiet_libraries
    from tests.making import CORPUS

    quiet_libraries()
    settings, live = load_settings(), corpus.load(CORPUS).live
    encoder = Embedder(settings)
    base = index.open_or_build(settings.index_dir, passages(live), encoder)
    search = Search(live, base, encoder)
    found = [item.id in ids(search.find(f"so {ask} and I have ten minutes", n=3)) for item in live for ask in item.asks[::5]]
    base.close()
    assert len(found) > 300 and sum(found) / len(found) >= 0.97, sum(found) / len(found)
