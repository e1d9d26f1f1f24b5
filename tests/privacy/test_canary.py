"""What identifies somebody goes through every way in, and is then looked for, byte by byte, in every place where it must not be."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from coach.models.exam import Result, identity, keep
from coach.models.prompts import load_prompt
from coach.settings import Settings
from tests.browser import ROOT, own_cache, start_app
from tests.models.scripted import begin, frame, server

pytestmark = pytest.mark.integration

NAME, PHONE, RECORD, STORY = "Zebulon Quartermaine", "937-555-0148", "77314902", "carves little wooden herons"
IDENTIFIERS = ("Zebulon", "Quartermaine", PHONE, RECORD)  # masked: not even in the answer
EVERYTHING = (*IDENTIFIERS, STORY)
TEXT = f"{NAME} (MRN {RECORD}, cell {PHONE}) ran out of his oxycodone early and is angry. He {STORY} for his grandson and misses it."
NEXT = f'{NAME} says: "Then I\'ll buy them on the street." He {STORY} no more.'


@dataclass
class Places:
    """Folders and bytes to look through, each with the words that must not be in it."""

    folders: dict[str, Path] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)

    def leaks(self) -> list[tuple[str, str]]:
        """(place, word) of everything found; a file's name counts as well as what is in it."""
        found = []
        for place, text in self.texts.items():
            found += [(place, word) for word in (IDENTIFIERS if place == "stdout" else EVERYTHING) if _holds(text, word)]
        for place, folder in self.folders.items():
            for path in folder.rglob("*"):
                content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
                found += [(place, word) for word in EVERYTHING if _holds(content + str(path.relative_to(folder)).encode(), word)]
        return found


def _holds(text: bytes, word: str) -> bool:
    low = text.lower()
    return any(word.lower().encode(how) in low for how in ("utf-8", "utf-16-le"))


class HostileModel:
    """Says what it was told and more; asked to fit a line, it fits in a name. With `hang` set it never ends its answer."""

    hang = False

    def __call__(self, handler) -> None:
        begin(handler)
        facts = dict.fromkeys(("body_part", "treatment_tried", "person", "event", "coming_event")) | {
            "fear": NAME,
            "valued_activity": STORY,
            "patient_words": f"{NAME} {PHONE} {RECORD}",
        }
        line = {"line": f"What would you like to do again, {NAME}? Call {PHONE}."}
        handler.wfile.write(frame(json.dumps(line if self.fitting(handler) else facts)[:-1]))
        handler.wfile.flush()
        if self.hang:
            time.sleep(30)
        handler.wfile.write(frame("}", "stop") + b"data: [DONE]\n\n")

    @staticmethod
    def fitting(handler) -> bool:
        return "Line: " in handler.server.owner.requests[-1][2]["messages"][-1]["content"]


def let_it_fit_lines(url: str, base: Path) -> None:
    """The model counts as one that has passed the exam of rewriting."""
    settings = Settings(llm="openai:hostile", llm_url=url, data=base / "data")
    prompt = load_prompt("rewrite", settings.prompts)
    keep(Result("rewrite", *identity(settings), prompt.digest, 1, {}, {}, True, "2026-11-28"), settings)


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    """Private folders for data, cache (with the index, so that it need not be built again) and temporary files."""
    folder = tmp_path_factory.mktemp("canary")
    for name in ("data", "tmp"):
        (folder / name).mkdir()
    own_cache(folder)
    return folder


