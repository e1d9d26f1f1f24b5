"""The script page and the editor of Curate, as an educator uses them: a real browser on the real app, over a whole copy of the corpus."""

from pathlib import Path

import pytest

from tests.web.curating import ASKS, AVOID_WHEN, BODY, BY_WORDS, TITLE, USE_WHEN, start, start_again

pytestmark = [pytest.mark.browser, pytest.mark.integration]
TEXT = "[data-text]"
EARLY = "boundary_setting/early-refill"


@pytest.fixture(scope="module")
def own_app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("curate")
    process, url = start(folder)
    yield folder, url
    process.terminate()
    process.wait(20)


@pytest.fixture
def window(chromium, own_app):
    """Opens windows of different people: each has its own cookies. Faults of their scripts fail the test."""
    contexts, faults = [], []

    def opened(path: str = "/curate", width: int = 1280, height: int = 900, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(60_000)  # a busy machine
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(own_app[1] + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def file_of(own_app, script_id: str) -> Path:
    return own_app[0] / "corpus" / "scripts" / f"{script_id}.md"


def checked(page) -> None:
    """The check has answered for what stands in the text now."""
    page.wait_for_selector("[data-part=problems][aria-busy=false]")


def line_at(page, row: int):
    return page.locator(".paper__line").nth(row - 1)


def click_line(page, row: int) -> None:
    """With the mouse, where the line ends."""
    line_at(page, row).evaluate("(line) => line.scrollIntoView({ block: 'center' })")
    place = line_at(page, row).bounding_box()
    page.mouse.click(place["x"] + place["width"] - 5, place["y"] + place["height"] - 8)


def cursor_row(page) -> int:
    return page.evaluate("(s) => { const t = document.querySelector(s); return t.value.slice(0, t.selectionStart).split('\\n').length }", TEXT)


def sign(page, name: str = "Ada Example", title: str = "pharmacist") -> None:
    page.fill("[name=name]", name)
    page.fill("[name=title]", title)


def begin(page, title: str = TITLE, category: str = "boundary_setting") -> None:
    page.goto(page.url.split("/curate")[0] + "/curate/new")
    page.fill("[name=script_title]", title)
    page.check(f"[name=category][value={category}]")
    page.click("text=Begin >> nth=-1")
    page.wait_for_selector(TEXT)


def test_somebody_who_never_saw_it_writes_previews_and_submits_a_script_in_twelve_clicks(window, own_app) -> None:
    page, clicks = window(), []

    def click(what, **options) -> None:
        clicks.append(what)
        (page.locator(what) if isinstance(what, str) else what).click(**options)

    key = page.keyboard
    click("text=New script")
    page.wait_for_selector("[name=script_title]:focus")
    key.type(TITLE)
    click("text=Saying no, or")  # the sentence of the category boundary_setting
    click("button:has-text('Begin')")
    page.wait_for_selector("[name=use_when]:focus")  # the cursor is there already
    key.type(USE_WHEN)
    click("[name=avoid_when]")
    key.type(AVOID_WHEN, delay=20)
    page.wait_for_selector(".offer >> text=boundary_setting/lost-or-stolen")
    key.press("Enter")
    key.type(" instead.")
    click("[name=asks]")
    key.type("\n".join(ASKS))
    for group, typed in (("situations", "early"), ("skills", "limit"), ("evidence", "guideline is for adult")):
        click(f"[data-field={group}] > summary")
        key.type(typed)
        key.press("Enter")
    clicks.append("line 2 of the text")
    click_line(page, 2)
    type_body(page)
    checked(page)
    assert "It can be saved." in page.inner_text("[data-part=problems]"), page.inner_text("[data-part=problems]")
    assert "The date is hard on you." in page.inner_text("[data-part=card] .line--one")  # the preview came by itself
    click("[name=name]")
    key.type("Ada Example")
    click("[name=title]")
    key.type("pharmacist")
    click("text=Save and submit for review")
    page.wait_for_url("**/curate/script/boundary_setting/when-the-calendar-is-the-enemy?done=saved_submitted")
    assert "Saved and submitted for review." in page.inner_text(".done")
    assert "In review" in page.inner_text(".state")

    assert len(clicks) <= 12
    text = file_of(own_app, "boundary_setting/when-the-calendar-is-the-enemy").read_text(encoding="utf-8")
    assert "status: in_review" in text and "author: " in text and "name typed" in text
    assert "Use boundary_setting/lost-or-stolen instead." in text


def row_of(page, begins: str) -> int:
    return next(row for row, line in enumerate(page.input_value(TEXT).split("\n"), 1) if line.startswith(begins))


def down_to(page, row: int) -> None:
    """With the arrows, looking where the cursor is; then to the end of the line."""
    for _ in range(60):
        if cursor_row(page) == row:
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    assert cursor_row(page) == row


def type_body(page) -> None:
    """As one who writes by hand does: type, Enter, and the arrows to the next part. Lists go on by themselves."""
    one, say, pushbacks, avoid = BODY
    key = page.keyboard
    key.press("End")
    key.type(one)
    down_to(page, row_of(page, "## Say") + 1)
    key.type("\n".join(say))
    down_to(page, row_of(page, "## If they say") + 1)
    key.press("ArrowLeft")
    key.type(pushbacks[0][0])
    key.press("ArrowDown")
    key.press("End")
    key.type(pushbacks[0][1])
    for quote, answer in pushbacks[1:]:
        key.type(f'\n\n\n> "{quote}"\n- {answer}')  # Enter on the empty line that a list went on with ends the list
    down_to(page, row_of(page, "## Do not say") + 1)
    key.press("ArrowLeft")
    for number, (words, why) in enumerate(avoid):
        key.type(f'\n"{words}"' if number else words)
        key.press("End")
        key.type(f" {why}")
    down_to(page, row_of(page, '- Note: "__."'))
    for _ in range(2):
        key.press("ArrowLeft")
    key.type(" said of the date; next visit __")
    down_to(page, row_of(page, "## Why it works") + 1)
    key.type("A limit with its reason is easier to bear.")


# --- what is said beside the text


def test_a_problem_is_told_at_its_line_while_one_types_and_a_click_leads_there(window) -> None:
    page = window(f"/curate/edit/{EARLY}?fresh=1")
    row = row_of(page, "- All right, the bottle's empty.")
    click_line(page, row)
    page.keyboard.press("End")
    page.keyboard.type(" You junkie.")
    at = page.locator(f"[data-part=problems] .found__at[data-row='{row}']:has-text('(person first)')")
    at.wait_for()
    assert "junkie" in at.inner_text() and at.inner_text().startswith(f"Line {row}")
    assert "paper__line--must" in line_at(page, row).get_attribute("class")
    page.focus("[name=script_title]")
    at.click()
    assert cursor_row(page) == row and page.evaluate("document.activeElement.matches('[data-text]')")
    page.fill("[name=script_title]", "")
    page.locator("[data-part=problems] .found__at[data-at=title]").click()
    assert page.evaluate("document.activeElement.name") == "script_title"
    sign(page)
    page.click(".save >> text=Save >> nth=0")
    page.wait_for_selector(".note--problem >> text=missing before this can be saved")
    assert page.evaluate("document.activeElement.matches('.found__at')")
    assert "junkie" not in page.inner_text("[data-part=card]") or "It can be saved" not in page.inner_text("[data-part=problems]")


def test_the_preview_shows_each_form_and_marks_what_it_adds(window) -> None:
    page = window(f"/curate/edit/{EARLY}?fresh=1")
    page.select_option("[name=heard]", "when-withdrawal")
    page.wait_for_selector("[data-part=card] .line--new >> text=When did the sickness start?")
    page.select_option("[name=heard]", "slot-valued_activity")
    page.wait_for_selector("[data-part=card] .line--new >> text=playing with your grandkids")
    assert "When did the sickness start?" not in page.inner_text("[data-part=card]")


def test_slots_and_situations_are_put_in_where_the_cursor_is_and_can_be_undone(window) -> None:
    page = window(f"/curate/edit/{EARLY}?fresh=1")
    before = page.input_value(TEXT)
    row = row_of(page, "- All right, the bottle's empty.")
    click_line(page, row)
    page.keyboard.press("End")
    page.click("[data-palette] > summary")
    page.keyboard.type("withdrawal")
    page.keyboard.press("Enter")
    line = "- (withdrawal) All right, the bottle's empty. Walk me through how that went."
    assert page.input_value(TEXT).split("\n")[row - 1] == line
    page.click("[data-palette] > summary")
    page.click("[data-condition=sleep]")
    assert page.input_value(TEXT).split("\n")[row - 1] == line.replace("(withdrawal)", "(withdrawal, sleep)")
    page.keyboard.type(" {val")
    page.wait_for_selector(".offer[aria-selected=true] >> text={valued_activity}")
    page.keyboard.press("Enter")
    page.keyboard.type(".")
    assert page.input_value(TEXT).split("\n")[row - 1].endswith("went. {valued_activity}.")
    for _ in range(30):
        page.keyboard.press("Control+z")
    assert page.input_value(TEXT) == before
    for _ in range(30):
        page.keyboard.press("Control+Shift+z")
    assert page.input_value(TEXT).split("\n")[row - 1].startswith("- (withdrawal, sleep) All right")


# --- drafts


def kept(page) -> None:
    page.wait_for_selector("[data-kept]:text-matches('^Draft kept')")


def test_a_draft_survives_a_reload_and_is_offered_in_another_window(window, own_app) -> None:
    script = "repair/i-lost-my-temper"
    page = window(f"/curate/edit/{script}")
    page.fill("[name=script_title]", "Half a thought")
    kept(page)
    page.locator("[name=script_title]").press("End")
    page.keyboard.type(" and more")  # and at once:
    page.reload()
    assert page.input_value("[name=script_title]") == "Half a thought and more"
    other = window(f"/curate/edit/{script}")
    assert "You began a change on" in other.inner_text("main")
    other.click("text=Continue it")
    assert other.input_value("[name=script_title]") == "Half a thought and more"
    assert page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})").count("thought") == 0
    assert "Half a thought" not in file_of(own_app, script).read_text(encoding="utf-8")


