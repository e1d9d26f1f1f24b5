"""The page Advise, as a person uses it: a real browser on the real app."""

import json

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.integration]

STALLED = "Halfway through the taper and stuck. He isn't sleeping, sweats at night, and misses fishing with his grandson."
CANARY = "Zebulon Quartermaine"


def ask(page, text: str) -> None:
    page.fill("#situation textarea", text)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".turn:not(.turn--old) .status, .turn:not(.turn--old) .note, p.note[role=alert]")


def first_card(page):
    return page.locator(".turn:not(.turn--old) .card").first


def test_the_first_visit_says_what_this_is_and_that_no_clinician_has_reviewed_it(page) -> None:
    text = page.inner_text("body")
    assert "no clinician has reviewed" in text
    assert "leave out names" in text
    assert page.title() == "Conversation Coach"
    assert page.locator("#examples button").count() == 6


def test_a_described_situation_gives_lines_to_say(page) -> None:
    ask(page, STALLED)
    card = first_card(page)
    assert "draft" in card.inner_text().lower()
    assert card.locator(".line--one").count() == 1
    assert card.locator("ul.lines .line:visible").count() >= 5
    assert page.locator(".turn:not(.turn--old) .card").count() == 3
    assert page.faults == []


def test_words_from_the_scenario_are_marked_and_the_library_line_is_one_click_away(page) -> None:
    ask(page, STALLED)
    filled = first_card(page).locator("details.line__text--filled").first
    assert "fishing with your grandson" in first_card(page).inner_text()
    assert not filled.locator(".line__source").is_visible()
    filled.locator("summary").click()
    assert "{" in filled.locator(".line__source").inner_text()


def test_a_line_and_all_lines_can_be_copied_as_plain_sentences(page) -> None:
    ask(page, STALLED)
    card = first_card(page)
    card.locator(".line--one [data-copy]").click()
    one = page.evaluate("navigator.clipboard.readText()")
    assert one == card.locator(".line--one .line__text").inner_text()
    card.locator("button.small[data-copy]").click()
    everything = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert everything[0] == one
    assert "/" in everything[-1]
    assert not any(mark in "".join(everything[:-1]) for mark in "{}[]|<>")


def test_a_follow_up_is_answered_with_the_pushback_that_was_heard(page) -> None:
    ask(page, "Early refill, he ran out five days ahead and he is angry.")
    before = page.locator(".turn").count()
    page.fill("#situation textarea", 'He says: "Fine, then I will buy them in the parking lot."')
    page.click("#ask")
    page.wait_for_selector(".turn--old")
    page.wait_for_selector(".push--heard")
    assert page.locator(".turn").count() == before + 1
    assert page.locator(".push--heard .lines .line").count() >= 1


def test_an_alert_comes_first_with_words_to_say(page) -> None:
    ask(page, "She wants more oxycodone and said there is no point in living any more.")
    turn = page.locator(".turn:not(.turn--old)")
    alert = turn.locator(".alert").first
    assert "suicide" in alert.inner_text().lower()
    assert alert.locator(".line").count() >= 1
    assert alert.bounding_box()["y"] < first_card(page).bounding_box()["y"]


@pytest.mark.parametrize("text", ["", "   ", "😀😀😀"])
def test_a_text_that_cannot_be_used_gets_one_clear_sentence(page, text: str) -> None:
    page.fill("#situation textarea", text)
    page.click("#ask")
    note = page.wait_for_selector("p.note[role=alert]")
    assert 10 < len(note.inner_text()) < 300
    assert page.faults == []


def test_a_dosing_question_is_refused_kindly_with_what_the_guideline_says(page) -> None:
    ask(page, "Convert 120 mg oxycodone to methadone please")
    assert page.locator(".turn .card").count() == 0
    assert page.locator(".turn .note").count() >= 1


def test_something_off_topic_is_told_so(page) -> None:
    ask(page, "Write me a python function that sorts a list")
    assert page.locator(".turn .card:visible").count() == 0
    assert page.locator(".turn .note").count() >= 1


def test_a_name_is_masked_on_the_screen_and_nothing_typed_stays_in_the_browser(page) -> None:
    ask(page, f"Mr. {CANARY} ran out of his oxycodone early and is angry.")
    assert CANARY.split()[1] not in page.inner_text(".turn:not(.turn--old)")
    kept = page.evaluate("JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])")
    assert CANARY.split()[1] not in kept
    assert "early" not in json.loads(kept)[2]
    assert "oxycodone" not in kept


