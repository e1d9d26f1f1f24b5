"""Run in a child process: commands of `coach` one after the other, then the Python API, with every connection beyond this computer refused and noted.

Reads {"commands": [{"args", "stdin" (latin-1), "env"}], "text"} from standard input; writes what went outside as its last line on stdout.
"""

import contextlib
import ipaddress
import json
import os
import socket
import sys
import threading

outside: list[str] = []
_connect, _connect_ex, _getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo


def is_loopback(host: object) -> bool:
    try:
        return host in (None, "", "localhost") or ipaddress.ip_address(str(host).split("%")[0]).is_loopback
    except ValueError:
        return False


def check(address: object) -> None:
    if isinstance(address, tuple) and not is_loopback(address[0]):
        outside.append(str(address[0]))
        raise OSError("beyond this computer")


def connect(self, address):
    check(address)
    return _connect(self, address)


def connect_ex(self, address):
    check(address)
    return _connect_ex(self, address)


def getaddrinfo(host, *rest, **named):
    check((host,))
    return _getaddrinfo(host, *rest, **named)


socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo = connect, connect_ex, getaddrinfo


def run(args: list[str], stdin: bytes, env: dict[str, str]) -> int:
    """One command as `coach` runs it, with `stdin` through a pipe so that no file holds it."""
    from coach.cli import main

    there, here = os.pipe()
    threading.Thread(target=lambda: (os.write(here, stdin), os.close(here)), daemon=True).start()
    before = dict(os.environ)
    os.environ.update(env)
    old, sys.stdin = sys.stdin, open(there, encoding="utf-8")  # noqa: SIM115
    sys.argv = ["coach", *args]
    try:
        main()
        return 0
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.stdin.close()
        sys.stdin = old
        os.environ.clear()
        os.environ.update(before)


if __name__ == "__main__":
    job = json.load(sys.stdin)
    codes = [run(each["args"], each["stdin"].encode("latin-1"), each["env"]) for each in job["commands"]]
    from coach import Coach

    with Coach.open(model=False) as coach:
        advice = coach.advise(job["text"])
        coach.advise(job["text"], advice)
        coach.search(job["text"])
    used = list(outside)
    for address in (("192.0.2.1", 443), ("example.com", 443)):  # the guard itself must see these
        with contextlib.suppress(OSError):
            socket.create_connection(address, timeout=1)
    print("\n" + json.dumps({"codes": codes, "outside": used, "guard_sees": outside[len(used) :]}))
