"""Train the search adapter: `python -m evals.train_search` (a quarter of an hour on two cores). See README.md beside this file.

MiniLM learns to put what a clinician types near the script that is best for it. It learns from queries written for this (queries.jsonl) and from
the library itself (titles, when to use, ways of asking, lines), by contrast with the other scripts of a batch (InfoNCE; van den Oord et al. 2018).
Only low-rank additions to its weights are learned (LoRA; Hu et al. 2021) and shipped. No labelled case is read here.
"""

import argparse
import random
import time
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from torch.nn.utils import parametrize

from coach.library import corpus
from coach.library.passages import of_script
from coach.models import adapter
from coach.models.embeddings import Embedder
from coach.settings import load_settings, quiet_libraries
from evals.train_search.data import Query, queries

SEED, RANK, SCALE = 20261128, 16, 2.0
FROM_LAYER = 2  # of six, counted from 0: what lies below stays as it is, which saves a third of the time
LAYERS = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense", "output.dense")
BATCH, TEMPERATURE, RATE = 32, 0.05, 5e-4
READ = 96  # tokens of a text read while training; search itself reads up to 256
HARD = 10  # of a batch's scripts, how many are neighbours of its first: those that are confused


class Addition(torch.nn.Module):
    """A weight with a low-rank addition: W + scale · B A."""

    def __init__(self, weight: torch.Tensor):
        super().__init__()
        self.a = torch.nn.Parameter(torch.randn(RANK, weight.shape[1]) / weight.shape[1] ** 0.5)
        self.b = torch.nn.Parameter(torch.zeros(weight.shape[0], RANK))

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return weight + SCALE * self.b @ self.a


