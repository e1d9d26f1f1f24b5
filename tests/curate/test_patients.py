"""Simulated patients are kept by the rules of scripts, and a saved one can be played at once."""

import re
import time
import types

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.access.person import local
from coach.coach import Coach
from coach.errors import CoachError, Conflict, CurateError, UnknownScript
from coach.practice.patient_check import patients
from coach.store.changes import digest_of
from tests.curate.desk import ADA, BEN, curator
from tests.making import CORPUS, put, script_text
from tests.practice.making import TEXT, patient_text, without

SAM = TEXT.replace(
    "scripts: [patient_emotion/inherited-and-wary, tapering/first-mention, tapering/afraid-of-the-old-pain]", "scripts: [tapering/first-mention, safety/in-withdrawal]"
)


@pytest.fixture
def desk(tmp_path):
    desk = curator(tmp_path)
    (desk.settings.corpus / "patients").mkdir()
    (desk.settings.corpus / "patients/README.md").write_text("# How to write a patient\n", encoding="utf-8")
    return desk


def playable(desk):
    """What `Coach.patients` gives, of a Coach over this folder."""
    return [patient.id for patient in Coach.patients(types.SimpleNamespace(settings=desk.settings, library=desk.library))]


def stands(desk, name="sam"):
    return desk.files.read(f"patients/{name}")


def edited(text, words="I take it the way the bottle says, morning and night."):
    return text.replace("I take it the way it says on the bottle. Morning, noon, supper and bed.", words)


# --- saving


def test_a_new_patient_is_saved_and_can_be_played_at_once(desk):
    assert playable(desk) == [] == desk.patients.rows(ADA)
    saved = desk.patients.save(ADA, SAM, None)
    assert (saved.id, saved.version, saved.status, saved.changed) == ("patients/sam", 1, "draft", True)
    assert stands(desk) == SAM and playable(desk) == ["sam"]
    assert [(row.id, row.name, row.level, row.problems) for row in desk.patients.rows(ADA)] == [("sam", "Sam", 2, 0)]


def test_a_change_climbs_in_version_and_takes_a_review_off_and_leaves_the_rest(desk):
    desk.patients.save(ADA, SAM, None)
    desk.files.path("patients/sam").write_text(
        SAM.replace("status: draft", "status: reviewed").replace("reviewed_by: null", "reviewed_by: Ben Example, physician"), encoding="utf-8"
    )
    saved = desk.patients.save(BEN, edited(stands(desk)), digest_of(stands(desk)), "sam", "closer to how he talks")
    assert (saved.version, saved.status) == (2, "draft")
    assert stands(desk) == edited(SAM).replace("version: 1", "version: 2")
    assert [(change.act, change.note) for change in desk.history(ADA, "patients/sam")] == [("saved", "closer to how he talks"), ("outside", ""), ("saved", "")]
    assert [(entry.action, entry.item) for entry in desk.audit(ADA)] == [("saved", "patients/sam")] * 2


def test_nothing_changed_is_not_saved_and_nobody_reviews_by_typing(desk):
    desk.patients.save(ADA, SAM, None)
    for text in (
        SAM,
        SAM.replace("\n", "\r\n"),
        SAM.replace("version: 1", "version: 9").replace("status: draft", "status: reviewed").replace("reviewed_by: null", "reviewed_by: Me, nurse"),
    ):
        assert not desk.patients.save(ADA, text, digest_of(SAM), "sam").changed
    assert stands(desk) == SAM


def test_a_patient_is_retired_and_brought_back_by_its_status(desk):
    desk.patients.save(ADA, SAM, None)
    retired = desk.patients.save(ADA, SAM.replace("status: draft", "status: retired"), digest_of(SAM), "sam")
    assert retired.status == "retired" and playable(desk) == []
    assert desk.patients.save(ADA, stands(desk).replace("status: retired", "status: draft"), retired.digest, "sam").status == "draft" and playable(desk) == ["sam"]


