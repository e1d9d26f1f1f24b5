"""What of a script is indexed."""

import pytest

from coach.library.lines import parse_line
from coach.library.passages import LINES_A_PASSAGE, of_script, passages, plain
from tests.making import CORPUS, made


def test_a_script_is_cut_into_title_use_asks_pushbacks_and_groups_of_lines():
    script = made()
    kinds = [passage.kind for passage in of_script(script)]
    assert kinds == ["title", "use_when", *["ask"] * 5, *["pushback"] * 3, "lines", "lines"]
    assert next(of_script(script)).text == script.title


def test_every_passage_carries_its_script_and_what_it_is_filtered_by():
    for passage in of_script(made(status="in_review")):
        assert (passage.script_id, passage.category, passage.status, passage.situations) == ("tapering/first-mention", "tapering", "in_review", ("taper_start", "fear_of_pain"))
        assert passage.id.startswith(f"tapering/first-mention#{passage.kind}-")


def test_ids_are_unique_and_the_order_is_stable():
    scripts = [made(), made(id="tapering/other")]
    ids = [passage.id for passage in passages(scripts)]
    assert len(set(ids)) == len(ids)
    assert ids == [passage.id for passage in passages(scripts)]


def test_every_spoken_line_to_every_patient_is_in_exactly_one_passage():
    script = made()
    text = " ".join(passage.text for passage in of_script(script) if passage.kind == "lines")
    for line in (script.one_thing, *script.say):
        assert text.count(plain(line)) >= 1
    groups = -(-(1 + len(script.say)) // LINES_A_PASSAGE)
    assert len([passage for passage in of_script(script) if passage.kind == "lines"]) == groups


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("(flare) It is bad. (softly)", "It is bad."),
        ("You miss {valued_activity}.", "You miss valued activity."),
        ("See you [{follow_up}|soon].", "See you soon."),
        ("See you[, {person} too].", "See you, person too."),
    ],
)
def test_a_line_is_indexed_as_it_reads_with_nothing_known(written, text):
    assert plain(parse_line(written)[0]) == text


def test_the_key_names_the_text_alone():
    first, second = (next(of_script(made(**changes))) for changes in ({}, {"id": "tapering/other", "status": "in_review"}))
    assert first.key == second.key
    assert first.key != next(of_script(made(title="Another"))).key


@pytest.mark.integration
def test_no_passage_of_the_corpus_is_cut_short_by_the_encoder(embedder):
    from coach.library import corpus

    long = [p.id for p in passages(corpus.load(CORPUS).live) if embedder.token_count(p.text) > embedder.max_tokens]
    assert long == []
