"""Many scripts at once: the dry run says what would happen and writes nothing; the import does that and no more."""

from pathlib import Path

import pytest

from coach.access.person import Person, local
from coach.curate import bulk
from coach.curate.bulk import Planned
from coach.curate.curator import Curator
from coach.curate.export import export
from coach.curate.incoming import Item, read
from coach.errors import CurateError, NotAllowed
from tests.curate.desk import ADA, curator
from tests.making import script_text

FIRST, OTHER = "tapering/first-mention", "safety/in-withdrawal"
NEW = "tapering/brand-new"


@pytest.fixture
def desk(tmp_path: Path) -> Curator:
    return curator(tmp_path)


def item(text: str) -> Item:
    return read("one.md", text.encode())[0]


def new(script_id: str = NEW, instead: str = OTHER, **changes: str) -> str:
    return script_text(id=script_id, title=f"About {script_id}", avoid_when=f"Use {instead} instead.", **changes)


def states(planned: list[Planned]) -> list[tuple[str | None, str]]:
    return [(one.id, one.state) for one in planned]


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_dry_run_says_of_each_item_what_would_become_of_it_and_writes_nothing(desk: Curator, tmp_path: Path) -> None:
    now = desk.files.read(FIRST) or ""
    before = everything(tmp_path)
    items = [
        item(new()),
        item(now),
        item((desk.files.read(OTHER) or "").replace("Sick from too little", "Sick from far too little")),
        item(new("tapering/half-done", Say="- Only one line.")),
        Item("evil", refused="It is a link: put the file itself into the archive."),
        Item("notes.txt", notes=("It is not a Markdown file (.md), so it was passed over.",)),
    ]
    planned = bulk.plan(desk, ADA, items)
    assert states(planned) == [(NEW, "new"), (FIRST, "same"), (OTHER, "changed"), ("tapering/half-done", "mend"), (None, "refused"), (None, "passed")]
    assert planned[3].problems
    assert planned[4].why.startswith("It is a link")
    assert [place.where for place in bulk.difference(desk, ADA, planned[2]) or []] == ["Title"]
    assert everything(tmp_path) == before


def test_what_is_chosen_is_imported_and_found_and_what_needs_mending_becomes_a_draft(desk: Curator) -> None:
    planned = bulk.plan(desk, ADA, [item(new()), item(new("tapering/half-done", Say="- Only one line.")), item(new("tapering/left-out"))])
    applied = bulk.apply(desk, ADA, planned, {1, 2})
    assert [(one.id, one.became) for one in applied] == [(NEW, "imported"), ("tapering/half-done", "draft")]
    assert NEW in desk.library.scripts and "tapering/left-out" not in desk.library.scripts
    assert [hit.script_id for hit in desk.live.tools.search.find("About brand new", 1).hits] == [NEW]
    assert "Only one line." in desk.drafts(ADA)[0].text and desk.drafts(ADA)[0].key == applied[1].draft
    assert [change.act for change in desk.history(ADA, NEW)] == ["imported"]
    assert [entry.action for entry in desk.audit(ADA)] == ["imported"]


def test_a_changed_script_is_overwritten_only_when_it_is_chosen_and_can_be_brought_back(desk: Curator) -> None:
    before = desk.files.read(FIRST) or ""
    planned = bulk.plan(desk, ADA, [item(before.replace("We would go slowly", "We would go very slowly"))])
    assert bulk.apply(desk, ADA, planned, set()) == []
    assert desk.files.read(FIRST) == before
    assert bulk.apply(desk, ADA, planned, {1})[0].became == "imported"
    assert "very slowly" in (desk.files.read(FIRST) or "")
    log = desk.history(ADA, FIRST)
    assert [change.act for change in log] == ["imported", "found"]
    desk.restore(ADA, FIRST, log[1].digest, log[0].digest)
    assert "very slowly" not in (desk.files.read(FIRST) or "")


def test_scripts_that_name_each_other_come_in_together(desk: Curator) -> None:
    a, b = "tapering/one-of-two", "tapering/two-of-two"
    planned = bulk.plan(desk, ADA, [item(new(a, b)), item(new(b, a))])
    assert [one.state for one in planned] == ["new", "new"]
    assert [one.became for one in bulk.apply(desk, ADA, planned, {1, 2})] == ["imported", "imported"]
    assert {a, b} <= set(desk.library.scripts)


