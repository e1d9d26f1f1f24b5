"""Reads the metadata at the front of a GGUF file, and nothing else of its gigabyte.

The format (GGUF 2 and 3, little-endian): magic, version, counts of tensors and of key-value pairs, then the pairs:
key, type, value; strings are a 64-bit length and UTF-8; an array is the type and number of its elements, then they themselves.
"""

import mmap
import struct
from pathlib import Path

STRING, ARRAY = 8, 9
FIXED = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}


def read_values(path: Path, wanted: set[str]) -> dict[str, object]:
    """The wanted keys that the file has. Strings in arrays stay bytes. Raises ValueError for a file that is no GGUF, OSError as open does."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            if data[:4] != b"GGUF" or struct.unpack_from("<I", data, 4)[0] not in (2, 3):
                raise ValueError("no GGUF file of version 2 or 3")
            return _pairs(data, struct.unpack_from("<Q", data, 16)[0], wanted)
        except struct.error:
            raise ValueError("the GGUF file ends in the middle of its metadata") from None


def _pairs(data: mmap.mmap, count: int, wanted: set[str]) -> dict[str, object]:
    at, found = 24, {}
    for _ in range(count):
        key, at = _string(data, at)
        kind = struct.unpack_from("<I", data, at)[0]
        value, at = _value(data, at + 4, kind)
        if key.decode("utf-8", "replace") in wanted:
            found[key.decode()] = value
            if len(found) == len(wanted):
                break
    return found


def _value(data: mmap.mmap, at: int, kind: int) -> tuple[object, int]:
    if kind == STRING:
        raw, at = _string(data, at)
        return raw.decode("utf-8", "replace"), at
    if kind == ARRAY:
        inner, length = struct.unpack_from("<IQ", data, at)
        return _array(data, at + 12, inner, length)
    if kind not in FIXED:
        raise ValueError("a kind of value that GGUF does not have")
    return struct.unpack_from(FIXED[kind], data, at)[0], at + struct.calcsize(FIXED[kind])


def _array(data: mmap.mmap, at: int, inner: int, length: int) -> tuple[object, int]:
    if inner == STRING:
        strings = []
        for _ in range(length):
            raw, at = _string(data, at)
            strings.append(raw)
        return strings, at
    if inner not in FIXED:
        raise ValueError("an array of a kind that is not read here")
    form = f"<{length}{FIXED[inner][1]}"
    return struct.unpack_from(form, data, at), at + struct.calcsize(form)


def _string(data: mmap.mmap, at: int) -> tuple[bytes, int]:
    length = struct.unpack_from("<Q", data, at)[0]
    end = at + 8 + length
    if end > len(data):
        raise ValueError("the GGUF file ends in the middle of its metadata")
    return data[at + 8 : end], end
