"""No connection beyond this computer while an attack runs: each attempt is refused, and counted. By Python's audit events, which no library can pass by."""

import ipaddress
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

EVENTS = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname")
_watches: list[list[str]] = []
_hooked: list[bool] = []


@contextmanager
def only_loopback() -> Iterator[list[str]]:
    """Gives the list of what was refused (the names of the events) so far."""
    if not _hooked:
        sys.addaudithook(_audit)  # cannot be taken away again: it does nothing while nobody watches
        _hooked.append(True)
    refused: list[str] = []
    _watches.append(refused)
    try:
        yield refused
    finally:
        _watches.remove(refused)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watches and event in EVENTS and not _is_here(event, arguments):
        for refused in _watches:
            refused.append(event)
        raise PermissionError("Attacks run without a network.")


def _is_here(event: str, arguments: tuple[Any, ...]) -> bool:
    address = arguments[0] if event in ("socket.getaddrinfo", "socket.gethostbyname") else arguments[1]
    host = address[0] if isinstance(address, tuple) else address
    if host is None or not isinstance(address, tuple | str) or (isinstance(address, str) and event in EVENTS[:3]):
        return True  # a socket of the file system, or one that is connected already
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "")