REFUSED = {
    "no id": patient_text(id=None), "the id of a script": patient_text(id="tapering/first-mention"), "the readme": patient_text(id="readme"), "an id outside": patient_text(id="../sam"), "too few lines": without(SAM.split("\n"), ["(wary"]),
    "an unknown script": SAM.replace("tapering/first-mention", "tapering/no-such"), "an unknown situation": SAM.replace("taper_start", "no_such"), "a dose": edited(SAM, "I take forty milligrams a day, you know."),
    "a link": edited(SAM, "I read it on https://example.org, you know."), "a surname": edited(SAM, "I saw Dr. Zyzzyva about it, you know."), "no head": "## Lines\n", "nothing": "", "a broken head": SAM.replace("age: 58", "age: [58"),
    "half a character": SAM + "\ud800", "an invisible character": SAM.replace("Sunday", "Sun\u200bday"), "a megabyte": SAM + "x" * 1_000_000, "a script": (CORPUS / "scripts/tapering/first-mention.md").read_text(encoding="utf-8"),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_no_patient_is_refused_in_a_sentence_and_writes_nothing(desk, why):
    desk.patients.save(ADA, SAM, None)
    for base, name in ((None, None), (digest_of(SAM), "sam")):
        with pytest.raises(CurateError) as raised:
            desk.patients.save(ADA, REFUSED[why], base, name)
        assert 20 < len(str(raised.value)) < 600
    assert stands(desk) == SAM and [path.name for path in sorted((desk.settings.corpus / "patients").iterdir())] == ["README.md", "sam.md"]


def test_a_save_needs_a_name(desk):
    with pytest.raises(CurateError):
        desk.patients.save(local(), SAM, None)


def test_of_two_the_second_is_told(desk):
    start = desk.patients.save(ADA, SAM, None).digest
    first = desk.patients.save(ADA, edited(SAM), start, "sam")
    for base, name in ((start, "sam"), (None, None)):
        with pytest.raises(Conflict) as raised:
            desk.patients.save(BEN, edited(SAM, "I take it as I was told to, each time."), base, name)
        assert raised.value.theirs == first.digest
    assert "bottle says, morning" in str(desk.difference(BEN, "patients/sam", start, first.digest))
    with pytest.raises(Conflict):
        desk.patients.save(BEN, SAM.replace("sam", "pat").replace("Sam", "Pat"), "0" * 64)


def test_a_former_version_comes_back(desk):
    start = desk.patients.save(ADA, SAM, None).digest
    second = desk.patients.save(ADA, edited(SAM), start, "sam")
    back = desk.patients.restore(BEN, "sam", start, second.digest)
    assert back.version == 3 and stands(desk) == SAM.replace("version: 1", "version: 3")
    for digest in ("0" * 64, desk.changes.add("tapering/x", "saved", ADA, "no patient", 1).digest):
        with pytest.raises(CoachError):
            desk.patients.restore(BEN, "sam", digest, back.digest)


def test_a_patient_that_was_broken_outside_is_listed_and_can_be_mended(desk):
    desk.patients.save(ADA, SAM, None)
    broken = SAM.replace("age: 58", "age: [58")
    desk.files.path("patients/sam").write_text(broken, encoding="utf-8")
    (desk.settings.corpus / "patients/other.md").write_bytes(b"\xff\xfe")
    assert [(row.id, row.name, row.problems > 0) for row in desk.patients.rows(ADA)] == [("other", "(cannot be read)", True), ("sam", "(cannot be read)", True)]
    assert desk.patients.source(ADA, "sam").findings
    assert desk.patients.save(ADA, SAM, digest_of(broken), "sam").version == 2 and playable(desk) == ["sam"]


# --- reading and checking


def test_the_list_agrees_with_what_can_be_played(tmp_path):
    import shutil

    desk = curator(tmp_path)
    shutil.copytree(CORPUS / "patients", desk.settings.corpus / "patients")
    path = desk.settings.corpus / "patients/denise.md"
    path.write_text(path.read_text(encoding="utf-8").replace("mode: mi", "mode: mi\nown_key: x"), encoding="utf-8")
    found = patients(desk.settings.corpus / "patients", desk.library.taxonomy, desk.library.scripts)
    rows = desk.patients.rows(ADA)
    assert {row.id: row.problems for row in rows} == {name: sum(problem.path.endswith(f"/{name}.md") for problem in found.problems) for name in found.by_id}
    assert [row.level for row in rows] == sorted(row.level for row in rows)


def test_a_check_tells_every_problem_at_its_line_and_none_of_a_good_one(desk):
    assert desk.patients.check(ADA, SAM).can_save and desk.patients.check(ADA, SAM).title == "Sam, 58, who heard the word taper"
    found = desk.patients.check(ADA, edited(SAM, "I take forty milligrams a day, you know."))
    assert not found.can_save and [SAM.split("\n")[one.row - 1] for one in found.findings] == [
        '- (wary, pills) "I take it the way it says on the bottle. Morning, noon, supper and bed."'
    ]
    for text in ("", "x", "---\n---\n", "\ud800", "\x00"):
        assert not desk.patients.check(ADA, text).can_save


def test_a_line_that_another_patient_says_is_told(desk):
    desk.patients.save(ADA, SAM, None)
    other = SAM.replace("id: sam", "id: pat").replace("name: Sam", "name: Pat")
    assert {one.rule for one in desk.patients.check(ADA, other).findings} == {"near"}
    assert desk.patients.check(ADA, SAM, "sam").can_save, "its own lines are not another's"


def test_a_change_of_the_library_is_seen_in_the_next_check(desk):
    for name, other in (("repair/one", "repair/two"), ("repair/two", "repair/one")):
        put(desk.settings.corpus, script_text(id=name, avoid_when=f"Use {other} instead."))
    desk.live.replace(["repair/one", "repair/two"])
    assert desk.patients.check(ADA, SAM).can_save
    for name in ("safety/in-withdrawal", "tapering/first-mention"):
        desk.files.path(name).unlink()
        desk.live.replace([name])
    assert ["no such script" in one.message for one in desk.patients.check(ADA, SAM).findings] == [True, True]


def test_the_preview_holds_the_briefing_and_lines_of_every_mood_and_no_secret(desk):
    seen = desk.patients.preview(ADA, SAM)
    assert seen.title.startswith("Sam, 58") and len(seen.chart) == 6 and "find out" in seen.task.lower()
    assert [form.name for form in seen.lines] == ["opening", "angry", "wary", "sad", "open", "silent"]
    assert all(1 <= len(form.lines) <= 3 for form in seen.lines)
    secrets = re.findall(r'\(trust [^)]*\) "([^"]*)"', SAM)
    assert secrets and not any(secret in str(seen) for secret in secrets)
    assert desk.patients.preview(ADA, "nothing") is None


@pytest.mark.parametrize("name", ["", "no-such", "../scripts/tapering/first-mention", "README", "readme", "sam.md", "sam\n", "Sam", "\ud800"])
def test_what_is_no_patient_has_no_source(desk, name):
    with pytest.raises((UnknownScript, CurateError)):
        desk.patients.source(ADA, name)


@settings(max_examples=25, deadline=None)
@given(text=st.text(), words=st.text())
def test_no_text_breaks_a_check_or_a_preview(tmp_path_factory, text, words):
    desk = curator(tmp_path_factory.mktemp("desk"))
    for each in (text, edited(SAM, words), SAM.replace("age: 58", f"age: {words}")):
        desk.patients.check(ADA, each)
        desk.patients.preview(ADA, each)


@pytest.mark.timed
def test_a_check_is_quick_beside_the_shipped_patients(tmp_path):
    import shutil

    desk = curator(tmp_path)
    shutil.copytree(CORPUS / "patients", desk.settings.corpus / "patients")
    desk.patients.check(ADA, SAM)
    started = time.process_time()
    desk.patients.check(ADA, edited(SAM))
    assert time.process_time() - started < 1.0
