"""The addresses of the script page and the editor, without a browser: forms that work by POST and redirect, and what the editor's script is told."""

import json
import re
import threading
import time

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from coach.access.person import Person
from coach.curate import compose
from coach.curate.shapes import Question
from coach.web.curate import pages
from coach.web.curate.writing import Windows
from tests.curate.desk import ADA, BEN, curator, shelf
from tests.making import script_text

FIRST, SECOND = "tapering/first-mention", "safety/in-withdrawal"
NAMED = {"name": "Ada Example", "title": "pharmacist"}
OTHER = {"name": "Ben Example", "title": "physician"}


@pytest.fixture
def desk(tmp_path):
    return curator(tmp_path)


@pytest.fixture
def client(desk):
    app = FastAPI()
    app.state.person = None

    @app.middleware("http")
    async def signed_in(request: Request, call_next):
        if app.state.person:
            request.state.person = app.state.person
        return await call_next(request)

    pages.add(app, shelf(desk))
    return TestClient(app, follow_redirects=False)


def text_of(desk, script_id: str = FIRST) -> str:
    return desk.source(ADA, script_id).text


def given(desk, script_id: str = FIRST, **changes) -> dict:
    """The editor's form as the page sends it: the library's text with these changes."""
    source = desk.source(ADA, script_id)
    form = compose.read(source.text)
    assert form
    fields = {
        "key": "ab" * 10, "item": script_id, "base": source.digest, "view": "form", "original": source.text, "script_title": form.title, "asks": "\n".join(form.asks), "body": form.body,
        "evidence": [json.dumps(pair) for pair in form.evidence], **{key: getattr(form, key) for key in ("decision", "audience", "use_when", "avoid_when", "license")},
        **{key: list(getattr(form, key)) for key in compose.TAGS}, **NAMED,
    }  # fmt: skip
    return {**fields, **changes}


def draft_key(response) -> str:
    return re.search(r"/curate/draft/([0-9a-f]+)", response.headers["location"])[1]  # type: ignore[index]


# --- the script page


def test_the_page_shows_the_card_the_source_and_what_may_be_done(client) -> None:
    html = client.get(f"/curate/script/{FIRST}").text
    assert "Draft: no clinician has reviewed this." in html
    assert "Nothing changes today. I want to hear you first." in html and "## If you say one thing" in html
    assert "What do you miss most?" in html  # the form without the slot
    for label in ("Edit", "Duplicate", "Submit for review", "Retire", "History", "0 comments", "Pocket card"):
        assert label in html
    assert "Approve" not in html and "Bring back" not in html


def test_another_form_of_the_script_is_shown_at_its_own_address(client) -> None:
    filled = '<mark title="from what you wrote">playing with your grandkids</mark>'
    assert filled in client.get(f"/curate/script/{FIRST}?as=slot-valued_activity").text
    assert filled not in client.get(f"/curate/script/{FIRST}").text


def test_what_an_address_may_say_is_one_of_a_closed_list(client) -> None:
    assert "Submitted for review." in client.get(f"/curate/script/{FIRST}?done=submitted").text
    assert "pay at evil.example" not in client.get(f"/curate/script/{FIRST}?done=pay+at+evil.example").text