@dataclass
class Texts:
    """What stands for a script: queries to learn from, and its passages by kind."""

    queries: dict[str, list[Query]]
    passages: dict[str, list[str]]
    neighbours: dict[str, list[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--held", type=int, default=0, help="queries a script to hold out, and report on; 0 trains the adapter that ships")
    chosen = parser.parse_args()
    quiet_libraries()
    torch.manual_seed(SEED)
    torch.set_flush_denormal(True)
    torch.set_num_threads(chosen.threads)
    settings = load_settings()
    encoder = Embedder(settings, adapted=False)
    library = corpus.load(settings.corpus)
    passages = {script.id: [p.text for p in of_script(script)] for script in library.live}
    everything = [query for query in queries() if query.script in passages]
    held = hold_out(everything, chosen.held)
    learned = [query for query in everything if query not in set(held)]
    model = SentenceTransformer(str(encoder.folder), device="cpu", local_files_only=True)
    texts = Texts(group(learned), passages, nearest(encoder, passages))
    if held:
        report("before", model, held, passages)
    train(model, texts, chosen.epochs, held, passages)
    if not held:
        adapter.save(additions(model))


def hold_out(everything: list[Query], count: int) -> list[Query]:
    chance, held = random.Random(SEED), []
    for own in group(everything).values():
        held += chance.sample(own, min(count, len(own)))
    return held


def group(found: list[Query]) -> dict[str, list[Query]]:
    grouped: dict[str, list[Query]] = defaultdict(list)
    for query in found:
        grouped[query.script].append(query)
    return grouped


def nearest(encoder: Embedder, passages: dict[str, list[str]]) -> dict[str, list[str]]:
    """Each script's most alike scripts, by the middle of their passages."""
    names = list(passages)
    middle = np.stack([encoder.encode(passages[name]).mean(axis=0) for name in names])
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    order = np.argsort(-(middle @ middle.T), axis=1)
    return {name: [names[other] for other in order[row][1 : 3 * HARD]] for row, name in enumerate(names)}


def train(model: torch.nn.Module, texts: Texts, epochs: int, held: list[Query], passages: dict[str, list[str]]) -> None:
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for name, module in list(model.named_modules()):
        if name.endswith(LAYERS) and isinstance(module, torch.nn.Linear) and int(name.split(".layer.")[1].split(".")[0]) >= FROM_LAYER:
            parametrize.register_parametrization(module, "weight", Addition(module.weight))
    learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
    chance = random.Random(SEED)
    steps = epochs * sum(map(len, texts.queries.values())) // BATCH
    optimizer = torch.optim.AdamW(learned, lr=RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps + 1, pct_start=0.1)
    model.train()
    model.max_seq_length = READ
    began, losses = time.monotonic(), []
    for step in range(steps):
        loss = contrast(model, *batch(texts, chance))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if (step + 1) % max(1, steps // (6 * epochs)) == 0:
            print(f"step {step + 1}/{steps}  loss {np.mean(losses[-40:]):.3f}  {time.monotonic() - began:.0f} s", flush=True)
            if held and (step + 1) % max(1, steps // epochs) == 0:
                report("now", model, held, passages)
                model.train()
                model.max_seq_length = READ


def batch(texts: Texts, chance: random.Random) -> tuple[list[Query], list[str], torch.Tensor]:
    """BATCH different scripts (some of them neighbours): for each a query, and a passage or another query. Last, a square of truth values: where a
    script of the batch is acceptable too for another's query, so that it counts as no error."""
    names = list(texts.queries)
    first = chance.choice(names)
    near = [name for name in texts.neighbours[first] if name in texts.queries]
    chosen = list(dict.fromkeys([first, *chance.sample(near, min(HARD, len(near))), *chance.sample(names, min(BATCH, len(names)))]))[:BATCH]
    asked = [chance.choice(texts.queries[name]) for name in chosen]
    others = [chance.choice(texts.passages[name]) if chance.random() < 0.75 else chance.choice(texts.queries[name]).text for name in chosen]
    also = torch.tensor([[name in query.fits and name != query.script for name in chosen] for query in asked])
    return asked, others, also


def contrast(model: torch.nn.Module, asked: list[Query], passages: list[str], also: torch.Tensor) -> torch.Tensor:
    texts = [*(query.text for query in asked), *passages]
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    half = len(order) // 2  # short texts apart from long ones: less padding
    vectors = torch.cat([embed(model, [texts[place] for place in part]) for part in (order[:half], order[half:])])
    one, two = vectors[torch.tensor(order).argsort()].split(len(asked))
    wanted = torch.arange(len(asked))
    alike = (one @ two.T / TEMPERATURE).masked_fill(also, -1e4)
    loss = torch.nn.functional.cross_entropy
    return (loss(alike, wanted) + loss(alike.T, wanted)) / 2


def embed(model: torch.nn.Module, texts: list[str]) -> torch.Tensor:
    vectors = model(model.preprocess(texts))["sentence_embedding"]
    return torch.nn.functional.normalize(vectors, dim=1)


def report(when: str, model: torch.nn.Module, held: list[Query], passages: dict[str, list[str]]) -> None:
    """Of the held queries, how many have their script first, and among the first three, by the mean of its three nearest passages."""
    model.eval()
    model.max_seq_length = 256
    flat = [(name, text) for name, own in passages.items() for text in own]
    with torch.inference_mode():
        stored = torch.cat([embed(model, [text for _, text in flat[start : start + 64]]) for start in range(0, len(flat), 64)]).numpy()
        asked = torch.cat([embed(model, [query.text for query in held[start : start + 64]]) for start in range(0, len(held), 64)]).numpy()
    names = list(passages)
    owner = np.array([names.index(name) for name, _ in flat])
    cosines = asked @ stored.T
    scores = np.stack([np.sort(cosines[:, owner == row], axis=1)[:, -3:].mean(axis=1) for row in range(len(names))], axis=1)
    ranks = [int((scores[row] > scores[row, names.index(query.script)]).sum()) for row, query in enumerate(held)]
    print(f"{when}: first {np.mean([rank == 0 for rank in ranks]):.3f}, first three {np.mean([rank < 3 for rank in ranks]):.3f} of {len(held)} held queries", flush=True)


def additions(model: torch.nn.Module) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """{name of the weight: (scale · B, A)}."""
    return {
        name: (SCALE * module.parametrizations.weight[0].b.detach().numpy(), module.parametrizations.weight[0].a.detach().numpy())
        for name, module in model.named_modules()
        if parametrize.is_parametrized(module, "weight")
    }


if __name__ == "__main__":
    main()
