"""Setting up: once, with a sentence for each thing that can go wrong."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("bootstrap.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run(project: Path, *extras: str, code: str = "") -> subprocess.CompletedProcess[str]:
    program = f"import sys, runpy; sys.argv = ['bootstrap.py', *{list(extras)!r}]\n{code}\nrunpy.run_path('bootstrap.py', run_name='__main__')"
    return subprocess.run([sys.executable, "-c", program], cwd=project, capture_output=True, text=True, timeout=120, check=False)


def test_a_second_run_finds_its_stamp_and_does_nothing() -> None:
    if not (ROOT / ".venv/installed.txt").exists():
        pytest.skip("this checkout was not set up by bootstrap.py")
    extras = (ROOT / ".venv/installed.txt").read_text(encoding="utf-8").split()[1:]
    result = subprocess.run([sys.executable, "bootstrap.py", *extras], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_too_little_room_on_the_disk_is_one_sentence(project: Path) -> None:
    result = run(project, code="import shutil; shutil.disk_usage = lambda path: type('U', (), {'free': 10**9})()")
    assert result.returncode == 1
    assert "GB of disk space" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_old_python_is_one_sentence(project: Path) -> None:
    result = run(project, code="sys.version_info = (3, 9, 0)")
    assert result.returncode == 1
    assert "3.11" in result.stderr


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("NewConnectionError: Failed to establish a new connection", "network"),
        ("ERROR: Could not find a version that satisfies the requirement torch", "could not be found"),
    ],
)
def test_what_pip_says_becomes_one_sentence(project: Path, said: str, sentence: str) -> None:
    fake = f"""
import subprocess
class Pip:
    def __init__(self, *a, **k): self.stdout = [{said!r} + chr(10)]
    def wait(self): return 1
subprocess.Popen = Pip
import venv; venv.create = lambda *a, **k: None
"""
    result = run(project, code=fake)
    assert result.returncode == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
    assert not (project / ".venv/installed.txt").exists()
