"""A scene from the opening to the debrief: masked, coded, moved, answered, rewound, and stopped for the trainee's own distress only."""

import pytest

from coach.errors import InputError, LibraryError, ModelMissing
from coach.library import corpus
from coach.practice.assemble import open_scene
from coach.practice.distress import cue, own_distress
from coach.practice.rating import SafeRater
from coach.practice.rules_rater import RuleRater
from coach.practice.scene import Scene, clinician_turns, masked
from coach.practice.voice import Written
from coach.settings import Settings
from tests.making import CORPUS
from tests.practice.making import patient
from tests.practice.raters import QueueRater

SAM = patient()


@pytest.fixture(scope="module")
def scripts():
    return corpus.load(CORPUS).scripts


def new(*codes: str, seed: int = 1, voice=None) -> Scene:
    return Scene(SAM, {}, QueueRater(codes), seed, voice)


def test_the_patient_speaks_first_and_answers_each_turn():
    scene = new("simple")
    assert scene.last_said == scene.opening.text and scene.turns == ()
    reply = scene.say("You came early.")
    assert reply.text == scene.last_said and reply.source == "written" and reply.turn.number == 1
    assert scene.state.trust > scene.turns[0].before.trust


def test_the_same_seed_and_turns_give_the_same_scene():
    def played(seed):
        scene = new("simple", "open", "advice", seed=seed)
        clinician_turns(scene, ["You came early.", "What matters?", "You should stop."])
        return scene.played()

    assert played(4) == played(4)
    assert len({str([turn.patient for turn in played(seed).turns]) for seed in range(6)}) > 3


def test_names_are_masked_but_not_those_of_the_made_up_patient():
    scene = new()
    turn = scene.say("Sam, I talked to Mrs. Rodriguez at 555-201-3344 about Marcus and Tanya.").turn
    assert "Rodriguez" not in turn.text and "555" not in turn.text
    assert "Sam" in turn.text and "Marcus" in turn.text
    assert masked("That takes real strength, Marcus.", SAM) == "That takes real strength, Marcus."
    assert "Rodriguez" not in scene.played().model_dump_json()


@pytest.mark.parametrize(
    "text",
    [
        "I've been thinking of killing myself.",
        "I can't do this work anymore. I want to kill myself.",
        "Honestly, I want to die, and I have thought about how to end my life.",
        "You know what, I don't want to be here anymore.",
        "Sorry, I need a moment. I’ve been wishing I was dead.",
        "This job. I just want to end it all.",
        "Still having thoughts of killing myself.",
    ],
)
def test_the_trainees_own_distress_stops_the_scene_kindly(text):
    scene = new("simple")
    scene.say("You came early.")
    reply = scene.say(text)
    assert reply.turn is None and reply.text == "" and scene.ended == "stopped"
    assert "You matter here too" in reply.stopped.say[0] and any("988" in line for line in (*reply.stopped.say, *reply.stopped.do))
    assert len(scene.turns) == 1 and text not in scene.played().model_dump_json()
    assert scene.played().stopped and scene.played().closing == ""
    with pytest.raises(InputError):
        scene.say("Hello?")
    assert scene.again(1) == scene.opening.text and scene.ended is None


@pytest.mark.parametrize(
    "text",
    [
        "Are you having thoughts of killing yourself?",
        "You said you want to die. Thank you for telling me.",
        "Have you ever wished you were dead? I ask everybody.",
        "I'm worried you might kill yourself.",
        "I want to ask you something hard. Do you think about suicide?",
        'You told me: "I want to kill myself." I am glad you said it.',
        "My patients who stop suddenly sometimes think of suicide.",
        "I ask everybody this: any thoughts of suicide?",
        "I need to ask about suicide.",
        "You feel like you can't go on, and I hear that.",
        "I lost a patient to suicide once, so I ask.",
        "I don't want you to die.",
        "I'm not thinking of killing myself, I'm thinking of you.",
        "I hear you saying you'd rather be dead than hurt like this.",
        "Some people who hurt like this think of killing themselves. Do you?",
        "You said I want to die, those were your words.",
    ],
)
def test_what_is_asked_or_said_of_the_patient_is_no_distress_of_the_trainee(text):
    assert own_distress(text, {}) is None
    assert new().say(text).turn is not None


@pytest.mark.parametrize(
    "text", ["Some nights I wish I was dead.", "I wouldn't mind not waking up.", "They'd be better off without me. I'd rather be dead.", "I've thought about killing myself."]
)
def test_a_patients_sign_is_noticed_for_the_debrief(text):
    assert cue(text)


@pytest.mark.parametrize(
    "text",
    ["He didn't even say goodbye, I got a letter.", "This pain is killing me.", "I'm dying to get back to the garden.", "No. Nothing like that.", "I miss my brother. He died."],
)
def test_ordinary_speech_of_a_patient_is_no_sign(text):
    assert not cue(text)


