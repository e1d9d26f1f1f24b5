"""Saving: who starts from what stands there wins, everybody else is told and loses nothing; what fails leaves the old text; what was acknowledged stays."""

import re
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from coach.access.person import Person, local
from coach.curate.files import LOCKS
from coach.curate.head import set_values
from coach.errors import CoachError, Conflict, CurateError, StoreError
from coach.store.changes import digest_of
from tests.curate.desk import ADA, BEN, curator
from tests.making import ROOT, WORDS, script_text

ITEM = "tapering/first-mention"


@pytest.fixture
def desk(tmp_path):
    return curator(tmp_path)


def now(desk, item=ITEM):
    return desk.files.read(item)


def base(desk, item=ITEM):
    return digest_of(now(desk, item))


def edited(desk, words="You are not alone in this.", item=ITEM):
    return now(desk, item).replace("- You won't go through this alone.", f"- {words}")


def acts(desk, item=ITEM):
    return [(change.act, change.version) for change in desk.changes.of(item)][::-1]


# --- a save


def test_a_save_changes_the_words_and_the_keys_the_program_keeps_and_nothing_else(desk):
    before, text = now(desk), edited(desk)
    saved = desk.save(ADA, text, base(desk), ITEM)
    assert (saved.version, saved.status, saved.changed, saved.live) == (2, "draft", True, True)
    assert now(desk) == text.replace("version: 1", "version: 2").replace(
        "license: CC-BY-4.0", 'license: CC-BY-4.0\nauthor: "Ada Example, pharmacist (name typed, not signed in)"'.replace('"', "")
    )
    assert saved.digest == base(desk)
    assert desk.changes.text(digest_of(before)) == before and desk.changes.text(saved.digest) == now(desk)
    assert acts(desk) == [("found", 1), ("saved", 2)]
    assert desk.library.get(ITEM).version == 2 and desk.library.get(ITEM).say[4].source == "You are not alone in this."


def test_an_unchanged_text_is_not_saved_whatever_its_line_ends_and_whoever_types_it_reviewed(desk):
    typed = set_values(now(desk), {"status": "reviewed", "reviewed_by": "Ben Example, physician", "review_by": date(2099, 1, 1), "version": 77, "author": "Nobody"})
    for text in (now(desk), "\ufeff" + now(desk).replace("\n", "\r\n"), typed):
        saved = desk.save(ADA, text, base(desk), ITEM)
        assert not saved.changed and saved.version == 1
    assert acts(desk) == [] and now(desk) == script_text()


def test_nobody_makes_a_script_reviewed_by_typing_so(desk):
    typed = set_values(edited(desk), {"status": "reviewed", "reviewed_by": "Ben Example, physician", "review_by": date(2099, 1, 1), "version": 77, "author": "Ben Example"})
    assert desk.save(ADA, typed, base(desk), ITEM).status == "draft"
    script = desk.library.get(ITEM)
    assert (script.status, script.reviewed_by, script.review_by, script.version, script.author) == ("draft", None, None, 2, ADA.line)


def test_a_new_script_is_saved_where_its_id_says_and_only_once(desk):
    text = script_text(id="tapering/another-way", version="9")
    assert desk.save(ADA, text, None).version == 1
    assert desk.library.get("tapering/another-way").author == ADA.line
    with pytest.raises(Conflict) as raised:
        desk.save(BEN, script_text(id="tapering/another-way", title="Mine"), None)
    assert raised.value.theirs == base(desk, "tapering/another-way")


REFUSED = {
    "no name": (local(), {}, None),
    "a name of spaces": (local("  "), {}, None),
    "no id": (ADA, {"id": None}, None),
    "an id that is a list": (ADA, {"id": "[a, b]"}, None),
    "another id": (ADA, {"id": "tapering/other"}, None),
    "an id outside": (ADA, {"id": "../../outside"}, None),
    "a patient's place": (ADA, {"id": "patients/denise"}, None),
    "an unknown situation": (ADA, {"situations": "[no_such]"}, None),
    "no lines": (ADA, {"Say": None}, None),
    "markup": (ADA, {"title": '"<script>alert(1)</script>"'}, None),
    "a broken head": (ADA, {"title": "[a"}, None),
    "no head": (ADA, {}, "## Say\n- Hello."),
    "nothing": (ADA, {}, ""),
    "half a character": (ADA, {}, script_text().replace("alone", "alone\ud800")),
    "half a character in the head": (ADA, {}, script_text(title="a\ud800")),
    "an invisible character": (ADA, {}, script_text().replace("alone", "al\u200bone")),
    "a zero": (ADA, {}, script_text().replace("alone", "al\x00one")),
    "a megabyte": (ADA, {}, script_text() + "x" * 1_000_000),
    "a hundred thousand brackets": (ADA, {}, script_text(asks="[" * 100_000)),
    "an alias bomb": (ADA, {}, script_text(title="&a [x, x]", use_when="[*a, *a]")),
}


