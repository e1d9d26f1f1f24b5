"""What MiniLM learned for this library: checked by hash, added once, and apart from what it is measured on."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from coach.errors import ModelMissing
from coach.models import adapter
from coach.models.embeddings import Embedder
from coach.settings import Settings
from evals.cases import scenarios
from evals.train_search.data import queries, training_scenarios


def runs(text: str) -> set[tuple[str, ...]]:
    said = re.findall(r"[a-z0-9']+", text.lower())
    return {tuple(said[start : start + 8]) for start in range(len(said) - 7)}


def test_no_query_that_search_is_trained_on_repeats_a_labelled_case() -> None:
    cases = {run for split in ("dev", "test") for case in scenarios(split) for run in runs(case.text)}
    learned = [*(query.text for query in queries()), *(each["text"] for each in training_scenarios())]
    assert len(learned) > 4_000
    assert [text for text in learned if runs(text) & cases] == []


def test_a_changed_adapter_is_not_used_and_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tmp_path / "search_adapter.npz"
    changed.write_bytes(adapter.FILE.read_bytes() + b"x")
    monkeypatch.setattr(adapter, "FILE", changed)
    with pytest.raises(ModelMissing, match="Check out the project again"):
        adapter.digest()


def test_what_is_saved_is_what_is_added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(adapter, "FILE", tmp_path / "a.npz")
    monkeypatch.setattr(adapter, "NOTED", tmp_path / "a.json")
    assert adapter.digest() == ""
    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Linear(2, 2))
    before = model[0].weight.detach().numpy().copy()
    adapter.save({"0": (np.ones((2, 1)), np.array([[0.5, 0.0, -1.0]]))})
    adapter.add_to(model)
    assert np.allclose(model[0].weight.detach().numpy() - before, [[0.5, 0.0, -1.0]] * 2, atol=1e-3)
    assert adapter.digest() == json.loads((tmp_path / "a.json").read_text())["sha256"][:8]


@pytest.mark.integration
def test_the_encoder_names_its_adapter_and_reads_differently_with_it(tmp_path: Path) -> None:
    learned, bare = Embedder(Settings(cache=tmp_path)), Embedder(Settings(cache=tmp_path), adapted=False)
    assert learned.id == f"{bare.id}+{adapter.digest()}"
    text = "she ran out of her pills nine days early"
    assert 0.2 < float(learned.encode_query(text) @ bare.encode_query(text)) < 0.999
    assert np.allclose(learned.encode([text])[0], learned.encode_query(text), atol=1e-4)
