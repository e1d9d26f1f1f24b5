"""Where the eye, the focus and the typed text are while a conversation goes on; what a clumsy or unlucky person sees."""

import json
import re
import time
from collections.abc import Iterator

import pytest

from tests.browser import cache_without_model, start_app
from tests.models.scripted import Scripted, hangs, says, server
from tests.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.integration]

STALLED = "Halfway through the taper and stuck, not sleeping. Used to love it at the river, gone fishing every week."
REFILL = "Early refill, he ran out five days ahead and he is angry."
STREET = 'He says: "Fine, then I will buy them in the parking lot."'
ANSWER = "#live .turn:not([data-state=thinking])"
BOX = "#situation textarea"
NOBODY = "http://127.0.0.1:9/v1"  # where no model listens


def ask(page, text: str) -> None:
    """Send, and wait until this text has been answered and the box is empty."""
    page.fill(BOX, text)
    page.click("#ask")
    page.wait_for_function(
        "(n) => { const t = document.querySelector('#live .turn:not([data-state=thinking]) .asked'); return t && t.textContent.includes(n) }", arg=text.strip()[:30]
    )
    page.wait_for_function(f"document.querySelector('{BOX}').value === ''")


def top_of(page, selector: str) -> float:
    return page.evaluate("(s) => document.querySelector(s).getBoundingClientRect().top", selector)


@pytest.mark.parametrize("width", [390, 1280])
def test_after_each_answer_the_eye_and_the_focus_are_at_its_beginning(page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for text in (REFILL, STREET):
        ask(page, text)
        page.wait_for_function("document.activeElement.matches('#live .turn')")
        assert -2 <= top_of(page, ANSWER) <= 40
        assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Answer. ")
    assert page.locator(".turn").count() == 2


def test_the_way_to_the_box_is_one_press_while_it_is_out_of_sight(page) -> None:
    assert not page.is_visible("[data-next]")
    ask(page, REFILL)
    page.click("[data-next]")
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    assert not page.is_visible("[data-next]")


def test_two_presses_are_one_question(page) -> None:
    page.fill(BOX, REFILL)
    page.dblclick("#ask")
    page.wait_for_selector(ANSWER)
    page.wait_for_timeout(1200)
    assert page.locator(".turn").count() == 1
    assert page.locator(".note--problem").count() == 0


def test_pressing_with_an_empty_box_leaves_the_answer_where_it_is(page) -> None:
    ask(page, REFILL)
    page.wait_for_timeout(900)
    page.focus(BOX)
    page.keyboard.press("Control+Enter")
    page.locator("#status").get_by_text("The box is empty").first.wait_for()
    assert page.locator(ANSWER + " .card").count() == 3


def test_a_new_situation_keeps_what_was_already_typed_for_it(page) -> None:
    ask(page, REFILL)
    page.fill(BOX, "Another patient, scared of the taper.")
    page.get_by_role("button", name="New situation").click()
    page.wait_for_function("document.querySelectorAll('.turn').length === 0")
    assert page.input_value(BOX) == "Another patient, scared of the taper."


def test_edit_twice_goes_back_two_turns_with_their_texts(page) -> None:
    ask(page, REFILL)
    ask(page, STREET)
    page.get_by_role("button", name="Edit last").click()
    page.wait_for_function("document.querySelectorAll('.turn').length === 1")
    assert page.input_value(BOX) == STREET
    page.fill(BOX, "")
    page.get_by_role("button", name="Edit last").click()
    page.wait_for_function("document.querySelectorAll('.turn').length === 0")
    assert page.input_value(BOX) == REFILL


def test_the_pushback_that_was_heard_stands_before_everything_else_to_say(page) -> None:
    ask(page, REFILL)
    ask(page, STREET)
    assert top_of(page, f"{ANSWER} .push--heard") < top_of(page, f"{ANSWER} .line--one")


def test_a_text_that_cannot_be_used_leaves_the_answer_and_the_text_in_place(page) -> None:
    ask(page, REFILL)
    page.locator(f"{ANSWER} .card").nth(1).locator("summary").first.click()
    page.evaluate("(b) => { const t = document.querySelector(b); t.value = 'word '.repeat(13000); t.dispatchEvent(new Event('input', {bubbles: true})) }", BOX)
    page.wait_for_timeout(900)
    page.click("#ask")
    note = page.wait_for_selector(".note--problem")
    assert "60,000" in note.inner_text()
    assert page.locator(f"{ANSWER} .card").count() == 3
    page.wait_for_function("document.querySelectorAll('#live .card')[1].open")
    assert len(page.input_value(BOX)) > 60_000
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")


def test_a_refused_clipboard_is_said_and_a_copy_is_told_to_a_screen_reader(page) -> None:
    ask(page, REFILL)
    copy = page.locator(f"{ANSWER} .line--one [data-copy]").first
    copy.click()
    page.wait_for_function("document.querySelector('#teller').textContent === 'Copied'")
    page.wait_for_timeout(1500)
    page.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('no')); document.execCommand = () => false")
    copy.click()
    assert "did not allow copying" in page.wait_for_selector("#banner:not([hidden])").inner_text()