@pytest.mark.parametrize("why", REFUSED)
@pytest.mark.parametrize("new", [False, True], ids=["changed", "new"])
def test_what_cannot_be_saved_is_refused_in_a_sentence_and_writes_nothing(desk, why, new):
    by, changes, text = REFUSED[why]
    before = {path: path.read_bytes() for path in desk.settings.corpus.rglob("*") if path.is_file() and LOCKS not in path.parts}
    with pytest.raises(CurateError) as raised:
        desk.save(by, script_text(**{"title": "Another", **changes}) if text is None else text, None if new and why not in ("no head", "nothing") else base(desk), ITEM)
    assert 20 < len(str(raised.value)) < 600 and "Traceback" not in str(raised.value)
    assert {path: path.read_bytes() for path in desk.settings.corpus.rglob("*") if path.is_file() and LOCKS not in path.parts} == before
    assert [act for act, _ in acts(desk)] in ([], ["found"])


# --- two at once


def test_of_two_the_second_is_told_and_finds_both_texts(desk):
    start = base(desk)
    first = desk.save(ADA, edited(desk, "Ada wrote this."), start, ITEM)
    mine = script_text().replace("- You won't", "- Ben wrote that you won't")
    with pytest.raises(Conflict) as raised:
        desk.save(BEN, mine, start, ITEM, draft=desk.keep(BEN, ITEM, mine, start).key)
    assert raised.value.theirs == first.digest
    assert "Ada wrote this." in desk.text(BEN, ITEM, raised.value.theirs)
    assert desk.draft_of(BEN, ITEM).text == mine, "the draft is kept"
    assert desk.save(BEN, mine, raised.value.theirs, ITEM).version == 3, "who has seen the difference may choose"
    assert "Ada wrote this." in desk.changes.text(first.digest)


def test_of_many_threads_exactly_one_wins_each_round_and_nothing_is_lost(desk):
    won, told, lock = [], [], threading.Lock()

    def write(number):
        for turn in range(6):
            start = now(desk)
            try:
                saved = desk.save(local(f"Writer {number}", "pharmacist"), edited_of(start, said(number, turn)), digest_of(start), ITEM)
                with lock:
                    won.append((digest_of(start), saved))
            except Conflict as conflict:
                with lock:
                    told.append(conflict.theirs)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert len(won) + len(told) == 48 and won
    assert len({start for start, _ in won}) == len(won), "two saves started from the same text"
    assert sorted(saved.version for _, saved in won) == list(range(2, len(won) + 2)), "versions climb one by one"
    log = {change.digest: change for change in desk.changes.of(ITEM)}
    assert all(saved.digest in log and desk.changes.text(saved.digest) for _, saved in won), "an acknowledged save is not in the log"
    newest = max((saved for _, saved in won), key=lambda saved: saved.version)
    assert base(desk) == newest.digest and desk.library.get(ITEM).version == newest.version, "file and library have the newest"


def said(who, turn):
    """A sentence of its own, without a digit: those are doses to the checks."""
    return f"I hear the {WORDS[who]} and the {WORDS[turn + 8]}."


def edited_of(text, words):
    lines = text.split("\n")
    at = lines.index("## Say") + 1
    return "\n".join([*lines[:at], f"- {words}", *lines[at + 1 :]])


OTHER_PROCESS = """
import sys
from pathlib import Path
from coach.access.person import local
from coach.errors import Conflict
from coach.store.changes import digest_of
from tests.curate.desk import curator
from tests.curate.test_saving import ITEM, edited_of, said
desk = curator(Path(sys.argv[1]))
for turn in range(10):
    text = desk.files.read(ITEM)
    try:
        saved = desk.save(local(f"Process {sys.argv[2]}", "nurse"), edited_of(text, said("AB".index(sys.argv[2]), turn)), digest_of(text), ITEM)
        print("saved", saved.version, saved.digest)
    except Conflict as conflict:
        print("told", conflict.theirs)
"""