def test_a_script_goes_its_way_by_forms_and_its_author_may_not_approve_it(client, desk) -> None:
    client.post("/curate/save", data=given(desk, script_title="Another title"))

    def step(action: str, **more) -> object:
        return client.post(f"/curate/script/{FIRST}/step", data={"action": action, "base": desk.source(ADA, FIRST).digest, **more})

    assert step("submit", **NAMED).headers["location"].endswith("?done=submitted")
    assert "so somebody else must approve it" in client.get(f"/curate/script/{FIRST}").text
    refused = step("approve", name=" ada EXAMPLE ", title="nurse")
    assert refused.status_code == 422 and "You changed this script yourself" in refused.text
    assert step("approve", name="Ben Example", title="").status_code == 422
    past = step("approve", **OTHER, review_by="2001-01-01")
    assert past.status_code == 422 and "lies in the past" in past.text and 'value="2001-01-01"' in past.text
    assert "The date cannot be read" in step("approve", **OTHER, review_by="soon").text
    assert step("send_back", note="Shorten the third line.").headers["location"].endswith("sent_back")
    html = client.get(f"/curate/script/{FIRST}").text
    assert "Sent back by" in html and "Shorten the third line." in html
    step("submit", **NAMED)
    assert step("approve", **OTHER, review_by="2090-01-31").headers["location"].endswith("reviewed")
    html = client.get(f"/curate/script/{FIRST}").text
    assert "Reviewed by Ben Example, physician (name typed, not signed in). The next review is due January 31, 2090." in html
    assert step("retire").headers["location"].endswith("retired")
    assert "Bring back" in client.get(f"/curate/script/{FIRST}").text
    assert step("revive").headers["location"].endswith("revived")


def test_a_review_that_is_due_is_said_with_its_date(client, desk) -> None:
    path = desk.files.path(FIRST)
    path.write_text(script_text(status="reviewed", reviewed_by="Ben Example", review_by="2020-03-09"), encoding="utf-8")
    assert "Review due since March 9, 2020." in client.get(f"/curate/script/{FIRST}").text


def test_a_step_on_a_page_that_is_old_says_so_on_the_page(client, desk) -> None:
    old = desk.source(ADA, FIRST).digest
    client.post("/curate/save", data=given(desk, script_title="Another title"))
    late = client.post(f"/curate/script/{FIRST}/step", data={"action": "submit", "base": old})
    assert late.status_code == 409 and "Nothing is lost" in late.text and "Submit for review" in late.text


def test_a_comment_stands_at_its_line_wherever_that_moves_and_can_be_put_away(client, desk) -> None:
    source = desk.source(ADA, FIRST)
    row = next(row for row, line in enumerate(source.text.split("\n"), 1) if "You've carried" in line)
    assert (
        f'id="comment"><input type="hidden" name="base" value="{source.digest}"><input type="hidden" name="row" value="{row}">'
        in client.get(f"/curate/script/{FIRST}?comment={row}").text
    )
    sent = {"base": source.digest, "row": str(row), "text": "Too <b>long</b>?", **NAMED}
    assert client.post(f"/curate/script/{FIRST}/comment", data=sent).headers["location"].endswith("commented")
    html = client.get(f"/curate/script/{FIRST}").text
    assert "1 comment<" in html and "Too &lt;b&gt;long&lt;/b&gt;?" in html.partition(f'id="line-{row}"')[2].partition("</li>")[0]
    body = given(desk)["body"].replace("## Say\n", "## Say\n- One more line before it.\n")
    client.post("/curate/save", data=given(desk, body=body))
    moved = client.get(f"/curate/script/{FIRST}").text
    later = next(row for row, line in enumerate(text_of(desk).split("\n"), 1) if "You've carried" in line)
    assert later > row and "Too &lt;b&gt;" in moved.partition(f'id="line-{later}"')[2].partition("</li>")[0]
    client.post("/curate/save", data=given(desk, body=body.replace("You've carried", "You have carried")))
    assert "On lines that read otherwise now" in client.get(f"/curate/script/{FIRST}").text
    assert client.post(f"/curate/script/{FIRST}/comment", data=sent).status_code == 409
    number = str(desk.comments(ADA, FIRST)[0].number)
    assert client.post(f"/curate/script/{SECOND}/done", data={"number": number}).status_code == 422  # a comment of another script
    client.post(f"/curate/script/{FIRST}/done", data={"number": number})
    html = client.get(f"/curate/script/{FIRST}").text
    assert "0 comments" in html and "Comments put away (1)" in html
    client.post(f"/curate/script/{FIRST}/done", data={"number": number, "done": "no"})
    assert "1 comment<" in client.get(f"/curate/script/{FIRST}").text


