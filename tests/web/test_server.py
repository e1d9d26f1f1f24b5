"""Routes and headers of the running app."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.browser import ROOT, free_port, start_app

pytestmark = pytest.mark.integration


def get(url: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


def test_health_and_readiness_answer(app_url: str) -> None:
    assert get(f"{app_url}/healthz")[0] == 200
    assert get(f"{app_url}/readyz")[0] == 200


@pytest.mark.parametrize("path", ["/", "/healthz", "/config"])
def test_a_policy_forbids_anything_from_elsewhere(app_url: str, path: str) -> None:
    headers = get(app_url + path)[1]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/runs", "/docs", "/openapi.json", "/monitoring", "/gradio_api/file=/etc/passwd", "/coach/../settings.py", "/coach/%2e%2e/settings.py", "/gradio_api/file=app.py"],
)
def test_what_nobody_needs_is_not_served(app_url: str, path: str) -> None:
    status, _, body = get(app_url + path)
    assert status in (400, 401, 403, 404, 405, 422), (path, status)
    assert b"root:" not in body
    assert b"COACH_" not in body


def test_run_history_is_off(app_url: str) -> None:
    assert b'"run_history":true' not in get(f"{app_url}/config")[2].replace(b" ", b"")


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, str(ROOT / "app.py")], cwd=ROOT, env={**os.environ, "COACH_LLM": "none", **environment}, capture_output=True, text=True, timeout=120, check=False
    )


def one_sentence(result: subprocess.CompletedProcess[str]) -> str:
    text = result.stderr.strip()
    assert "Traceback" not in text
    assert len(text.splitlines()) == 1, text
    return text


def test_a_port_in_use_is_one_clear_sentence(app_url: str) -> None:
    result = start(COACH_PORT=app_url.rpartition(":")[2])
    assert result.returncode == 9
    assert "in use" in one_sentence(result)


def test_it_refuses_to_listen_beyond_this_computer() -> None:
    result = start(COACH_HOST="0.0.0.0", COACH_PORT=str(free_port()))
    assert result.returncode == 9
    assert "COACH_HOST" in one_sentence(result)


def test_beyond_this_computer_accounts_need_an_admin_first(tmp_path: Path) -> None:
    result = start(COACH_HOST="0.0.0.0", COACH_HOSTS="coach.clinic.example", COACH_AUTH="accounts", COACH_PORT=str(free_port()), COACH_DATA=str(tmp_path / "data"))
    assert result.returncode == 9
    assert "coach user add" in one_sentence(result)


def test_tracing_to_outside_is_refused() -> None:
    result = start(LANGSMITH_TRACING="true")
    assert result.returncode == 3
    assert "LANGSMITH_TRACING" in one_sentence(result)


def test_an_unknown_setting_is_refused() -> None:
    result = start(COACH_MODLE="none")
    assert result.returncode == 2
    assert "COACH_MODLE" in one_sentence(result)


def test_the_style_sheet_and_script_are_there() -> None:
    for name in ("style.css", "page.js", "icon.svg"):
        assert (Path(ROOT) / "coach/web/static" / name).stat().st_size > 100


def test_the_address_is_printed_once_the_page_answers(tmp_path: Path) -> None:
    process, url = start_app(tmp_path, COACH_LLM="none")
    try:
        for _ in range(50):  # ready, and then told
            if url in (tmp_path / "app.log").read_text():
                break
            time.sleep(0.1)
        assert (tmp_path / "app.log").read_text() == f"Conversation Coach is ready: {url}  (Ctrl+C ends it)\n"
    finally:
        process.terminate()
        process.wait(20)