def test_the_patients_own_words_never_stop_the_scene():
    from dataclasses import replace

    dark = replace(SAM, lines=tuple(replace(line, text="I want to kill myself. I've been thinking of killing myself.") for line in SAM.lines))
    scene = Scene(dark, {}, QueueRater(["simple"] * 5), 1)
    for _ in range(5):
        assert scene.say("You walk.").stopped is None
    assert scene.ended is None


def test_again_goes_back_to_the_beginning_of_a_turn():
    scene = new(*["simple"] * 4, "advice", "simple")
    for text in ("One.", "Two.", "Three.", "Four."):
        scene.say(text)
    before, said = scene.turns[1].before, scene.turns[0].spoken
    assert scene.again(2) == said
    assert scene.state == scene.turns[0].after == before and len(scene.turns) == 1
    assert scene.say("You should stop.").turn.number == 2
    for wrong in (0, 9, -1):
        with pytest.raises(InputError):
            scene.again(wrong)


def test_again_opens_a_scene_that_was_over():
    scene = new(*["simple"] * 3)
    scene.say("One.")
    assert scene.end() and scene.ended == "trainee" and scene.end() == scene.closing.text
    with pytest.raises(InputError):
        scene.say("Two.")
    scene.again(1)
    assert scene.ended is None and scene.closing is None and scene.say("Two.").turn


def test_a_scene_ends_after_twenty_turns_with_a_closing():
    scene = new()
    replies = [scene.say("Hm.") for _ in range(20)]
    assert scene.ended == "turns" and replies[-1].closing and not replies[-2].closing


def test_a_patient_who_has_had_enough_leaves():
    scene = new(*["advice"] * 20)
    clinician_turns(scene, ["You're lying to me. You have to stop."] * 20)
    assert scene.ended == "left" and len(scene.turns) < 20 and scene.closing.part == "closing bad"
    assert "had enough" in scene.debrief().ended


def test_silence_is_a_turn_and_moves_nothing():
    scene = new("advice")
    turn = scene.say("   ").turn
    assert turn.codes == () and turn.heard.moves == () and turn.spoken
    assert (turn.after.trust, turn.after.anger) == (turn.before.trust, turn.before.anger)


def test_only_the_beginning_of_a_very_long_turn_is_read():
    assert len(new().say("word " * 100_000).turn.text) <= 4_000


def test_a_red_line_reaches_the_patient_and_is_coached(scripts):
    scene = Scene(SAM, scripts, RuleRater(), 1)
    turn = scene.say("I'm stopping your oxycodone today.").turn
    assert "red_line" in turn.heard.moves and turn.loss > 2
    assert scene.debrief().red_lines[0].turn == 1 and scene.played().turns[1].red_lines == ["R1"]
    assert "red_line" not in Scene(SAM, {}, RuleRater(), 1).say("I won't cut you off.").turn.heard.moves


def test_a_voice_may_say_it_in_other_words_and_is_marked():
    class Louder:
        def speak(self, patient, state, said, turns, clinician):
            return said.text.upper(), "voiced"

    scene = new("simple", voice=Louder())
    reply = scene.say("You came early.")
    assert reply.source == "voiced" and reply.text.isupper() and scene.played().turns[1].source == "voiced"
    assert Written().speak(SAM, scene.state, scene.opening, (), "x") == (scene.opening.text, "written")


@pytest.mark.parametrize("error", [ModelMissing("gone"), KeyError("x")], ids=["missing", "broken"])
def test_a_scene_goes_on_by_rules_when_the_rater_is_missing_or_broken(error):
    class Broken:
        def code(self, speaker, text, previous=""):
            raise error

    rater = SafeRater(Broken())
    scene = Scene(SAM, {}, rater, 1)
    assert scene.say("You feel alone with it. What matters?").turn.names >= {"reflection", "open_question"}
    assert "rules" in rater.note and scene.debrief().rater == rater.note


def test_a_scene_is_opened_from_the_settings():
    settings = Settings(corpus=CORPUS)
    scene = open_scene(settings, "denise", 5, rater=QueueRater())
    assert scene.patient.id == "denise" and scene.opening == open_scene(settings, "denise", 5, rater=QueueRater()).opening
    with pytest.raises(LibraryError):
        open_scene(settings, "nobody", rater=QueueRater())


def test_coach_gives_a_scene():
    from types import SimpleNamespace

    from coach.coach import Coach

    coach = Coach(Settings(corpus=CORPUS), SimpleNamespace(tools=SimpleNamespace(library=corpus.load(CORPUS))), None)
    scene = coach.practice("denise", seed=3)
    assert scene.patient.id == "denise" and scene.seed == 3 and scene.debrief().patient == "denise"
    assert coach.practice("denise").seed != coach.practice("denise").seed