def test_an_empty_comment_is_refused_and_what_was_typed_elsewhere_stays(client, desk) -> None:
    answer = client.post(f"/curate/script/{FIRST}/comment", data={"base": desk.source(ADA, FIRST).digest, "row": "5", "text": "  "})
    assert answer.status_code == 422 and "The comment is empty." in answer.text


def test_after_saving_the_version_before_can_be_had_back(client, desk) -> None:
    before = text_of(desk)
    saved = client.post("/curate/save", data=given(desk, script_title="Another title"))
    html = client.get(saved.headers["location"]).text
    assert "Saved. It is in search now." in html
    to, base = re.search(r'name="to" value="(\w+)"><input type="hidden" name="base" value="(\w+)"', html).groups()  # type: ignore[union-attr]
    assert client.post(f"/curate/script/{FIRST}/undo", data={"to": to, "base": base}).headers["location"].endswith("restored")
    assert compose.read(text_of(desk)) == compose.read(before)
    assert "Another title" not in client.get(f"/curate/script/{FIRST}").text


def test_a_script_that_cannot_be_read_still_has_a_page_and_an_editor_of_the_whole_file(client, desk) -> None:
    desk.files.path(FIRST).write_text("---\ntitle: [\n---\nnothing", encoding="utf-8")
    html = client.get(f"/curate/script/{FIRST}").text
    assert "This script cannot be shown" in html and 'class="problem"' in html
    html = client.get(f"/curate/edit/{FIRST}").text
    assert 'name="whole"' in html and "title: [" in html


def test_what_is_not_there_is_said_on_a_page(client) -> None:
    for path in ("/curate/script/tapering/none", "/curate/edit/tapering/none", "/curate/draft/abcdef0123"):
        answer = client.get(path)
        assert answer.status_code in (404, 422) and "Back to the library" in answer.text


# --- drafts


def keep(client, desk, window: str, number: int, key: str = "ab" * 10, **changes):
    return client.post("/curate/api/draft", data=given(desk, key=key, window=window, number=str(number), **changes)).json()


def test_a_draft_is_kept_offered_and_gone_once_it_is_saved_whatever_name_is_typed_then(client, desk) -> None:
    kept = keep(client, desk, "w", 1, script_title="Half a title")
    assert kept["at"] and kept["key"] == "ab" * 10
    assert "You began a change on" in client.get(f"/curate/edit/{FIRST}").text
    assert "You began a change on" in client.get(f"/curate/script/{FIRST}").text
    assert 'value="Half a title"' in client.get(f"/curate/draft/{kept['key']}").text
    assert 'value="Bringing up a lower dose for the first time"' in client.get(f"/curate/edit/{FIRST}?fresh=1").text
    assert client.post("/curate/save", data=given(desk, script_title="Half a title")).status_code == 303
    assert desk.drafts(ADA) == []
    assert "You began a change" not in client.get(f"/curate/edit/{FIRST}").text


def test_a_draft_is_dropped_only_when_asked_for(client, desk) -> None:
    key = keep(client, desk, "w", 1, script_title="Half a title")["key"]
    assert client.post(f"/curate/draft/{key}/drop").headers["location"] == f"/curate/script/{FIRST}?done=dropped"
    assert desk.drafts(ADA) == [] and client.post(f"/curate/draft/{key}/drop").status_code == 422


def test_a_later_text_is_not_overtaken_by_an_earlier_one(client, desk) -> None:
    keep(client, desk, "w", 2, script_title="Second")
    assert keep(client, desk, "w", 1, script_title="First")["at"] is None
    assert "Second" in desk.drafts(ADA)[0].text


def test_two_windows_on_one_draft_do_not_write_over_each_other(client, desk) -> None:
    key = keep(client, desk, "first", 1, script_title="Of the first")["key"]
    mark = re.search(r'name="window" value="(\w+)"', client.get(f"/curate/draft/{key}").text)[1]  # type: ignore[index]
    assert keep(client, desk, mark, 1, key, script_title="Of the second")["key"] == key
    apart = keep(client, desk, "first", 2, key, script_title="Of the first, later")
    assert apart["apart"] and apart["key"] != key
    assert keep(client, desk, "first", 3, apart["key"], script_title="Of the first, last")["key"] == apart["key"]
    titles = {compose.read(draft.text).title for draft in desk.drafts(ADA)}  # type: ignore[union-attr]
    assert titles == {"Of the second", "Of the first, last"}