def test_of_two_processes_too(desk, tmp_path):
    started = [subprocess.Popen([sys.executable, "-c", OTHER_PROCESS, str(tmp_path), name], cwd=ROOT, stdout=subprocess.PIPE, text=True) for name in "AB"]
    rows = [line.split() for process in started for line in process.communicate(timeout=120)[0].splitlines()]
    assert all(process.returncode == 0 for process in started) and len(rows) == 20
    saved = sorted((int(row[1]), row[2]) for row in rows if row[0] == "saved")
    assert [version for version, _ in saved] == list(range(2, len(saved) + 2))
    assert base(desk) == saved[-1][1]
    assert {digest for _, digest in saved} <= {change.digest for change in desk.changes.of(ITEM)}


# --- files that others change


def test_what_was_changed_outside_is_noted_and_the_writer_told(desk):
    start = base(desk)
    desk.save(ADA, edited(desk), start, ITEM)
    middle = base(desk)
    desk.files.path(ITEM).write_text(now(desk).replace("not alone", "never alone"), encoding="utf-8")
    assert [change.act for change in desk.history(ADA, ITEM)] == ["outside", "saved", "found"]
    with pytest.raises(Conflict) as raised:
        desk.save(ADA, edited(desk, "Mine."), middle, ITEM)
    assert "never alone" in desk.changes.text(raised.value.theirs)
    assert desk.save(ADA, edited_of(now(desk), "Mine."), raised.value.theirs, ITEM).version == 3
    assert [act for act, _ in acts(desk)] == ["found", "saved", "outside", "saved"]


def test_a_file_that_was_removed_is_told_and_can_be_brought_back_with_a_version_of_its_own(desk):
    desk.save(ADA, edited(desk), base(desk), ITEM)
    desk.save(ADA, edited_of(now(desk), "Again."), base(desk), ITEM)
    log = desk.changes.of(ITEM)
    desk.files.path(ITEM).unlink()
    with pytest.raises(Conflict) as raised:
        desk.save(ADA, script_text(title="Mine"), log[0].digest, ITEM)
    assert raised.value.theirs == ""
    with pytest.raises(Conflict):
        desk.step(ADA, ITEM, "submit", log[0].digest)
    assert desk.restore(ADA, ITEM, log[1].digest, None).version == 4
    assert "not alone" in now(desk)


def test_the_version_climbs_also_when_somebody_put_it_back_by_hand(desk):
    for words in ("One.", "Two.", "Three."):
        desk.save(ADA, edited_of(now(desk), words), base(desk), ITEM)
    for by_hand, words in (("1", "After one."), ("true", "After true."), ("x", "After nonsense."), ("-3", "After less than nothing.")):
        desk.files.path(ITEM).write_text(re.sub(r"^version: .*$", f"version: {by_hand}", now(desk), flags=re.MULTILINE), encoding="utf-8")
        desk.save(ADA, edited_of(now(desk), words), base(desk), ITEM)
    versions = [version for act, version in acts(desk) if act == "saved"]
    assert versions == sorted(set(versions)) and versions[-1] == 8


@pytest.mark.parametrize("broken", ["no head at all", "---\nid: tapering/first-mention\ntitle: [a\n---\n## Say\n- x", "---\n", ""])
def test_a_script_that_was_broken_outside_can_be_mended(desk, broken):
    good = now(desk)
    desk.files.path(ITEM).write_text(broken, encoding="utf-8")
    desk.live.replace([ITEM])
    assert ITEM not in desk.library.scripts
    saved = desk.save(ADA, good, digest_of(broken), ITEM)
    assert saved.changed and desk.library.get(ITEM).title == "Bringing up a lower dose for the first time"
    assert desk.changes.text(digest_of(broken)) == broken


def test_line_ends_of_windows_stay_and_are_no_change(desk):
    path = desk.files.path(ITEM)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert not desk.save(ADA, script_text(), base(desk), ITEM).changed
    desk.save(ADA, edited(desk), base(desk), ITEM)
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n") > 40


# --- what cannot be written


def test_a_save_that_cannot_be_recorded_leaves_the_old_text(desk, tmp_path):
    desk.save(ADA, edited(desk), base(desk), ITEM)
    before, start = desk.files.path(ITEM).read_bytes(), base(desk)
    with sqlite3.connect(tmp_path / "data/coach.sqlite3") as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON changes BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    for item, text, of in ((ITEM, edited_of(now(desk), "Lost?"), start), (None, script_text(id="tapering/brand-new"), None)):
        with pytest.raises(StoreError):
            desk.save(BEN, text, of, item)
    with pytest.raises(StoreError):
        desk.step(ADA, ITEM, "submit", start)
    assert desk.files.path(ITEM).read_bytes() == before and not desk.files.path("tapering/brand-new").exists()
    assert desk.library.get(ITEM).version == 2 and "tapering/brand-new" not in desk.library.scripts
    with sqlite3.connect(tmp_path / "data/coach.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM texts").fetchone() == (2,), "a text without its change stayed"
        database.execute("DROP TRIGGER full")
    assert desk.save(BEN, edited_of(now(desk), "Not lost."), start, ITEM).version == 3


