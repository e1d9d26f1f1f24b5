"""A rewrite is shown only when the library's words stayed in charge of it."""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.advise.verify import reducible, verify
from coach.advise.verify_words import opened, read_text, root
from coach.library import corpus
from coach.library.lines import render
from coach.library.taxonomy import read_yaml
from evals.stations import verify as fidelity

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = "Roofer on oxycodone and Xanax, twelve years of back pain since an accident. Misses gardening with his wife, can't sleep, scared of losing his job. Denies heroin. I think he's tired of me."
FACTS = {
    "medicine": "oxycodone",
    "sedative": "Xanax",
    "body_part": "back",
    "valued_activity": "gardening",
    "person": "your wife",
    "event": "your accident",
    "time_in_pain": "twelve years",
    "fear": "losing your job",
}
LINE = "I won't raise the dose. More brings more danger to your breathing, and I don't see the gain."


def library_lines() -> list[str]:
    rendered = (render(line, values) for script in corpus.load(ROOT / "corpus").scripts.values() for line in script.spoken() for values in ({}, FACTS))
    return list(dict.fromkeys(each.text for each in rendered if each))


LINES = library_lines()


def rules(source: str, text: str, scenario: str = SCENARIO) -> set[str]:
    return {problem.rule for problem in verify(source, text, scenario)}


def test_every_library_line_passes_as_itself() -> None:
    assert len(LINES) > 1000
    assert [line for line in LINES if verify(line, line, SCENARIO)] == []


@pytest.mark.parametrize("place", range(7))
def test_a_number_in_digits_is_refused_wherever_it_stands(place: int) -> None:
    words = LINE.split()
    assert "number" in rules(LINE, " ".join([*words[:place], "5", *words[place:]]))


def test_every_line_without_its_not_is_refused() -> None:
    without = [(line, cut) for line in LINES for cut in (re.sub(r"\bnot\b ?", "", line, count=1, flags=re.IGNORECASE), re.sub(r"(\w+)n't\b", r"\1", line, count=1)) if cut != line]
    assert len(without) > 300
    assert [line for line, cut in without[::2] if not verify(line, cut, SCENARIO)] == []


def test_every_line_without_its_last_word_or_mark_is_refused() -> None:
    assert [line for line in LINES[::5] if len(line.split()) > 1 and not verify(line, re.sub(r"\s*\S+$", "", line) + line[-1], SCENARIO)] == []
    assert [line for line in LINES[::5] if not verify(line, line[:-1], SCENARIO)] == []


@pytest.mark.parametrize(
    "text",
    [
        "I will not raise the dose. More brings more danger to your breathing, and I do not see the gain.",
        "I won't raise the oxycodone dose. More brings more danger to your breathing, and I don't see the gain.",
        "With your back, I won't raise the dose. More brings more danger to your breathing, and I don't see the gain.",
        "You can't sleep. I won't raise the dose. More brings more danger to your breathing, and I don't see the gain.",
        "I won’t raise the dose. And more brings more danger to your breathing — and I don’t see the gain.",
        "I won't raise the dose. More brings more danger to your breathing, and I don't see the gain for your gardening.",
    ],
)
def test_a_light_touch_with_the_scenarios_words_passes(text: str) -> None:
    assert verify(LINE, text, SCENARIO) == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("I won't", "I will", "negation"),
        ("I won't raise", "I'd rather not raise", "modal"),
        ("I won't raise", "I won't usually raise", "hedge"),
        ("raise the dose.", "raise the dose today.", "limit"),
        ("More brings", "If more brings", "condition"),
        ("I won't", "We won't", "person"),
        ("I won't", "You won't", "person"),
        ("the gain.", "the gain, okay?", "question"),
        ("the gain.", "the", "truncated"),
        ("the gain.", "the gain", "truncated"),
        ("the dose.", "the dose past twenty.", "number"),
        ("the dose.", "the dose for a month.", "duration"),
        ("the dose.", "the dose of gabapentin.", "medicine"),
        ("the dose.", "the dose of heroin.", "never added"),
        ("the dose.", "the dose for my patient Maria.", "name"),
        ("the dose.", "the dose while so tired.", "not known"),
        ("the dose.", "the dose, friend.", "added"),
        ("the dose.", "the dose. Your wife and your gardening and your back.", "own sentence"),
        ("the dose.", "the dose. Gardening with your wife.", "own sentence"),
        ("more danger", "more scared", "replaced"),
        ("I won't", "May I say I won't", "permission"),
        ("I won't", "Sure, here is the line: I won't", "leftover"),
        ("dose.", "**dose**.", "markup"),
        ("dose", "d\u043ese", "foreign character"),
        ("dose", "do\u200bse", "invisible character"),
        ("dose. More", "dose.\nMore", "invisible character"),
        ("won't", "WON'T", "capitals"),
        ("gain.", "gain!", "mark"),
        ("your breathing", "your back", "must stay"),
        ("More brings more danger to your breathing, and I don't see the gain.", "", "kept"),
    ],
)
def test_each_rule_names_itself(old: str, new: str, rule: str) -> None:
    assert old in LINE
    assert rule in rules(LINE, LINE.replace(old, new, 1))