def test_a_page_that_is_loaded_again_waits_for_what_it_sent_last_but_not_for_long() -> None:
    windows, order = Windows(), []

    def keep_slowly() -> None:
        with windows.coming():
            began.set()
            time.sleep(0.3)
            order.append("kept")

    began = threading.Event()
    thread = threading.Thread(target=keep_slowly)
    thread.start()
    began.wait(5)
    windows.settled()
    order.append("shown")
    thread.join(5)
    assert order == ["kept", "shown"]
    with windows.coming():
        started = time.monotonic()
        windows.settled()
        assert time.monotonic() - started < 5


def test_only_so_many_windows_are_remembered() -> None:
    windows = Windows()
    for number in range(3_000):
        windows.opened(f"{number:x}")
    assert len(windows._of) == 1_000


# --- a new script


def test_a_new_script_begins_from_a_template_a_blank_a_copy_or_a_question(client, desk) -> None:
    def begun(**fields: str) -> str:
        key = draft_key(client.post("/curate/new", data={"script_title": "On the bus", "category": "tapering", **fields}))
        return next(draft.text for draft in desk.drafts(ADA) if draft.key == key)

    assert "id: tapering/on-the-bus\n" in begun(start="template") and "naloxone" in begun(start="template")
    assert "naloxone" not in begun(start="blank") and begun(start="blank").count("## ") == 7
    assert "(copy)" in begun(start="copy", copy_of=FIRST)
    asked = desk.ask_educator(ADA, "he asks for it on the bus")
    assert "he asks for it on the bus" in client.get(f"/curate/new?question={asked.number}").text
    answer = client.post("/curate/new", data={"script_title": "On the bus", "category": "tapering", "question": str(asked.number)})
    assert answer.headers["location"].endswith(f"?question={asked.number}")
    assert "he asks for it on the bus" in client.get(answer.headers["location"]).text
    assert client.get("/curate/new").text.count("On the bus") >= 4  # begun and not saved


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"category": "tapering"}, "Give the script a title"),
        ({"script_title": "A", "category": "none"}, "Choose a category"),
        ({"start": "copy", "copy_of": "../../etc/passwd"}, "no script of this id to copy"),
        ({"start": "copy", "copy_of": ""}, "no script of this id to copy"),
    ],
)
def test_what_is_missing_is_asked_for_and_what_was_typed_stays(client, fields, said) -> None:
    answer = client.post("/curate/new", data=fields)
    assert answer.status_code == 422 and said in answer.text
    assert f'value="{fields.get("script_title", "")}"' in answer.text


def test_a_question_is_closed_by_the_script_that_was_begun_from_it_or_asks_the_same(client, desk) -> None:
    begun, same, other = (desk.ask_educator(ADA, text) for text in ("he asks for it on the bus", "starting a taper talk", "about the weather"))
    client.post("/curate/save", data=given(desk, script_title="Another title", question=str(begun.number)))
    states = {question.number: question.state for question in desk.questions(ADA)}
    assert (states[begun.number], states[same.number], states[other.number]) == ("written", "open", "open")
    client.post("/curate/save", data=given(desk, script_title="Yet another title"))
    assert {question.number: question.state for question in desk.questions(ADA)}[same.number] == "written"


# --- saving


def test_saving_by_the_plain_form_changes_only_what_was_changed(client, desk) -> None:
    before = text_of(desk).split("\n")
    answer = client.post("/curate/save", data=given(desk, script_title="Another title", body=given(desk)["body"].replace("\n", "\r\n")))
    assert answer.status_code == 303 and answer.headers["location"] == f"/curate/script/{FIRST}?done=saved"
    assert "coach_name" in answer.headers["set-cookie"]
    after = text_of(desk).split("\n")
    assert [line for line in after if line not in before] == ["title: Another title", "version: 2", "author: Ada Example, pharmacist (name typed, not signed in)"]
    assert [line for line in before if line not in after] == ["title: Bringing up a lower dose for the first time", "version: 1"]


