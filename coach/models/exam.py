"""What a model has passed: the results of `coach model exam`, kept with the model's name and the hashes of its weights and of the prompt.

Results that were made here ship in prompts/exams/results.json; those of a user's own models are kept in the data folder. A result
counts only for the very weights and the very prompt it was made with. Of a model behind an address nobody knows the weights: its name and host count.
"""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from coach.errors import StoreError
from coach.models.prompts import Prompt
from coach.models.weights import EMBEDDED, gguf_path, model_name
from coach.settings import Settings

STATIONS = ("extract", "rewrite", "voice", "phrase")
FILE = "exams.json"


@dataclass(frozen=True, slots=True)
class Result:
    """One exam: `figures` are shares in [0, 1] by name, `bars` what each must reach ("≥ 0.9"), `prompt` the prompt's digest."""

    station: str
    model: str
    weights: str
    prompt: str
    cases: int
    figures: dict[str, float]
    bars: dict[str, str]
    passed: bool
    on: str


def identity(settings: Settings) -> tuple[str, str]:
    """The chat model's name, and what stands for its weights: their sha256 (first digits), a file's size, or the server's host."""
    if settings.llm != "embedded":
        return settings.llm, urlsplit(settings.llm_url).netloc if settings.llm_url else "the provider's own server"
    if settings.llm_gguf is None:
        return model_name(settings), EMBEDDED.sha256[:16]
    with contextlib.suppress(OSError):
        return model_name(settings), f"{gguf_path(settings).stat().st_size} bytes"
    return model_name(settings), "not here"


def result_of(station: str, prompt: Prompt, settings: Settings) -> Result | None:
    """The latest result of this model with this prompt; None when it was never examined."""
    name, weights = identity(settings)
    for result in reversed([*_read(settings.prompts / "exams" / "results.json"), *_read(settings.data / FILE)]):
        if (result.station, result.model, result.weights, result.prompt) == (station, name, weights, prompt.digest):
            return result
    return None


def passed(station: str, prompt: Prompt, settings: Settings) -> bool:
    result = result_of(station, prompt, settings)
    return result is not None and result.passed


def keep(result: Result, settings: Settings) -> Path:
    """Write a result where this user's are kept, in the place of an older one of the same model and prompt. Raises StoreError."""
    path = settings.data / FILE
    same = (result.station, result.model, result.weights, result.prompt)
    others = [each for each in _read(path) if (each.station, each.model, each.weights, each.prompt) != same]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([asdict(each) for each in (*others, result)], ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError:
        raise StoreError("The exam's result could not be kept. Check that the data folder (COACH_DATA) can be written.") from None
    return path


def _read(path: Path) -> Iterator[Result]:
    """The results of a file; none when it is not there or is not one of ours: a model that has not passed is only less used."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for row in rows if isinstance(rows, list) else ():
        with contextlib.suppress(TypeError):
            yield Result(**row)