def test_the_theme_button_says_its_state(page) -> None:
    button = page.locator("[data-theme]")
    before = button.get_attribute("aria-pressed")
    button.click()
    assert {before, button.get_attribute("aria-pressed")} == {"true", "false"}


@pytest.mark.parametrize("how", ["button", "keys"])
def test_print_is_one_script_in_ink_on_paper(page, how: str) -> None:
    page.evaluate("document.body.classList.add('dark'); window.print = () => window.dispatchEvent(new Event('beforeprint'))")
    ask(page, REFILL)
    if how == "button":
        page.locator(f"{ANSWER} .card").first.locator("[data-print]").click()
    else:
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator(".card:visible").count() == 1
    assert page.locator(".card:visible .push:visible").count() >= 1
    assert "no clinician has reviewed" in page.inner_text("body")
    assert not page.is_visible("#ask")
    assert page.evaluate("getComputedStyle(document.querySelector('.card[data-printing] .line__text')).color") == "rgb(0, 0, 0)"
    grounds = page.evaluate("['html', 'body', '.gradio-container', '.main'].map(s => document.querySelector(s)).filter(Boolean).map(e => getComputedStyle(e).backgroundColor)")
    assert all(ground == "rgba(0, 0, 0, 0)" or min(map(int, re.findall(r"\d+", ground)[:3])) > 240 for ground in grounds), grounds
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator(".card[data-printing]").count() == 0
    assert page.evaluate("document.body.classList.contains('dark')")
    assert page.locator(f"{ANSWER} .card .fold[open]").count() == 0


def test_two_windows_are_two_conversations(page, app_url: str) -> None:
    other = page.context.new_page()
    other.goto(app_url)
    other.wait_for_selector(BOX)
    ask(page, REFILL)
    ask(other, STALLED)
    assert page.locator(".turn").count() == other.locator(".turn").count() == 1
    page.reload()
    page.wait_for_selector(BOX)
    assert page.locator(".turn").count() == 0