def test_no_request_leaves_the_machine(page, app_url: str) -> None:
    ask(page, STALLED)
    assert page.sent
    assert all(url.startswith((app_url, "data:", "blob:")) for url in page.sent), [url for url in page.sent if not url.startswith(app_url)]


def test_markup_in_what_is_typed_stays_text(page) -> None:
    ask(page, 'He said <img src=x onerror="document.title=1"> and ran out of oxycodone early, <b>angry</b>')
    assert page.title() == "Conversation Coach"
    assert page.locator(".asked img, .asked b").count() == 0


def test_edit_takes_the_last_turn_back_into_the_box(page) -> None:
    ask(page, STALLED)
    page.get_by_role("button", name="Edit last").click()
    page.wait_for_function("document.querySelector('#situation textarea').value.startsWith('Halfway')")
    assert page.locator(".turn").count() == 0


def test_a_new_situation_clears_the_conversation(page) -> None:
    ask(page, STALLED)
    page.get_by_role("button", name="New situation").click()
    page.wait_for_function("document.querySelectorAll('.turn').length === 0")
    assert page.input_value("#situation textarea") == ""


def test_a_thumb_is_kept_without_text(page, app_folder) -> None:
    ask(page, STALLED)
    page.get_by_role("button", name="This does not help").click()
    page.get_by_label("It would sound wrong aloud").click()
    page.get_by_text("Thank you. Kept").wait_for()
    stored = b"".join(file.read_bytes() for file in (app_folder / "data").glob("coach.sqlite3*"))  # with what is written ahead
    assert b"sounds_wrong" in stored
    assert b"fishing" not in stored


def test_it_works_by_keyboard_alone(page) -> None:
    page.keyboard.type("Early refill, angry")  # the box has the focus from the start
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".card")
    first_card(page).locator("summary.card__head").focus()
    assert first_card(page).get_attribute("open") is not None
    page.keyboard.press("Enter")
    assert first_card(page).get_attribute("open") is None


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_cut_off_at_this_width(chromium, app_url: str, width: int, theme: str) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=theme)
    page = context.new_page()
    page.goto(f"{app_url}/?__theme={theme}")
    page.wait_for_selector("#situation textarea")
    ask(page, STALLED)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for element in page.locator(".turn .line:visible").all():
        box = element.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width + 1
    context.close()


CONTRAST = """(selector) => Array.from(document.querySelectorAll(selector)).filter(e => e.offsetParent && e.textContent.trim()).map(e => {
  const rgb = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const lum = c => { const [r,g,b] = c.map(v => { v /= 255; return v <= .03928 ? v/12.92 : ((v+.055)/1.055)**2.4 }); return .2126*r + .7152*g + .0722*b };
  let back = e, bg = [0,0,0,0];
  while (back && (bg.length === 4 && bg[3] === 0)) { bg = rgb(getComputedStyle(back).backgroundColor); back = back.parentElement }
  const a = lum(rgb(getComputedStyle(e).color)) + .05, b = lum(bg) + .05;
  return [e.className + ' ' + e.textContent.trim().slice(0, 20), Math.max(a,b) / Math.min(a,b)] })"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_can_be_read_against_its_ground(chromium, app_url: str, theme: str) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{app_url}/?__theme={theme}")
    page.wait_for_selector("#situation textarea")
    ask(page, "She said there is no point in living any more, halfway through the taper, on oxycodone and lorazepam.")
    for selector in (".quiet", ".status", ".source", ".line__text", ".card__title", ".alert h3", ".label", ".asked", "#ask", "#row button", ".intro", ".badge"):
        for what, ratio in page.evaluate(CONTRAST, selector):
            assert ratio >= 4.5, (selector, what, ratio)
    context.close()


def test_a_screen_reader_finds_names_for_every_control(page) -> None:
    ask(page, STALLED)
    nameless = page.evaluate(
        "Array.from(document.querySelectorAll('button, textarea, input')).filter(e => e.offsetParent && !(e.textContent.trim() || e.getAttribute('aria-label') || (e.labels && e.labels.length))).map(e => e.outerHTML.slice(0, 90))"
    )
    assert nameless == []
    assert page.evaluate("document.documentElement.lang") != ""
    assert page.locator("h1").count() == 1