def test_a_decision_does_not_change_hands() -> None:
    line = "Taking it or not is your choice. What I can safely keep prescribing is mine."
    scenario = "offered him suboxone, his choice was no"
    for text in (
        line.replace("your choice", "my choice"),
        line.replace("mine", "ours"),
        line.replace("is your choice", "is the choice"),
        line.replace("your", "mine").replace("is mine.", "is your choice."),
    ):
        assert verify(line, text, scenario), text


def test_a_name_that_masking_missed_is_not_said() -> None:
    line, scenario = "Tell me about last night.", "He wakes and his wife Maria drives, can't sleep, Maria is scared"
    for text in ("Maria, tell me about last night.", "Tell me about Maria and last night.", "Maria is scared. Tell me about last night."):
        assert verify(line, text, scenario), text


def test_a_red_line_made_of_the_scenarios_own_words_is_still_one() -> None:
    assert rules("Tell me about last night.", "The pain is in your head. Tell me about last night.", "the pain is in her head and neck") == {"red line dismissal"}


def test_the_patient_is_not_put_where_the_line_speaks_of_a_thing() -> None:
    assert "person" in rules("I still have to know how it went so fast.", "I still have to know how you went so fast.", "he went home, pills gone")


def test_a_word_of_dosing_is_added_only_of_something_else() -> None:
    line, scenario = "What would you want back from your days?", "stopped going to church. I told her we lower her oxycodone. She cut her hair"
    assert verify(line, "You stopped going to church. What would you want back from your days?", scenario) == []
    for added in ("Lower your oxycodone.", "You lower your oxycodone.", "We lower your oxycodone.", "You stopped your oxycodone.", "You stopped."):
        assert verify(line, f"{added} {line}", scenario), added


def test_swapping_two_words_of_the_line_is_no_way_round() -> None:
    assert verify(
        "I believe your pain. I doubt that more of this pill is the way to treat it.", "I doubt your pain. I believe that more of this pill is the way to treat it.", SCENARIO
    )


def test_quotation_marks_around_the_whole_are_refused() -> None:
    for left, right in ('""', "“”", "''", "‘’"):
        assert "quotation marks" in rules("Nothing stops overnight.", f"{left}Nothing stops overnight.{right}")


def test_a_medicine_may_be_named_as_the_scenario_means_it() -> None:
    assert verify("What does the medicine let you do?", "What does the oxycodone medicine let you do?", "on oxy for years") == []
    assert "medicine" in rules("What does the medicine let you do?", "What does the morphine medicine let you do?", "on oxy for years")


def test_what_the_scenario_denies_or_the_clinician_guesses_is_not_said() -> None:
    line = "What is it like before, at its best, and when it's gone?"
    tail = "What is it like before, with the wine, at its best, and when it's gone?"
    assert verify(line, tail, "he has wine with dinner") == []
    assert "not known" in rules(line, tail, "denies wine or beer")
    assert "not known" in rules(line, tail, "I suspect wine is part of it")


def test_a_note_without_a_subject_is_turned_to_the_patient() -> None:
    assert verify("Tell me about last night.", "You can't sleep. Tell me about last night.", "back pain, can't sleep") == []
    assert "negation" in rules("Tell me about last night.", "You can't sleep. Tell me about last night.", "back pain, can sleep in a chair")


def test_the_patients_own_quoted_words_may_be_said_back_as_you() -> None:
    assert verify("Tell me about last night.", "You can't sleep. Tell me about last night.", 'He says "I can\'t sleep any more."') == []


def test_a_number_of_the_scenario_is_still_no_number_of_the_line() -> None:
    assert "number" in rules(LINE, LINE.replace("the dose", "the twelve dose"))


def test_a_problem_never_repeats_what_was_typed() -> None:
    for problem in verify(LINE, "Zanzibar " + LINE + " Quixotic!", "Xylophone"):
        assert not {"zanzibar", "quixotic", "xylophone"} & set(problem.what.lower().split())


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("won't", "will not"),
        ("can't", "can not"),
        ("cannot", "can not"),
        ("you've", "you have"),
        ("that's", "that is"),
        ("pain's", "pain 's"),
        ("let's", "let us"),
        ("couldn't've", "could not have"),
    ],
)
def test_contractions_are_opened(word: str, words: str) -> None:
    assert opened(word) == words.split()


@pytest.mark.parametrize(
    ("one", "other"), [("gardening", "gardens"), ("lost", "losing"), ("tried", "try"), ("running", "runs"), ("hikes", "hiking"), ("worried", "worries"), ("watches", "watched")]
)
def test_inflections_fold_together(one: str, other: str) -> None:
    assert root(one) == root(other)


@pytest.mark.parametrize(("one", "other"), [("nothing", "not"), ("better", "bet"), ("pain", "pan")])
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert root(one) != root(other)


def test_only_free_words_may_be_left_out() -> None:
    assert reducible("ab", "axb", [False, True, False])
    assert not reducible("ab", "axb", [False, False, False])
    assert not reducible("ab", "a", [False])
    assert not reducible("ab", "ba", [False, False])


