"""Which characters a script may hold. What cannot be seen, or looks like another letter, hides words from readers, rules and search."""

import re
import unicodedata

# ASCII, typographic marks, and the letters of western European names (without ı, ĸ, ŀ, ŉ, ŋ, ſ, which look like others).
STRANGE = re.compile(r"[^\t\n\x20-\x7e‘’“”–—…¡¿°·×½¼¾≤≥→À-ÖØ-öø-İĴ-ķĹ-ľŁ-ňŌ-ž]")


def strange(text: str) -> tuple[int, str, str] | None:
    """The first character that a script may not hold: (row, what to do, rule); None when there is none."""
    match = STRANGE.search(text)
    if not match:
        return None
    row, code, kind = text.count("\n", 0, match.start()) + 1, f"U+{ord(match[0]):04X}", unicodedata.category(match[0])
    if kind[0] in "CZ" or kind in ("Mn", "Me"):
        return row, f"there is an invisible or control character ({code}): delete it and type the words again", "R-invisible"
    return row, f"there is a character that no plain keyboard has, and that may look like another one ({code}): delete it and type it again", "R-lookalike"
