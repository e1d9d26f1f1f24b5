"""A soak of Curate: many clients save, edit and search at once while the server is killed without warning, again and again. `make soak` kills 25 times.

Ten clients, each with a window of its own, work on thirty scripts of a copied library. After every kill the server starts again, and then must hold: every save
that was acknowledged is in the change log with its whole text; what stands in each file is a version that the log knows, or a save whose answer the kill cut off;
every file can be read and shown; every search was answered by meaning and words, and the last ways of asking that were saved find their scripts.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coach.curate.head import set_values
from coach.library import corpus
from coach.settings import load_settings
from coach.store.changes import Changes, digest_of
from tests.browser import start_app

ROOT = Path(__file__).resolve().parents[2]
CLIENTS, SCRIPTS = 10, 30
NONSENSE = "zibber marlow quandle fexen tropple gimsey wuncil dorrick plavver snoth brindock yalter hossle crumfey tindle vokker".split()  # noqa: SIM905


@dataclass
class Seen:
    """What the clients were told. Shared by all; the lock keeps it whole."""

    counts: Counter[str] = field(default_factory=Counter)
    acknowledged: list[tuple[str, str]] = field(default_factory=list)  # (script, digest)
    sent: set[str] = field(default_factory=set)  # texts of saves under way or cut off, without what the program keeps itself
    asks: dict[str, str] = field(default_factory=dict)  # script: the last way of asking that was saved
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def ask(url: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """The JSON answer. Raises HTTPError for a refusal, OSError for a server that is not there."""
    request = urllib.request.Request(url + path, json.dumps(body).encode() if body is not None else None, {"Content-Type": "application/json", "Origin": url})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


class Client(threading.Thread):
    """Saves, checks and searches until it is told to stop, the server is gone, or its share of actions is done."""

    def __init__(self, number: int, url: str, ids: list[str], seen: Seen, stop: threading.Event, actions: int, seed: int):
        super().__init__(daemon=True)
        self.number, self.url, self.ids, self.seen, self.stop, self.actions = number, url, ids, seen, stop, actions
        self.chance = random.Random(seed * 1_000 + number)

    def run(self) -> None:
        for _ in range(self.actions):
            if self.stop.is_set():
                return
            act = self.chance.choice((self.save, self.save, self.search, self.edit))
            try:
                act()
            except urllib.error.HTTPError as error:
                with self.seen.lock:
                    self.seen.counts[f"{act.__name__} {error.code}"] += 1
                    if error.code != 409:
                        self.seen.wrong.append(f"{act.__name__} was answered {error.code}: {error.read().decode()[:200]}")
            except (OSError, ValueError):  # killed
                with self.seen.lock:
                    self.seen.counts[f"{act.__name__} cut off"] += 1
                return

    def save(self) -> None:
        script_id = self.chance.choice(self.ids)
        source = ask(self.url, f"/curate/api/v1/script/{script_id}")
        words = " ".join(self.chance.sample(NONSENSE, 3)) + f" {self.chance.randrange(10**6)}"
        asks = corpus_asks(source["text"])[:10]
        text = set_values(source["text"], {"asks": [f"she says {words}", *asks]})
        with self.seen.lock:
            self.seen.sent.add(blank(text))
        saved = ask(self.url, "/curate/api/v1/save", {"text": text, "base": source["digest"], "item": script_id, "name": f"Client {self.number}", "title": "pharmacist"})
        with self.seen.lock:
            self.seen.counts["saved"] += 1
            self.seen.acknowledged.append((script_id, saved["digest"]))
            self.seen.asks[script_id] = words
        if script_id not in self.found(words, 20):
            later = ask(self.url, f"/curate/api/v1/script/{script_id}")
            if later["digest"] == saved["digest"]:  # nobody saved over it meanwhile
                with self.seen.lock:
                    self.seen.wrong.append(f"{script_id} was saved and is not found by what was saved")

    def search(self) -> None:
        found = self.found(self.chance.choice(("early refill and angry", "she is afraid of the pain", "he ran out nine days ahead", "stuck on the same dose for years")))
        with self.seen.lock:
            self.seen.counts["searched"] += 1
            if len(found) < 5:
                self.seen.wrong.append(f"a search found {len(found)} scripts of 5")

    def edit(self) -> None:
        source = ask(self.url, f"/curate/api/v1/script/{self.chance.choice(self.ids)}")
        checked = ask(self.url, "/curate/api/v1/check", {"text": source["text"].replace("- ", "- So. ", 1), "item": source["id"]})
        with self.seen.lock:
            self.seen.counts["checked"] += 1
            if checked["id"] != source["id"]:
                self.seen.wrong.append("a check read another script")

    def found(self, text: str, n: int = 5) -> list[str]:
        return [script["id"] for script in ask(self.url, "/curate/api/v1/search", {"text": text, "n": n})["scripts"]]


def blank(text: str) -> str:
    """A text without the keys that the program keeps itself."""
    return set_values(text, {"status": "draft", "version": 1, "reviewed_by": None, "review_by": None, "author": None})


def corpus_asks(text: str) -> list[str]:
    from coach.library.frontmatter import read_head

    return [ask for ask in read_head(text, "")[0].values["asks"] if not ask.startswith("she says ")]


def verify(folder: Path, seen: Seen) -> None:
    """What must hold of the files and the change log, with no server running."""
    log = Changes(folder / "data")
    for script_id, digest in seen.acknowledged:
        if digest not in {change.digest for change in log.of(script_id)} or digest_of(log.text(digest)) != digest:
            seen.wrong.append(f"a save of {script_id} was acknowledged and is lost")
    library = corpus.load(folder / "corpus")
    seen.wrong += [f"after a kill: {problem}" for problem in library.problems]
    for script_id in {name for name, _ in seen.acknowledged}:
        text = (folder / "corpus/scripts" / f"{script_id}.md").read_text(encoding="utf-8")
        if digest_of(text) not in {change.digest for change in log.of(script_id)} and blank(text) not in seen.sent:
            seen.wrong.append(f"{script_id} holds a text that nobody saved")


def soak(folder: Path, kills: int, actions: int = 200, seed: int = 1) -> Seen:
    """`actions` in each life of the server, shared by the clients; all lives but the last end by SIGKILL. Returns what was seen; `wrong` is empty when all held."""
    chance, seen = random.Random(seed), Seen()
    shutil.copytree(ROOT / "corpus", folder / "corpus")
    (folder / "cache").mkdir()
    shutil.copytree(load_settings().index_dir, folder / "cache/index")  # a copy: the real one must not learn these words
    ids = sorted(corpus.load(folder / "corpus").scripts)[::5][:SCRIPTS]
    for life in range(kills + 1):
        settings = {"COACH_LLM": "none", "COACH_CORPUS": str(folder / "corpus"), "COACH_CACHE": str(folder / "cache")}
        process, url = start_app(folder, **settings)
        with urllib.request.urlopen(f"{url}/readyz", timeout=30) as answer:
            seen.wrong += [f"not as it should be: {note}" for note in json.loads(answer.read())["notes"]]
        for script_id, words in list(seen.asks.items())[-5:]:
            found = [script["id"] for script in ask(url, "/curate/api/v1/search", {"text": words, "n": 20})["scripts"]]
            held = words in ask(url, f"/curate/api/v1/script/{script_id}")["text"]
            if held and script_id not in found:
                seen.wrong.append(f"after a start {script_id} is not found by what was saved")
        stop = threading.Event()
        clients = [Client(number, url, ids, seen, stop, -(-actions // CLIENTS), seed * 100 + life) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        if life < kills:
            time.sleep(chance.uniform(0.5, 6))
            os.kill(process.pid, signal.SIGKILL)
            stop.set()
        for client in clients:
            client.join(120)
        if life == kills:
            process.terminate()
        process.wait(30)
        verify(folder, seen)
        if seen.wrong:
            break
    return seen


def main() -> int:
    """Print what was seen as JSON; 1 when something did not hold."""
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--actions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seen = soak(Path(folder), asked.kills, asked.actions, asked.seed)
    print(json.dumps({"kills": asked.kills, "counts": dict(sorted(seen.counts.items())), "acknowledged": len(seen.acknowledged), "wrong": seen.wrong[:20]}, indent=2))
    return bool(seen.wrong)


if __name__ == "__main__":
    sys.exit(main())
