"""The language the rules are written in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.guard.alerts import signs
from coach.guard.matcher import Finder, Matcher, load, make_rule
from coach.guard.phrases import Language, Phrase
from coach.guard.reading import Reading, Sentence, Spelling


def sentences_of(text: str) -> list[Sentence]:
    reading = Reading(text)
    return [reading.sentence(*span) for span in reading.sentences]


def phrase_of(written: str, **lists: list[str]) -> Phrase:
    return Language(lists).phrase(written)


def finds(phrase: str, text: str, **lists: list[str]) -> bool:
    return any(True for sentence in sentences_of(text) for _ in phrase_of(phrase, **lists).matches(sentence))


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
        ("(really?|very) sad", "sad", True),
        ("(really?|very) sad", "very, sad", True),
        ("really? (so|too)? sad", "he is too sad", True),
        ("really? (so|too)? sad", "he is really bad", False),
    ],
)
def test_a_phrase_finds_what_it_says(phrase, text, found):
    assert finds(phrase, text) is found


def test_a_list_stands_for_its_words():
    assert finds("hurt <self>", "hurt themself", self=["himself", "themself"])
    assert finds("<hurt>", "hurt themself", self=["himself", "themself"], hurt=["hurt <self>"])


@pytest.mark.parametrize("phrase", ["(open", "...", "<nowhere> word", "#"])
def test_a_phrase_that_cannot_be_read_is_refused(phrase):
    with pytest.raises(ValueError, match=r"cannot be read|not closed"):
        phrase_of(phrase)


def test_a_list_that_names_itself_is_refused():
    with pytest.raises(ValueError, match="cannot be read"):
        phrase_of("hurt <one>", one=["<two>"], two=["<one>"])


def test_a_match_leads_back_to_what_was_typed():
    reading = Reading("Well. She’d KILL   herself, maybe.")
    sentence = reading.sentence(*reading.sentences[1])
    (match,) = phrase_of("kill herself").matches(sentence)
    assert reading.as_typed(sentence, *match) == "KILL   herself"


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
        assert all(phrase.pattern for phrase in rule.unless.phrases)
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
    assert [part.pattern for part in Language().parts(written)] == [phrase_of(alternative).pattern for alternative in alternatives]


WORDS = st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=12, unique=True)


@settings(deadline=None)
@given(WORDS, st.text("abc", min_size=1, max_size=4))
def test_words_put_together_by_their_letters_match_just_those_words(words, said):
    pattern = phrase_of(f"x ({'|'.join(words)}) y").pattern
    assert bool(pattern.search(f" x {said} y")) is (said in words)


PIECES = st.sampled_from(["a", ",", ",?", "b", "ab", "a*", "b*", "a?", "#", "...", "(a|b)", "(a b|c)", "(a|b)?", "(a?|b) c", "(c ...|a*)", "((a|b)|c)"])
PHRASES = st.lists(PIECES, min_size=1, max_size=4).map(" ".join)
TEXTS = st.lists(st.sampled_from(["a", "b", "c", "ab", "abc", "3", ",", "."]), max_size=14).map(" ".join)


def readable(written: str) -> Phrase | None:
    try:
        return phrase_of(written)
    except ValueError:
        return None


@settings(max_examples=500, deadline=None)
@given(PHRASES, TEXTS)
def test_a_phrase_is_found_just_where_its_pattern_stands(written, text):
    """It is tried only where a word stands that it may begin with: that must leave nothing out."""
    phrase = readable(written)
    for sentence in sentences_of(text) if phrase else ():
        assert list(phrase.matches(sentence)) == [match.span() for match in phrase.pattern.finditer(sentence.text)]


@settings(max_examples=500, deadline=None)
@given(st.lists(PHRASES, max_size=4), TEXTS, st.integers(0, 20), st.integers(0, 20))
def test_phrases_are_found_in_a_part_of_a_sentence_as_if_it_were_alone(written, text, start, length):
    phrases = [phrase for each in written if (phrase := readable(each))]
    for sentence in sentences_of(text):
        alone = sentence.text[start : start + length]
        assert Finder(phrases).stands_in(sentence, start, start + length) is any(phrase.pattern.search(alone) for phrase in phrases)


@settings(max_examples=500, deadline=None)
@given(st.lists(PHRASES, min_size=1, max_size=4), TEXTS)
def test_no_match_is_missed_by_looking_for_a_phrase_by_its_words(written, text):
    phrases = [each for each in written if readable(each)]
    reading = Reading(text)
    found = {(hit.rule.group, hit.sentence.first, hit.start, hit.end) for hit in Matcher(make_rule(each, {"find": [each]}, {}) for each in phrases).hits(reading)}
    sentences = {sentence.text: sentence for sentence in reversed(sentences_of(text))}  # one that stands twice is read once
    rules = [(each, part) for each in phrases for part in Language().parts(each)]
    assert found == {(each, s.first, *match.span()) for each, part in rules for s in sentences.values() for match in part.pattern.finditer(s.text)}
