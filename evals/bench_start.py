"""Seconds from process start to /readyz: ours, and the bare app's, in turn."""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from coach.library.folders import pointed
from coach.settings import ROOT, Settings

ROUNDS = 3
LONGEST = 90.0


def starts(settings: Settings) -> tuple[float, float]:
    """Medians of ROUNDS starts each, ours first, alternating, after one warm start of each (file caches)."""
    with tempfile.TemporaryDirectory() as folder:
        chroma = Path(folder) / "chroma"  # a copy: the bare app must not touch ours
        stores = (pointed(settings.index_dir) or Path()).glob("chroma*/chroma.sqlite3")
        shutil.copytree(max(stores, key=lambda path: path.stat().st_size).parent, chroma)
        return _in_turn(chroma)


def _in_turn(chroma: Path) -> tuple[float, float]:
    ours, bare = [], []
    for number in range(ROUNDS + 1):
        mine = _start([sys.executable, str(ROOT / "app.py")], port := _free_port(), {"COACH_PORT": str(port)})
        other = _start([sys.executable, "-m", "evals.bare_app", str(chroma), str(port := _free_port())], port, {})
        if number:
            ours.append(mine)
            bare.append(other)
    return statistics.median(ours), statistics.median(bare)


def _start(command: list[str], port: int, extra: dict[str, str]) -> float:
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=Path(ROOT), env={**os.environ, **extra}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while time.perf_counter() - began < LONGEST:
            if _ready(port):
                return time.perf_counter() - began
            if process.poll() is not None:
                raise RuntimeError("the app ended before it was ready; run it by hand to see why")
            time.sleep(0.02)
        raise RuntimeError("the app was not ready in time")
    finally:
        process.terminate()
        process.wait(20)


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
