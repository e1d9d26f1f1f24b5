"""Where the page is served. Apart from the server, so that an address that cannot be used is said before anything slow is loaded."""

import errno
import socket
from collections.abc import Sequence

from coach.errors import ServeError
from coach.settings import Settings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not listened on
NO_SIGN_IN = (
    "Others may open the page only where people sign in: set COACH_HOST to 127.0.0.1, or COACH_AUTH to accounts or header. "
    "Then put a proxy that adds TLS in front, or passwords and what is typed travel in the open."
)
NO_NAME = "Say by which name others reach the page: COACH_HOSTS=coach.clinic.example, the name that the proxy with TLS in front passes on."
OPEN_WAY = "what people type travels in the open unless a proxy in front adds TLS"


def check_address(settings: Settings) -> None:
    """Raises ServeError when the address is not allowed or already taken, or nobody could sign in."""
    from coach.access.keeper import NO_ADMIN, has_admin

    if settings.host not in LOOPBACK and settings.auth == "none":
        raise ServeError(NO_SIGN_IN)
    if settings.host in EVERY_ADDRESS and not settings.host_names:
        raise ServeError(NO_NAME)
    if settings.auth == "accounts" and not has_admin(settings):
        raise ServeError(NO_ADMIN)
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise ServeError("COACH_HOST is no address of this computer. Set it to 127.0.0.1, or to one that it has.") from None
            raise ServeError(f"Port {settings.port} is in use. Stop the program that uses it, or choose another: COACH_PORT={settings.port + 1} make run") from None


def tell_where(settings: Settings, notes: Sequence[str] = ()) -> None:
    """Print the address, now that the page can answer, and what is not as it should be."""
    if settings.host not in LOOPBACK:
        notes = [*notes, OPEN_WAY]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    print("\n".join([*(f"Note: {note}." for note in notes), f"Conversation Coach is ready: http://{host}:{settings.port}  (Ctrl+C ends it)"]), flush=True)
