"""The beginning: the first script of an empty library, and what a template leaves to be written."""

import pytest

from coach.curate import templates
from coach.curate.check import check
from coach.errors import CurateError
from coach.library import corpus as library
from coach.library.quality import load_style
from coach.store.changes import digest_of
from tests.curate.desk import ADA, curator
from tests.making import BODY, CORPUS, corpus_folder, made, path_of, row_of, script_text

FIRST, SECOND = "tapering/first-mention", "safety/in-withdrawal"
LONE = script_text(avoid_when="The patient is in withdrawal now.")
NAMES = "avoid_when should name, by its id, the script to use instead"


def second(avoid_when):
    return script_text(id=SECOND, title="Sick from too little", avoid_when=avoid_when)


@pytest.fixture
def empty(tmp_path):
    corpus = corpus_folder(tmp_path, [LONE])
    (corpus / f"scripts/{FIRST}.md").unlink()
    return curator(tmp_path)


def of_names(problems):
    return [problem for problem in problems if NAMES in problem.message]


def test_the_first_script_can_be_saved_though_there_is_no_other_to_name(empty):
    found = empty.check(ADA, LONE)
    assert found.can_save
    assert [one.message for one in found.findings if not one.blocks and "the first script" in one.message]
    empty.save(ADA, LONE, None)
    assert set(empty.library.scripts) == {FIRST} and not empty.library.problems
    assert empty.check(ADA, LONE, FIRST).can_save, "nor to itself"


def test_from_the_second_on_another_is_named_and_the_first_is_shown_until_it_does(empty):
    empty.save(ADA, LONE, None)
    with pytest.raises(CurateError, match=NAMES):
        empty.save(ADA, second("Nothing hurts now."), None)
    empty.save(ADA, second(f"Nothing hurts now. Use {FIRST} instead."), None)
    for now in (empty.library, library.load(empty.settings.corpus)):
        assert set(now.scripts) == {FIRST, SECOND}, "the first is still found"
        assert [problem.path for problem in of_names(now.problems)] == [f"corpus/scripts/{FIRST}.md"]
    found = empty.check(ADA, empty.files.read(FIRST), FIRST)
    assert not found.can_save and of_names(found.findings) and not [one for one in found.findings if "the first script" in one.message]
    with pytest.raises(CurateError, match=NAMES):
        empty.save(ADA, empty.files.read(FIRST).replace("not alone", "never alone"), digest_of(empty.files.read(FIRST)), FIRST)


def blank(part, written):
    return [problem.message for problem in problems(**{part: written}) if "nothing is written here" in problem.message]


def problems(**changes):
    from coach.library.taxonomy import load_sources, load_taxonomy
    from coach.library.validate import validate

    return validate(made(**changes), load_taxonomy(CORPUS), load_sources(CORPUS))


@pytest.mark.parametrize(
    ("part", "written"),
    [
        ("Then", '- Agree on one next step.\n- Note: "__."'),
        ("Then", '- Note: "__, __; ____."\n- Note: "Patient said __."'),
        ("Say", BODY["Say"] + "\n- __."),
        ("If_you_say_one_thing", "- __"),
        ("Check_first", "- __"),
        ("Do_not_say", BODY["Do not say"] + '\n- "__" __.'),
        ("If_they_say", BODY["If they say"] + '\n\n> "__"\n- I hear you.'),
        ("If_they_say", BODY["If they say"] + '\n\n> "Why?"\n- __'),
        ("Why_it_works", "__."),
        ("title", '"__"'),
        ("use_when", '"__"'),
        ("avoid_when", '"__"'),
        ("asks", '["one way", "two ways", "three ways", "four ways", "five ways", "__"]'),
    ],
)
def test_a_blank_alone_is_nothing_written(part, written):
    assert len(blank(part, written)) == 1


def test_blanks_among_words_are_what_a_note_is_made_of():
    for then in ('- Note: "__ said no."', "- Note: patient said __", '- Note: "Talked; next visit __."'):
        assert not problems(Then=f"- Agree on one next step.\n{then}")


def test_a_templates_own_note_is_not_taken_for_one(taxonomy, sources):
    then = templates.new("tapering", "x", "X", taxonomy).split("## Then\n")[1].split("\n\n")[0]
    found = check(script_text(Then=then), path_of(), taxonomy, sources, load_style(CORPUS), {SECOND})
    assert [(one.row, one.message) for one in found.findings if one.blocks] == [(row_of(script_text(Then=then), "__"), found.findings[0].message)]
    assert "nothing is written here" in found.findings[0].message
