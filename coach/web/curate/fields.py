"""The fields of an ordinary form, read up to what a script can need: as large a text as is kept, twice, spelled as addresses spell it."""

import re
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from coach.errors import CurateError

LARGEST = 12_000_000  # bytes
MOST = 2_000  # fields
KEY = re.compile(r"[0-9a-f]{8,48}")


async def fields(request: Request) -> FormData:
    """Raises CurateError when it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise CurateError("This is too long for a script: 200,000 characters is the most. Take some of it out; it is still on the page.")
    try:
        pairs: list[tuple[str, str | UploadFile]] = [*parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST)]
    except ValueError:
        raise CurateError("The form holds more fields than a page of ours. Load the page again.") from None
    return FormData(pairs)


def text_of(form: FormData, name: str) -> str:
    """One field as text; empty when it is not there."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def number_of(form: FormData, name: str) -> int | None:
    text = text_of(form, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def key_of(text: str) -> str:
    """The key of a draft. Raises CurateError for what cannot be one."""
    if not KEY.fullmatch(text):
        raise CurateError("There is no such draft. Open the script from the library and begin again.")
    return text
