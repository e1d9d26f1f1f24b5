"""The state machine: what moves the patient, what does not, what is said, and that a seed gives the same again."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest

from coach.practice import session
from coach.practice.moves import CONFIDENT, Heard, asked, hear, topics
from coach.practice.patient import MOODS
from coach.practice.session import State, begin, choose, closing, mood, odds, opening, step
from coach.practice.tables import table
from tests.making import ROOT
from tests.practice.making import TEXT, patient, patient_text
from tests.practice.raters import KINDS, Code

SAM = patient()
NOW = State(trust=4, fear=5, anger=4, readiness=2)


def after(*moves: str, state: State = NOW, who=SAM) -> State:
    return step(who, state, Heard(moves=moves))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State(9, 9, 6, 9), "angry"),
        (State(2, 9, 5.9, 0), "silent"),
        (State(2, 0, 6, 0), "angry"),
        (State(9, 7, 0, 0), "sad"),
        (State(9, 0, 0, 0, told=True), "sad"),
        (State(6, 6.9, 3.9, 0), "open"),
        (State(6, 0, 4, 0), "wary"),
        (State(5.9, 0, 0, 0), "wary"),
    ],
)
def test_mood(state, expected):
    assert mood(state) == expected


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        ("reflection", {"anger": -1, "trust": 1, "fear": 0}),
        ("complex_reflection", {"anger": -1, "trust": 1, "fear": -1}),
        ("open_question", {"anger": 0, "trust": 1}),
        ("closed_question", {"anger": 0, "trust": 0, "fear": 0, "readiness": 0}),
        ("questions_in_a_row", {"trust": -1}),
        ("information", {"anger": 0, "trust": 0, "fear": 0, "readiness": 0}),
        ("information_while_angry", {"trust": -1}),
        ("advice", {"anger": 1, "trust": -1}),
        ("persuade", {"anger": 1, "trust": -1}),
        ("persuade_with_permission", {"anger": 0, "trust": 0, "fear": 0, "readiness": 0}),
        ("affirm", {"trust": 1}),
        ("seek_collaboration", {"trust": 1, "anger": -1, "readiness": 1}),
        ("emphasize_autonomy", {"trust": 1, "anger": -1, "readiness": 1}),
        ("confront", {"anger": 1, "trust": -1, "readiness": -1}),
        ("direct_safety_question", {"trust": 1, "anger": 0}),
        ("limit", {"trust": 0}),
    ],
)
def test_each_move_goes_the_way_the_design_says(move, expected):
    moved = after(move)
    for name, sign in expected.items():
        change = getattr(moved, name) - getattr(NOW, name)
        assert (change > 0) - (change < 0) == sign, (move, name, change)


def test_every_move_has_its_reason_and_source_and_known_effects():
    for name, row in table("moves.yaml").items():
        assert set(row) == {"effects", "why", "source"}, name
        assert set(row["effects"]) <= {"trust", "fear", "anger", "readiness", "sustain", "change"}, name
        assert row["why"].endswith(".") and row["source"]


def test_a_simple_and_a_complex_reflection_move_trust_and_anger_alike():
    plain = patient(patient_text(softens="{}", triggers="{}"))
    simple, complex_ = after("reflection", who=plain), after("complex_reflection", who=plain)
    assert (simple.trust, simple.anger) == (complex_.trust, complex_.anger)


def test_a_patients_triggers_and_softens_multiply_trust_and_anger_only():
    plain, touchy = patient(patient_text(triggers="{}", softens="{}")), patient(patient_text(triggers="{confront: 2}", softens="{emphasize_autonomy: 2}"))
    for move, names in (("confront", ("trust", "anger")), ("emphasize_autonomy", ("trust", "anger"))):
        for name in names:
            assert getattr(after(move, who=touchy), name) - getattr(NOW, name) == pytest.approx(2 * (getattr(after(move, who=plain), name) - getattr(NOW, name)))
        assert after(move, who=touchy).readiness == after(move, who=plain).readiness


def test_a_kind_limit_makes_only_a_patient_without_a_checklist_angrier():
    listed = replace(SAM, mode="checklist")
    assert after("limit", who=listed).anger == NOW.anger
    assert after("limit").anger > NOW.anger


def test_values_stay_between_0_and_10():
    low, high = begin(SAM), begin(SAM)
    for _ in range(30):
        low, high = after("confront", "persuade", state=low), after("reflection", "emphasize_autonomy", "affirm", state=high)
    assert (low.trust, low.anger, high.trust, high.anger) == (0, 10, 10, 0)


def test_no_single_turn_wins_a_person_over():
    best = after("reflection", "affirm", "seek_collaboration", "emphasize_autonomy", "open_question")
    assert (best.trust, best.anger) == (NOW.trust + 1.0, NOW.anger - 1.2)
    assert after("confront", "persuade").anger > NOW.anger + 2


def heard(*names: str, text: str = "x", **more) -> Heard:
    return hear(text, [KINDS[name] for name in names], **more)


def test_a_code_below_its_confidence_moves_nothing():
    assert hear("x", [Code("reflection", "simple", probability=CONFIDENT - 0.01)]).moves == ()
    assert hear("x", [Code("reflection", "simple", probability=CONFIDENT)]).moves == ("reflection",)


def test_complex_counts_only_when_the_rater_is_sure_of_it():
    assert heard("complex").moves == ("complex_reflection",)
    assert hear("x", [Code("reflection", "complex")]).moves == ("reflection",)
    assert hear("x", [Code("reflection", "complex", subtype_probability=0.5)]).moves == ("reflection",)


def test_only_the_third_question_in_a_row_costs():
    assert "questions_in_a_row" not in heard("closed", questions=1).moves
    assert "questions_in_a_row" in heard("closed", questions=2).moves
    assert "questions_in_a_row" not in heard("simple", "open", questions=2).moves
    state = NOW
    for kinds, expected in ((["closed"], 1), (["open"], 2), (["simple", "open"], 0), (["open"], 1), (["information"], 0)):
        state = step(SAM, state, heard(*kinds))
        assert state.questions == expected


def test_information_to_an_angry_person_costs_unless_it_was_asked_for():
    assert heard("information", angry=True).moves == ("information_while_angry",)
    assert heard("information").moves == ("information",)
    assert "information_while_angry" not in heard("information", angry=True, behaviors=["seek_collaboration"]).moves


def test_advice_with_permission_or_in_a_limit_is_not_persuading():
    assert "advice" in heard("advice").moves
    assert heard("advice", behaviors=["persuade_with_permission"]).moves == ("persuade_with_permission",)
    assert heard("advice", behaviors=["limit"]).moves == ("limit",)
    assert heard("advice", behaviors=["persuade"]).moves == ("persuade",)


def test_an_accusation_is_no_kind_limit_and_no_kind_question():
    assert heard("closed", behaviors=["confront", "limit", "direct_safety_question"]).moves == ("closed_question", "confront")


def test_topics_are_read_from_the_words():
    assert topics("Have you thought about killing yourself?")[0] == "safety"
    assert topics("How is your back today, and the pain in your leg?")[0] == "pain"
    assert topics("What do the pills do for you?")[0] == "pills"
    assert topics("Would you think about a taper?")[0] == "plan"
    assert topics("Tell me about your grandson and your job.")[0] == "life"
    assert topics("") == ()
    assert "suicide" in asked("Are you having thoughts of suicide?")
    assert "suicide" in asked("Do you ever wish you were dead?")
    assert "overdose" in asked("Did anybody have a hard time waking you?")
    assert "alcohol" in asked("How much do you drink?")
    assert "suicide" not in asked("How is the pain?")


def play(turns: list[Heard], seed: int = 1, who=SAM) -> tuple[list, list[State]]:
    said, state = opening(who, begin(who), seed)
    lines, states = [said], [state]
    for turn in turns:
        said, state = choose(who, step(who, states[-1], turn), turn, seed)
        lines.append(said)
        states.append(state)
    return lines, states


SKILLED = [hear("You want to be known first. What matters to you?", [KINDS["simple"], KINDS["open"]], ["emphasize_autonomy"])] * 10
LECTURE = [hear("You have to come off the pills.", [KINDS["advice"]], ["persuade"])] * 10


def test_the_same_seed_gives_the_same_scene_and_another_another():
    assert play(SKILLED, 3) == play(SKILLED, 3)
    assert len({tuple(line.text for line in play(SKILLED, seed)[0]) for seed in range(8)}) > 4


def test_the_scene_opens_with_an_opening():
    assert play([], 5)[0][0].part == "opening"


def test_no_line_is_said_twice_while_others_remain():
    turns = [heard("simple", text=f"the {word}") for word in ("pills", "pain", "work") * 9]
    lines, _ = play(turns)
    assert len(lines) == 28
    assert max(Counter(line.text for line in lines).values()) == 1


def test_the_lines_go_on_when_all_are_said():
    lines, _ = play([heard("simple", text="the pills")] * 80)
    assert len(lines) == 81
    assert all(lines[n].text != lines[n + 1].text for n in range(80))


def test_lines_follow_mood_and_topic():
    turn = heard("closed", text="How bad is the pain in your back?")
    wary, angry = State(4, 5, 4, 2), State(4, 5, 8, 2)
    lines = {state: [SAM.lines[choose(SAM, step(SAM, state, turn), turn, seed)[0].number] for seed in range(30)] for state in (wary, angry)}
    assert sum(line.topic == "pain" for line in lines[wary]) >= 20
    assert all(line.mood == "angry" for line in lines[angry])
    assert all(line.mood == "wary" for line in lines[wary])


def test_a_safety_answer_comes_to_a_safety_question_and_to_no_other():
    for seed in range(20):
        turn = heard("closed", text="Are you thinking of killing yourself?")
        said, _ = choose(SAM, step(SAM, begin(SAM), turn), turn, seed)
        assert SAM.lines[said.number].topic == "safety" and not said.secret
        lines, _ = play([heard("simple", text="Your back hurts, and the work at home.")] * 10, seed)
        assert all(line.topic != "safety" for line in lines)


def test_a_line_about_the_spray_is_no_answer_to_a_question_about_suicide():
    for seed in range(20):
        for text, never in (("Are you thinking of killing yourself?", "nose spray"), ("Is there naloxone at home?", "Nothing like that")):
            turn = heard("closed", text=text)
            said, _ = choose(SAM, step(SAM, State(4, 5, 4, 2), turn), turn, seed)
            assert SAM.lines[said.number].topic == "safety" and never not in said.text


def test_a_secret_waits_for_trust_and_for_its_question():
    suicide = next(n for n, secret in enumerate(SAM.secrets) if secret.asked == "suicide")
    turn = heard("closed", text="Are you thinking of killing yourself?", behaviors=["direct_safety_question"])
    assert not choose(SAM, step(SAM, State(3, 5, 2, 2), turn), turn, 1)[0].secret
    said, state = choose(SAM, step(SAM, State(5, 5, 2, 2), turn), turn, 1)
    assert said.secret and said.number == suicide and suicide in state.disclosed and state.told
    again, _ = choose(SAM, step(SAM, state, turn), turn, 1)
    assert not again.secret
    for seed in range(10):
        lines, _ = play([heard("simple", "open", text="Your day at work, the pills, the pain.")] * 15, seed)
        assert suicide not in [line.number for line in lines if line.secret]


def test_what_is_trusted_comes_out_when_its_topic_does():
    told = Counter()
    for seed in range(10):
        lines, _ = play([heard("simple", "open", text="What do the pills do for your days at home?")] * 15, seed)
        told.update(line.number for line in lines if line.secret)
    assert told[0] and told[2]


def test_readiness_and_the_clinicians_words_shift_the_odds():
    low, high = State(4, 5, 3, 1), State(4, 5, 3, 8)
    assert odds(high, Heard())["change"] > odds(low, Heard())["change"]
    assert odds(high, Heard())["sustain"] < odds(low, Heard())["sustain"]
    assert odds(low, Heard(moves=("persuade",)))["sustain"] > odds(low, Heard())["sustain"]
    assert odds(low, Heard(moves=("emphasize_autonomy",)))["change"] > odds(low, Heard())["change"]
    pushed, calm = odds(low, Heard(moves=("persuade",))), odds(low, Heard())
    assert pushed["sustain"] / pushed["neutral"] > 1.5 * calm["sustain"] / calm["neutral"]
    assert pushed["change"] / pushed["neutral"] < calm["change"] / calm["neutral"]
    assert sum(odds(low, Heard(moves=("persuade", "confront"))).values()) == pytest.approx(1)


def test_attitudes_mix_in_good_and_in_bad_play():
    for turns in (SKILLED, LECTURE):
        talks = Counter(line.talk for seed in range(20) for line in play(turns, seed)[0])
        assert min(talks[talk] for talk in ("change", "sustain", "neutral")) >= 5, talks


def test_the_scene_ends_after_twenty_turns_or_when_the_patient_has_had_enough():
    _, states = play([heard("other")] * 20)
    assert [state.over for state in states].index(True) == 20 and not states[-1].left
    _, states = play([hear("x", [KINDS["advice"]], ["confront", "persuade"])] * 8)
    first = next(n for n, state in enumerate(states) if state.anger >= 10)
    assert states[first + 1].left and not states[first].left
    assert closing(SAM, states[-1], 1).part == "closing bad"
    assert closing(SAM, play(SKILLED)[1][-1], 1).part == "closing good"


def test_every_mood_can_be_spoken():
    for name, state in zip(MOODS, (State(5, 5, 8, 2), State(4, 5, 3, 2), State(5, 8, 3, 2), State(7, 3, 2, 5), State(1, 3, 2, 2)), strict=True):
        assert mood(state) == name
        said, _ = choose(SAM, step(SAM, state, heard("other")), heard("other"), 2)
        assert said.mood == name


def test_session_loads_nothing_heavy_and_draws_no_chance_of_its_own():
    code = "import coach.practice.session, sys; print([m for m in ('torch','gradio','chromadb','langchain') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout.strip() == "[]"
    source = (ROOT / "coach/practice/session.py").read_text(encoding="utf-8")
    assert "random.random()" not in source and "import time" not in source
    assert session.MOST_TURNS == 20 and TEXT
