"""`coach library new | edit | review | … `: the same rules as on the pages, in the terminal, for people and for programs."""

import io
import json
import os
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from coach.cli import main
from coach.store.changes import Changes
from coach.store.drafts import Desk
from tests.making import CORPUS, corpus_folder, script_text
from tests.practice.making import TEXT as PATIENT

ITEM = "tapering/first-mention"
ADA = ("--by-name", "Ada Example", "--by-title", "pharmacist")
BEN = ("--by-name", "Ben Example", "--by-title", "physician")
ROOT = CORPUS.parent


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a corpus and a data folder of its own; it is the current folder."""
    corpus_folder(tmp_path)
    (tmp_path / "corpus/local.yaml").write_text((CORPUS / "local.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    for name, value in (("COACH_CORPUS", tmp_path / "corpus"), ("COACH_DATA", tmp_path / "data"), ("COLUMNS", "200")):
        monkeypatch.setenv(name, str(value))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def coach(here, monkeypatch, capsys):
    """`coach library …` in this process: (exit code, stdout, stderr); with `stdin`, what is typed. `data` is the JSON of --json."""

    def run(*arguments, stdin=""):
        monkeypatch.setattr(sys, "argv", ["coach", "library", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return ended.value.code, said.out, said.err

    return run


def data(result):
    assert result[0] == 0, result
    return json.loads(result[1])


def script(here, item=ITEM):
    return (here / f"corpus/scripts/{item}.md").read_text(encoding="utf-8")


def edited(here, words="You are not alone in this.", old="- You won't go through this alone."):
    return script(here).replace(old, f"- {words}")


def editor(here, monkeypatch, code):
    """An editor that does `code` with the text `t`."""
    tool = here / "editor.py"
    tool.write_text(
        f"import sys\nfrom pathlib import Path\nfile = Path(sys.argv[-1])\nt = file.read_text(encoding='utf-8')\n{code}\nfile.write_text(t, encoding='utf-8')\n", encoding="utf-8"
    )
    monkeypatch.setenv("EDITOR", f"{sys.executable} {tool}")


# --- changing


def test_a_script_is_edited_in_an_editor_and_saved(coach, here, monkeypatch):
    editor(here, monkeypatch, "t = t.replace('- You won\\'t go through this alone.', '- You are not alone in this.')")
    code, out, _ = coach("edit", ITEM, *ADA, "--note", "warmer")
    assert code == 0 and out.startswith(f"{ITEM} · version 2 · draft · ")
    assert "You are not alone in this." in script(here) and "author: Ada Example" in script(here).replace('"', "")
    log = data(coach("history", ITEM, "--json"))
    assert [(one["act"], one["version"], one["note"]) for one in log] == [("saved", 2, "warmer"), ("found", 1, "")]
    assert Desk(here / "data").drafts() == []


def test_what_cannot_be_saved_is_told_line_by_line_and_kept_as_a_draft(coach, here, monkeypatch):
    before = script(here)
    editor(here, monkeypatch, "t = t.replace('taper_start', 'no_such').replace('You\\'ve carried', 'You have carried')")
    code, out, err = coach("edit", ITEM, *ADA)
    row = next(number for number, line in enumerate(before.split("\n"), 1) if line.startswith("situations"))
    assert code == 10 and out == "" and f"corpus/scripts/{ITEM}.md:{row}: situations names no_such" in err and f"coach library edit {ITEM}" in err
    assert script(here) == before
    editor(here, monkeypatch, "assert 'You have carried' in t and 'no_such' in t\nt = t.replace('no_such', 'taper_start')")
    assert coach("edit", ITEM, *ADA)[0] == 0
    assert "You have carried" in script(here) and Desk(here / "data").drafts() == []


def test_a_program_saves_from_a_file_or_standard_input_and_gets_json(coach, here):
    (here / "mine.md").write_text(edited(here), encoding="utf-8")
    start = data(coach("history", ITEM, "--json"))[0]["digest"]
    saved = data(coach("edit", ITEM, "--file", "mine.md", "--base", start, *ADA, "--json"))
    assert (saved["id"], saved["version"], saved["changed"]) == (ITEM, 2, True)
    assert not data(coach("edit", ITEM, "--file", "-", *ADA, "--json", stdin=script(here)))["changed"]
    code, out, _ = coach("edit", ITEM, "--file", "-", *ADA, "--json", stdin=script(here).replace("taper_start", "no_such"))
    refused = json.loads(out)
    assert code == 10 and refused["saved"] is None and "no_such" in refused["problems"][0] and refused["draft"]


def test_who_comes_second_is_told_keeps_the_text_and_may_put_it_over(coach, here, monkeypatch):
    start = data(coach("history", ITEM, "--json"))[0]["digest"]
    assert coach("edit", ITEM, "--file", "-", *ADA, stdin=edited(here))[0] == 0
    mine = script_text().replace("We would go slowly", "We could go slowly")
    code, _, err = coach("edit", ITEM, "--file", "-", "--base", start, *BEN, stdin=mine)
    assert code == 10 and "Somebody else changed this script" in err and "--over" in err
    assert "You are not alone in this." in script(here)
    editor(here, monkeypatch, "assert 'We could go slowly' in t")
    assert coach("edit", ITEM, "--over", *BEN)[0] == 0
    assert "We could go slowly" in script(here) and "version: 3" in script(here)


def test_a_draft_is_dropped(coach, here):
    coach("edit", ITEM, "--file", "-", *ADA, stdin="nothing")
    assert len(Desk(here / "data").drafts()) == 1
    assert "dropped" in coach("edit", ITEM, "--discard", *ADA)[1] and Desk(here / "data").drafts() == []


def test_a_new_script_begins_as_a_draft_and_is_written_in_the_editor(coach, here, monkeypatch):
    begun = data(coach("new", "tapering", "--title", "About the garden", *ADA, "--json"))
    assert begun["id"] == "tapering/about-the-garden" and "situations: []" in begun["text"]
    (here / "good.md").write_text(script_text(id="tapering/about-the-garden", title="About the garden"), encoding="utf-8")
    editor(here, monkeypatch, f"assert 'id: tapering/about-the-garden' in t\nt = Path({str(here / 'good.md')!r}).read_text(encoding='utf-8')")
    assert coach("edit", "tapering/about-the-garden", *ADA)[1].startswith("tapering/about-the-garden · version 1 · draft")
    assert script(here, "tapering/about-the-garden").count("author:") == 1 and Desk(here / "data").drafts() == []


def test_a_new_script_comes_from_a_file_a_copy_or_a_question(coach, here, monkeypatch):
    (here / "new.md").write_text(script_text(id="repair/from-a-file"), encoding="utf-8")
    assert data(coach("new", "repair", "--file", "new.md", *ADA, "--json"))["id"] == "repair/from-a-file"
    assert coach("new", "safety", "--file", "new.md", *ADA)[0] == 10, "its id is of another category"
    assert coach("new", "repair", "--file", "new.md", *ADA)[0] == 10, "it is there already"
    editor(here, monkeypatch, "")
    assert coach("new", "repair", "--title", "A copy", "--from", ITEM, "--editor", *ADA)[1].startswith("repair/a-copy · version 1")
    number = Desk(here / "data").ask("what about her garden").number
    assert "what about her garden" in data(coach("new", "tapering", "--title", "Garden", "--question", number, *ADA, "--json"))["text"]
    for wrong in (("new", "sports", "--title", "x"), ("new", "sports", "--title", "x", "--from", ITEM), ("new", "repair", "--title", "x", "--from", "repair/no-such")):
        assert coach(*wrong, *ADA)[0] in (4, 10)
    assert coach("new", "tapering", *ADA)[0] == 6, "no title"


def test_an_editor_that_fails_changes_nothing(coach, here, monkeypatch):
    before = script(here)
    for command in ("no-such-editor-at-all", f"{sys.executable} -c 'import sys; sys.exit(1)'"):
        monkeypatch.setenv("EDITOR", command)
        assert coach("edit", ITEM, *ADA)[0] == 6
    assert script(here) == before and Desk(here / "data").drafts() == []


# --- review


def test_the_way_of_a_review_in_the_terminal(coach, here):
    coach("edit", ITEM, "--file", "-", *ADA, stdin=edited(here))
    assert coach("review", ITEM, "--submit", *ADA)[1].startswith(f"{ITEM} · version 2 · in review")
    code, _, err = coach("review", ITEM, "--approve", "--by-name", "ada EXAMPLE", "--by-title", "nurse")
    assert code == 10 and "yourself" in err
    assert coach("review", ITEM, "--approve", "--by-name", "Ben Example")[0] == 10, "a profession belongs to it"
    assert coach("review", ITEM, "--send-back", "--note", "the third line", *BEN)[0] == 0
    assert coach("review", ITEM, "--submit", *ADA)[0] == 0
    approved = data(coach("review", ITEM, "--approve", "--review-by", "2099-01-31", *BEN, "--json"))
    assert approved["status"] == "reviewed" and "review_by: 2099-01-31" in script(here)
    assert coach("history", ITEM, "--since-review")[1] == "The two say the same.\n"
    coach("edit", ITEM, "--file", "-", *ADA, stdin=edited(here, "We stop when you say so.", "- You are not alone in this."))
    out = coach("history", ITEM, "--since-review")[1]
    assert "Say, line 5:" in out and "[+We stop when you say so.+]" in out
    assert coach("retire", ITEM, *ADA)[1].strip().split(" · ")[2] == "retired"
    assert coach("revive", ITEM, *ADA)[0] == 0 and "status: draft" in script(here)


@pytest.mark.parametrize("wrong", [(), ("--submit", "--approve"), ("--approve", "--review-by", "soon"), ("--approve", "--review-by", "2001-01-01"), ("--approve",)])
def test_a_wrong_step_is_told_and_changes_nothing(coach, here, wrong):
    before = script(here)
    assert coach("review", ITEM, *wrong, *BEN)[0] in (6, 10)
    assert script(here) == before


def test_a_former_version_is_brought_back_by_the_beginning_of_its_digest(coach, here):
    first = script(here)
    coach("edit", ITEM, "--file", "-", *ADA, stdin=edited(here))
    digests = [one["digest"] for one in data(coach("history", ITEM, "--json"))]
    assert "[-You won't go through this alone.-]" in (out := coach("history", ITEM, "--diff", digests[1][:8], digests[0][:8])[1]) or "[+are not+]" in out
    assert data(coach("restore", ITEM, digests[1][:12], *ADA, "--json"))["version"] == 3
    assert script(here).split("\n---\n")[1] == first.split("\n---\n")[1]
    for wrong in ("", "abc", "0" * 12, "zzzzzzzz"):
        assert coach("restore", ITEM, wrong, *ADA)[0] == 10


def test_the_clinics_page_and_a_patient_are_brought_back_too(coach, here):
    coach("clinic", "--set", "security=call 9", *ADA)
    found = data(coach("history", "local", "--json"))
    assert [one["act"] for one in found] == ["saved", "found"]
    assert coach("restore", "local", found[1]["digest"], *ADA)[0] == 0
    assert (here / "corpus/local.yaml").read_text(encoding="utf-8") == (CORPUS / "local.yaml").read_text(encoding="utf-8")
    text = PATIENT.replace("patient_emotion/inherited-and-wary, ", "").replace("tapering/afraid-of-the-old-pain", "safety/in-withdrawal")
    (here / "corpus/patients").mkdir()
    (here / "corpus/patients/sam.md").write_text(text.replace("Tanya", "Tara"), encoding="utf-8")
    digest = Changes(here / "data").add("patients/sam", "saved", _person(), text, 7).digest
    assert coach("restore", "patients/sam", digest[:10], *ADA)[0] == 0
    assert "Tanya" in (here / "corpus/patients/sam.md").read_text(encoding="utf-8")


def _person():
    from coach.access.person import local

    return local("Ada Example", "pharmacist")


# --- looking


def test_coverage_names_what_is_missing(coach, here):
    found = data(coach("coverage", "--json"))
    assert found["scripts"] == 2 and found["categories"]["tapering"] == 1 and found["counts"]["tapering"]["taper_start"] == 1
    out = coach("coverage")[1]
    assert "2 scripts: 2 draft." in out and "threats (0)" in out and "No script has been shown" in out


def test_questions_are_listed_put_away_and_forgotten(coach, here):
    desk = Desk(here / "data")
    one, two = desk.ask("what about her garden"), desk.ask("what about the river")
    assert "her garden" in coach("questions")[1]
    assert [each["state"] for each in data(coach("questions", "--dismiss", one.number, "--json"))] == ["open", "dismissed"]
    assert [each["number"] for each in data(coach("questions", "--forget", two.number, "--json"))] == [one.number]
    assert coach("questions", "--forget", "99")[0] == 10


def test_the_clinics_page_is_shown_and_set(coach, here):
    assert "the local crisis line or team" in coach("clinic")[1]
    found = data(coach("clinic", "--set", "crisis_line=555-0100, day and night", "--set", 'policies=["We refill on weekdays."]', *ADA, "--json"))
    assert found["lines"]["crisis_line"] == "555-0100, day and night" and found["policies"] == ["We refill on weekdays."]
    services = '[{"name": "Ada House", "for": "shelter", "how": "555-0101"}]'
    assert data(coach("clinic", "--set", f"referral_services={services}", *ADA, "--json"))["services"] == [{"name": "Ada House", "what_for": "shelter", "how": "555-0101"}]
    text = (here / "corpus/local.yaml").read_text(encoding="utf-8")
    for wrong in ("crisis_line", "no_such=x", "policies=x", "policies={}", "crisis_line=<b>"):
        assert coach("clinic", "--set", wrong, *ADA)[0] in (6, 10)
    assert (here / "corpus/local.yaml").read_text(encoding="utf-8") == text


def test_the_audit_tells_what_was_done(coach, here):
    coach("edit", ITEM, "--file", "-", *ADA, stdin=edited(here))
    coach("export", ITEM, "-o", "one.md")
    found = data(coach("audit", "--json"))
    assert [(one["action"], one["item"]) for one in found] == [("exported", ITEM), ("saved", ITEM)]
    assert "alone" not in json.dumps(found) and "Ada Example" in coach("audit")[1]


# --- in and out


def test_what_was_exported_comes_back_the_same(coach, here):
    assert "2 scripts in out.zip" in coach("export", "--all", "-o", "out.zip")[1]
    with zipfile.ZipFile(here / "out.zip") as archive:
        assert {"safety/in-withdrawal.md", "tapering/first-mention.md"} <= set(archive.namelist())
        assert archive.read("tapering/first-mention.md").decode() == script(here)
    found = data(coach("import", "out.zip", "--overwrite", *ADA, "--json"))
    assert [(one["id"], one["state"], one["became"]) for one in found["items"] if one["id"]] == [("safety/in-withdrawal", "same", None), ("tapering/first-mention", "same", None)]
    assert Changes(here / "data").of(ITEM) == []


def test_every_kind_is_exported_and_a_file_is_not_overwritten_unasked(coach, here):
    for kind, start in (("word", b"PK"), ("csv", b"\xef\xbb\xbf"), ("card", b"<!")):
        assert coach("export", ITEM, "--as", kind, "-o", f"out.{kind}")[0] == 0
        assert (here / f"out.{kind}").read_bytes().startswith(start) or kind == "csv"
    assert coach("export", ITEM)[0] == 0 and (here / "tapering-first-mention.md").read_text(encoding="utf-8") == script(here)
    assert coach("export", ITEM)[0] == 6
    assert coach("export", "--category", "tapering", "-o", "-")[1] == script(here)
    for wrong in ((), ("--category", "repair"), ("repair/no-such",), ("--all", "--as", "card"), (ITEM, "-o", "no/such/folder/x.md")):
        assert coach("export", *wrong)[0] in (4, 6, 8, 10)


def test_an_import_says_what_it_would_do_and_then_does_it(coach, here):
    folder = here / "in"
    folder.mkdir()
    (folder / "new.md").write_text(script_text(id="repair/new-one"), encoding="utf-8")
    (folder / "changed.md").write_text(edited(here), encoding="utf-8")
    (folder / "broken.md").write_text(script_text(id="repair/broken", situations="[no_such]"), encoding="utf-8")
    (folder / "bad.md").write_bytes(b"\xff\xfe\x00")
    code, out, _ = coach("import", folder, "--dry-run", "--json")
    states = {one["name"]: one["state"] for one in json.loads(out)["items"]}
    assert code == 10 and states == {"bad.md": "refused", "broken.md": "mend", "changed.md": "changed", "new.md": "new"}
    assert not (here / "corpus/scripts/repair").exists() and not (here / "data/coach.sqlite3").exists()
    code, out, _ = coach("import", folder, *ADA)
    assert code == 10 and "--overwrite" in out and "1 imported" in out
    assert "author" in script(here, "repair/new-one") and script(here) == script_text()
    assert len(Desk(here / "data").drafts()) == 1, "what must be mended waits as a draft"
    coach("import", folder, "--overwrite", *ADA)
    assert "You are not alone in this." in script(here) and "version: 2" in script(here)


def test_the_columns_of_a_table_are_mapped(coach, here):
    (here / "in.csv").write_text("What it is called,Lines we like,Remarks\nThe garden,Tell me of the garden.,none\n", encoding="utf-8")
    found = data(
        coach("import", "in.csv", "--dry-run", "--map", "what it is called=title", "--map", "Lines we like=say", "--map", "Remarks=", "--default", "category=repair", "--json")
    )
    assert [(one["id"], one["state"]) for one in found["items"]] == [("repair/the-garden", "mend")]
    for wrong in (("--map", "No such=title"), ("--map", "Remarks=nonsense"), ("--map", "Remarks")):
        assert coach("import", "in.csv", "--dry-run", *wrong)[0] in (6, 10)
    assert coach("import", "no-such.md", "--dry-run")[0] == 6


# --- who


def test_whoever_writes_is_named(coach, here):
    for command in (
        ("edit", ITEM, "--file", "-"),
        ("review", ITEM, "--submit"),
        ("retire", ITEM),
        ("clinic", "--set", "security=9"),
        ("import", "corpus"),
        ("new", "tapering", "--title", "x"),
    ):
        code, _, err = coach(*command, stdin=script_text(title="x"))
        assert code == 10 and "--by-name" in err


@pytest.mark.parametrize("role", ["learner", "educator"])
def test_with_accounts_the_role_decides(coach, here, monkeypatch, role):
    """Every command with every role: tests/access/test_rights_table.py. A password takes its time, so here only a few."""
    from coach.access.keeper import Keeper
    from coach.settings import load_settings

    settings = load_settings()
    keeper = Keeper(settings, Changes(settings.data).audit)
    keeper.add(_person(), "root", "admin", "Root Example", "admin", "garden lantern quilt thirty")
    keeper.add(_person(), "ada", role, "Ada Example", "pharmacist", "river morning coffee window")
    for name, value in (("COACH_AUTH", "accounts"), ("COACH_USER", "ada"), ("COACH_PASSWORD", "river morning coffee window")):
        monkeypatch.setenv(name, value)
    allowed = role == "educator"
    assert coach("history", ITEM)[0] == 0
    assert coach("edit", ITEM, "--file", "-", "--by-name", "Somebody Else", stdin=edited(here))[0] == (0 if allowed else 11)
    assert ("author: Ada Example, pharmacist\n" in script(here)) is allowed, "the account's name, not the one that was typed"
    assert coach("import", "corpus/scripts", "--dry-run")[0] == (0 if allowed else 11)
    assert coach("audit")[0] == 11
    monkeypatch.setenv("COACH_PASSWORD", "wrong")
    assert coach("list")[0] == 11


# --- errors and start


@pytest.mark.parametrize("item", ["tapering/no-such", "../../etc/passwd", "tapering", "", "\u0430/b"])
@pytest.mark.parametrize("command", [("edit", "--file", "-"), ("review", "--submit"), ("retire",), ("history",), ("restore", "abcdef01"), ("export",)])
def test_what_is_no_script_is_one_sentence(coach, here, command, item):
    code, out, err = coach(command[0], item, *command[1:], *(ADA if command[0] not in ("history", "export") else ()), stdin=script_text(title="x"))
    assert code in (4, 6, 10) and out == "" and "passwd" not in err
    assert len(err.strip().splitlines()) <= 2


def test_a_data_folder_that_cannot_be_used_is_one_sentence(coach, here):
    (here / "data").write_text("a file")
    for command in (("edit", ITEM, "--file", "-", *ADA), ("clinic", "--set", "security=9", *ADA), ("retire", ITEM, *ADA)):
        code, _, err = coach(*command, stdin=edited(here))
        assert code == 8 and str(here) not in err
    assert script(here) == script_text()


START = "import sys; sys.argv = ['coach', 'library', *sys.argv[1:]]\nfrom coach.cli import main\ntry: main()\nfinally: print(*(name for name in %r if name in sys.modules), file=sys.stderr)"
HEAVY = ("torch", "gradio", "chromadb", "langchain", "sentence_transformers", "transformers", "fastapi")


@pytest.mark.parametrize("command", [("history", "tapering/first-mention"), ("coverage", "--json"), ("clinic",)])
def test_nothing_heavy_is_loaded(here, command):
    result = subprocess.run([sys.executable, "-c", START % (HEAVY,), *command], cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert result.returncode == 0 and result.stderr.strip() == ""


@pytest.mark.timed
def test_a_command_starts_quickly(tmp_path):
    """Processor seconds over what ships, the best of three."""
    best = {}
    for command in (("--help",), ("history", ITEM), ("clinic",)):
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-m", "coach", "library", *command], cwd=ROOT, capture_output=True, check=True, env={**os.environ, "COACH_DATA": str(tmp_path)})
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            best[command] = min(spent, best.get(command, spent))
    assert max(best.values()) < 1.5, best


def test_the_files_of_these_commands_stay_apart_from_the_page():
    for path in sorted(Path(ROOT / "coach/cli").glob("library*.py")):
        assert "coach.web" not in path.read_text(encoding="utf-8")
