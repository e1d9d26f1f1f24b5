"""Imports that wait for their answer: in the memory of this process, each for the person who brought it, and not for long."""

import secrets
import threading
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from coach.curate.bulk import Applied, Planned
from coach.curate.incoming import Item, Table, open_table, read
from coach.curate.incoming.item import LARGEST_UPLOAD, shown
from coach.curate.incoming.kinds import kind_of
from coach.errors import ImportRefused

KEPT = 30 * 60  # seconds
EACH, EVERYBODY = 5, 20  # imports that wait, of one person and of all
MOST_FILES = 200
DRAINED = 10 * LARGEST_UPLOAD  # bytes read and let go of, so that the browser comes to read why it was refused
TOO_LARGE = f"This is more than {LARGEST_UPLOAD // 1_000_000} MB. Import it in parts, one after the other."
NO_FORM = "The files could not be read. Choose them again; at most 200 at once."


@dataclass
class Upload:
    """One import. `tables` still have to be mapped, `items` need not; `planned` is what it would do, `applied` what became of it."""

    owner: str
    items: list[Item] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    planned: list[Planned] | None = None
    applied: list[Applied] | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)  # pressed twice is imported once


class Waiting:
    """Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock, self._lock = clock, threading.Lock()
        self._uploads: dict[str, Upload] = {}

    def put(self, upload: Upload) -> str:
        """Keep it; the oldest of its owner goes when there are too many. Returns the token."""
        with self._lock:
            upload.at = self._clock()
            self._sweep()
            self._drop_oldest([each for each in self._uploads.values() if each.owner == upload.owner], EACH)
            self._drop_oldest(list(self._uploads.values()), EVERYBODY)
            self._uploads[upload.token] = upload
            return upload.token

    def get(self, token: str, owner: str) -> Upload | None:
        """The import of this token, if it is this person's and has not expired."""
        with self._lock:
            self._sweep()
            found = self._uploads.get(token)
            return found if found and found.owner == owner else None

    def drop(self, token: str, owner: str) -> None:
        with self._lock:
            if token in self._uploads and self._uploads[token].owner == owner:
                del self._uploads[token]

    def _sweep(self) -> None:
        for each in [each for each in self._uploads.values() if self._clock() - each.at > KEPT]:
            del self._uploads[each.token]

    def _drop_oldest(self, among: Sequence[Upload], most: int) -> None:
        for each in sorted(among, key=lambda each: each.at)[: max(0, len(among) - most + 1)]:
            self._uploads.pop(each.token, None)


async def files_of(request: Request) -> list[tuple[str, bytes]]:
    """The files of a form, as (name, bytes), in memory only. Raises ImportRefused when it is no such form or holds too much."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise ImportRefused(NO_FORM)
    parser = MultiPartParser(request.headers, _capped(request), max_files=MOST_FILES, max_fields=20)
    parser.spool_max_size = 2 * LARGEST_UPLOAD  # so that nothing goes to a file of the system
    try:
        form = await parser.parse()
    except MultiPartException:
        raise ImportRefused(NO_FORM) from None
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile) and value.filename]
    found = [(each.filename or "", await each.read()) for each in files]
    await form.close()
    if not found:
        raise ImportRefused("No file was chosen. Choose one or several, then press the button again.")
    return found


async def _capped(request: Request) -> AsyncGenerator[bytes, None]:
    taken = 0
    async for chunk in request.stream():
        taken += len(chunk)
        if taken <= LARGEST_UPLOAD:
            yield chunk
        elif taken > DRAINED:
            break
    if taken > LARGEST_UPLOAD:
        raise ImportRefused(TOO_LARGE)


def opened(owner: str, files: Sequence[tuple[str, bytes]]) -> Upload:
    """What the files hold: scripts, and tables that have to be mapped first. What cannot be imported is an item that says why."""
    upload = Upload(owner)
    for name, data in files:
        try:
            if kind_of(name, data) in ("csv", "word"):
                upload.tables.append(open_table(name, data))
            else:
                upload.items += read(name, data)
        except ImportRefused as refusal:
            upload.items.append(Item(shown(name), refused=str(refusal)))
    return upload