def environment(base: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COACH_", "LANGSMITH", "LANGCHAIN"))}
    return {**kept, "TMPDIR": str(base / "tmp"), "COACH_DATA": str(base / "data"), "COACH_CACHE": str(base / "cache"), "COACH_LOG_LEVEL": "debug", "PYTHONPATH": str(ROOT), **more}


def command(*args: str, stdin: str | bytes = "", **env: str) -> dict[str, object]:
    raw = stdin.encode() if isinstance(stdin, str) else stdin
    return {"args": args, "stdin": raw.decode("latin-1"), "env": {"COACH_LLM": "none", **env}}


@dataclass
class Ran:
    stdout: bytes
    stderr: bytes
    report: dict[str, list]
    asked_of_the_model: bytes


@pytest.fixture(scope="module")
def ran(base: Path) -> Ran:
    """Every command, once, in one child process."""
    lines = "\n".join(
        [
            json.dumps({"text": TEXT}),
            json.dumps({"text": NEXT, "history": [TEXT]}),
            f'{{"text": "{NAME} {STORY}',
            json.dumps({"texts": TEXT}),
            json.dumps({"text": TEXT, "history": NAME}),
        ]
    )
    with server(HostileModel()) as model:
        model.httpd.owner = model
        let_it_fit_lines(model.url, base)
        commands = [
            command("advise", "--json", TEXT), command("advise", TEXT), command("advise", "--jsonl", stdin=lines),
            command("search", "--json", TEXT), command("search", TEXT), command("search", "--jsonl", stdin=lines), command("search", "--category", NAME, TEXT),
            command("alerts", "--json", TEXT), command("alerts", TEXT), command("alerts", "--jsonl", stdin=lines),
            command("verify", "--jsonl", stdin=f'{{"source": "{NAME} {STORY}'),
            command("alerts", stdin=b"\xff\xfe" + TEXT.encode()), command("search", "--json", stdin=b"\xff" + TEXT.encode()), command("search", "--json", "12 " * 30_000 + TEXT),
            command("alerts", TEXT, COACH_LOG_LEVEL=NAME), command("alerts", TEXT, COACH_MODLE=NAME), command("alerts", *TEXT.split()), command("search", f"--{NAME}"), command("search", "-n", NAME),
            command("advise", "--json", TEXT, COACH_LLM="openai:hostile", COACH_LLM_URL=model.url, COACH_LLM_KEY="k"),
            command("practice", "denise", "--json", stdin=f"{TEXT}\n{NEXT}\n/end\n"), command("practice", "denise", stdin=f"{NEXT}\n/again {NAME}\n/end\n"),
            command("practice", NAME), command("code", "--jsonl", stdin=json.dumps({"speaker": "clinician", "text": TEXT, "previous": NEXT}) + f'\n{{"speaker": "{NAME}"}}\n'),
        ]  # fmt: skip
        job = json.dumps({"commands": commands, "text": TEXT})
        child = subprocess.run(
            [sys.executable, str(ROOT / "tests/privacy/guarded_run.py")],
            cwd=base,
            env=environment(base, COACH_LLM="none"),
            input=job.encode(),
            capture_output=True,
            timeout=200,
            check=False,
        )
        assert child.returncode == 0, child.stderr.decode()[-2000:]
        report = json.loads(child.stdout.splitlines()[-1])
        asked = json.dumps([body for _, _, body in model.requests]).encode()
    return Ran(child.stdout, child.stderr, report, asked)


def test_no_command_leaves_a_trace(base: Path, ran: Ran) -> None:
    places = Places({"data": base / "data", "cache": base / "cache", "tmp": base / "tmp"}, {"stdout": ran.stdout, "stderr": ran.stderr})
    assert places.leaks() == []
    assert STORY.encode() in ran.stdout  # the answers were given
    assert ran.stdout.count(b"[name]") > 5
    assert b'"level"' in ran.stderr  # and there was a log to look into
    assert b"Traceback" not in ran.stderr


def test_commands_end_as_they_should(ran: Ran) -> None:
    assert ran.report["codes"] == [0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 6, 6, 6, 2, 2, 2, 2, 2, 0, 0, 0, 4, 0]


def test_the_model_was_asked_to_fit_lines(ran: Ran) -> None:
    assert b"Line: " in ran.asked_of_the_model


def test_a_model_is_told_no_name_and_no_number(ran: Ran) -> None:
    assert STORY.encode() in ran.asked_of_the_model
    assert [word for word in IDENTIFIERS if _holds(ran.asked_of_the_model, word)] == []


def test_nothing_goes_beyond_this_computer(ran: Ran) -> None:
    assert ran.report["outside"] == []
    assert ran.report["guard_sees"] == ["192.0.2.1", "example.com"]


def test_tracing_to_outside_refuses_to_start(base: Path) -> None:
    for args in (["-m", "coach", "search", "--json", TEXT], ["-c", "from coach import Coach\nCoach.open(model=False)"]):
        child = subprocess.run([sys.executable, *args], env=environment(base, COACH_LLM="none", LANGSMITH_TRACING="true"), cwd=base, capture_output=True, timeout=60, check=False)
        assert child.returncode != 0
        assert b"LANGSMITH_TRACING" in child.stderr
        assert Places(texts={"stderr": child.stderr, "out": child.stdout}).leaks() == []


@dataclass
class Visited:
    app_log: bytes
    storage: bytes
    beyond: list[str]
    planted_storage: dict[str, bytes]
    planted_beyond: list[str]


STORAGE = """async () => { const dbs = indexedDB.databases ? (await indexedDB.databases()).map(d => d.name) : [];
  return {localStorage: JSON.stringify(Object.entries(localStorage)), sessionStorage: JSON.stringify(Object.entries(sessionStorage)), cookies: document.cookie, indexedDB: JSON.stringify(dbs)} }"""
PLANT = """async name => { localStorage.setItem('a', name); sessionStorage.setItem('a', name); document.cookie = 'a=' + name;
  await new Promise(done => { const open = indexedDB.open(name); open.onsuccess = open.onerror = done }) }"""


@pytest.fixture(scope="module")
def visited(base: Path, chromium) -> Iterator[Visited]:
    """The page in a browser: a situation, a follow-up, a thumb with a reason, an unreadable text, and then kill -9 in the middle of an answer."""
    model = HostileModel()
    with server(model) as scripted:
        scripted.httpd.owner = scripted
        let_it_fit_lines(scripted.url, base)
        settings = {name: value for name, value in environment(base).items() if name.startswith(("COACH_", "TMPDIR"))}
        process, url = start_app(base, **{**settings, "COACH_LLM": "openai:hostile", "COACH_LLM_URL": scripted.url, "COACH_LLM_KEY": "k"})
        context = chromium.new_context()
        try:
            sent: list[str] = []
            context.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
            page = context.new_page()
            page.goto(url)
            page.wait_for_selector("#situation textarea")
            ask(page, TEXT)
            page.get_by_role("button", name="This does not help").click()
            page.get_by_label("It would sound wrong aloud").click()
            page.get_by_text("Thank you. Kept").wait_for()
            ask(page, NEXT)
            ask(page, "12 " * 21_000 + TEXT)  # too long: refused
            storage = page.evaluate(STORAGE)
            cookies = json.dumps(context.cookies())
            beyond = [each for each in sent if not each.startswith((url, "data:", "blob:"))]
            page.goto(url)  # a new conversation
            page.wait_for_selector("#situation textarea")
            model.hang, asked = True, len(scripted.requests)
            page.fill("#situation textarea", TEXT)
            page.click("#ask")
            for _ in range(150):  # the model has been asked: this is the middle of the answer
                if len(scripted.requests) > asked:
                    break
                page.wait_for_timeout(100)
            assert len(scripted.requests) > asked
            process.send_signal(signal.SIGKILL)
            process.wait(10)
            planted = plant(page)
            count = len(sent)
            other = context.new_page()
            other.evaluate("name => fetch('http://127.0.0.1:9/?q=' + name).catch(() => 0)", "Quartermaine")
            yield Visited((base / "app.log").read_bytes(), (json.dumps(storage) + cookies).encode(), beyond, planted, [each for each in sent[count:] if not each.startswith(url)])
        finally:
            process.kill()
            context.close()


def ask(page, text: str) -> None:
    """Ask, and wait until the answer is whole (the box is empty and Stop has gone) or the text is refused."""
    page.fill("#situation textarea", text)
    page.click("#ask")
    page.wait_for_function("document.querySelector('#situation textarea').value === '' || document.querySelector('[role=alert]')")
    page.wait_for_selector("#stop", state="hidden")


def plant(page) -> dict[str, bytes]:
    page.evaluate(PLANT, "Quartermaine")
    return {name: str(value).encode() for name, value in page.evaluate(STORAGE).items()}


@pytest.mark.browser
def test_the_page_leaves_no_trace_not_even_when_it_is_killed(base: Path, visited: Visited) -> None:
    places = Places({"data": base / "data", "cache": base / "cache", "tmp": base / "tmp"}, {"app log": visited.app_log, "browser storage": visited.storage})
    assert places.leaks() == []
    assert visited.beyond == []
    assert b"sounds_wrong" in b"".join(path.read_bytes() for path in (base / "data").rglob("*.sqlite3*"))
    assert visited.app_log  # there was a log to look into


@pytest.mark.browser
def test_the_search_of_the_browser_finds_what_is_planted(visited: Visited) -> None:
    for name, content in visited.planted_storage.items():
        assert Places(texts={name: content}).leaks() == [(name, "Quartermaine")]
    assert any("Quartermaine" in each for each in visited.planted_beyond)


@pytest.mark.parametrize("word", EVERYTHING)
@pytest.mark.parametrize("where", ["data", "cache", "cache/index", "tmp"])
def test_the_search_of_folders_finds_what_is_planted(tmp_path: Path, where: str, word: str) -> None:
    folder = tmp_path / where / "deep"
    folder.mkdir(parents=True)
    places = Places({where: tmp_path / where})
    assert places.leaks() == []
    (folder / "a.sqlite3").write_bytes(b"\0\1" + word.encode() + b"\0")
    (folder / "b.bin").write_bytes(word.upper().encode("utf-16-le"))
    (folder / word.replace(" ", " ")).touch()
    assert places.leaks() == [(where, word)] * 3


@pytest.mark.parametrize("where", ["stdout", "stderr", "app log", "browser storage"])
def test_the_search_of_what_was_written_finds_what_is_planted(where: str) -> None:
    words = IDENTIFIERS if where == "stdout" else EVERYTHING
    for word in words:
        assert Places(texts={where: b'{"event": "x ' + word.encode() + b'"}\n'}).leaks() == [(where, word)]
    assert Places(texts={where: b"nothing here"}).leaks() == []
