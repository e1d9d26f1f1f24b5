"""Composition root: settings → Coach → web app → serve. `make run` starts this."""

import gc
import sys
import threading

from coach.errors import CoachError
from coach.settings import Settings, load_settings, quiet_libraries


def main() -> int:
    """Set up what is missing, with progress, and serve the page until interrupted. Returns the exit code."""
    from coach import log

    try:
        settings = load_settings()
        quiet_libraries()  # before any is imported
        log.start(settings.log_level)
        _serve(settings)
    except CoachError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        pass
    return 0


def _serve(settings: Settings) -> None:
    from coach.cli.progress import terminal_progress
    from coach.coach import Coach
    from coach.setup import prepare
    from coach.web.address import check_address, tell_where

    check_address(settings)
    progress = terminal_progress()
    prepare(settings, progress)
    gc.disable()  # the libraries make a million objects that stay; looking through them again and again costs a tenth of the start
    threading.Thread(target=_import_early, daemon=True).start()
    from coach.web.server import serve
    from coach.web.shelf import Shelf

    def opened() -> Coach:
        try:
            coach = Coach.open(settings, progress)
        finally:
            gc.freeze()
            gc.enable()
        tell_where(settings, coach.notes)
        return coach

    serve(settings, Shelf(settings, opened))


def _import_early() -> None:
    import sentence_transformers  # noqa: F401 - the encoder's libraries, beside Gradio's: both are slow


if __name__ == "__main__":
    sys.exit(main())
