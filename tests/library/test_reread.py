"""Reading only the files that changed must give what reading the whole folder gives."""

import random

import pytest

from coach.library.corpus import load, reread
from tests.making import corpus_folder, generated, put, script_text

ID = "tapering/first-mention"


def same(ours, theirs):
    assert list(ours.scripts) == list(theirs.scripts), "also in the same order: it names the index"
    assert ours.scripts == theirs.scripts
    assert ours.problems == theirs.problems
    assert ours.digest == theirs.digest
    assert ours.files == theirs.files


def path_in(corpus, script_id=ID):
    return corpus / "scripts" / f"{script_id}.md"


def test_a_changed_file_is_read_again_and_no_other(corpus):
    before = load(corpus)
    path = put(corpus, script_text(title="Another title"))
    put(corpus, script_text(id="safety/in-withdrawal", title="Not looked at", avoid_when="Use tapering/first-mention instead."))
    after = reread(before, corpus, [path])
    assert after.get(ID).title == "Another title"
    assert after.get("safety/in-withdrawal") is before.get("safety/in-withdrawal")
    assert before.get(ID).title != "Another title", "the state before stays as it was"
    assert after.changes_since(before) == {ID: after.get(ID)}
    assert after.digest != before.digest


def test_a_file_with_the_same_text_changes_nothing(corpus):
    library = load(corpus)
    path = put(corpus, script_text())
    assert reread(library, corpus, [path]) is library
    assert reread(library, corpus, [path_in(corpus, "safety/never-there")]) is library
    assert reread(library, corpus, []) is library


@pytest.mark.parametrize("bad", [script_text(one_thing=None, If_you_say_one_thing=None), script_text(situations="[not_a_tag]"), "no script at all", "\x00\x01", "---\nid: ["])
def test_a_file_with_a_serious_problem_leaves_search_and_returns_when_mended(corpus, bad):
    good = load(corpus)
    path_in(corpus).write_text(bad, encoding="utf-8")
    broken = reread(good, corpus, [path_in(corpus)])
    assert ID not in broken.scripts
    assert [problem for problem in broken.problems if problem.path == f"corpus/scripts/{ID}.md"]
    same(broken, load(corpus))
    put(corpus, script_text())
    same(reread(broken, corpus, [path_in(corpus)]), load(corpus))


def test_a_file_that_is_not_text_leaves_search(corpus):
    good = load(corpus)
    path_in(corpus).write_bytes(b"\xff\xfe\xff")
    same(reread(good, corpus, [path_in(corpus)]), load(corpus))
    assert ID not in reread(good, corpus, [path_in(corpus)]).scripts


def test_who_names_a_script_that_was_removed_leaves_with_it_and_returns_with_it(corpus):
    """Each of the two names the other as what to use instead, so as at loading neither can stand alone."""
    good = load(corpus)
    path_in(corpus).unlink()
    gone = reread(good, corpus, [path_in(corpus)])
    assert gone.scripts == {}
    assert "there is no such script" in gone.problems[0].message
    same(gone, load(corpus))
    put(corpus, script_text())
    same(reread(gone, corpus, [path_in(corpus)]), good)


def test_a_file_read_ahead_is_not_parsed_twice_and_is_checked_anew(corpus):
    """Between reading ahead and taking in, the script that it names may have gone."""
    good = load(corpus)
    path = put(corpus, script_text(title="Another title"))
    ahead = reread(good, corpus, [path])
    path_in(corpus, "safety/in-withdrawal").unlink()
    without = reread(good, corpus, [path_in(corpus, "safety/in-withdrawal")])
    after = reread(without, corpus, [path], ahead.files)
    assert after.files[f"corpus/scripts/{ID}.md"].script is ahead.get(ID)
    same(after, load(corpus))
    assert ID not in after.scripts


def test_scripts_stand_in_the_order_of_their_paths_however_they_came(corpus):
    """The order names the index: another order would have it built again at the next start."""
    library = load(corpus)
    for name in ("safety/b", "boundary_setting/z", "safety/b-c", "safety/a"):
        library = reread(library, corpus, [put(corpus, script_text(id=name))])
    assert list(library.scripts) == ["boundary_setting/z", "safety/a", "safety/b-c", "safety/b", "safety/in-withdrawal", ID]
    assert [library.get(name).path for name in library.scripts] == [path.relative_to(corpus.parent).as_posix() for path in sorted((corpus / "scripts").rglob("*.md"))]


def test_a_link_to_nowhere_is_a_problem_and_not_a_removal(corpus):
    (link := path_in(corpus, "safety/link")).symlink_to(corpus / "nowhere.md")
    same(reread(load(corpus), corpus, [link]), load(corpus))
    assert load(corpus).problems


def test_two_files_of_one_id_are_told_apart_as_at_loading(corpus):
    good = load(corpus)
    stray = corpus / "scripts" / "tapering" / "copy.md"
    stray.write_text(script_text(), encoding="utf-8")
    both = reread(good, corpus, [stray])
    assert both.scripts == good.scripts
    same(both, load(corpus))
    path_in(corpus).unlink()
    same(reread(both, corpus, [path_in(corpus)]), load(corpus))


def test_whatever_happens_to_the_files_both_ways_of_reading_agree(tmp_path):
    """A hundred steps: written, broken, mended, removed, made, moved, copied, several at once; scripts name each other in pairs."""
    corpus, chance = corpus_folder(tmp_path, [generated(number) for number in range(8)]), random.Random(3)
    library, seen = load(corpus), set()
    for step in range(100):
        touched = []
        for _ in range(chance.choice([1, 1, 1, 3])):
            number = chance.randrange(10)
            path = path_in(corpus, f"tapering/made-{number}")
            what = chance.choice(["text", "text", "broken", "removed", "removed", "other id", "retired", "copy"])
            text = generated(number, seed=step if what != "copy" else 7)
            if what == "removed":
                path.unlink(missing_ok=True)
            elif what == "copy":
                path = path.with_name(f"copy-{number}.md")
                path.write_text(text, encoding="utf-8") if not path.exists() else path.unlink()
            else:
                change = {
                    "broken": ("decision: shared", "decision: nobody"),
                    "retired": ("status: draft", "status: retired"),
                    "other id": (f"made-{number}\n", f"made-{number}0\n"),
                }
                path.write_text(text.replace(*change.get(what, ("", "")), 1), encoding="utf-8")
            touched.append(path)
        library = reread(library, corpus, touched)
        seen.add(len(library.scripts))
        same(library, load(corpus))
    assert len(seen) > 5