@pytest.mark.parametrize("what", ["a file where the data folder belongs", "a folder where the database belongs", "no database", "a newer database"])
def test_a_data_folder_that_cannot_be_used_leaves_the_old_text(tmp_path, what):
    desk = curator(tmp_path)
    data = tmp_path / "data"
    if what.startswith("a file"):
        data.write_text("a file")
    elif what.startswith("a folder"):
        (data / "coach.sqlite3").mkdir(parents=True)
    else:
        data.mkdir()
        if what == "no database":
            (data / "coach.sqlite3").write_text("this is no database, whatever its name says" * 100)
        else:
            with sqlite3.connect(data / "coach.sqlite3") as database:
                database.execute("CREATE TABLE schema (one INTEGER, version INTEGER)")
                database.execute("INSERT INTO schema VALUES (1, 999)")
    before = desk.files.path(ITEM).read_bytes()
    with pytest.raises(StoreError) as raised:
        desk.save(ADA, edited(desk), base(desk), ITEM)
    assert str(tmp_path) not in str(raised.value)
    assert desk.files.path(ITEM).read_bytes() == before and desk.library.get(ITEM).version == 1


def test_a_file_that_cannot_be_written_is_not_in_the_log(desk):
    blocked = desk.settings.corpus / "scripts/repair"
    blocked.write_text("a file where a folder belongs")
    with pytest.raises(CurateError):
        desk.save(ADA, script_text(id="repair/new-one"), None)
    assert desk.changes.of("repair/new-one") == []


def test_a_desk_that_cannot_be_cleared_does_not_undo_a_save(desk, tmp_path):
    key = desk.keep(ADA, ITEM, edited(desk), base(desk)).key
    with sqlite3.connect(tmp_path / "data/coach.sqlite3") as database:
        database.execute("CREATE TRIGGER kept BEFORE DELETE ON drafts BEGIN SELECT RAISE(ABORT, 'locked'); END")
    assert desk.save(ADA, edited(desk), base(desk), ITEM, draft=key).changed


# --- the way of a review


def test_the_way_from_draft_to_reviewed_and_what_the_file_says_of_it(desk):
    saved = desk.save(ADA, edited(desk), base(desk), ITEM)
    words = now(desk).split("\n---\n")[1]
    submitted = desk.step(ADA, ITEM, "submit", saved.digest, "please look at the taper line")
    with pytest.raises(CurateError, match="yourself"):
        desk.step(local("  ada EXAMPLE", "nurse"), ITEM, "approve", submitted.digest)
    sent_back = desk.step(BEN, ITEM, "send_back", submitted.digest, "the third line")
    again = desk.step(ADA, ITEM, "submit", sent_back.digest)
    reviewed = desk.step(BEN, ITEM, "approve", again.digest)
    script = desk.library.get(ITEM)
    assert (script.status, script.reviewed_by, script.version) == ("reviewed", BEN.line, 2)
    assert date.fromisoformat(script.review_by) == date.today() + timedelta(days=365)
    assert now(desk).split("\n---\n")[1] == words, "a step changes no word"
    assert [act for act, _ in acts(desk)] == ["found", "saved", "submitted", "sent_back", "submitted", "reviewed"]
    assert {version for _, version in acts(desk)[1:]} == {2}
    assert desk.history(ADA, ITEM)[2].note == "the third line"
    changed = desk.save(ADA, edited_of(now(desk), "A word more."), reviewed.digest, ITEM)
    script = desk.library.get(ITEM)
    assert (script.status, script.reviewed_by, script.review_by) == ("draft", None, None), "what was reviewed is not what stands there"
    last, differs = desk.since_review(BEN, ITEM)
    assert last.digest == reviewed.digest and "A word more." in str(differs)
    assert changed.version == 3


def test_a_status_that_was_set_by_hand_does_not_let_its_author_review(desk):
    saved = desk.save(ADA, edited(desk), base(desk), ITEM)
    by_hand = set_values(now(desk), {"status": "reviewed", "reviewed_by": "Somebody Else, physician", "review_by": date(2099, 1, 1)})
    desk.files.path(ITEM).write_text(by_hand, encoding="utf-8")
    with pytest.raises(Conflict):
        desk.step(ADA, ITEM, "approve", saved.digest)
    with pytest.raises(CurateError, match="yourself"):
        desk.step(ADA, ITEM, "approve", base(desk))
    assert desk.step(BEN, ITEM, "approve", base(desk)).status == "reviewed"


