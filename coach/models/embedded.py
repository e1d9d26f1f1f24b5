"""llama.cpp in a process of its own, on loopback, behind a key made for this run.

A process of its own, because a crash in native code then costs one answer and not the program. It is started in the background,
started again once when it dies, and after that left alone with a reason.
"""

import atexit
import contextlib
import importlib.util
import json
import os
import secrets
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

from coach.errors import ModelMissing, ModelTimeout
from coach.log import log

CHILD = Path(__file__).with_name("llama_child.py")
CONTEXT = 4096  # tokens: prompt, history, scenario and output together
RESTARTS = 1
LOAD_SECONDS = 120.0  # a cold disk may need long to read a gigabyte; past this, something is wrong
HEALTH_SECONDS = 2.0
NO_LLAMA = "llama.cpp is not installed"


class EmbeddedServer:
    """One llama.cpp server. `status` is off, starting, ready or `failed: reason`; it never raises but from `wait_ready`."""

    def __init__(self, gguf: Path, threads: int = 2, context: int = CONTEXT):
        self.gguf, self.threads, self.context = gguf, threads, context
        self.key = secrets.token_urlsafe(24)
        self.url = ""
        self.restarts = 0
        self._status = "off"
        self._child: subprocess.Popen[str] | None = None
        self._closed = False
        self._changed = threading.Condition()

    @property
    def status(self) -> str:
        return self._status

    @property
    def pid(self) -> int | None:
        """The child's process id while it lives."""
        return self._child.pid if self._child and self._child.poll() is None else None

    def start(self) -> None:
        """Begin to load, and return at once. A second call does nothing."""
        with self._changed:
            if self._status != "off" or self._closed:
                return
            if importlib.util.find_spec("xllamacpp") is None:
                self._set(f"failed: {NO_LLAMA}")
                return
            self._set("starting")
        atexit.register(self.close)
        threading.Thread(target=self._keep, name="llama-keeper", daemon=True).start()

    def wait_ready(self, seconds: float) -> None:
        """Return when it can be asked. Raises ModelTimeout when it still loads after `seconds`, ModelMissing when it cannot run."""
        self.start()
        with self._changed:
            self._changed.wait_for(lambda: self._status != "starting", timeout=max(0.0, seconds))
            status = self._status
        if status == "starting":
            raise ModelTimeout("The model is still loading. Ask again in a moment.", "it is still loading")
        if status != "ready":
            reason = status.removeprefix("failed: ")
            raise ModelMissing(f"The embedded model cannot be used: {reason}. `coach doctor` says more.", reason)

    def close(self) -> None:
        """End the child and wait for it. May be called twice."""
        with self._changed:
            self._closed = True
            self._set("off")
        child = self._child
        if child is not None:
            with contextlib.suppress(OSError):
                child.stdin.close()  # type: ignore[union-attr]
            try:
                child.wait(timeout=3)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        atexit.unregister(self.close)

    def _keep(self) -> None:
        """Run the child, and once more when it dies: the whole life of the server, in its own thread."""
        while not self._closed:
            problem = self._run_once()
            if self._closed:
                return
            log.warning("model_server_ended", stage="embedded", retry=self.restarts, error=problem)
            with self._changed:
                if self.restarts >= RESTARTS:
                    self._set(f"failed: {problem}")
                    return
                self.restarts += 1
                self._set("starting")

    def _run_once(self) -> str:
        """Start the child and wait for its end. Returns why it ended, in words for the status line."""
        began = time.monotonic()
        with self._changed:
            if self._closed:
                return "closed"
            try:
                self._child = child = subprocess.Popen(
                    [sys.executable, "-I", str(CHILD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                    text=True, env=_plain_environment(), start_new_session=True,  # Ctrl-C is for us; we then end it
                )  # fmt: skip
            except OSError:
                return "its process could not be started"
        timer = threading.Timer(LOAD_SECONDS, child.kill)
        timer.daemon = True
        timer.start()
        try:
            url = self._hand_over(child)
            healthy = url is not None and _healthy(url, began + LOAD_SECONDS)
        finally:
            timer.cancel()
        if not healthy or url is None:
            child.kill()
            child.wait()
            return "its weights could not be loaded"
        with self._changed:
            if not self._closed:
                self.url = url
                self._set("ready")
        log.info("model_server_ready", stage="embedded", ms=round((time.monotonic() - began) * 1000))
        child.wait()
        return "its process ended twice" if self.restarts else "its process ended"

    def _hand_over(self, child: subprocess.Popen[str]) -> str | None:
        """Give the child its order, and wait for its address."""
        assert child.stdin and child.stdout
        order = {"model": str(self.gguf), "threads": self.threads, "context": self.context, "key": self.key}
        try:
            child.stdin.write(json.dumps(order) + "\n")
            child.stdin.flush()
            return str(json.loads(child.stdout.readline())["url"])
        except (OSError, ValueError, KeyError):
            return None

    def _set(self, status: str) -> None:
        """Callers hold the lock."""
        self._status = status
        self._changed.notify_all()


def _healthy(url: str, until: float) -> bool:
    """True once /health says so. Asked without the environment's proxies: they have no business with loopback."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < until:
        with contextlib.suppress(OSError, ValueError), direct.open(url + "/health", timeout=HEALTH_SECONDS) as answer:
            if answer.status == 200:
                return True
        time.sleep(0.05)
    return False


def _plain_environment() -> dict[str, str]:
    """The environment without our settings (a key may be among them) and without variables that llama.cpp would take for its own.
    Its threads wait for each other thousands of times a token; while they wait they spin, and with the usual long spin one other busy
    program on a small machine makes it ten times slower. With a short one it gives way."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("COACH_", "LLAMA_", "GGML_"))}
    return {"GOMP_SPINCOUNT": "2000"} | plain
