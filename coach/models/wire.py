"""The HTTP client under a chat model: a fresh connection a call, bounded in bytes, and one that another thread can cut.

Cutting matters twice: a server that drips a byte a second resets every read timeout, and llama.cpp goes on computing
for a caller who has left unless the connection is closed.
"""

import contextlib
import ipaddress
import socket
import threading
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

MOST_BYTES = 2_000_000  # of one reply, with all its framing: several hundred times what is ever wanted
_current = threading.local()


class TooLong(Exception):
    """The server sent more than MOST_BYTES."""


class Call:
    """One call's connections. `cut` may be called from any thread; the reader then fails at once."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self.is_cut = False

    def __enter__(self) -> "Call":
        _current.call = self
        return self

    def __exit__(self, *_: object) -> None:
        _current.call = None

    def cut(self) -> None:
        with self._lock:
            self.is_cut = True
            for each in self._sockets:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """httpcore tells of each step; here we learn of a new connection."""
        stream = info.get("return_value") if event.endswith(("connect_tcp.complete", "start_tls.complete")) else None
        found = stream.get_extra_info("socket") if stream is not None else None
        if found is None:
            return
        with self._lock:
            self._sockets.append(found)
            if self.is_cut:
                raise ConnectionAbortedError


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def make_client(url: str | None, connect: float, read: float) -> Any:
    """An HTTP client for LangChain's OpenAI client, with every timeout set (seconds). Loopback is never reached through a proxy."""
    from langchain_openai._compat import httpx  # the very library that the installed OpenAI client is built on

    class Counted(httpx.SyncByteStream):
        def __init__(self, stream: Any):
            self.stream = stream

        def __iter__(self) -> Iterator[bytes]:
            seen = 0
            for piece in self.stream:
                seen += len(piece)
                if seen > MOST_BYTES:
                    raise TooLong
                yield piece

        def close(self) -> None:
            self.stream.close()

    class Wire(httpx.HTTPTransport):
        def handle_request(self, request: Any) -> Any:
            call = getattr(_current, "call", None)
            if call is not None:
                request.extensions["trace"] = call.trace
            response = super().handle_request(request)
            response.stream = Counted(response.stream)
            return response

    transport = Wire(
        proxy=_proxy(url), retries=0, verify=not (url and is_loopback(url) and url.startswith("http:")),
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=0),
    )  # fmt: skip
    timeout = httpx.Timeout(connect=connect, read=read, write=read, pool=connect)
    return httpx.Client(transport=transport, timeout=timeout, trust_env=False, follow_redirects=False)


def _proxy(url: str | None) -> str | None:
    """The environment's proxy for a server outside; none for loopback."""
    if url and is_loopback(url):
        return None
    target = urlsplit(url or "https://api.openai.com")
    if urllib.request.proxy_bypass(target.hostname or ""):
        return None
    return urllib.request.getproxies().get(target.scheme)
