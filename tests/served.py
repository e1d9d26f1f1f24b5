"""The app in a process of its own, forked from one that has its slow libraries imported already: the same code from `app.main` on, ready in a third of the time."""

import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.served_libraries"])


class Served:
    """What the tests need of a process; as `subprocess.Popen` has it."""

    def __init__(self, environment: Mapping[str, str], log: Path, mode: str = "wb"):
        self._process: Any = _forks.Process(target=_serve, args=(dict(environment), str(log), mode), daemon=True)
        self._process.start()
        self.pid = int(self._process.pid)

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, seconds: float) -> int | None:
        self._process.join(seconds)
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def _serve(environment: dict[str, str], log: str, mode: str) -> None:
    with open(log, mode) as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = ["app.py"]
    runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