def test_a_draft_survives_the_death_of_the_server_and_the_page_goes_on_trying(chromium, tmp_path) -> None:
    process, url = start(tmp_path, **BY_WORDS)
    page = chromium.new_page()
    page.set_default_timeout(60_000)
    try:
        page.goto(f"{url}/curate/edit/{EARLY}")
        page.fill("[name=script_title]", "Kept before the end")
        kept(page)
        draft = page.url.rpartition("/")[2]
        process.kill()
        process.wait(20)
        page.fill("[name=script_title]", "Typed after the end")
        page.wait_for_selector("[data-kept] >> text=does not answer")
        process = start_again(tmp_path, url, **BY_WORDS)
        fresh = chromium.new_page()  # before the other page has been heard again: what was kept before the end is in the store
        fresh.goto(f"{url}/curate/draft/{draft}")
        assert fresh.input_value("[name=script_title]") in ("Kept before the end", "Typed after the end")
        kept(page)
        fresh.goto(f"{url}/curate/edit/{EARLY}")
        fresh.click("text=Continue it")
        assert fresh.input_value("[name=script_title]") == "Typed after the end"
    finally:
        page.close()
        process.kill()


# --- saving, and two at once


def test_saving_needs_no_mouse_and_can_be_undone(window, own_app) -> None:
    path = file_of(own_app, EARLY)
    before = path.read_text(encoding="utf-8")
    page = window(f"/curate/edit/{EARLY}?fresh=1")
    for _ in range(80):
        if page.evaluate("document.activeElement.matches('[data-text]')"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Control+End")
    page.keyboard.type("It is said once.")
    page.keyboard.press("Control+s")
    page.wait_for_selector("[name=name]:focus")  # who are you?
    page.keyboard.type("Ada Example")
    page.keyboard.press("Tab")
    page.keyboard.type("pharmacist")
    page.keyboard.press("Control+s")
    page.wait_for_selector(".done >> text=Saved. It is in search now.")
    assert "It is said once." in path.read_text(encoding="utf-8")
    page.focus(".done button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".done >> text=Undone")
    after = path.read_text(encoding="utf-8")
    assert after.partition("license:")[2].partition("---")[2] == before.partition("license:")[2].partition("---")[2]
    page.goto(f"{own_app[1]}/curate/edit/{EARLY}?fresh=1")
    assert page.input_value("[name=name]") == "Ada Example"  # remembered


@pytest.mark.parametrize(("choice", "script"), [("mine", "tapering/a-second-try"), ("new", "repair/i-never-asked"), ("theirs", "monitoring/signs-that-add-up")])
def test_the_second_of_two_windows_sees_the_difference_and_chooses(window, own_app, choice, script) -> None:
    ada, ben = window(f"/curate/edit/{script}"), window(f"/curate/edit/{script}")
    ben.fill("[name=use_when]", "Ben says when.")
    sign(ben, "Ben Example", "physician")
    ben.click(".save >> text=Save >> nth=0")
    ben.wait_for_selector(".done")
    ada.fill("[name=use_when]", "Ada says when.")
    sign(ada)
    ada.keyboard.press("Control+s")
    ada.wait_for_url("**/choose")
    assert "Ben Example, physician (name typed, not signed in) saved this script" in ada.inner_text("main")
    assert ada.locator("ins:has-text('Ada')").count() == 1 and ada.locator("del:has-text('Ben')").count() == 1
    path = file_of(own_app, script)
    if choice == "mine":
        ada.click("text=Keep mine on top >> nth=-1")
        ada.wait_for_selector(".done")
        assert "use_when: Ada says when." in path.read_text(encoding="utf-8")
    elif choice == "new":
        ada.click("button:has-text('Save mine as a new script')")
        ada.wait_for_selector(TEXT)
        assert ada.input_value("[name=use_when]") == "Ada says when." and ada.input_value("[name=slug]")
    else:
        ada.click("summary:has-text('Take theirs')")
        ada.click("text=Yes, take theirs")
        ada.wait_for_selector(".done >> text=Yours was dropped")
    assert choice == "mine" or "use_when: Ben says when." in path.read_text(encoding="utf-8")


def test_its_pages_run_nothing_that_stands_in_the_page_itself(window, own_app) -> None:
    page = window()
    policy = page.request.get(f"{own_app[1]}/curate/script/{EARLY}").headers["content-security-policy"]
    assert "unsafe" not in policy and "script-src 'self'" in policy
    assert "unsafe-inline" in page.request.get(own_app[1]).headers["content-security-policy"]  # Gradio's page needs it
    card = window(f"/curate/api/export?id={EARLY}&as=card")  # keeps its own style sheet
    assert card.locator(".side").first.bounding_box()["width"] < 500  # A6, not as wide as the window
    assert "style-src 'self' 'unsafe-inline'" in card.request.get(f"{own_app[1]}/curate/api/export?id={EARLY}&as=card").headers["content-security-policy"]


def test_without_its_script_the_page_still_saves(window, own_app) -> None:
    page = window("/curate/edit/repair/i-lost-my-temper?fresh=1", java_script_enabled=False)
    page.fill("[name=use_when]", "Written without any script.")
    sign(page)
    page.click(".save >> text=Save >> nth=0")
    assert "Saved. It is in search now." in page.inner_text(".done")
    assert "use_when: Written without any script." in file_of(own_app, "repair/i-lost-my-temper").read_text(encoding="utf-8")


# --- review


def test_a_line_is_commented_on_with_the_mouse_or_the_keyboard(window) -> None:
    page = window(f"/curate/script/{EARLY}")
    page.click("[data-comment='12']")
    page.keyboard.type("Who would type this?")
    sign(page)
    page.click("text=Add the comment")
    page.wait_for_selector("#line-12 .remark__text >> text=Who would type this?")
    page.locator("[data-comment='1']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "text"
    page.keyboard.type("By keyboard")
    page.locator("#line-2 button:has-text('Add the comment')").press("Enter")
    page.wait_for_selector("#line-2 .remark__text >> text=By keyboard")
    assert "2 comments" in page.inner_text(".links")
    page.click("#line-2 .remark button")
    page.wait_for_selector(".done")
    assert "1 comment" in page.inner_text(".links")


def test_its_author_may_not_approve_a_script_and_another_person_may(window, own_app) -> None:
    script = "monitoring/first-drug-test"
    page = window(f"/curate/edit/{script}")
    page.fill("[name=use_when]", "It is the first time.")
    sign(page)
    page.click("text=Save and submit for review")
    page.wait_for_selector(".state--in_review")
    page.click("summary:has-text('Approve')")
    assert "You changed this script yourself" in page.inner_text(".step[open]")
    page.fill(".step[open] [name=name]", "ada  EXAMPLE")
    page.fill(".step[open] [name=title]", "nurse")
    page.click("button:has-text('Approve it')")
    page.wait_for_selector(".note--problem >> text=Ask somebody else to review it.")
    page.fill(".step[open] [name=name]", "Ben Example")
    page.fill(".step[open] [name=title]", "physician")
    page.click("button:has-text('Approve it')")
    page.wait_for_selector(".state--reviewed")
    text = file_of(own_app, script).read_text(encoding="utf-8")
    assert "status: reviewed" in text and "reviewed_by: " in text and "Ben Example, physician" in text


# --- how it stands up


def test_hostile_text_is_shown_as_text_and_told_in_one_sentence(window) -> None:
    page = window()
    begin(page, "<img src=x onerror=alert(1)> {{ 7*7 }}")
    page.fill("[name=use_when]", "</textarea><script>alert(2)</script>")
    page.fill(TEXT, page.input_value(TEXT).replace("## Say\n- ", "## Say\n- <b onclick=alert(3)>x</b> ${7*7} مرحبا 🙂"))
    checked(page)
    found = page.locator("[data-part=problems] .found__at:has-text('no plain keyboard has')")
    assert found.count() == 1
    page.reload()
    assert page.input_value("[name=script_title]") == "<img src=x onerror=alert(1)> {{ 7*7 }}"
    assert page.input_value("[name=use_when]") == "</textarea><script>alert(2)</script>"
    assert "مرحبا 🙂" in page.input_value(TEXT)
    assert page.locator("main img, main script, main b").count() == 0
    page.evaluate("(s) => { const t = document.querySelector(s); t.value = '- many words\\n'.repeat(25000); t.dispatchEvent(new Event('input', { bubbles: true })) }", TEXT)
    page.wait_for_selector("[data-part=problems] >> text=more than 200,000 characters", timeout=90_000)
    assert page.locator("[data-part=problems] .found__at").count() == 1
    kept(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_page_and_colors_are_those_asked_for(window, own_app, scheme) -> None:
    page = window(f"/curate/script/{EARLY}", 390, 844, color_scheme=scheme)
    for path in (f"/curate/script/{EARLY}", f"/curate/edit/{EARLY}?fresh=1", "/curate/new", f"/curate/script/{EARLY}?comment=30"):
        page.goto(own_app[1] + path)
        page.wait_for_timeout(400)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        red = int(page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"))
        assert red > 200 if scheme == "light" else red < 60
    page.goto(f"{own_app[1]}/curate/edit/{EARLY}?fresh=1")
    page.click("[data-palette] > summary")
    page.click(".tags[data-field=situations] > summary")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("[data-theme]")
    page.goto(f"{own_app[1]}/curate/new")
    red = int(page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"))
    assert red < 60 if scheme == "light" else red > 200  # the choice stays from page to page


def test_the_questions_that_find_a_text_are_asked_and_can_be_stopped(window) -> None:
    page = window(f"/curate/edit/{EARLY}?fresh=1")
    page.click("[data-finders]")
    page.wait_for_selector("[data-finders-stop]:visible, .asked-by")
    if page.is_visible("[data-finders-stop]"):
        page.click("[data-finders-stop]")
        page.wait_for_selector("[data-finders-state] >> text=Stopped.")
    assert page.is_enabled("[data-finders]")
