"""The packaged MiniLM: offline, checked, and saying how much of a text it sees."""

import shutil
import threading
import time

import numpy as np
import pytest

from coach.errors import ModelMissing
from coach.models import adapter
from coach.models.embeddings import Embedder, _packaged_folder
from coach.settings import Settings


@pytest.fixture(scope="module")
def embedder(tmp_path_factory):
    return Embedder(Settings(cache=tmp_path_factory.mktemp("cache")))


def test_the_id_names_the_model_and_its_weights_without_loading_them(tmp_path):
    fresh = Embedder(Settings(cache=tmp_path))
    assert fresh.id == f"all-MiniLM-L6-v2@53aa51172d14+{adapter.digest()}"
    assert fresh._model is None
    assert Embedder(Settings(cache=tmp_path), adapted=False).id == "all-MiniLM-L6-v2@53aa51172d14"


def test_the_check_of_the_weights_is_remembered(tmp_path, monkeypatch):
    Embedder(Settings(cache=tmp_path)).id  # noqa: B018
    monkeypatch.setattr("coach.models.embeddings.hashlib.file_digest", None)
    assert Embedder(Settings(cache=tmp_path)).id


def test_changed_weights_are_refused(tmp_path, monkeypatch):
    changed = tmp_path / "model"
    changed.mkdir()
    shutil.copy(_packaged_folder() / "model.safetensors", changed)
    with (changed / "model.safetensors").open("r+b") as file:
        file.seek(40_000_000)
        file.write(b"\x00\x01\x02\x03")
    monkeypatch.setattr("coach.models.embeddings._packaged_folder", lambda: changed)
    with pytest.raises(ModelMissing, match="sha256"):
        Embedder(Settings(cache=tmp_path)).load()


def test_a_folder_that_is_not_there_or_holds_no_model_is_our_error(tmp_path):
    with pytest.raises(ModelMissing, match="COACH_EMBEDDER"):
        Embedder(Settings(cache=tmp_path, embedder=str(tmp_path / "none"))).load()
    with pytest.raises(ModelMissing):
        Embedder(Settings(cache=tmp_path, embedder=str(tmp_path))).load()
    (tmp_path / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(ModelMissing, match="could not be loaded"):
        Embedder(Settings(cache=tmp_path, embedder=str(tmp_path))).load()


@pytest.mark.integration
def test_vectors_are_unit_float32_and_in_order(embedder):
    texts = ["He is angry about the taper.", "x", "She wants to garden again, and to dance at the wedding of her son in June."]
    vectors = embedder.encode(texts)
    assert vectors.shape == (3, 384) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        assert np.allclose(embedder.encode_query(text), vector, atol=1e-5)
    assert embedder.encode([]).shape == (0, 384)


@pytest.mark.integration
def test_what_stands_after_the_last_token_it_sees_changes_nothing(embedder):
    seen = "pain " * embedder.max_tokens
    assert embedder.token_count(seen) == embedder.max_tokens == 254
    assert np.allclose(embedder.encode_query(seen), embedder.encode_query(seen + "joy and gardening"), atol=1e-6)
    assert not np.allclose(embedder.encode_query(seen), embedder.encode_query("joy " + seen), atol=1e-3)


@pytest.mark.integration
def test_a_query_need_not_wait_for_a_whole_batch(embedder):
    embedder.encode_query("load")
    batch = threading.Thread(target=embedder.encode, args=(["a passage of some length about pain and work " * 8] * 640,))
    batch.start()
    time.sleep(0.3)
    embedder.encode_query("How do I start?")
    assert batch.is_alive(), "the query came after the batch"
    batch.join()


@pytest.mark.integration
def test_loading_prints_nothing(capfd, tmp_path):
    Embedder(Settings(cache=tmp_path)).encode_query("quiet")
    out, err = capfd.readouterr()
    assert not err.strip() and not out.strip()
