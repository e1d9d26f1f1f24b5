"""Text folded so that look-alikes read as plain letters: full-width digits, curly quotes, Cyrillic letters that look Latin, invisible characters."""

import re

# One character for one, so that offsets hold.
_LOOKALIKE = dict(zip("АВЕЅІЈКМНОРСТУХаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABESIJKMHOPCTYXaesijopcyxhdqwABEZHIKMNOPTYXo", strict=True))
_WIDE = {chr(0xFF01 + i): chr(0x21 + i) for i in range(94)}
_QUOTES = {
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "´": "'",
    "`": "'",
    "“": '"',
    "”": '"',
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "−": "-",
    "\u00a0": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\u3000": " ",
}
_ACCENTS = dict(
    zip("áàâäãåāéèêëēěíìîïīóòôöõøōúùûüūýÿñńçćčšśžźżłğÁÀÂÄÃÅÉÈÊËÍÌÎÏÓÒÔÖÕØÚÙÛÜÝÑÇČŠŽŁ", "aaaaaaaeeeeeeiiiiiooooooouuuuuyynncccsszzzlgAAAAAAEEEEIIIIOOOOOOUUUUYNCCSZL", strict=True)
)
_TABLE = str.maketrans({**_LOOKALIKE, **_WIDE, **_QUOTES, **_ACCENTS})
INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff\u0300-\u036f]")


def fold(text: str) -> tuple[str, list[int] | None]:
    """The folded text and, where characters were dropped, the place in `text` of each one left (None: nothing was dropped)."""
    if text.isascii():
        return text, None
    places: list[int] | None = None
    if INVISIBLE.search(text):
        places = [i for i, letter in enumerate(text) if not INVISIBLE.match(letter)]
        text = "".join(text[i] for i in places)
    return text.translate(_TABLE), places