def test_nothing_changed_is_nothing_saved(client, desk) -> None:
    assert client.post("/curate/save", data=given(desk)).headers["location"].endswith("?done=same")
    assert desk.source(ADA, FIRST).version == 1


def test_save_and_submit_in_one(client, desk) -> None:
    assert client.post("/curate/save", data=given(desk, script_title="Another title", do="submit")).headers["location"].endswith("saved_submitted")
    assert desk.source(ADA, FIRST).status == "in_review"


def test_what_must_be_mended_first_is_said_beside_the_text_and_the_text_is_kept(client, desk) -> None:
    answer = client.post("/curate/save", data=given(desk, body=given(desk)["body"].replace("I'd like to talk", "You are a junkie and I'd like to talk")))
    assert answer.status_code == 422 and "must be mended" in answer.text
    row = next(row for row, line in enumerate(given(desk)["body"].split("\n"), 1) if "I'd like to talk" in line)
    assert f'data-at="body" data-row="{row}"' in answer.text
    assert "junkie" in desk.drafts(ADA)[0].text and "junkie" not in text_of(desk)


def test_who_saves_must_be_named(client, desk) -> None:
    answer = client.post("/curate/api/save", data=given(desk, script_title="Another title", name=""))
    assert answer.status_code == 422 and "Say who you are" in answer.json()["detail"]


def test_the_pages_script_is_told_where_to_go(client, desk) -> None:
    answer = client.post("/curate/api/save", data=given(desk, script_title="Another title")).json()
    assert answer["address"] == f"/curate/script/{FIRST}?done=saved" and answer["saved"]["version"] == 2 and answer["saved"]["live"]


def test_the_whole_file_can_be_saved_too(client, desk) -> None:
    text = text_of(desk).replace("title: Bringing", "title: Not bringing")
    client.post("/curate/save", data={"key": "ab" * 10, "item": FIRST, "base": desk.source(ADA, FIRST).digest, "view": "file", "whole": text, **NAMED})
    assert "title: Not bringing" in text_of(desk)


def test_a_new_script_can_choose_its_place_until_it_is_saved(client, desk) -> None:
    key = draft_key(client.post("/curate/new", data={"script_title": "On the bus", "category": "tapering"}))
    draft = desk.drafts(ADA)[0]
    fields = given(desk, key=key, item="", base="", original=draft.text, category="repair", slug="on-the-train")
    assert client.post("/curate/save", data=fields).headers["location"] == "/curate/script/repair/on-the-train?done=saved"
    assert desk.source(ADA, "repair/on-the-train").version == 1


# --- two at once


@pytest.fixture
def both(client, desk):
    """Ben saved while Ada wrote: the key of her draft, at the page of the choice."""
    mine = given(desk, script_title="Title of Ada")
    body = given(desk)["body"].replace("We would go slowly", "We would go very slowly")
    client.post("/curate/save", data=given(desk, key="cd" * 10, script_title="Title of Ben", body=body, **OTHER))
    answer = client.post("/curate/api/save", data=mine)
    assert answer.status_code == 409 and answer.json()["address"] == f"/curate/draft/{mine['key']}/choose"
    assert client.post("/curate/save", data=mine).headers["location"] == f"/curate/draft/{mine['key']}/choose"
    return mine["key"]


def test_the_second_sees_in_words_what_they_changed_and_what_differs(client, both) -> None:
    html = client.get(f"/curate/draft/{both}/choose").text
    assert "Ben Example, physician (name typed, not signed in) saved this script on" in html
    theirs, mine = html.partition("Where yours differs")[0], html.partition("Where yours differs")[2]
    assert "very</ins>" in theirs and "Ben</ins>" in theirs
    assert "Ben</del>" in mine and "Ada</ins>" in mine and "very</del>" in mine
    assert "base" not in re.sub(r"<[^>]*>", "", html) and "---" not in re.sub(r"<[^>]*>", "", html)


