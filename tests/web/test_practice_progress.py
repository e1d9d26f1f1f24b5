"""Progress and corrections on the page Practice, in a real browser on an app of its own, with a data folder of its own."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.browser import start_app
from tests.web.test_practice_page import KIND, begin, look_back, say

pytestmark = [pytest.mark.browser, pytest.mark.integration]
TURNS = [*KIND, "You feel alone with it."]


@pytest.fixture(scope="module")
def own_app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("progress")
    process, url = start_app(folder, COACH_LLM="none")
    yield folder, url
    process.terminate()
    process.wait(20)


@pytest.fixture
def practice(chromium, own_app):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, accept_downloads=True)
    context.set_default_timeout(90_000)  # a busy machine
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(f"{own_app[1]}/practice")
    page.wait_for_selector("#patients label")
    page.wait_for_selector("#keep input")
    yield page
    context.close()


def play(page, turns=TURNS) -> None:
    begin(page)
    for text in turns:
        say(page, text)
    look_back(page)


def test_progress_is_kept_only_when_asked_for_shown_taken_along_and_deleted(practice, own_app) -> None:
    folder, _ = own_app
    assert not practice.is_checked("#keep input") and "Never what was said" in practice.inner_text("#choosing")
    assert practice.locator(".progress").count() == 0 and not practice.is_visible("#delete-progress")
    practice.check("#keep input")
    practice.wait_for_selector(".progress")
    assert "Nothing is kept yet" in practice.inner_text(".progress")
    play(practice)
    practice.wait_for_selector("#kept p")
    assert "Kept in your progress" in practice.inner_text("#kept")
    practice.click("#other")
    practice.wait_for_selector(".progress svg.plot")
    text = practice.inner_text(".progress")
    assert "1 session. You have met 1 of" in text and "What to practice next:" in text and "a limit, bad news or a danger yet" in text
    assert practice.locator(".progress svg.plot").first.get_attribute("aria-label").startswith("Reflections per question, 1 session")
    assert practice.evaluate("document.documentElement.scrollWidth") <= 390
    with practice.expect_download() as download:
        practice.click(".progress a.button")
    kept = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert kept["keep"] is True and [(one["patient"], one["turns"], one["view"]) for one in kept["sessions"]] == [("denise", 3, "mixed")]
    assert b"stranger" not in (folder / "data/coach.sqlite3").read_bytes()
    practice.reload()  # the box is remembered by the store, not by the browser
    practice.wait_for_selector(".progress svg.plot")
    assert practice.is_checked("#keep input") and practice.evaluate("JSON.stringify({...localStorage, ...sessionStorage})").count("denise") == 0
    practice.click("#delete-progress")
    practice.click("#delete-no")
    practice.wait_for_selector("#delete-progress")
    assert practice.locator(".progress svg.plot").count() >= 1
    practice.click("#delete-progress")
    practice.click("#delete-yes")
    practice.wait_for_selector(".progress", state="detached")
    assert not practice.is_checked("#keep input") and practice.faults == []
    assert sqlite3.connect(folder / "data/coach.sqlite3").execute("SELECT count(*) FROM sessions").fetchone() == (0,)


def rows(folder) -> list[tuple[str, ...]]:
    with sqlite3.connect(folder / "data/coach.sqlite3") as file:
        return file.execute("SELECT text, given, wanted FROM corrections").fetchall() if file.execute("SELECT 1 FROM sqlite_master WHERE name = 'corrections'").fetchone() else []


def test_a_code_is_disagreed_with_and_kept_only_when_ticked(practice, own_app) -> None:
    folder, _ = own_app
    (folder / "data").mkdir(exist_ok=True)
    play(practice, ["Mrs. Rodriguez said you came early. What matters most to you these days?"])
    practice.click("#corrections summary")
    row = practice.locator(".correction").first
    assert row.inner_text().startswith("coded as ") and row.get_attribute("aria-label").startswith("Turn 1, coded as ")
    row.locator("select").select_option("other")
    assert rows(folder) == []
    row.locator("input").focus()
    practice.keyboard.press("Space")
    practice.wait_for_selector("#corrected p")
    practice.wait_for_function("document.querySelector('#corrected').innerText.includes('Kept: turn 1, which you would call other.')")
    ((text, given, wanted),) = rows(folder)
    assert wanted == "other" != given and "Rodriguez" not in text and "What matters most" in text
    row.locator("select").select_option("advice")
    practice.wait_for_function("document.querySelector('#corrected').innerText.includes('input (advice)')")
    assert [one[2] for one in rows(folder)] == ["advice"]
    assert practice.evaluate("document.documentElement.scrollWidth") <= 390
    row.locator("input").uncheck()
    practice.wait_for_function("document.querySelector('#corrected').innerText.includes('Forgotten')")
    assert rows(folder) == [] and practice.faults == []