def test_an_author_taken_out_by_hand_is_still_in_the_log(desk):
    desk.save(ADA, edited(desk), base(desk), ITEM)
    desk.files.path(ITEM).write_text(set_values(now(desk), {"author": "Somebody Else", "status": "in_review"}), encoding="utf-8")
    with pytest.raises(CurateError, match="yourself"):
        desk.step(ADA, ITEM, "approve", base(desk))


def test_a_save_cut_off_before_it_was_recorded_cannot_be_reviewed_by_who_wrote_it(desk):
    """The file was written, the process killed: the log knows nothing, the file names its author."""
    desk.save(BEN, edited(desk), base(desk), ITEM)
    desk.files.write(ITEM, set_values(edited_of(now(desk), "Ada's."), {"author": ADA.line, "version": 3}))
    submitted = desk.step(ADA, ITEM, "submit", base(desk))
    with pytest.raises(CurateError, match="yourself"):
        desk.step(ADA, ITEM, "approve", submitted.digest)


def test_with_accounts_the_account_counts_and_not_the_name(tmp_path):
    desk = curator(tmp_path)
    desk.settings = desk.settings.model_copy(update={"auth": "accounts"})
    ada, renamed = Person("educator", "Ada Example", "pharmacist", account="ada"), Person("educator", "Ada Married", "professor", account="ada")
    other = Person("educator", "Ben Example", "physician", account="ben")
    desk.save(ada, edited(desk), base(desk), ITEM)
    assert "name typed" not in now(desk)
    submitted = desk.step(ada, ITEM, "submit", base(desk))
    with pytest.raises(CurateError, match="yourself"):
        desk.step(renamed, ITEM, "approve", submitted.digest)
    with pytest.raises(CoachError):
        desk.step(local("Ben Example", "physician"), ITEM, "approve", submitted.digest)
    assert desk.step(other, ITEM, "approve", submitted.digest).status == "reviewed"


def test_a_retired_script_stays_so_when_it_is_edited_until_it_is_revived(desk):
    retired = desk.step(ADA, ITEM, "retire", base(desk))
    assert ITEM not in [script.id for script in desk.library.live]
    saved = desk.save(ADA, edited(desk), retired.digest, ITEM)
    assert saved.status == "retired"
    assert desk.step(ADA, ITEM, "revive", saved.digest).status == "draft"
    assert ITEM in [script.id for script in desk.library.live]


def test_a_step_needs_the_text_it_was_taken_on(desk):
    start = base(desk)
    desk.save(ADA, edited(desk), start, ITEM)
    with pytest.raises(Conflict):
        desk.step(BEN, ITEM, "submit", start)
    with pytest.raises(CurateError):
        desk.step(BEN, ITEM, "publish", base(desk))
    with pytest.raises(Conflict):
        desk.step(BEN, "tapering/no-such", "submit", start)


def test_a_reviewers_name_that_no_file_may_hold_is_refused(desk):
    submitted = desk.step(ADA, ITEM, "submit", base(desk))
    for name in ("<b>Ben</b>", "Ben\u200b", "Ben \ud800", "x" * 3_000, "see https://example.org"):
        with pytest.raises(CurateError):
            desk.step(local(name, "physician"), ITEM, "approve", submitted.digest)
    assert base(desk) == submitted.digest


# --- bringing back


def test_a_former_version_comes_back_as_a_new_one_of_who_brought_it(desk):
    first = now(desk)
    desk.save(ADA, edited(desk), base(desk), ITEM)
    back = desk.restore(BEN, ITEM, digest_of(first), base(desk))
    assert (back.version, back.status) == (3, "draft")
    assert now(desk).split("\n---\n")[1] == first.split("\n---\n")[1] and desk.library.get(ITEM).author == BEN.line
    assert acts(desk)[-1] == ("restored", 3)
    assert not desk.restore(BEN, ITEM, digest_of(first), base(desk)).changed, "it stands there already"
    desk.step(BEN, ITEM, "submit", base(desk))
    with pytest.raises(CurateError, match="yourself"):
        desk.step(BEN, ITEM, "approve", base(desk))


def test_only_a_version_of_this_script_can_be_brought_back(desk):
    other = "safety/in-withdrawal"
    desk.save(ADA, edited(desk, item=other), base(desk, other), other)
    theirs = desk.changes.of(other)[0].digest
    for digest in (theirs, "0" * 64, "", "../x"):
        with pytest.raises(CoachError):
            desk.restore(ADA, ITEM, digest, base(desk))
    assert now(desk) == script_text()