def test_long_words_and_other_scripts_stay_inside_the_column(page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ask(page, "He is angry about his early refill of oxycodone. " + "x" * 3000 + " هو غاضب جدا")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.fixture(scope="module")
def apps(tmp_path_factory):
    """Starts an app whose chat model is at an address, once for all tests that ask for the same, and again when it was killed."""
    running: dict[str, tuple[Served, str]] = {}

    def app(model_url: str) -> tuple[Served, str]:
        if model_url not in running or running[model_url][0].poll() is not None:
            folder = tmp_path_factory.mktemp("app")
            running[model_url] = start_app(folder, COACH_LLM="openai:x", COACH_LLM_URL=model_url, COACH_CACHE=str(cache_without_model(folder)))
        return running[model_url]

    yield app
    for process, _ in running.values():
        process.kill()


@pytest.fixture(scope="module")
def model() -> Iterator[Scripted]:
    """A scripted chat model: a test sets its `behaviours`."""
    with server(hangs) as scripted:
        yield scripted


@pytest.fixture
def prompt_model() -> Iterator[Scripted]:
    """One that answers at once, with an app of its own: a call that hangs elsewhere holds up nothing here."""
    nothing = dict.fromkeys(("body_part", "treatment_tried", "fear", "person", "event", "coming_event", "patient_words"))
    with server(says(json.dumps({**nothing, "valued_activity": "fishing"}))) as scripted:
        yield scripted


@pytest.fixture
def open_page(chromium):
    """Opens the page of an app in a window of its own."""
    windows = []

    def opened(url: str):  # type: ignore[no-untyped-def]
        windows.append(chromium.new_context(viewport={"width": 1280, "height": 900}))
        page = windows[-1].new_page()
        page.goto(url)
        page.wait_for_selector(BOX)
        return page

    yield opened
    for window in windows:
        window.close()


def test_a_model_that_refuses_is_a_phrase_in_the_status_line(apps, open_page) -> None:
    page = open_page(apps(NOBODY)[1])
    ask(page, REFILL)
    page.wait_for_function("document.querySelector('#status').textContent.includes('no model took part')", timeout=20000)
    assert not page.is_visible("#stop")
    assert "Traceback" not in page.inner_text("body")


def test_when_the_server_is_gone_one_sentence_says_so_and_the_text_stays(apps, open_page) -> None:
    process, url = apps(NOBODY)
    page = open_page(url)
    ask(page, REFILL)
    process.kill()
    process.wait(10)
    page.wait_for_timeout(900)
    page.fill(BOX, STREET)
    page.click("#ask")
    banner = page.wait_for_selector("#banner:not([hidden])").inner_text()
    assert "has stopped" in banner
    assert page.locator(".toast-body:visible").count() == 0
    assert page.input_value(BOX) == STREET
    assert page.locator(".card").count() == 3


def test_while_a_model_looks_the_next_question_can_be_asked_and_stop_stops(apps, model, open_page) -> None:
    model.behaviours[:] = [hangs]
    page = open_page(apps(model.url)[1])
    ask(page, REFILL)
    page.locator("#status").get_by_text("ready to use").first.wait_for()
    assert page.is_visible("#stop")
    began = time.monotonic()
    ask(page, STREET)
    assert time.monotonic() - began < 8
    assert page.locator(".turn").count() == 2
    page.wait_for_timeout(900)
    page.click("#stop")
    page.locator("#status").get_by_text("Stopped.").first.wait_for()
    page.wait_for_timeout(1500)
    assert not page.is_visible("#stop")
    assert "Stopped." in page.inner_text("#status")
    assert page.locator(f"{ANSWER} .card").count() == 3


def test_better_lines_are_offered_and_when_taken_nothing_moves_and_they_are_marked(apps, prompt_model, open_page) -> None:
    page = open_page(apps(prompt_model.url)[1])
    ask(page, STALLED)
    before = page.locator(f"{ANSWER} .line__text").all_inner_texts()
    page.wait_for_selector("#offer", timeout=20000)
    assert re.match(r"\d+ lines? fits? better now", page.inner_text("#offer").strip())
    assert "has not passed the exam for fitting lines" in page.inner_text("#status")
    assert page.locator(f"{ANSWER} .line__text").all_inner_texts() == before
    fold = page.locator(f"{ANSWER} .card").first.locator("details.fold").nth(1)
    fold.locator("summary").first.click()
    page.evaluate("window.scrollTo(0, 400)")
    page.click("#offer")
    page.wait_for_selector(".line--new")
    assert fold.get_attribute("open") is not None
    assert page.evaluate("scrollY") == 400
    assert "fishing" in page.locator(".line--new").first.inner_text()
