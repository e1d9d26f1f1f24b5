"""`make bench`: each figure as a ratio within this one run, because machines differ and are noisy. Nothing here gates a test.

python -m evals.bench [--json]
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from coach.settings import Settings, load_settings, quiet_libraries

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

SCENARIOS = (
    "Early refill again, he ran out five days ahead and he is already angry with the front desk.",
    "New to me since her doctor retired. Ten years on oxycodone for low back pain, scared I'll cut her off. She misses gardening.",
    "I brought up cutting down and she said: you think I'm an addict.",
    "Halfway through the taper and stuck. He isn't sleeping and sweats at night.",
    "Urine test came back with no oxycodone in it. I don't know what to think.",
    "He wants another MRI. Fourth one. He loved fishing with his grandson before his knees got bad.",
    "Her husband does all the talking and wants me to raise the dose.",
    "Takes lorazepam with her hydrocodone and was drowsy in the waiting room.",
    "Says physical therapy made it worse and nothing but Percocet helps.",
    "He is afraid of moving because the doctor told him his spine is crumbling.",
)
TENTH = 10


@dataclass(frozen=True)
class Figure:
    """One row: what, the ratio, its bar, and how the parts came out."""

    what: str
    value: float | str
    bar: str
    passed: bool
    parts: str = ""


def in_turn(*calls: Callable[[str], object], rounds: int = 10) -> list[float]:
    """Median milliseconds of each call over all scenarios, one of each in turn, so that a busy moment falls on all of them; the first round does not count."""
    took: list[list[float]] = [[] for _ in calls]
    for said in SCENARIOS * (rounds + 1):
        for call, mine in zip(calls, took, strict=True):
            start = time.perf_counter()
            call(said)
            mine.append((time.perf_counter() - start) * 1000)
    return [statistics.median(mine[len(SCENARIOS) :]) for mine in took]


def ratio(what: str, ours: float, base: float, bar: float, unit: str = "ms", least: bool = False) -> Figure:
    value = ours / base
    passed = value >= bar if least else value <= bar
    return Figure(what, round(value, 2), f"{'≥' if least else '≤'} {bar}", passed, f"{ours:.1f} {unit} ÷ {base:.1f} {unit}")


def search_and_first_lines(settings: Settings) -> list[Figure]:
    from coach import Coach

    bare = _bare_encoder(settings)
    with Coach.open(settings, model=False) as coach:
        calls = (
            lambda said: bare.encode(said, normalize_embeddings=True),
            lambda said: coach.search(said, 3),
            lambda said: next(iter(coach.stream(said))),
        )
        encoded, searched, first = in_turn(*calls)
    return [
        ratio("search, end to end p50 ÷ one bare query encode p50", searched, encoded, 1.4),
        ratio("first lines out of Coach.stream ÷ one bare query encode", first, encoded, 3.0),
    ]


def _bare_encoder(settings: Settings) -> "SentenceTransformer":
    """The yardstick: the same weights as sentence-transformers itself runs them, in this process and so with as many threads."""
    from sentence_transformers import SentenceTransformer

    from coach.models.embeddings import Embedder

    return SentenceTransformer(str(Embedder(settings).folder), device="cpu", local_files_only=True)


def model_figures(settings: Settings) -> list[Figure]:
    from coach.models.weights import weights_ready

    if settings.llm != "embedded" or not weights_ready(settings):
        return [Figure("decode speed and facts by the model", "not measured", "", True, "the embedded model is not set or not joined")]
    from evals.bench_model import decode_ratio, first_and_tenth

    ours, alone = decode_ratio(settings)
    first, tenth = first_and_tenth(settings, SCENARIOS)
    return [
        ratio("decode speed through our stack ÷ llama.cpp alone, same prompt", ours, alone, 0.9, "tokens/s", least=True),
        ratio("model's facts, first scenario after warm-up ÷ tenth", first, tenth, 1.2),
    ]


def start_figures(settings: Settings) -> list[Figure]:
    from evals.bench_start import starts

    ours, bare = starts(settings)
    return [ratio("process start to /readyz ÷ start of a bare Gradio + sentence-transformers + Chroma app", ours, bare, 1.1, "s")]


def import_figures(_: Settings) -> list[Figure]:
    heavy = ("torch", "chromadb", "gradio", "langchain")
    found = []
    for code in ("import coach", "import sys; sys.argv=['coach','--help']\ntry:\n    from coach.cli import main; main()\nexcept SystemExit:\n    pass"):
        probe = f"{code}\nimport sys; print('loaded:', [m for m in {heavy!r} if m in sys.modules], file=sys.stderr)"
        result = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
        found.append(result.stderr.strip().splitlines()[-1].removeprefix("loaded: "))
    return [Figure("`coach --help`, `import coach` load none of torch, chromadb, gradio, langchain", " ".join(found), "[] []", found == ["[]", "[]"])]


def main() -> int:
    """Print the table; exit code 1 when a bar is missed, so that a person notices. CI does not run it."""
    quiet_libraries()
    settings = load_settings()
    figures: list[Figure] = []
    for station in (import_figures, search_and_first_lines, start_figures, model_figures):
        print(f"… {station.__name__.replace('_', ' ')}", file=sys.stderr)
        figures += station(settings)
    if "--json" in sys.argv:
        print(json.dumps([asdict(figure) for figure in figures], ensure_ascii=False, indent=2))
    else:
        for figure in figures:
            print(f"{'pass' if figure.passed else 'MISS'}  {figure.value!s:>12}  bar {figure.bar:<6}  {figure.what}  ({figure.parts})")
    return 0 if all(figure.passed for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
