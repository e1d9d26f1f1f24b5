"""Files made to do harm: each is refused or cleaned, quickly, in little memory, and nothing is written or fetched."""

import io
import os
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from coach.curate.incoming import Item, read
from coach.curate.outgoing import csv_table
from coach.library.parse import parse
from coach.library.taxonomy import load_sources, load_taxonomy
from coach.library.validate import validate
from tests.curate import hostile
from tests.making import CORPUS, path_of

SECONDS, MEGABYTES = 2.0, 200
TAXONOMY, SOURCES = load_taxonomy(CORPUS), load_sources(CORPUS)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
TOUCHING = ("os.", "shutil.", "tempfile.", "subprocess.", "socket.", "pty.", "ctypes.dlopen", "urllib.", "ftplib.", "webbrowser.")
HARMLESS = ("os.listdir", "os.scandir", "os.walk", "os.fwalk", "os.putenv")
watched: list[str] | None = None


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Every file opened to be written, and every change of files, program started or address called, while `watched` is a list."""
    if watched is None:
        return
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES:
        watched.append("open for writing")
    elif event.startswith(TOUCHING) and event not in HARMLESS:
        watched.append(event)


sys.addaudithook(watch)


def memory(line: str) -> int:
    """Megabytes of this process, as the kernel says."""
    return int(re.search(rf"^{line}:\s+(\d+)", Path("/proc/self/status").read_text(), re.MULTILINE)[1]) // 1_000  # type: ignore[index]


def check(case: hostile.Case, items: list[Item]) -> str:
    """What came of a case, or an error when something came through. One of refused, cleaned, blocked (by the library's own validator)."""
    fates = set()
    for item in items:
        assert len(item.name) <= 60 and re.fullmatch(r"[\wÀ-ÿ ./()…-]+", item.name), item.name
        for sentence in (*([item.refused] if item.refused else []), *item.notes):
            assert len(sentence) < 330 and re.fullmatch(r"[A-Z][^\n]*[.]", sentence) and not re.search(r"[.!?] [A-Z]", sentence), sentence
            assert not set(sentence) & set("<>\0\u202e") and "/etc/" not in sentence
        if item.text is None:
            assert item.refused or item.notes
            fates.add("refused")
        else:
            fates.add(came_through(case, item))
    return "cleaned" if "cleaned" in fates else "blocked" if "blocked" in fates else "refused"


def came_through(case: hostile.Case, item: Item) -> str:
    assert item.text and not any(gone in item.text for gone in case.gone), case
    script, problems = parse(item.text, path_of(item.id))
    if script and not problems:
        problems = validate(script, TAXONOMY, SOURCES)
    if problems or script is None:
        return "blocked"
    assert case.cleaned and script.status == "draft" and script.reviewed_by is None, case
    assert not any(line.startswith(("=", "+", "-", "@", '"=', '"+', '"-', '"@')) for line in csv_table([script]).decode("utf-8-sig").splitlines()[1:2])
    return "cleaned"


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder; whatever is imported late has been imported before."""
    for name, data in (("x.docx", hostile.PLAIN_DOCX), ("x.md", hostile.GOOD.encode()), ("x.csv", b"title,say\nx,y\n")):
        read(name, data)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_six_hundred_and_fifty_hostile_imports_are_each_refused_or_cleaned_at_once_and_write_nothing(nowhere: Path) -> None:
    global watched
    fates: Counter[str] = Counter()
    slowest, largest = (0.0, ""), (0, "")
    at_first = peak_from_here()
    for case in hostile.cases():
        peak_from_here()
        start = time.process_time()
        watched = []
        try:
            items = read(case.name, case.data)
        finally:
            touched, watched = watched, None
        spent, grown = time.process_time() - start, memory("VmHWM") - at_first  # what is kept from case to case counts too
        slowest, largest = max(slowest, (spent, case.kind)), max(largest, (grown, case.kind))
        assert touched == [], case.kind
        assert spent < SECONDS, (spent, case.kind)
        assert grown < MEGABYTES, (grown, case.kind)
        assert items, case.kind
        fates[check(case, items)] += 1
    assert list(nowhere.iterdir()) == []
    assert fates.total() == hostile.COUNT >= 500 and len(fates) == 3, fates
    print(f"\n{dict(fates)}; slowest {slowest[0]:.2f} s ({slowest[1]}), most memory {largest[0]} MB ({largest[1]})")


def peak_from_here() -> int:
    """The memory now, in megabytes, with the kernel's high-water mark set back to it."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def test_the_watch_sees_a_file_being_written(tmp_path: Path) -> None:
    """The guard itself: a write, a new folder and a call are seen."""
    global watched
    watched = []
    try:
        (tmp_path / "x").write_text("x")
        (tmp_path / "y").mkdir()
        (tmp_path / "x").read_text()
    finally:
        seen, watched = watched, None
    assert seen == ["open for writing", "os.mkdir"]


def test_the_same_hostile_files_come_every_time() -> None:
    def first(count: int) -> list[tuple[str, bytes]]:
        found = []
        for case, _ in zip(hostile.changed(), range(count), strict=False):
            found.append((case.name, case.data))
        return found

    assert first(40) == first(40)
    assert len({data for _, data in first(40)}) == 40


def test_what_is_hostile_is_not_so_by_accident() -> None:
    """The good files that the hostile ones are made from do come in."""
    for name, data in (("x.md", hostile.GOOD.encode()), ("x.zip", hostile.raw_zip(hostile.Entry())), ("x.docx", hostile.docx()), ("x.csv", csv_table([hostile.made()]))):
        (item,) = read(name, data)
        assert item.text and check(hostile.Case("good", name, data, cleaned=True), [item]) == "cleaned"
    assert io.BytesIO(hostile.PLAIN_DOCX).read(2) == b"PK"
