"""The packaged MiniLM with its last layers tuned to coded conversations: one pass over a turn, however many tunings share its lower layers.

The forward pass is written out for one text without padding (Devlin et al. 2019; Wang et al. 2020, MiniLM): what a general library looks up
at each call costs as much as a short turn. A test holds it against transformers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from coach.errors import ModelMissing
from coach.models.embeddings import Embedder
from coach.settings import Settings, quiet_libraries

TOKENS = 160  # of a turn; nothing beyond is seen
LAYERS, SHARED, HEADS, EPSILON = 6, 3, 12, 1e-12
CLS, SEP = 101, 102
PARTS = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense", "output.dense")
NORMS = ("attention.output.LayerNorm", "output.LayerNorm")
Vectors = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True)
class Read:
    """A turn as the encoder sees it. `lower`: the mean of its tokens after the `SHARED` untuned layers; `tuned`: for each tuning a vector a token,
    after the last layer, [CLS] first and [SEP] last; `offsets`: where the tokens between these two stand in the text."""

    lower: Vectors
    tuned: dict[str, Vectors]
    offsets: list[tuple[int, int]]


class TurnEncoder:
    """`tuned` holds arrays `NAME.layer.N.PART.{weight.q,weight.scale,bias}`, differences from the packaged weights, and whole LayerNorms, for each of `names`."""

    def __init__(self, settings: Settings, tuned: Mapping[str, Any], names: Sequence[str]):
        self._folder = checked_folder(settings)
        self._shared = _load(self._folder)
        self._tuned = {name: _changed(self._shared, tuned, name) for name in names}
        self._tokenizer = tokenizer(self._folder)

    def read(self, text: str) -> Read:
        """One thread, over at most `TOKENS` tokens."""
        import torch

        ids, offsets = marked(self._tokenizer, text)
        if torch.get_num_threads() != 1:
            torch.set_num_threads(1)
        with torch.inference_mode():
            below = _layers(self._shared, _embedded(self._shared, torch.tensor(ids)), range(SHARED))
            tuned = {name: _layers(weights, below, range(SHARED, LAYERS)).numpy() for name, weights in self._tuned.items()}
        return Read(below[1:].mean(0).numpy(), tuned, offsets)


def checked_folder(settings: Settings) -> Path:
    """The folder of the packaged MiniLM, whatever COACH_EMBEDDER says, its weights checked by sha256. Raises ModelMissing."""
    embedder = Embedder(settings.model_copy(update={"embedder": None}))
    embedder.id  # noqa: B018  # checks
    return embedder.folder


def tokenizer(folder: Path) -> Any:
    """MiniLM's own, without its cut at 128 tokens and without padding."""
    try:
        from tokenizers import Tokenizer

        made = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library raises bare Exception on a damaged file
        raise ModelMissing(f"The encoder's tokenizer could not be loaded ({type(error).__name__}). Delete .venv and run `make run`.", "its tokenizer is not here") from None
    made.no_truncation()
    made.no_padding()
    return made


def marked(tokens: Any, text: str) -> tuple[list[int], list[tuple[int, int]]]:
    """Ids of `[CLS] text [SEP]`, cut, and the offsets of the text's tokens."""
    own = tokens.encode(text, add_special_tokens=False)
    return [CLS, *own.ids[:TOKENS], SEP], own.offsets[:TOKENS]


def _load(folder: Path) -> dict[str, Any]:
    quiet_libraries()
    try:
        from safetensors.torch import load_file

        return dict(load_file(str(folder / "model.safetensors")))
    except Exception as error:  # missing library, damaged file
        raise ModelMissing(f"The encoder could not be loaded ({type(error).__name__}). Delete .venv and run `make run`.", "the encoder could not be loaded") from None


def _changed(shared: Mapping[str, Any], tuned: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The weights of one tuning; what it leaves as it was is the very same memory."""
    import torch

    weights = dict(shared)
    for layer in range(SHARED, LAYERS):
        home, mine = f"encoder.layer.{layer}", f"{name}.layer.{layer}"
        if f"{mine}.{PARTS[0]}.weight.q" not in tuned:
            continue
        for part in PARTS:
            step = tuned[f"{mine}.{part}.weight.q"].astype(np.float32) * tuned[f"{mine}.{part}.weight.scale"].astype(np.float32)[:, None]
            weights[f"{home}.{part}.weight"] = shared[f"{home}.{part}.weight"] + torch.from_numpy(step)
            weights[f"{home}.{part}.bias"] = shared[f"{home}.{part}.bias"] + torch.from_numpy(tuned[f"{mine}.{part}.bias"].astype(np.float32))
        for norm in NORMS:
            for kind in ("weight", "bias"):
                weights[f"{home}.{norm}.{kind}"] = torch.from_numpy(tuned[f"{mine}.{norm}.{kind}"].astype(np.float32))
    return weights


def _norm(weights: Mapping[str, Any], states: Any, name: str) -> Any:
    from torch.nn.functional import layer_norm

    return layer_norm(states, states.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"], EPSILON)


def _embedded(weights: Mapping[str, Any], ids: Any) -> Any:
    states = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.token_type_embeddings.weight"][0]
    return _norm(weights, states + weights["embeddings.position_embeddings.weight"][: len(ids)], "embeddings.LayerNorm")


def _layers(weights: Mapping[str, Any], states: Any, places: range) -> Any:
    """States after these layers, a row a token."""
    from torch.nn.functional import gelu, linear, scaled_dot_product_attention

    def dense(states: Any, name: str) -> Any:
        return linear(states, weights[f"{name}.weight"], weights[f"{name}.bias"])

    for layer in places:
        home = f"encoder.layer.{layer}"
        query, key, value = (dense(states, f"{home}.{part}").view(len(states), HEADS, -1).transpose(0, 1).unsqueeze(0) for part in PARTS[:3])
        attended = scaled_dot_product_attention(query, key, value)[0].transpose(0, 1).reshape(len(states), -1)
        states = _norm(weights, dense(attended, f"{home}.{PARTS[3]}") + states, f"{home}.{NORMS[0]}")
        states = _norm(weights, dense(gelu(dense(states, f"{home}.{PARTS[4]}")), f"{home}.{PARTS[5]}") + states, f"{home}.{NORMS[1]}")
    return states