def choose(client, desk, key: str, do: str, theirs: str | None = None):
    return client.post(f"/curate/draft/{key}/choose", data={"do": do, "theirs": theirs or desk.source(ADA, FIRST).digest})


def test_mine_on_top_of_theirs(client, desk, both) -> None:
    assert choose(client, desk, both, "mine").headers["location"] == f"/curate/script/{FIRST}?done=saved"
    assert "Title of Ada" in text_of(desk)
    assert [compose.read(desk.text(ADA, FIRST, change.digest)).title for change in desk.history(ADA, FIRST)][:2] == ["Title of Ada", "Title of Ben"]  # type: ignore[union-attr]
    assert desk.drafts(ADA) == []


def test_mine_as_a_new_script(client, desk, both) -> None:
    key = draft_key(choose(client, desk, both, "new"))
    (draft,) = desk.drafts(ADA)
    assert draft.key == key and draft.item is None and "id: tapering/title-of-ada\n" in draft.text
    assert "Title of Ben" in text_of(desk)


def test_theirs(client, desk, both) -> None:
    assert choose(client, desk, both, "theirs").headers["location"] == f"/curate/script/{FIRST}?done=theirs"
    assert desk.drafts(ADA) == [] and "Title of Ben" in text_of(desk)


def test_a_third_save_meanwhile_is_shown_again(client, desk, both) -> None:
    seen = desk.source(ADA, FIRST).digest
    client.post("/curate/save", data=given(desk, key="ef" * 10, script_title="Title of Ben again", **OTHER))
    answer = choose(client, desk, both, "mine", seen)
    assert answer.status_code == 409 and "once more meanwhile" in answer.text and "again</del>" in answer.text
    assert "Title of Ada" in desk.drafts(ADA)[0].text


def test_a_new_script_under_an_id_that_was_taken_meanwhile_gets_one_of_its_own(client, desk) -> None:
    fields = given(desk, item="", base="", script_title="Title of Ada")
    answer = client.post("/curate/save", data=fields)
    html = client.get(answer.headers["location"]).text
    assert "There is already a script of this id." in html and "Keep mine on top" not in html
    choose(client, desk, fields["key"], "new")
    assert "id: tapering/title-of-ada\n" in desk.drafts(ADA)[0].text and "Bringing up" in text_of(desk)


def test_a_script_that_is_gone_can_be_put_back_as_a_new_one(client, desk) -> None:
    fields = given(desk, script_title="Title of Ada")
    desk.files.path(FIRST).unlink()
    desk.live.replace([FIRST])
    html = client.get(client.post("/curate/save", data=fields).headers["location"]).text
    assert "no longer in the library" in html
    key = draft_key(choose_gone(client, fields["key"]))
    draft = next(draft for draft in desk.drafts(ADA) if draft.key == key)
    assert draft.item is None and f"id: {FIRST}\n" in draft.text


def choose_gone(client, key: str):
    return client.post(f"/curate/draft/{key}/choose", data={"do": "new"})


# --- what the editor's script asks for


def test_the_check_names_each_place_in_the_editor_and_gives_text_and_preview(client, desk) -> None:
    body = given(desk)["body"]
    fields = given(desk, asks="one way", body=body.replace("- You've carried", "- You, addict, carried"))
    found = client.post("/curate/api/check", data=fields).json()
    row = next(row for row, line in enumerate(fields["body"].split("\n"), 1) if "addict" in line)
    assert found["marked"][str(row)] == "must" and f'data-at="body" data-row="{row}"' in found["html"]["problems"]
    assert 'data-at="asks"' in found["html"]["problems"] and found["must"] >= 2
    assert found["text"] == compose.compose(text_of(desk), compose.read(found["text"]))  # type: ignore[arg-type]
    assert [heard["name"] for heard in found["preview"]][:1] == ["With nothing known"]
    assert found["check"]["can_save"] is False and found["check"]["grade"] is not None


