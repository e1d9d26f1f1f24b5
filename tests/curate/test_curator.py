"""The Curator as pages, addresses and the command line use it: table, drafts, comments, history, questions, rights."""

import json
import sqlite3

import pytest

from coach.access.person import ROLES, Person, local
from coach.access.rights import LEAST, may
from coach.errors import CoachError, CurateError, NotAllowed, NotSignedIn, StoreError, UnknownScript
from coach.store.changes import digest_of
from coach.store.ratings import Ratings
from tests.curate.desk import ADA, BEN, curator
from tests.curate.test_saving import ITEM, base, edited, edited_of, now
from tests.making import put, row_of, script_text
from tests.practice.making import TEXT as PATIENT


@pytest.fixture
def desk(tmp_path):
    return curator(tmp_path)


# --- the table


def test_the_table_has_every_script_with_what_is_known_of_it(desk, tmp_path):
    desk.desk.count_shown([ITEM, ITEM])
    Ratings(tmp_path / "data").add([(ITEM, 1)], "down", "missing")
    desk.keep(ADA, ITEM, "begun", base(desk))
    rows = {row.id: row for row in desk.rows(BEN)}
    assert set(rows) == {ITEM, "safety/in-withdrawal"}
    assert (rows[ITEM].shown, rows[ITEM].up, rows[ITEM].down, rows[ITEM].draft, rows[ITEM].status) == (2, 0, 1, True, "draft")
    assert not rows["safety/in-withdrawal"].draft


def test_a_script_that_cannot_be_shown_stands_in_the_table_with_its_problems(desk):
    put(desk.settings.corpus, script_text(id="repair/broken", situations="[no_such]"))
    desk.live.replace(["repair/broken"])
    row = next(row for row in desk.rows(ADA) if row.id == "repair/broken")
    assert row.problems >= 1 and row.title == "(cannot be shown)"
    assert [finding.row for finding in desk.source(ADA, "repair/broken").findings if finding.blocks]


def test_the_table_tells_when_a_script_was_reviewed_and_when_it_is_due(desk):
    submitted = desk.step(ADA, ITEM, "submit", base(desk))
    desk.step(BEN, ITEM, "approve", submitted.digest)
    row = next(row for row in desk.rows(ADA) if row.id == ITEM)
    assert (row.status, row.reviewed_by, row.reviewed_days, row.review_due) == ("reviewed", BEN.line, 0, False)
    desk.save(ADA, edited(desk), base(desk), ITEM)
    assert next(row for row in desk.rows(ADA) if row.id == ITEM).reviewed_days is None


# --- drafts


def test_a_new_script_begins_from_its_category_and_a_question(desk):
    asked = desk.ask_educator(ADA, "what about her garden? She says: call 555-123-4567")
    draft = desk.begin(ADA, "tapering", "About the garden", asked.number)
    assert "id: tapering/about-the-garden\n" in draft.text and "garden" in draft.text.split("asks:")[1].split("evidence")[0]
    assert "555-123" not in draft.text, "masked before it was kept"
    assert desk.drafts(ADA) == [draft] and draft.base is None and draft.item is None
    assert not desk.check(ADA, draft.text).can_save
    with pytest.raises(CurateError):
        desk.begin(ADA, "sports", "x")


def test_a_draft_is_dropped_with_its_save_and_its_question_closed(desk):
    asked = desk.ask_educator(ADA, "what about the garden")
    text = script_text(id="tapering/garden", title="About the garden")
    draft = desk.keep(ADA, None, text, None)
    saved = desk.save(ADA, text, None, draft=draft.key, question=asked.number)
    assert desk.drafts(ADA) == [] and [(one.state, one.script_id) for one in desk.questions(ADA)] == [("written", saved.id)]


def test_a_draft_stays_when_the_save_is_refused(desk):
    text = edited(desk).replace("situations: [taper_start", "situations: [no_such")
    draft = desk.keep(ADA, ITEM, text, base(desk))
    with pytest.raises(CurateError):
        desk.save(ADA, text, base(desk), ITEM, draft=draft.key)
    assert desk.draft_of(ADA, ITEM) == draft
    desk.discard(ADA, draft.key)
    assert desk.draft_of(ADA, ITEM) is None


