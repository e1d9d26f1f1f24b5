"""The clinic's own page, local.yaml, changed by somebody else while a server runs: it counts within seconds, and a broken one leaves the last good."""

import shutil
import threading
import time

import pytest
from structlog.testing import capture_logs

from coach.coach import Coach
from coach.settings import Settings
from coach.watch import SETTLED, Watch
from coach.web.shelf import Shelf
from tests.making import CORPUS, put, script_text
from tests.running import coach_here
from tests.test_live import ID, opened, wait_for


@pytest.fixture
def page(corpus):
    shutil.copy(CORPUS / "local.yaml", corpus)
    return corpus / "local.yaml"


@pytest.fixture
def live(corpus, page, tmp_path):
    live = opened(corpus, tmp_path / "index")
    live.watch(every=0.05)
    yield live
    live.close()


def security(live):
    return (live.tools.local or {}).get("security")


def test_what_another_process_says_of_the_clinic_counts_at_once(live, corpus, tmp_path):
    done = coach_here(
        "library", "clinic", "--set", "security=ring 555-0100", "--by-name", "Ada Example", "--by-title", "nurse", COACH_CORPUS=str(corpus), COACH_DATA=str(tmp_path / "data")
    )
    assert done.returncode == 0, done.stderr
    wait_for(lambda: security(live) == "ring 555-0100")


def test_a_broken_page_leaves_the_last_good_one_and_the_log_says_so_once_without_its_text(live, page):
    page.write_text('security: "ring 7"\n', encoding="utf-8")
    wait_for(lambda: security(live) == "ring 7")
    for broken in (b'security: "quxquux\n', b"- quxquux\n", b"security: \xff"):
        with capture_logs() as logged:
            page.write_bytes(broken)
            time.sleep(SETTLED + 0.5)
        assert [event["event"] for event in logged] == ["local_page_broken"] and "qux" not in str(logged)
        assert security(live) == "ring 7"
    page.unlink()
    time.sleep(0.3)
    assert security(live) == "ring 7"
    page.write_text('security: "ring 9"\n', encoding="utf-8")
    wait_for(lambda: security(live) == "ring 9")
    page.write_text("# nothing filled in\n", encoding="utf-8")
    wait_for(lambda: security(live) is None)


def test_a_page_whose_scripts_are_all_away_for_a_moment_is_still_watched(tmp_path):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/a.md").write_text("x", encoding="utf-8")
    page, seen = tmp_path / "local.yaml", []
    watch = Watch(tmp_path / "scripts", lambda paths: seen.append([path.name for path in paths]), page=page)
    time.sleep(SETTLED)
    watch.look()
    (tmp_path / "scripts/a.md").unlink()
    page.write_text("security: 1", encoding="utf-8")
    time.sleep(SETTLED)
    watch.look()
    assert seen == [["a.md"], ["local.yaml"]]


def test_a_server_watches_and_a_coach_alone_does_not(corpus, page, tmp_path):
    before = set(threading.enumerate())
    coach = Coach(Settings(corpus=corpus, data=tmp_path / "data", cache=tmp_path / "cache", llm="none"), opened(corpus, tmp_path / "index"), None)
    assert "watch-corpus" not in {thread.name for thread in set(threading.enumerate()) - before}
    shelf = Shelf(coach.settings, lambda: coach)
    try:
        page.write_text('security: "ring 7"\n', encoding="utf-8")
        put(corpus, script_text(title="Written with an editor"))
        wait_for(lambda: security(shelf.coach().live) == "ring 7" and shelf.coach().library.get(ID).title == "Written with an editor")
    finally:
        shelf.close()