def test_rows_of_the_whole_file_are_rows_of_the_whole_file(client, desk) -> None:
    text = text_of(desk).replace("You've carried", "You, addict, carried")
    found = client.post("/curate/api/check", data={"item": FIRST, "view": "file", "whole": text}).json()
    row = next(row for row, line in enumerate(text.split("\n"), 1) if "addict" in line)
    assert found["marked"] == {str(row): "must"}


def test_the_preview_follows_the_form_that_is_looked_at(client, desk) -> None:
    found = client.post("/curate/api/check", data=given(desk, heard="when-fear_of_pain")).json()
    assert "It makes sense to fear the old pain." in found["new"] and "fear the old pain" in found["html"]["card"]


def test_lines_that_another_script_says_are_shown_with_their_place(client, desk) -> None:
    found = client.post("/curate/api/check", data=given(desk)).json()
    assert f'href="/curate/script/{SECOND}"' not in found["html"]["near"]  # safety scripts may repeat
    text = script_text(id="repair/again", title="Again")
    found = client.post("/curate/api/check", data={"view": "file", "whole": text}).json()
    assert f'href="/curate/script/{FIRST}"' in found["html"]["near"] and 'data-at="file"' in found["html"]["near"]


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "{{ 7*7 }} {% include 'x' %}", "'\"><img src=x onerror=alert(1)>", "🙂", "مرحبا بالعالم", "\u202etxet", "]]>&amp;", "</textarea>"]
)
def test_hostile_text_stays_text_everywhere_and_gets_a_sentence(client, desk, typed) -> None:
    body = given(desk)["body"].replace("- You've carried", f"- {typed} You've carried")
    fields = given(desk, script_title=f"Title {typed}", asks=typed, body=body)
    found = client.post("/curate/api/check", data=fields).json()
    assert found["must"] >= 1
    key = client.post("/curate/api/draft", data={**fields, "window": "w", "number": "1"}).json()["key"]
    html = client.get(f"/curate/draft/{key}").text
    for place in (html, *found["html"].values()):
        assert "<script>alert" not in place and "<img" not in place and "Title 49" not in place
    assert html.count("</textarea>") == html.count("<textarea")
    assert client.post("/curate/save", data=fields).status_code == 422
    assert compose.read(desk.drafts(ADA)[0].text).title == " ".join(f"Title {typed}".split())  # type: ignore[union-attr]


def test_too_much_text_is_one_sentence_and_what_was_kept_before_stays(client, desk) -> None:
    keep(client, desk, "w", 1, script_title="Before")
    found = client.post("/curate/api/check", data=given(desk, body="- word\n" * 45_000)).json()
    assert found["must"] == 1 and "more than 200,000 characters" in found["html"]["problems"]
    answer = client.post("/curate/api/draft", data=given(desk, body="x" * 500_000, window="w", number="2"))
    assert answer.status_code == 422 and "200,000 characters is the most" in answer.json()["detail"]
    assert "Before" in desk.drafts(ADA)[0].text
    assert client.post("/curate/api/check", content=b"body=" + b"x" * 13_000_000).status_code == 422
    assert client.post("/curate/api/check", content=b"a&" * 3_000).status_code == 422


def test_scripts_are_offered_by_a_part_of_their_title_those_named_so_first(client) -> None:
    rows = client.post("/curate/api/find", data={"q": "withdraw"}).json()
    assert [row["id"] for row in rows] == [SECOND]
    assert client.post("/curate/api/find", data={"q": "zzz"}).json() == []


# --- which questions find it


def told(answer) -> list[dict]:
    return [json.loads(line) for line in answer.text.splitlines()]


def test_the_questions_that_find_a_text_are_told_with_their_places(client, desk) -> None:
    (last,) = told(client.post("/curate/api/finders", data=given(desk)))
    assert "starting a taper talk" in last["html"] and "first" in last["html"]


