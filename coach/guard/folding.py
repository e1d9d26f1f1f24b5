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


# What a text is rid of before anything reads it: a terminal's control sequences, and characters that nobody sees but that part or hide words.
SEQUENCE = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\^_]")
PARTS = re.compile(r"[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")  # line and page breaks of other programs
UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]")


def cleaned(text: str) -> str:
    """The text as a reader sees it: line breaks as \\n, no control sequences, nothing invisible. Words stay whole, so that no sign of danger hides between their letters."""
    return UNSEEN.sub("", PARTS.sub(" ", SEQUENCE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))))
