"""A loopback server that speaks just enough of the OpenAI protocol to misbehave in every way a server can."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Behaviour = Callable[[BaseHTTPRequestHandler], None]


def frame(text: str, finish: str | None = None) -> bytes:
    body = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
            "choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}]}  # fmt: skip
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def begin(handler: BaseHTTPRequestHandler, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.flush()


def says(*pieces: str, pause: float = 0.0) -> Behaviour:
    """Stream the pieces and end well."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        begin(handler)
        for piece in pieces:
            handler.wfile.write(frame(piece))
            handler.wfile.flush()
            time.sleep(pause)
        handler.wfile.write(frame("", "stop") + b"data: [DONE]\n\n")

    return behave


def sends(raw: bytes, status: int = 200, kind: str = "text/event-stream", **headers: str) -> Behaviour:
    """Send these bytes and close."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        begin(handler, status, kind, **headers)
        handler.wfile.write(raw)

    return behave


def hangs(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(30)


def hangs_after_headers(handler: BaseHTTPRequestHandler) -> None:
    begin(handler)
    time.sleep(30)


def hangs_after(text: str) -> Behaviour:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        begin(handler)
        handler.wfile.write(frame(text))
        handler.wfile.flush()
        time.sleep(30)

    return behave


def drips(raw: bytes, before_headers: bool = False, every: float = 0.1) -> Behaviour:
    """A byte at a time, for ever."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        if before_headers:
            raw_headers = b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 10_000
            _drip(handler, raw_headers, every)
        begin(handler)
        _drip(handler, raw * 1000, every)

    return behave


def _drip(handler: BaseHTTPRequestHandler, raw: bytes, every: float) -> None:
    for byte in raw:
        handler.wfile.write(bytes([byte]))
        handler.wfile.flush()
        time.sleep(every)


def keeps_alive(handler: BaseHTTPRequestHandler) -> None:
    """Comments without end, and frames without text: signs of life, but no token."""
    begin(handler)
    while True:
        handler.wfile.write(b": ping\n\n" + frame(""))
        handler.wfile.flush()
        time.sleep(0.05)


def resets(handler: BaseHTTPRequestHandler) -> None:
    begin(handler)
    handler.wfile.write(frame('{"fears": "'))
    handler.wfile.flush()
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def endless(handler: BaseHTTPRequestHandler) -> None:
    begin(handler)
    while True:
        handler.wfile.write(frame("again and again "))


def endless_line(handler: BaseHTTPRequestHandler) -> None:
    """One frame that never ends."""
    begin(handler)
    handler.wfile.write(b"data: ")
    while True:
        handler.wfile.write(b"x" * 65536)


@contextmanager
def server(*behaviours: Behaviour) -> Iterator["Scripted"]:
    """A server that behaves so, one behaviour a call, the last one for all further calls."""
    scripted = Scripted(list(behaviours))
    try:
        yield scripted
    finally:
        scripted.httpd.shutdown()
        scripted.httpd.server_close()


class Scripted:
    def __init__(self, behaviours: list[Behaviour]):
        self.behaviours, self.requests, self.gone = behaviours, [], threading.Event()  # type: ignore[var-annotated]
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                outer.requests.append((self.path, dict(self.headers), json.loads(self.rfile.read(length))))
                behave = outer.behaviours.pop(0) if len(outer.behaviours) > 1 else outer.behaviours[0]
                try:
                    behave(self)
                except (OSError, ValueError):
                    outer.gone.set()  # the caller has cut the connection

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass

        self.httpd = Server(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.httpd.block_on_close = False
        threading.Thread(target=self.httpd.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.httpd.server_address[1]}/v1"