def test_two_new_scripts_have_a_draft_each_and_a_changed_one_has_one(desk):
    one, two = desk.begin(ADA, "tapering", "A"), desk.begin(ADA, "tapering", "A")
    assert one.key != two.key and len(desk.drafts(ADA)) == 2
    desk.keep(ADA, None, "more", None, one.key)
    assert {draft.text for draft in desk.drafts(ADA)} == {"more", two.text}
    assert desk.keep(ADA, ITEM, "x", base(desk)).key == desk.keep(ADA, ITEM, "y", base(desk)).key


def test_where_people_sign_in_each_has_drafts_of_their_own(desk):
    ada, ben = (Person("educator", name, "pharmacist", account=name.lower()) for name in ("Ada", "Ben"))
    key = desk.keep(ada, ITEM, "Ada's", base(desk)).key
    desk.keep(ben, ITEM, "Ben's", base(desk))
    assert desk.draft_of(ada, ITEM).text == "Ada's" and desk.draft_of(ben, ITEM).text == "Ben's"
    with pytest.raises(StoreError):
        desk.keep(ben, ITEM, "over it", base(desk), key)
    desk.discard(ben, key)
    assert desk.draft_of(ada, ITEM).text == "Ada's"


@pytest.mark.parametrize("text", ["x" * 400_001, "half \ud800"])
def test_what_cannot_be_kept_is_refused_in_a_sentence(desk, text):
    with pytest.raises(CoachError):
        desk.keep(ADA, ITEM, text, None)
    assert desk.drafts(ADA) == []


def test_a_copy_is_a_script_of_its_own(desk):
    copy = desk.duplicate(ADA, ITEM)
    saved = desk.save(ADA, copy.text, copy.base, copy.item, draft=copy.key)
    assert saved.id == "tapering/bringing-up-a-lower-dose-for-the-first-time-copy" and saved.version == 1
    with pytest.raises(UnknownScript):
        desk.duplicate(ADA, "tapering/no-such")


def test_the_id_of_a_new_script_is_not_that_of_a_file_that_cannot_be_shown(desk):
    put(desk.settings.corpus, script_text(id="tapering/garden", situations="[no_such]"))
    desk.live.replace(["tapering/garden"])
    assert "id: tapering/garden-2\n" in desk.begin(ADA, "tapering", "Garden").text


# --- reading


@pytest.mark.parametrize("item", ["tapering/no-such", "local", "patients/denise"])
def test_only_a_script_is_a_source(desk, item):
    (desk.settings.corpus / "patients").mkdir()
    (desk.settings.corpus / "patients/denise.md").write_text(PATIENT, encoding="utf-8")
    (desk.settings.corpus / "local.yaml").write_text('clinic_name: ""\n', encoding="utf-8")
    with pytest.raises(UnknownScript):
        desk.source(ADA, item)


@pytest.mark.parametrize("item", ["../x", "", "tapering", "tapering/x/../../y", "\ud800/x", "tapering/\x00"])
def test_what_is_no_id_is_refused_everywhere(desk, item):
    for use in (desk.source, desk.history, desk.steps, desk.duplicate):
        with pytest.raises(CoachError):
            use(ADA, item)
    with pytest.raises(CoachError):
        desk.comment(ADA, item, 1, "x")


def test_history_shows_what_stands_there_first_and_nothing_is_written_by_looking(desk, tmp_path):
    assert [(change.act, change.number) for change in desk.history(ADA, ITEM)] == [("found", 0)]
    assert desk.text(ADA, ITEM, base(desk)) == now(desk)
    assert not (tmp_path / "data").exists()
    first = base(desk)
    desk.save(ADA, edited(desk), first, ITEM, note="because")
    assert [(change.act, change.note) for change in desk.history(ADA, ITEM)] == [("saved", "because"), ("found", "")]
    assert "alone in this" in str(desk.difference(ADA, ITEM, first, base(desk)))
    with pytest.raises(StoreError):
        desk.text(ADA, ITEM, "0" * 64)


