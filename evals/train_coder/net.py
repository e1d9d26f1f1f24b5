"""The tuned part: MiniLM's last layers and sixteen outputs from the mean of the turn's tokens, the pair's vector and the cues."""

import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from coach.models.turn_encoder import LAYERS, SHARED
from coach.practice.coder_weights import OUTPUTS, SIZE
from coach.practice.cues import SIZE as CUES
from evals.train_coder.data import LOW, Turn
from evals.train_coder.states import Lower, encoder

BATCH, HEAD_RATE, DECAY, LOWER = 32, 2e-3, 0.01, 0.9  # LOWER: each layer further down learns so much slower
DROP, WARM_UP, CLIP = 0.2, 0.1, 1.0
PRESENT, SUBTYPE, KIND = 0.3, 0.5, 0.3  # weights of the smaller tasks' losses beside the main codes' 1


@dataclass(frozen=True)
class Tuning:
    """Epochs over all turns, rate, share of each label spread over all classes, weight of a turn of a low-quality session, seed.
    Low-quality sessions are few and short, and what trainees' first tries resemble: without a weight, their advice is taken for reflection."""

    name: str
    epochs: int = 2
    rate: float = 1.5e-4
    smooth: float = 0.05
    low: float = LOW
    seed: int = 2


TUNINGS = (Tuning("a"),)


class Net(nn.Module):
    def __init__(self, tuning: Tuning) -> None:
        super().__init__()
        self.tuning = tuning
        self.layers = encoder().encoder.layer[SHARED:]
        for module in self.layers.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0  # inside the layers it is slow here; whether it would help was not tried
        self.drop, self.head, self.cue = nn.Dropout(DROP), nn.Linear(768, SIZE), nn.Linear(CUES, SIZE)
        nn.init.normal_(self.head.weight, std=0.02)
        for zero in (self.head.bias, self.cue.weight, self.cue.bias):
            nn.init.zeros_(zero)

    def forward(self, states: Any, own: Any, hidden: Any, counts: Any) -> Any:
        for layer in self.layers:
            states = layer(states, attention_mask=hidden)
            states = states[0] if isinstance(states, tuple) else states
        seen = torch.cat([(states * own).sum(1) / own.sum(1), states[:, 0]], 1)
        return self.head(self.drop(seen)) + self.cue(counts)


def train(tuning: Tuning, turns: list[Turn], ready: Lower, cues: Any, places: list[int]) -> Net:
    """A net tuned on the turns at `places`. Soft labels where several annotators coded."""
    torch.manual_seed(tuning.seed)
    order, net, rare = random.Random(tuning.seed), Net(tuning).train(), _rarity([turns[place] for place in places])
    groups = [{"params": list(layer.parameters()), "lr": tuning.rate * LOWER ** (LAYERS - SHARED - 1 - depth)} for depth, layer in enumerate(net.layers)]
    groups.append({"params": [*net.head.parameters(), *net.cue.parameters()], "lr": HEAD_RATE})
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
    rates, steps, step = [group["lr"] for group in optimizer.param_groups], tuning.epochs * math.ceil(len(places) / BATCH), 0
    for _ in range(tuning.epochs):
        for batch in _batches(ready, places, order):
            pace = min(1, (step + 1) / (WARM_UP * steps)) * max(0, (steps - step) / steps)
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * pace
            loss = _loss(net(*_stack(ready, cues, batch)), [turns[place] for place in batch], rare, tuning)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), CLIP)
            optimizer.step()
            step += 1
    return net


def predict(net: Net, ready: Lower, cues: Any, places: list[int]) -> Any:
    """Logits, a row a place."""
    net.eval()
    found, order = np.zeros((len(places), SIZE)), sorted(range(len(places)), key=lambda row: ready.length(places[row]))
    with torch.inference_mode():
        for start in range(0, len(order), 2 * BATCH):
            rows = order[start : start + 2 * BATCH]
            found[rows] = net(*_stack(ready, cues, [places[row] for row in rows])).numpy()
    return found


def _batches(ready: Lower, places: list[int], order: random.Random) -> list[list[int]]:
    """Shuffled, turns of like length together."""
    mixed, batches = list(places), []
    order.shuffle(mixed)
    for start in range(0, len(mixed), 20 * BATCH):
        chunk = sorted(mixed[start : start + 20 * BATCH], key=lambda place: ready.at[place + 1] - ready.at[place])
        batches += [chunk[first : first + BATCH] for first in range(0, len(chunk), BATCH)]
    order.shuffle(batches)
    return batches


def _stack(ready: Lower, cues: Any, places: list[int]) -> tuple[Any, Any, Any, Any]:
    lengths = [ready.length(place) for place in places]
    states = torch.zeros(len(places), max(lengths), ready.states.shape[1])
    own, hidden = torch.zeros(len(places), max(lengths), 1), torch.full((len(places), 1, 1, max(lengths)), -1e9)
    for row, (place, length) in enumerate(zip(places, lengths, strict=True)):
        states[row, :length] = torch.from_numpy(ready.states[ready.at[place] : ready.at[place] + length].astype(np.float32))
        own[row, 1:length], hidden[row, :, :, :length] = 1, 0
    return states, own, hidden, torch.from_numpy(cues[places])


def _rarity(turns: list[Turn]) -> Any:
    counts = np.array([sum(turn.main[place] for turn in turns if not turn.clinician) for place in range(3)])
    return torch.tensor(np.sqrt(counts.sum() / 3 / counts), dtype=torch.float32)


def _loss(out: Any, turns: list[Turn], rare: Any, tuning: Tuning) -> Any:
    total, weights = torch.zeros(()), torch.tensor([tuning.low if turn.quality == "low" else 1.0 for turn in turns])
    clinician = [row for row, turn in enumerate(turns) if turn.clinician]
    if clinician:
        total = total + _spread(out, turns, "clinician", "main", clinician, weights[clinician, None], tuning.smooth)
        total = total + PRESENT * binary_cross_entropy_with_logits(out[clinician, 7:10], torch.tensor([turns[row].present for row in clinician]), reduction="sum")
        for name in ("question", "reflection"):
            rows = [row for row in clinician if getattr(turns[row], name)]
            shares = torch.tensor([getattr(turns[row], name)[0] for row in rows])
            total = total + SUBTYPE * binary_cross_entropy_with_logits(out[rows, OUTPUTS[name].start], shares, reduction="sum")
        total = total + KIND * _spread(out, turns, "input", "input", [row for row in clinician if turns[row].input])
    patient = [row for row, turn in enumerate(turns) if not turn.clinician]
    return (total + _spread(out, turns, "patient", "main", patient, rare * weights[patient, None], tuning.smooth)) / weights.sum()


def _spread(out: Any, turns: list[Turn], output: str, label: str, rows: list[int], weight: Any = 1.0, smooth: float = 0.0) -> Any:
    """Cross-entropy with the annotators' shares."""
    if not rows:
        return torch.zeros(())
    shares = torch.tensor([getattr(turns[row], label) for row in rows])
    return -((shares * (1 - smooth) + smooth / shares.shape[1]) * weight * out[rows, OUTPUTS[output]].log_softmax(1)).sum()
