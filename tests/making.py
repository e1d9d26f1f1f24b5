"""What tests are made of: a valid script as text, a small corpus folder, and a real encoder that needs no model."""

import hashlib
import random
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from coach.library.parse import parse
from coach.library.script import Script

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "corpus"
CLAIM = "Follow up at least monthly while a dose is being lowered."

HEAD = {
    "id": "tapering/first-mention",
    "title": "Bringing up a lower dose for the first time",
    "situations": "[taper_start, fear_of_pain]",
    "needs": "[communication]",
    "skills": "[open_question]",
    "decision": "shared",
    "use_when": "You want to bring up a lower dose and have never done so with this patient.",
    "avoid_when": "The patient is in withdrawal today. Use safety/in-withdrawal instead.",
    "asks": '\n  - "how do I bring up a taper"\n  - "want to lower her dose never said it before"\n  - "first talk about less oxycodone"\n'
    '  - "he will be scared when I mention cutting down"\n  - "starting a taper talk"',
    "evidence": f"\n  - claim: {CLAIM}\n    source: cdc-2022",
    "status": "draft",
    "version": "1",
    "reviewed_by": "null",
    "review_by": "null",
    "license": "CC-BY-4.0",
}
BODY = {
    "If you say one thing": "- Nothing changes today. I want to hear you first.",
    "Check first": "- Sedatives, low mood, and whether there is naloxone at home.",
    "Say": "\n".join([
        "- I'd like to talk about your medicine.",
        "- You've carried this pain a long time.",
        "- What does a good day look like for you?",
        "- We would go slowly, and we can stop.",
        "- You won't go through this alone.",
        "- (fear_of_pain) It makes sense to fear the old pain.",
        "- (not overuse) You've taken it the way the bottle says.",
        "- You miss {valued_activity}.",
        "- [What would help you get back to {valued_activity}?|What do you miss most?]",
        "- I'll see you [{follow_up}|soon].",
    ]),
    "If they say": "\n".join([
        '> "You want to cut me off."', "- No. I'm not leaving, and nothing stops today.", "",
        '> "It is the only thing that works."', "- Then tell me what it lets you do.", "",
        '> "You think I am lying."', "- I believe your pain.",
    ]),
    "Do not say": '- "You have to come down." It sounds like an order.\n- "Everyone is cutting back." It is no reason for this person.',
    "Then": '- Agree on one next step.\n- Note: "Talked about a lower dose; patient said __; next visit __."',
    "Why it works": "People listen when they are not cornered.",
}  # fmt: skip


def script_text(**changes: str | None) -> str:
    """A valid script as its file's text. A key of the front matter, or a section (`Say="- …"`, `If_they_say="…"`), replaces what
    stands there; None leaves it out; a name that is neither is added to the front matter."""
    named = {name.replace(" ", "_").lower(): name for name in BODY}
    head = {**HEAD, **{key: value for key, value in changes.items() if key.lower() not in named}}
    body = {**BODY, **{named[key.lower()]: value for key, value in changes.items() if key.lower() in named}}
    lines = [f"{key}: {value}" if not value.startswith("\n") else f"{key}:{value}" for key, value in head.items() if value is not None]
    sections = [f"## {name}\n{value}\n" for name, value in body.items() if value is not None]
    return "\n".join(["---", *lines, "---", *sections])


def path_of(script_id: str = HEAD["id"]) -> str:
    return f"corpus/scripts/{script_id}.md"


def made(**changes: str | None) -> Script:
    """The script of `script_text(**changes)`."""
    script, _ = parse(script_text(**changes), path_of(changes.get("id") or HEAD["id"]))
    assert script
    return script


def row_of(text: str, piece: str) -> int:
    """The line of the text that holds the piece, counted from 1."""
    return next(row for row, line in enumerate(text.split("\n"), 1) if piece in line)


def corpus_folder(folder: Path, texts: Iterable[str] = ()) -> Path:
    """A corpus with the real closed lists and two scripts that name each other, or the scripts given."""
    corpus = folder / "corpus"
    corpus.mkdir()
    for name in ("taxonomy.yaml", "sources.yaml", "style.yaml"):
        shutil.copy(CORPUS / name, corpus / name)
    for text in texts or (script_text(), script_text(id="safety/in-withdrawal", avoid_when="Nothing hurts now. Use tapering/first-mention instead.", title="Sick from too little")):
        put(corpus, text)
    return corpus


def put(corpus: Path, text: str) -> Path:
    """Write a script where its id says."""
    path = corpus / "scripts" / (re.search(r"^id: (.+)$", text, re.MULTILINE)[1] + ".md")  # type: ignore[index]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


WORDS = "garden knee grandson porch Sunday truck church stairs coffee winter river fence kitchen letter shoulder morning bicycle quilt harvest lantern".split()  # noqa: SIM905


def generated(number: int, seed: int = 7) -> str:
    """One of any number of valid scripts, all different."""
    chance = random.Random(f"{seed}-{number}")

    def said(count: int = 5) -> str:
        return " ".join(f"{chance.choice(WORDS)}{chance.randrange(400)}" for _ in range(count))

    say = [f"- Tell me about the {said()}." for _ in range(16)] + [f"- ({tag}) It is the {said()}." for tag in ("overuse", "flare", "stuck", "sleep")]
    asks = "".join(f'\n  - "{said(7)}"' for _ in range(5))
    return script_text(
        id=f"tapering/made-{number}", title=f"About the {said()}", use_when=f"It is about the {said()}.", avoid_when=f"Use tapering/made-{number + 1 if number % 2 == 0 else number - 1} instead.",
        asks=asks, Say="\n".join(say), If_they_say="\n\n".join(f'> "{said()}"\n- I hear the {said()}.\n- Then the {said()}.' for _ in range(3)),
    )  # fmt: skip


class Words:
    """A real encoder without a model: hashed words, unit vectors. Texts that share words are near. `seen` counts what it was given."""

    def __init__(self, name: str = "words-64"):
        self.id = name
        self.seen: list[str] = []

    def encode(self, texts: list[str]) -> np.ndarray:
        self.seen += texts
        return np.asarray([self._one(text) for text in texts], dtype=np.float32).reshape(len(texts), 64)

    def encode_query(self, text: str) -> np.ndarray:
        return self.encode([text])[0]

    def _one(self, text: str) -> np.ndarray:
        vector = np.zeros(64)
        vector[0] = 0.05  # no text is nothing
        for word in re.findall(r"[a-z0-9']+", text.lower()):
            digest = hashlib.sha256(word.encode()).digest()
            vector[1 + digest[0] % 63] += 1 if digest[1] % 2 else -1
        return vector / np.linalg.norm(vector)
