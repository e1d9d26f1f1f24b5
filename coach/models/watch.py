"""Deadlines that hold whatever the other side does: the reply is read in a thread of its own, and the caller waits only so long.

Timeouts of an HTTP client start anew with each byte, so they cannot do this alone.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from coach.models.wire import Call, TooLong

MOST_CHARACTERS = 20_000
LOOK = 0.1  # seconds between two looks whether to stop
_stop: ContextVar[threading.Event | None] = ContextVar("stop", default=None)


class Stopped(Exception):
    """Nobody waits for the reply any more."""


class TooSlow(Exception):
    """A deadline passed. `waited_for` is connection, first token, next token or whole reply."""

    def __init__(self, waited_for: str):
        super().__init__(waited_for)
        self.waited_for = waited_for


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds to the first token and between two; `until` is the monotonic time at which the whole call ends."""

    first: float
    between: float
    until: float

    @property
    def left(self) -> float:
        return max(0.0, self.until - time.monotonic())


@contextmanager
def stoppable(stop: threading.Event | None) -> Iterator[None]:
    """Calls made in this block end within LOOK seconds after `stop` is set, whoever makes them."""
    token = _stop.set(stop)
    try:
        yield
    finally:
        _stop.reset(token)


def collect(pieces: Callable[[], Iterator[str]], deadlines: Deadlines, most: int = MOST_CHARACTERS) -> str:
    """All pieces of a reply, joined. Raises TooSlow at a deadline, Stopped, TooLong past `most` characters, and whatever `pieces` raises.
    In each case the connection is cut, so that neither the thread nor the server goes on."""
    heard: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
    call = Call()
    threading.Thread(target=_read, args=(pieces, call, heard), name="model-reader", daemon=True).start()
    said: list[str] = []
    length, waiting_for, wait_until = 0, "first token", time.monotonic() + deadlines.first
    try:
        while True:
            piece = _next(heard, wait_until, deadlines, waiting_for)
            if piece is None:
                return "".join(said)
            if isinstance(piece, BaseException):
                raise piece
            if not piece:  # a frame without text is no token: it does not move the deadline
                continue
            length += len(piece)
            if length > most:
                raise TooLong
            said.append(piece)
            waiting_for, wait_until = "next token", time.monotonic() + deadlines.between
    finally:
        call.cut()


def _next(heard: "queue.SimpleQueue[str | BaseException | None]", wait_until: float, deadlines: Deadlines, waiting_for: str) -> str | BaseException | None:
    stop = _stop.get()
    while True:
        if stop is not None and stop.is_set():
            raise Stopped
        # An endless reply that is always there must end too: past the deadline nothing more is taken.
        seconds = min(wait_until, deadlines.until) - time.monotonic()
        if seconds <= 0:
            raise TooSlow("whole reply" if deadlines.left == 0 else waiting_for)
        try:
            return heard.get(timeout=seconds if stop is None else min(seconds, LOOK))
        except queue.Empty:
            continue


def _read(pieces: Callable[[], Iterator[str]], call: Call, heard: "queue.SimpleQueue[str | BaseException | None]") -> None:
    try:
        with call:
            for piece in pieces():
                heard.put(piece)
                if call.is_cut:
                    return
        heard.put(None)
    except BaseException as error:  # handed to the caller's thread, which maps it
        heard.put(error)