def test_nothing_is_since_a_review_that_never_was(desk):
    assert desk.since_review(ADA, ITEM) == (None, [])


def test_what_one_writes_is_previewed_and_asked_for_before_it_is_saved(desk):
    text = script_text(id="tapering/quilts", title="Quilts", asks='\n  - "what about her quilts"\n  - "a"\n  - "b"\n  - "c"\n  - "d"')
    assert desk.preview(ADA, text)[0].lines[0] == "Nothing changes today. I want to hear you first."
    assert desk.preview(ADA, "nothing") == [] and desk.found_by(ADA, "nothing") == []
    found = {question.text: question for question in desk.found_by(ADA, text)}
    assert found["what about her quilts"].place == 1 and found["what about her quilts"].before is None
    assert "tapering/quilts" not in desk.library.scripts and desk.changes.of("tapering/quilts") == []


# --- comments


def test_a_comment_keeps_the_line_it_was_made_on(desk):
    row = row_of(now(desk), "- We would go slowly")
    comment = desk.comment(BEN, ITEM, row, "  Is this kind?  ")
    assert (comment.line, comment.text, comment.by, comment.digest) == ("- We would go slowly, and we can stop.", "Is this kind?", BEN.line, base(desk))
    desk.save(ADA, edited(desk), base(desk), ITEM)
    assert desk.comments(ADA, ITEM) == [comment]
    desk.done(ADA, comment.number)
    assert desk.comments(ADA, ITEM)[0].done
    for wrong_row, text in ((row, " \n "), (0, "x"), (10_000, "x"), (-1, "x")):
        with pytest.raises(CurateError):
            desk.comment(BEN, ITEM, wrong_row, text)


# --- questions and the audit


def test_a_question_is_one_masked_line_and_can_be_forgotten(desk, tmp_path):
    asked = desk.ask_educator(local(), "Mrs. Zyzzyva's son\nwants  her pills, call 555-123-4567 " + "x" * 500)
    assert "\n" not in asked.reason and "555-123" not in asked.reason and len(asked.reason) <= 300
    desk.close_question(ADA, asked.number)
    assert [one.state for one in desk.questions(ADA)] == ["dismissed"]
    desk.close_question(ADA, asked.number, forget=True)
    assert desk.questions(ADA) == []
    for nothing in ("", " \n\t"):
        with pytest.raises(CurateError):
            desk.ask_educator(ADA, nothing)


def test_the_audit_names_who_did_what_and_holds_no_word_of_a_script(desk, tmp_path):
    desk.save(ADA, edited(desk), base(desk), ITEM, note="a note nobody audits")
    desk.step(ADA, ITEM, "submit", base(desk))
    desk.step(BEN, ITEM, "approve", base(desk))
    desk.step(ADA, ITEM, "retire", base(desk))
    assert [(entry.action, entry.item, entry.by) for entry in desk.audit(ADA)] == [("retired", ITEM, ADA.line), ("reviewed", ITEM, BEN.line), ("submitted", ITEM, ADA.line), ("saved", ITEM, ADA.line)]  # fmt: skip
    with sqlite3.connect(tmp_path / "data/coach.sqlite3") as database:
        audit = str(database.execute("SELECT * FROM audit").fetchall())
    assert "alone" not in audit and "note" not in audit


# --- rights


