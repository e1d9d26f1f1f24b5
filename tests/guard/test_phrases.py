"""The language the rules are written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.guard.alerts import signs
from coach.guard.matcher import load, make_rule
from coach.guard.phrases import compile_phrase, parts
from coach.guard.reading import Reading, Spelling


def finds(phrase: str, text: str, **lists: list[str]) -> bool:
    reading = Reading(text)
    return any(compile_phrase(phrase, lists).pattern.search(reading.sentence(*span).text) for span in reading.sentences)


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("(kill|hurt) (himself|herself)", "she would kill herself", True),
        ("(kill|hurt) (himself|herself)", "she would kill him", False),
        ("give* away", "He gives, away", True),
        ("point ... living", "no point at all in living", True),
        ("point ... living", "point one two three four five six living", False),
        ("doesn't want", "he doesnt want it", True),
        ("not really? sure", "not sure", True),
        ("# mg", "take 7.5 mg", True),
        ("# mg", "take twenty mg", True),
        ("dead", "deadline", False),
        ("gun now", "a gun. Now", False),
    ],
)
def test_a_phrase_finds_what_it_says(phrase, text, found):
    assert finds(phrase, text) is found


def test_a_list_stands_for_its_words():
    assert finds("hurt <self>", "hurt themself", self=["himself", "themself"])


@pytest.mark.parametrize("phrase", ["(open", "...", "<nowhere> word", "#"])
def test_a_phrase_that_cannot_be_read_is_refused(phrase):
    with pytest.raises(ValueError, match=r"cannot be read|not closed"):
        compile_phrase(phrase)


def test_a_match_leads_back_to_what_was_typed():
    reading = Reading("Well. She’d KILL   herself, maybe.")
    sentence = reading.sentence(*reading.sentences[1])
    match = compile_phrase("kill herself").pattern.search(sentence.text)
    assert reading.as_typed(sentence, match.start(), match.end()) == "KILL   herself"


def test_a_misspelt_key_word_is_read_as_meant_and_a_real_word_stays():
    spelling = Spelling({"kill": ["kil"]}, ["suicidal", "overdose"], ["overdone"])
    assert [spelling.meant_by(word) for word in ("kil", "sucidal", "suicdial", "overdone", "suicidal", "cat")] == ["kill", "suicidal", "suicidal", None, None, None]


FILES = {name: load(name) for name in ("scope.yaml", "redlines.yaml")}
RULES = {name: (data["lists"], data.get("rules") or list(data["groups"].values())) for name, data in FILES.items()}
RULES |= {f"signs/{kind}.yaml": (signs().lists[kind], fields["rules"]) for kind, fields in signs().kinds.items()}


@pytest.mark.parametrize("name", RULES)
def test_every_phrase_of_every_file_can_be_read(name):
    lists, rules = RULES[name]
    for fields in rules:
        rule = make_rule("any", fields, lists)
        assert all(phrase.pattern and phrase.anchors for phrase in rule.find)
        assert all(phrase.pattern for phrase in rule.unless)
        assert fields["example"] and fields["not"]


@pytest.mark.parametrize(
    ("written", "alternatives"),
    [
        ("(kill|hurt)", ["kill", "hurt"]),
        ("(kill|(hurt|harm) bad*)", ["kill", "( hurt | harm ) bad*"]),
        ("(a|b) (c|d)", ["(a|b) (c|d)"]),
        ("kill (him|her)", ["kill (him|her)"]),
        ("((kill|harm)|hurt)", ["kill", "harm", "hurt"]),
    ],
)
def test_a_phrase_that_is_only_a_choice_is_taken_apart(written, alternatives):
    assert parts(written) == alternatives


WORDS = st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=12, unique=True)


@given(WORDS, st.text("abc", min_size=1, max_size=4))
def test_words_put_together_by_their_letters_match_just_those_words(words, said):
    pattern = compile_phrase(f"x ({'|'.join(words)}) y").pattern
    assert bool(pattern.search(f" x {said} y")) is (said in words)
