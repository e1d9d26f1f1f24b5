"""The real app on loopback, and a real Chromium. Where no Chromium exists the browser tests say so and are skipped."""

import os
import shutil
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from filelock import FileLock

from coach.library import folders
from coach.settings import load_settings
from tests.served import Served

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_app(folder: Path, **settings: str) -> tuple[Served, str]:
    """The app, ready to answer. One with a corpus of its own has a cache of its own: the index of what is saved there is no other test's."""
    if "COACH_CORPUS" in settings:
        settings = {"COACH_CACHE": str(own_cache(folder)), **settings}
    port = free_port()
    environment = {**os.environ, "COACH_PORT": str(port), "COACH_DATA": str(folder / "data"), **settings}
    process = Served(environment, folder / "app.log")
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=1) as answer:
                if answer.status == 200:
                    return process, url
        except OSError:
            pass
        assert process.poll() is None, (folder / "app.log").read_text()
        time.sleep(0.2)
    process.kill()
    raise AssertionError("the app was not ready in two minutes: " + (folder / "app.log").read_text())


def own_cache(folder: Path) -> Path:
    """A cache folder that begins with a copy of the search index that is there already, so that only what is new is built, and with no joined weights.
    The same folder again, when it has been made."""
    cache, built = folder / "cache", load_settings()
    if not (cache / "index").exists():
        (cache / "models").mkdir(parents=True, exist_ok=True)
        (cache / "index").mkdir()
        built.index_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(built.index_dir / "lock"):  # nobody builds or sweeps meanwhile
            if (present := folders.pointed(built.index_dir)) and present.is_dir():
                shutil.copytree(present, cache / "index" / present.name, ignore=shutil.ignore_patterns(f"{folders.OPENING}*"))
                folders.point(cache / "index", present.name)
        with suppress(FileNotFoundError):
            shutil.copy2(built.models_dir / "embedder.checked", cache / "models")
    return cache


def cache_without_model(folder: Path) -> Path:
    """A cache folder with the search index that is there already, and no joined weights, so that no embedded model steps in."""
    cache = folder / "cache"
    cache.mkdir(exist_ok=True)
    (cache / "index").symlink_to(load_settings().index_dir)
    return cache


@pytest.fixture(scope="session")
def app_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="session")
def app_url(app_folder: Path) -> Iterator[str]:
    """The app without a chat model."""
    process, url = start_app(app_folder, COACH_LLM="none")
    yield url
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not executable:
        pytest.skip("no Chromium on this machine: install Debian's package chromium to run the browser tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, app_url) -> Iterator[object]:  # type: ignore[no-untyped-def]
    """A fresh window on the page. Every request it makes is kept in `page.requests`, every error in `page.faults`."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=app_url)
    page = context.new_page()
    page.sent, page.faults = [], []
    page.on("request", lambda request: page.sent.append(request.url))
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(app_url)
    page.wait_for_selector("#situation textarea")
    yield page
    context.close()