def uses(desk):
    """A way to each action, by the right it needs."""
    text = now(desk)
    return [
        ("view", lambda by: desk.rows(by)), ("view", lambda by: desk.source(by, ITEM)), ("view", lambda by: desk.history(by, ITEM)), ("view", lambda by: desk.text(by, ITEM, base(desk))),
        ("view", lambda by: desk.difference(by, ITEM, base(desk), base(desk))), ("view", lambda by: desk.since_review(by, ITEM)), ("view", lambda by: desk.preview(by, text)),
        ("view", lambda by: desk.comments(by, ITEM)), ("view", lambda by: desk.coverage(by)), ("view", lambda by: desk.steps(by, ITEM)), ("view", lambda by: desk.clinic.page(by)),
        ("write", lambda by: desk.begin(by, "tapering", "x")), ("write", lambda by: desk.duplicate(by, ITEM)), ("write", lambda by: desk.keep(by, ITEM, "x", None)), ("write", lambda by: desk.drafts(by)),
        ("write", lambda by: desk.draft_of(by, ITEM)), ("write", lambda by: desk.discard(by, "x")), ("write", lambda by: desk.check(by, text)), ("write", lambda by: desk.found_by(by, "x")),
        ("write", lambda by: desk.save(by, text, base(desk), ITEM)), ("write", lambda by: desk.restore(by, ITEM, "0", base(desk))), ("review", lambda by: desk.step(by, ITEM, "submit", "x")),
        ("review", lambda by: desk.step(by, ITEM, "nonsense", "x")), ("retire", lambda by: desk.step(by, ITEM, "retire", "x")), ("retire", lambda by: desk.step(by, ITEM, "revive", "x")),
        ("comment", lambda by: desk.comment(by, ITEM, 1, "x")), ("comment", lambda by: desk.done(by, 1)), ("ask_educator", lambda by: desk.ask_educator(by, "x")),
        ("unanswered", lambda by: desk.questions(by)), ("unanswered", lambda by: desk.close_question(by, 1)), ("unanswered", lambda by: desk.close_question(by, 1, forget=True)),
        ("audit", lambda by: desk.audit(by)), ("local", lambda by: desk.clinic.save(by, {}, "x")), ("local", lambda by: desk.clinic.restore(by, "x", "x")),
        ("patients", lambda by: desk.patients.rows(by)), ("patients", lambda by: desk.patients.source(by, "x")), ("patients", lambda by: desk.patients.check(by, "x")),
        ("patients", lambda by: desk.patients.preview(by, "x")), ("patients", lambda by: desk.patients.save(by, "x", None)), ("patients", lambda by: desk.patients.restore(by, "x", "x", None)),
        ("patients", lambda by: desk.history(by, "patients/denise")), ("patients", lambda by: desk.text(by, "patients/denise", "0" * 64)), ("patients", lambda by: desk.difference(by, "patients/denise", "0", "1")),
    ]  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_every_way_to_every_action_asks_for_its_right(desk, role):
    by = Person(role, "Ada Example", "pharmacist", account="ada")
    for right, use in uses(desk):
        try:
            use(by)
            allowed = True
        except NotAllowed:
            allowed = False
        except CoachError:
            allowed = True  # it was let in, and refused for what it asked
        assert allowed is may(by, right), (role, right)


def test_no_public_method_of_the_curator_is_without_a_right(desk):
    public = {name for name in dir(type(desk)) if not name.startswith("_") and callable(getattr(type(desk), name))}
    source = json.dumps([use.__code__.co_names for _, use in uses(desk)])
    assert {name for name in public if f'"{name}"' not in source} <= {"table", "may"}, "rows asks table; may is the asking itself"
    assert {right for right, _ in uses(desk)} <= set(LEAST)


def test_a_typed_name_does_nothing_where_people_sign_in(tmp_path):
    desk = curator(tmp_path)
    desk.settings = desk.settings.model_copy(update={"auth": "accounts"})
    for _, use in uses(desk):
        with pytest.raises(NotSignedIn):
            use(local("Ada Example", "pharmacist"))


def test_a_script_saved_twice_by_hand_and_here_keeps_both_texts(desk):
    mine = edited_of(now(desk), "I hear the garden.")
    desk.save(ADA, mine, base(desk), ITEM)
    kept = base(desk)
    desk.files.path(ITEM).write_text(script_text(title="By hand"), encoding="utf-8")
    desk.save(BEN, edited_of(now(desk), "I hear the river."), digest_of(script_text(title="By hand")), ITEM)
    assert "garden" in desk.text(ADA, ITEM, kept) and "By hand" in desk.text(ADA, ITEM, digest_of(script_text(title="By hand")))
