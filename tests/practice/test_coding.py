"""The rater on sentences of our own. How well it codes real conversations is `coach eval coder`'s to say."""

import subprocess
import sys

import numpy as np
import pytest

from coach.errors import InputError
from coach.models import turn_encoder
from coach.models.turn_encoder import LAYERS, NORMS, PARTS, SHARED, Read, TurnEncoder, checked_folder
from coach.practice.coding import Coder, _span
from coach.settings import Settings

pytestmark = pytest.mark.integration
PAIN = "My knees hurt all day and nobody believes me."


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def coder(settings):
    return Coder(settings)


@pytest.mark.parametrize(
    ("text", "previous", "code", "subtype"),
    [
        ("What would you like to do on a day with less pain?", PAIN, "question", "open"),
        ("Do you drink coffee in the evening?", "I can't fall asleep.", "question", "closed"),
        ("So your knees hurt.", PAIN, "reflection", "simple"),
        ("These tablets can slow your breathing while you are asleep, and the risk is higher with alcohol.", "They help me.", "input", "information"),
        ("You should stop drinking before bed.", "I have two beers before bed.", "input", "advice"),
        ("Okay, thanks for coming in.", "Hello, doctor.", "other", None),
    ],
)
def test_plain_clinician_turns(coder, text, previous, code, subtype):
    coded = coder.code("clinician", text, previous)
    assert (coded.code, coded.codes[0].subtype) == (code, subtype)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I really want to stop smoking, I'm ready to try.", "change"),
        ("I don't want to quit, and I can't anyway. It helps me relax.", "sustain"),
        ("Yes.", "neutral"),
    ],
)
def test_plain_patient_turns(coder, text, code):
    assert coder.code("patient", text, "What do you think about that?").code == code


def test_a_turn_may_carry_two_codes_each_on_its_own_words(coder):
    text = "You're exhausted, and it sounds like you feel nobody believes you. What would help you most right now?"
    coded = coder.code("clinician", text, PAIN)
    spans = {each.code: text[slice(*each.span)] for each in coded.codes}
    assert spans["question"] == "What would help you most right now?"
    assert spans["reflection"].startswith("You're exhausted") and "What" not in spans["reflection"]


def test_a_questions_span_holds_its_mark_even_where_other_words_pull_more():
    text = "Pain wears. Why?"
    read = Read(np.zeros(0), {}, [(0, 4), (5, 10), (12, 15)])
    assert text[slice(*_span(np.array([5.0, 5.0, 0.0]), read, text))] == "Pain wears."
    assert text[slice(*_span(np.array([5.0, 5.0, 0.0]), read, text, asked=True))] == "Why?"


def test_each_code_stands_at_most_once_and_the_main_one_first(coder):
    for text in ("How are you? Where does it hurt? When did it start?", "You hurt. You're tired. You want rest. Why? Because it is late."):
        coded = coder.code("clinician", text, PAIN)
        names = [each.code for each in coded.codes]
        assert len(names) == len(set(names)) and names[0] == coded.code


def test_probabilities_sum_to_one_and_the_main_code_has_its_own(coder):
    for speaker in ("clinician", "patient"):
        coded = coder.code(speaker, "It has been a long winter.", PAIN)
        assert sum(coded.probabilities.values()) == pytest.approx(1)
        assert coded.codes[0].probability == coded.probabilities[coded.code]
        assert coded.unsure == (coded.probabilities[coded.code] < 0.5)


def test_the_turn_before_is_read(coder):
    text = "The stairs wear you out."
    assert coder.code("clinician", text, "The stairs wear me out.").probabilities != coder.code("clinician", text, "Hello.").probabilities


@pytest.mark.parametrize("text", ["", "   ", "?", "🙂", "…", "\n"])
def test_a_turn_without_words_is_other_or_neutral_for_certain(coder, text):
    assert coder.code("clinician", text).code == "other" and coder.code("patient", text).probabilities["neutral"] == 1


@pytest.mark.parametrize("text", ["x" * 100_000, "why? " * 20_000, "WHAT DO YOU WANT", "¿Cómo está usted hoy?", "half \ud83d a sign", "a\x00b", "🙂 ok 🙂", "痛い"])
def test_odd_turns_are_coded_and_spans_stay_inside(coder, text):
    for speaker in ("clinician", "patient"):
        for each in coder.code(speaker, text, text).codes:
            assert 0 <= each.span[0] <= each.span[1] <= len(text) and 0 <= each.probability <= 1


def test_another_speaker_is_our_error_and_does_not_repeat_the_text(coder):
    with pytest.raises(InputError) as caught:
        coder.code("nurse", "a secret sentence")
    assert "secret" not in str(caught.value) and "nurse" not in str(caught.value)


def test_an_embedder_of_ones_own_does_not_change_the_codes(coder, tmp_path):
    own = Coder(Settings(cache=tmp_path, embedder=str(tmp_path)))
    assert own.code("clinician", "Where does it hurt?", PAIN) == coder.code("clinician", "Where does it hurt?", PAIN)


def test_importing_the_rater_loads_no_torch():
    code = "import sys, coach.practice.coding; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_the_forward_pass_is_that_of_transformers_with_and_without_tuning(settings):
    import torch
    from transformers import BertModel

    text = "You would rather garden than sit in this chair."
    model = BertModel.from_pretrained(checked_folder(settings), add_pooling_layer=False).eval()
    ids, offsets = turn_encoder.marked(turn_encoder.tokenizer(checked_folder(settings)), text)

    def theirs(depth):
        with torch.inference_mode():
            return model(input_ids=torch.tensor([ids]), output_hidden_states=True).hidden_states[depth][0].numpy()

    tuned, random, layer = {}, np.random.default_rng(3), model.encoder.layer[LAYERS - 1]
    for part in PARTS:
        rows, columns = layer.get_submodule(part).weight.shape
        tuned[f"b.layer.5.{part}.weight.q"] = random.integers(-15, 16, (rows, columns)).astype(np.int8)
        tuned[f"b.layer.5.{part}.weight.scale"] = np.full(rows, 0.001, np.float32)
        tuned[f"b.layer.5.{part}.bias"] = np.full(rows, 0.01, np.float32)
    for norm in NORMS:
        tuned |= {f"b.layer.5.{norm}.weight": np.full(384, 0.9, np.float32), f"b.layer.5.{norm}.bias": np.full(384, 0.1, np.float32)}
    seen = TurnEncoder(settings, tuned, ("a", "b")).read(text)
    plain = theirs(LAYERS)
    assert [text[slice(*each)] for each in offsets][:2] == ["You", "would"] and len(plain) == len(offsets) + 2
    assert np.allclose(seen.tuned["a"], plain, atol=1e-4) and np.allclose(seen.lower, theirs(SHARED)[1:].mean(axis=0), atol=1e-4)
    with torch.no_grad():
        for part in PARTS:
            layer.get_submodule(part).weight += torch.from_numpy(tuned[f"b.layer.5.{part}.weight.q"].astype(np.float32) * 0.001)
            layer.get_submodule(part).bias += 0.01
        for norm in NORMS:
            layer.get_submodule(norm).weight.fill_(0.9)
            layer.get_submodule(norm).bias.fill_(0.1)
    assert np.allclose(seen.tuned["b"], theirs(LAYERS), atol=1e-4) and not np.allclose(seen.tuned["b"], plain, atol=0.05)


def test_coding_takes_at_most_two_encodes():
    from evals.stations.coder import timing

    assert min(timing(10)["figure"] for _ in range(3)) <= 2