def test_reading_the_questions_says_how_far_it_is_and_stops_when_nobody_listens(client, desk, monkeypatch) -> None:
    reached: list[int] = []
    ended = threading.Event()

    def slow(by, text, progress):
        try:
            for done in range(1, 200):
                reached.append(done)
                progress(done, 200)
                time.sleep(0.02)
        finally:
            ended.set()
        return [Question(text="never", place=1, before=None)]

    monkeypatch.setattr(desk, "found_by", slow)
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(client.app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    import httpx

    with httpx.stream("POST", f"http://127.0.0.1:{port}/curate/api/finders", data=given(desk), timeout=20) as answer:
        first = json.loads(next(answer.iter_lines()))
    assert first["of"] == 200
    assert ended.wait(10) and len(reached) < 199
    server.should_exit = True
    thread.join(10)


# --- who may


def as_account(client, role) -> None:
    client.app.state.person = Person(role, "Cy Example", "nurse", "cy")


@pytest.mark.parametrize("role", ["viewer", "learner"])
def test_who_may_only_read_sees_the_script_and_no_button_and_every_way_to_write_is_shut(client, desk, role) -> None:
    as_account(client, role)
    html = client.get(f"/curate/script/{FIRST}").text
    assert "Nothing changes today." in html and "Pocket card" in html
    for label in ("Edit<", "Duplicate", "Submit for review", "Retire", "Comment on line", "Add the comment"):
        assert label not in html
    base = desk.source(ADA, FIRST).digest
    tried = [
        client.get(f"/curate/edit/{FIRST}"), client.get("/curate/new"), client.get(f"/curate/draft/{'ab' * 10}"), client.get(f"/curate/draft/{'ab' * 10}/choose"),
        client.post("/curate/save", data=given(desk, script_title="X")), client.post("/curate/new", data={"script_title": "X", "category": "tapering"}),
        client.post(f"/curate/script/{FIRST}/step", data={"action": "submit", "base": base}), client.post(f"/curate/script/{FIRST}/comment", data={"row": "5", "text": "x", "base": base}),
        client.post(f"/curate/script/{FIRST}/undo", data={"to": base, "base": base}), client.post(f"/curate/script/{FIRST}/duplicate"),
        client.post(f"/curate/draft/{'ab' * 10}/drop"), client.post(f"/curate/draft/{'ab' * 10}/choose", data={"do": "mine"}),
        *(client.post(f"/curate/api/{name}", data=given(desk, script_title="X")) for name in ("check", "draft", "finders", "save")),
    ]  # fmt: skip
    assert {answer.status_code for answer in tried} == {403}
    assert all("Ask an admin of this coach" in answer.text for answer in tried)
    assert desk.source(ADA, FIRST).digest == base and desk.drafts(ADA) == [] and desk.comments(ADA, FIRST) == []


def test_a_signed_in_educator_is_not_asked_for_a_name_and_a_typed_one_counts_for_nothing(client, desk) -> None:
    as_account(client, "educator")
    assert 'name="name"' not in client.get(f"/curate/edit/{FIRST}").text
    client.post("/curate/save", data=given(desk, script_title="Another title", name="Ben Example"))
    assert "author: Cy Example, nurse\n" in text_of(desk)
    client.post(f"/curate/script/{FIRST}/step", data={"action": "submit", "base": desk.source(ADA, FIRST).digest})
    html = client.get(f"/curate/script/{FIRST}").text
    assert "so somebody else must approve it" in html and "Approve it" not in html
    assert BEN.name not in text_of(desk)


def test_what_a_new_script_lacks_is_said_in_the_words_of_the_page(client, desk) -> None:
    client.post("/curate/new", data={"script_title": "On the bus", "category": "tapering"})
    draft = desk.drafts(ADA)[0]
    html = client.get(f"/curate/draft/{draft.key}").text.partition('data-part="problems"')[2].partition("</section>")[0]
    found = [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in re.findall(r"<button.*?</button>", html)]
    assert "Use when is empty: write one sentence." in found and "Line 2 This line is empty: write it, or remove the dash." in found
    assert not [row for row in found if "use_when" in row or "`" in row]
