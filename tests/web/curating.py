"""What the tests of Curate's pages share: an app on a whole copy of the corpus (its digest is the same, so the index is the one that is there), and a valid script in parts."""

import os
import shutil
import time
import urllib.request
from pathlib import Path

from tests.browser import ROOT, own_cache, start_app
from tests.served import Served

BY_WORDS = {"COACH_EMBEDDER": "/none"}  # search by words alone: an app that starts in half the time
TITLE = "When the calendar is the enemy"
USE_WHEN = "The patient is angry that the next bottle is tied to a date."
AVOID_WHEN = "The medicine is said to be lost. Use lost or stol"  # what is typed before the list offers the script
ASKS = ["mad about the refill date", "why does the calendar decide", "says the date is cruel", "wants it two days sooner", "furious at the pharmacy date"]
BODY = [  # what is typed under each heading of the template, and how the cursor gets there from the part before
    "The date is hard on you. Tell me what this week was like.",
    ["I set the date, so be mad at me.", "You carried the pain to the very last pill.", "What did the last days look like?", "The date keeps the medicine even.", "I want you to get through the month.",
     "(early_refill) You asked for it ahead of the day.", "(sleep) The nights were long.", "You miss {valued_activity}.", "[I'll see you {follow_up}.|I'll see you soon.]"],
    [("You love your rules more than people.", "I keep the rule because I'd like you alive."), ("My cousin gets his early.", "I can't speak for him. I can for you."), ("Just this once.", "I hear how much you want that.")],
    [("Rules are rules.", "It ends the talk."), ("You should have planned.", "It shames.")],
]  # fmt: skip


def start(folder: Path, **settings: str) -> tuple[Served, str]:
    """The app on a copy of the corpus in this folder; a copy that is there is used again."""
    if not (folder / "corpus").exists():
        shutil.copytree(ROOT / "corpus", folder / "corpus")
    return start_app(folder, COACH_LLM="none", COACH_CORPUS=str(folder / "corpus"), **settings)


def start_again(folder: Path, url: str, **more: str) -> Served:
    """The same app at the same address, after it was killed."""
    settings = {"COACH_PORT": url.rpartition(":")[2], "COACH_DATA": str(folder / "data"), "COACH_LLM": "none", "COACH_CORPUS": str(folder / "corpus")}
    settings |= {"COACH_CACHE": str(own_cache(folder)), **more}
    process = Served({**os.environ, **settings}, folder / "app.log", "ab")
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=1) as answer:
                if answer.status == 200:
                    return process
        except OSError:
            pass
        time.sleep(0.2)
    process.kill()
    raise AssertionError("the app was not ready in two minutes")