def test_a_script_that_names_one_which_cannot_come_in_is_not_left_dangling(desk: Curator) -> None:
    a, b, c = "tapering/one-of-three", "tapering/two-of-three", "tapering/three-of-three"
    items = [item(new(a, b)), item(new(b, c)), item(new(c, FIRST, Say="- Only one line."))]
    assert [one.state for one in bulk.plan(desk, ADA, items)] == ["mend", "mend", "mend"]
    planned = bulk.plan(desk, ADA, [item(new(a, b)), item(new(b, FIRST))])
    applied = bulk.apply(desk, ADA, planned, {1})  # the one it names is not chosen
    assert applied[0].became == "failed" and "avoid_when" in applied[0].why
    assert a not in desk.library.scripts and not desk.library.problems


def test_one_that_fails_does_not_stop_the_others(desk: Curator, tmp_path: Path) -> None:
    planned = bulk.plan(desk, ADA, [item((desk.files.read(FIRST) or "").replace("go slowly", "go at a crawl")), item(new("monitoring/first", FIRST)), item(new())])
    theirs = (desk.files.read(FIRST) or "").replace("go slowly", "go gently")
    (tmp_path / "corpus/scripts/tapering/first-mention.md").write_text(theirs)  # somebody else was quicker
    (tmp_path / "corpus/scripts/monitoring").write_text("in the way")
    applied = bulk.apply(desk, ADA, planned, {1, 2, 3})
    assert [one.became for one in applied] == ["failed", "failed", "imported"]
    assert "Somebody else changed this script" in applied[0].why
    assert desk.files.read(FIRST) == theirs
    assert NEW in desk.library.scripts


def test_two_files_with_one_id_are_not_imported_over_each_other(desk: Curator) -> None:
    planned = bulk.plan(desk, ADA, [item(new()), item(new(use_when="Something else."))])
    assert [one.state for one in planned] == ["new", "refused"]
    assert "same id" in planned[1].why


def test_an_export_imported_again_changes_nothing(desk: Curator) -> None:
    archive = export(desk, ADA, [FIRST, OTHER], "md").content
    assert [one.state for one in bulk.plan(desk, ADA, read("scripts.zip", archive)) if one.state != "passed"] == ["same", "same"]


def test_a_review_made_elsewhere_does_not_come_in(desk: Curator) -> None:
    planned = bulk.plan(desk, ADA, [item(new(status="reviewed", reviewed_by="Cleo Example, nurse", review_by="2030-01-01"))])
    assert "review" in planned[0].notes[0]
    bulk.apply(desk, ADA, planned, {1})
    script = desk.library.scripts[NEW]
    assert (script.status, script.reviewed_by, script.version) == ("draft", None, 1)


def test_a_draft_that_was_begun_is_not_lost_to_an_import(desk: Curator) -> None:
    source = desk.source(ADA, FIRST)
    desk.keep(ADA, FIRST, "mine", source.digest)
    planned = bulk.plan(desk, ADA, [item(script_text(Say="- Only one line."))])
    assert states(planned) == [(FIRST, "mend")]
    assert "not saved yet" in bulk.apply(desk, ADA, planned, {1})[0].why
    assert [draft.text for draft in desk.drafts(ADA)] == ["mine"]
    assert bulk.apply(desk, Person("educator", "Cleo Example", "nurse", "cleo"), planned, {1})[0].became == "draft"


def test_the_right_to_import_is_asked_for_and_a_name_is_needed(desk: Curator) -> None:
    with pytest.raises(NotAllowed):
        bulk.plan(desk, Person("learner", "Cleo Example"), [])
    with pytest.raises(NotAllowed):
        bulk.apply(desk, Person("viewer", "Cleo Example"), [], set())
    with pytest.raises(CurateError, match="Say who you are"):
        bulk.apply(desk, local(), bulk.plan(desk, ADA, [item(new())]), {1})
    assert NEW not in desk.library.scripts
