"""`coach` run inside the test's own process, which has loaded the libraries already: ten seconds of processor time saved a command.
Each group of commands keeps a test that starts a real process."""

import io
import os
import subprocess
import sys
import traceback

from coach import log
from coach.cli import main


def coach_here(*arguments: str, stdin: str | bytes = b"", **environment: str) -> subprocess.CompletedProcess[str]:
    """What a process of its own would have given: exit code, standard output and standard error. `environment` is added to this process's for as long."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    before = dict(os.environ), sys.argv, sys.stdin, sys.stdout, sys.stderr
    os.environ.update(environment)
    sys.argv, sys.stdout, sys.stderr = ["coach", *arguments], out, err
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode() if isinstance(stdin, str) else stdin), encoding="utf-8")
    code: object = 0
    try:
        log.start()
        main()
    except SystemExit as end:
        code = end.code or 0
    except Exception:
        traceback.print_exc()
        code = 1
    finally:
        variables, sys.argv, sys.stdin, sys.stdout, sys.stderr = before
        os.environ.clear()
        os.environ.update(variables)
        log.start()
    return subprocess.CompletedProcess(arguments, int(str(code)), out.buffer.getvalue().decode(), err.buffer.getvalue().decode())  # type: ignore[attr-defined]
