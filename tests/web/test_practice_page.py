"""The page Practice, as a trainee uses it: a real browser on the real app, with the trained rater and no chat model."""

import re

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.integration]

KIND = ["You had one doctor for years, and now a stranger is talking about your medicine. That must feel unsafe.", "What matters most to you these days?"]
PUSHY = "You should really come down on these. They are dangerous for you, and you know it."


@pytest.fixture
def practice(page, app_url):
    page.goto(f"{app_url}/practice")
    page.wait_for_selector("#patients label")
    return page


def begin(page, name: str = "Denise") -> None:
    page.locator("#patients label", has_text=name).first.click()
    page.locator("#begin", has_text=name).click()
    page.wait_for_selector(".scene")


def say(page, text: str) -> None:
    before = page.locator(".say--patient").count()
    page.fill("#saying textarea", text)
    page.keyboard.press("Control+Enter")
    page.wait_for_function(f"document.querySelectorAll('.say--patient').length > {before}", timeout=30000)


def look_back(page, view: str = "Mixed") -> None:
    page.click("#end")
    page.locator("#view label", has_text=view).click()
    page.wait_for_selector("#debrief")


def test_the_page_says_that_patients_are_invented_and_that_nothing_is_kept(practice) -> None:
    text = practice.inner_text("body")
    assert "Invented people" in text
    assert "no clinician has reviewed" in text
    assert practice.locator("nav.pages a[aria-current]").inner_text() == "Practice"
    assert practice.locator("#patients label").count() >= 16
    assert not practice.is_visible("#begin")


def test_patients_are_chosen_by_level_and_a_choice_that_fits_nobody_says_what_to_do(practice) -> None:
    everyone = practice.locator("#patients label").count()
    practice.click("#filters input >> nth=0")
    practice.get_by_role("option", name="1, gentle").click()
    practice.wait_for_function(f"document.querySelectorAll('#patients label').length < {everyone}")
    assert all("level 1" in label for label in practice.locator("#patients label").all_inner_texts())


def test_a_scene_is_played_coded_and_looked_back_on(practice) -> None:
    begin(practice)
    say(practice, KIND[0])
    assert "reflection" in practice.locator(".say__codes").first.inner_text()
    assert practice.locator(".say--clinician mark").count() >= 1
    say(practice, KIND[1])
    assert practice.input_value("#saying textarea") == ""
    look_back(practice, "It went well")
    debrief = practice.inner_text("#debrief")
    for part in ("Done well", "One thing to try", "Reflections to questions (R:Q)", "expert opinion", "not been validated", "no clinician has reviewed"):
        assert part in debrief or part in practice.locator("#debrief").text_content()
    assert practice.locator("#debrief svg.plot").get_attribute("aria-label").startswith("2 turns. Trust from")
    assert practice.faults == []


def test_pushing_is_answered_by_one_hint_and_the_turn_can_be_tried_again(practice) -> None:
    begin(practice)
    say(practice, KIND[0])
    say(practice, PUSHY)
    assert practice.locator(".say__hint").count() == 1
    look_back(practice)
    button = practice.locator("#again-turn")
    assert re.fullmatch(r"Try turn \d again", button.inner_text().strip())
    turn = int(re.search(r"\d", button.inner_text())[0])
    button.click()
    practice.wait_for_function(f"document.querySelectorAll('.say--clinician').length === {turn - 1}")
    assert not practice.is_visible("#debrief")
    say(practice, KIND[1])
    assert practice.locator(".say--clinician").count() == turn


def test_codes_can_be_switched_off_while_talking(practice) -> None:
    begin(practice)
    say(practice, PUSHY)
    practice.uncheck("#codes input")
    practice.wait_for_function("!document.querySelector('.say__codes')")
    assert practice.locator(".say__hint, .say--clinician mark").count() == 0


def test_a_name_is_masked_and_markup_stays_text(practice) -> None:
    begin(practice)
    say(practice, "My colleague Dr. Zebulon Quartermaine said <img src=x onerror=alert(1)> to me.")
    turn = practice.locator(".say--clinician").first.inner_text()
    assert "Quartermaine" not in practice.content()
    assert "<img" in turn
    assert practice.faults == []


def test_the_trainees_own_despair_stops_the_scene_with_words_for_them(practice) -> None:
    begin(practice)
    practice.fill("#saying textarea", "I can't do this any more. I want to kill myself.")
    practice.keyboard.press("Control+Enter")
    practice.wait_for_selector(".scene [role=alert]")
    assert "988" in practice.inner_text(".scene")
    assert not practice.is_visible("#saying")
    assert not practice.is_visible("#again-turn")
    assert practice.is_visible("#patients")


def test_an_empty_turn_is_silence_and_a_huge_one_is_read(practice) -> None:
    begin(practice)
    say(practice, "")
    assert "you said nothing" in practice.inner_text(".scene")
    say(practice, "I am listening. " * 300)
    assert practice.faults == []


def test_on_a_phone_nothing_is_cut_off_and_no_word_leaves_the_machine(practice, app_url) -> None:
    practice.set_viewport_size({"width": 390, "height": 844})
    begin(practice)
    say(practice, KIND[0])
    look_back(practice)
    assert practice.evaluate("document.documentElement.scrollWidth") <= 390
    assert {url.split("/")[2] for url in practice.sent if url.startswith("http")} == {app_url.split("/")[2]}
    assert practice.evaluate("JSON.stringify({...localStorage, ...sessionStorage})").count("stranger") == 0
