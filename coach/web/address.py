"""Where the page is served. Apart from the server, so that an address that cannot be used is said before anything slow is loaded."""

import socket
from collections.abc import Sequence

from coach.errors import ServeError
from coach.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def check_address(settings: Settings) -> None:
    """Raises ServeError when the address is not allowed or already taken."""
    if settings.host not in LOOPBACK:
        raise ServeError("Only this computer may open the page: set COACH_HOST to 127.0.0.1. There is no sign-in yet that would make anything else safe.")
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            raise ServeError(f"Port {settings.port} is in use. Stop the program that uses it, or choose another: COACH_PORT={settings.port + 1} make run") from None


def tell_where(settings: Settings, notes: Sequence[str] = ()) -> None:
    """Print the address, now that the page can answer, and what is not as it should be."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    print("\n".join([*(f"Note: {note}." for note in notes), f"Conversation Coach is ready: http://{host}:{settings.port}  (Ctrl+C ends it)"]), flush=True)