def test_the_mark_that_ends_a_sentence_is_known() -> None:
    assert read_text('You said, "no." Is it? Fine.').marks == (".", "?", ".")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_no_text_makes_it_raise(source: str, text: str, scenario: str) -> None:
    verify(source, text, scenario)
    verify(source, source, scenario)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(LINES), st.integers(0, 400), st.sampled_from("0123456789²½٣五"), st.text(max_size=80))
def test_any_digit_anywhere_is_refused(line: str, place: int, digit: str, scenario: str) -> None:
    place = min(place, len(line))
    assert verify(line, line[:place] + digit + line[place:], scenario)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(LINES), st.data(), st.sampled_from(["not", "never", "maybe", "might", "probably", "we", "twice", "mg", "Maria", "unless"]))
def test_a_word_that_changes_the_meaning_is_refused_anywhere(line: str, data: st.DataObject, word: str) -> None:
    words = line.split()
    place = data.draw(st.integers(0, len(words) - 1))
    assert verify(line, " ".join([*words[:place], word, *words[place:]]), SCENARIO)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(LINES), st.sampled_from(["\u200b", "\u202e", "\u0000", "\ufeff", "\u0430", "\u03bf", "\u00ad", "*", "<", "[", "|", "\n", "🙂"]), st.integers(0, 400))
def test_a_hidden_or_foreign_character_is_refused_anywhere(line: str, letter: str, place: int) -> None:
    place = min(place, len(line))
    assert verify(line, line[:place] + letter + line[place:], SCENARIO)


@pytest.mark.timed
@pytest.mark.parametrize(
    "make",
    [lambda n: "pain is real and " * n, lambda n: "a" * 17 * n, lambda n: "no. " * 4 * n, lambda n: "'" * 17 * n, lambda n: "not you? " * 2 * n, lambda n: "I can't, " * 2 * n],
)
def test_ten_kilobytes_take_no_more_than_linear_time(make) -> None:
    def took(size: int) -> float:
        text = make(size)
        start = time.perf_counter()
        verify(text, text, text)
        return time.perf_counter() - start

    took(10)
    small, large = min(took(60) for _ in range(3)), min(took(600) for _ in range(2))
    assert large < 1.0
    assert large < 40 * small + 0.05


@pytest.mark.timed
def test_a_megabyte_is_turned_down_at_once() -> None:
    start = time.perf_counter()
    assert rules("word " * 200_000, "word " * 200_000) == {"length"}
    assert rules(LINE, "word " * 200_000) == {"length"}
    assert time.perf_counter() - start < 0.5


def test_verify_is_pure() -> None:
    code = "import coach.advise.verify, sys; print([m for m in ('langchain', 'chromadb', 'gradio', 'torch', 'numpy', 'sentence_transformers') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_the_word_lists_do_not_contradict_each_other() -> None:
    lists = read_yaml(ROOT / "coach/advise/verify.yaml")[0]
    connecting = set(lists["connecting"].split())
    for name in ("strict", "numbers", "units", "durations", "medicines", "third_person", "first_person", "second_person"):
        members = {word for part in lists[name].values() for word in part.split()} if name == "strict" else set(lists[name].split())
        assert not connecting & members, name
    strict = [word for part in lists["strict"].values() for word in part.split()]
    assert len(strict) == len(set(strict)), "a word stands in two strict classes"


def test_labelled_rewrites_are_told_apart() -> None:
    """The bars of "nothing unsafe reaches the screen". The test half is counted, never looked into."""
    cases = [pair for split in ("dev", "test") for pair in fidelity.pairs(split)]
    assert len(cases) >= 420 and sum(pair.ok for pair in cases) >= 0.38 * len(cases)
    assert len({pair.why for pair in cases if not pair.ok}) >= 18
    assert len({pair.id for pair in cases}) == len(cases)
    for split in ("dev", "test"):
        rejected = {ok: [bool(pair.problems()) for pair in fidelity.pairs(split) if pair.ok == ok] for ok in (True, False)}
        assert sum(rejected[False]) / len(rejected[False]) >= fidelity.BAD_CAUGHT, split
        assert sum(rejected[True]) / len(rejected[True]) <= fidelity.GOOD_REJECTED, split


def run_verify(stdin: str) -> list[dict[str, object]]:
    result = subprocess.run([sys.executable, "-m", "coach", "verify", "--jsonl"], cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_command_answers_each_line_in_order_and_survives_a_bad_one() -> None:
    good, bad = {"source": LINE, "text": LINE, "scenario": SCENARIO}, {"source": LINE, "text": "I will raise the dose.", "scenario": ""}
    answers = run_verify("\n".join([json.dumps(good), "not json", json.dumps({"source": LINE}), "", json.dumps(bad), json.dumps({**good, "text": 7})]))
    assert answers[0] == {"ok": True, "problems": []}
    assert ["error" in answer for answer in answers] == [False, True, True, False, True]
    assert answers[3]["ok"] is False and {"rule", "what"} == set(answers[3]["problems"][0])
