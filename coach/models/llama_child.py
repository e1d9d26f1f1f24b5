"""The process that runs llama.cpp. Started by embedded.py as a script, in isolation: it imports nothing of this package.

It reads one line of JSON from standard input ({"model", "threads", "context", "key"}), answers with one line ({"url"}), and
then serves on loopback until standard input closes. That happens when the parent closes it, ends, or is killed, so no server
is ever left behind. Its own output, which may hold what was typed, goes nowhere.
"""

import json
import os
import sys
import threading
import time
from typing import Any


def main() -> None:
    order = json.loads(sys.stdin.readline())
    answer = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    threading.Thread(target=leave_with, args=(os.getppid(),), daemon=True).start()

    import xllamacpp

    server = xllamacpp.Server(parameters(xllamacpp, order))
    answer.write(json.dumps({"url": server.listening_address}) + "\n")
    answer.flush()
    sys.stdin.read()
    os._exit(0)


def parameters(xllamacpp: Any, order: dict[str, Any]) -> Any:
    """One slot, so that the prompt's stable beginning stays in its cache; everything that could show a prompt to others is off."""
    given = xllamacpp.CommonParams()
    given.model.path = order["model"]
    given.n_ctx = order["context"]
    given.n_parallel = 1
    given.n_batch = given.n_ubatch = 256  # a caller who leaves is noticed between two batches, and what was read until then is kept
    given.cpuparams.n_threads = given.cpuparams_batch.n_threads = order["threads"]
    given.n_threads_http = 4
    given.hostnames, given.port, given.api_keys = ["127.0.0.1"], 0, [order["key"]]
    given.cache_prompt, given.cache_ram_mib = True, 512  # other prompts' beginnings wait in memory, at most half a gigabyte
    given.endpoint_slots = given.endpoint_props = given.endpoint_metrics = given.ui = False
    given.offline = True
    return given


def leave_with(parent: int) -> None:
    """End when the parent is gone, even where another process still holds our standard input open, or while the model still loads."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


if __name__ == "__main__":
    main()
