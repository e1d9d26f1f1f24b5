"""How often a password may be tried. Pure rules: what is counted, and how long one waits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

PER_ACCOUNT, PER_ADDRESS = 5, 20  # wrong ones: for one account from one address, and from one address for any
WINDOW = timedelta(minutes=15)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Attempts:
    """`count` tries that came to nothing since `since`; no further one before `until`."""

    count: int
    since: datetime
    until: datetime | None = None


def one_more(found: Attempts | None, limit: int, now: datetime) -> Attempts:
    """After another try. From the limit on each is followed by a wait, twice as long as the one before; a quarter of an hour without one, and it is forgotten."""
    if found is None or now - (found.until or found.since) > WINDOW:
        found = Attempts(0, now)
    count = found.count + 1
    if count < limit:
        return Attempts(count, found.since)
    wait = min(FIRST_WAIT * 2 ** min(count - limit, 10), LONGEST_WAIT)
    return Attempts(count, found.since, now + wait)


def one_less(found: Attempts, limit: int) -> Attempts:
    """The last try was the right password: it does not count."""
    count = max(0, found.count - 1)
    return Attempts(count, found.since, found.until if count >= limit else None)


def said(wait: timedelta) -> str:
    """How long to wait, in a sentence."""
    minutes = max(1, -int(-wait.total_seconds() // 60))
    return f"Too many wrong passwords. Wait {minutes} {'minute' if minutes == 1 else 'minutes'}, then try again."
