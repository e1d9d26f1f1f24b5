"""What the untuned lower layers make of every turn, worked out once: only the last layers are tuned, so it never changes while training."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from coach.models.turn_encoder import SHARED, checked_folder, marked, tokenizer
from coach.practice.cues import BUCKETS, cues, ngrams
from coach.settings import load_settings
from evals.train_coder.data import Turn

CAP = 96  # tokens, while training; longer turns are rare and cost most
BATCH = 32


@dataclass
class Lower:
    """Token states below the tuned layers (float16, a turn's are rows `at[i]` to `at[i + 1]`, [CLS] first), and their mean a turn without [CLS]."""

    states: Any
    at: Any
    means: Any

    def length(self, place: int) -> int:
        return min(int(self.at[place + 1] - self.at[place]), CAP)


@dataclass
class Counted:
    """A row a turn: cues, hashed n-grams (sparse)."""

    cues: Any
    ngrams: Any


def counted(turns: list[Turn]) -> Counted:
    """What the cues see."""
    from scipy.sparse import csr_matrix

    bags = [ngrams(turn.text, turn.previous) for turn in turns]
    columns = np.concatenate([np.fromiter(bag, np.int64) for bag in bags])
    values = np.concatenate([np.fromiter(bag.values(), np.float32) for bag in bags])
    rows = np.cumsum([0, *map(len, bags)])
    return Counted(np.stack([cues(turn.text, turn.previous) for turn in turns]), csr_matrix((values, columns, rows), shape=(len(turns), BUCKETS)))


def encoder() -> Any:
    """The packaged MiniLM as transformers has it."""
    from transformers import BertModel

    return BertModel.from_pretrained(checked_folder(load_settings()), add_pooling_layer=False, attn_implementation="sdpa").eval()


def lower(turns: list[Turn]) -> Lower:
    """States after the `SHARED` layers. About two minutes on two cores."""
    import torch

    model, tokens = encoder(), tokenizer(checked_folder(load_settings()))
    ids = [marked(tokens, turn.text)[0] for turn in turns]
    states: list[Any] = [None] * len(turns)
    order = sorted(range(len(turns)), key=lambda place: len(ids[place]))
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        asked, seen = (torch.zeros(len(batch), len(ids[batch[-1]]), dtype=torch.long) for _ in range(2))
        for row, place in enumerate(batch):
            asked[row, : len(ids[place])], seen[row, : len(ids[place])] = torch.tensor(ids[place]), 1
        with torch.inference_mode():
            found = model(input_ids=asked, attention_mask=seen, output_hidden_states=True).hidden_states[SHARED]
        for row, place in enumerate(batch):
            states[place] = found[row, : len(ids[place])].half().numpy()
    means = np.stack([each[1:].astype(np.float32).mean(axis=0) for each in states])
    return Lower(np.concatenate(states), np.cumsum([0, *map(len, states)]), means)
