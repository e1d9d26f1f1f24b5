"""Make .venv and install into it, once. Run by the Makefile with any Python 3.11+; uses only the standard library.

    python3 bootstrap.py [base] [embedded] [evals] [dev]

A second run finds its stamp and does nothing. A run that was interrupted goes on where it was: pip keeps what it has downloaded.
"""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
EXTRAS = ("embedded", "evals", "dev")
NEEDED_GB = {"base": 4, "embedded": 4, "evals": 1, "dev": 1}
FAILURES = {
    "No space left": "The disk is full. Free some space and run the same command again; what was downloaded is kept.",
    "Could not find a version": "A package could not be found. Check the network connection (and any package mirror you use) and run the same command again.",
    "connection": "The network went away. Run the same command again; what was downloaded is kept.",
    "Temporary failure in name resolution": "There is no network. Connect and run the same command again; it is needed only this once.",
    "Permission denied": "This folder may not be written. Move the project to a folder of your own and run the same command again.",
}


def main(wanted: list[str]) -> int:
    if sys.version_info < (3, 11):
        return say("Python 3.11 or later is needed. Install it, or run: make run PYTHON=python3.12")
    extras = [extra for extra in EXTRAS if extra in wanted]
    if stamped(extras):
        return 0
    room = shutil.disk_usage(HERE).free / 1e9
    needed = NEEDED_GB["base"] + sum(NEEDED_GB[extra] for extra in extras)
    if not PYTHON.exists() and room < needed:
        return say(f"About {needed} GB of disk space are needed, {room:.1f} GB are free. Free some and run the same command again.")
    try:
        if not PYTHON.exists():
            print("Making the virtual environment .venv …", flush=True)
            venv.create(VENV, with_pip=True, clear=VENV.exists())
    except (OSError, subprocess.CalledProcessError):
        return say("The virtual environment could not be made. On Debian and Ubuntu: apt install python3-venv. Then run the same command again.")
    print(f"Installing ({', '.join(['base', *extras])}); the first time this takes some minutes …", flush=True)
    target = f".[{','.join(extras)}]" if extras else "."
    # torch first and alone: pip then takes the build this machine can use, before another package pulls in a larger one
    for arguments in (["torch"], ["-e", target]):
        if not pip(arguments):
            return 1
    stamp_file().write_text(stamp(extras + installed_extras()), encoding="utf-8")
    return 0


def pip(arguments: list[str]) -> bool:
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "on", "-c", "constraints.txt", *arguments]
    process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    tail: list[str] = []
    for line in process.stdout or ():
        tail = [*tail[-40:], line]
        if line.startswith(("Collecting", "Downloading", "Installing", "  Downloading", "Successfully")):
            print("  " + line.strip()[:110], flush=True)
    if process.wait() == 0:
        return True
    text = "".join(tail)
    sentence = next((remedy for sign, remedy in FAILURES.items() if sign.lower() in text.lower()), None)
    if sentence is None:
        print(text, file=sys.stderr)
    say(sentence or "The installation did not finish; the lines above say where. Run the same command again.")
    return False


def stamp_file() -> Path:
    return VENV / "installed.txt"


def stamp(extras: list[str]) -> str:
    """What was installed from which files: changes when pyproject.toml or constraints.txt do."""
    digest = hashlib.sha256((HERE / "pyproject.toml").read_bytes() + (HERE / "constraints.txt").read_bytes()).hexdigest()[:16]
    return f"{digest} {' '.join(extra for extra in EXTRAS if extra in extras)}"


def installed_extras() -> list[str]:
    try:
        digest, *extras = stamp_file().read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return []
    return extras if digest == stamp([]).split()[0] else []


def stamped(extras: list[str]) -> bool:
    return PYTHON.exists() and stamp_file().exists() and stamp(installed_extras()) == stamp_file().read_text(encoding="utf-8") and set(extras) <= set(installed_extras())


def say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(say("Stopped. Run the same command again; what was downloaded is kept."))
    except OSError as error:
        sys.exit(say(f"A file could not be read or written ({error.strerror}). Check the disk and the rights of this folder, and run the same command again."))
