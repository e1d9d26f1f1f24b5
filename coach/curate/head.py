"""Changing single keys of a file's front matter as text: what is not named stays as it was, byte for byte."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

import yaml

from coach.errors import CurateError
from coach.library.frontmatter import tree

Value = str | int | date | None | Sequence[str]
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ ,.;'()/-]*")
NOT_IN_YAML = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
COMMENT = re.compile(r"[ \t]+#[^\r]*")
WORDS_YAML_READS = frozenset("yes no on off true false null none y n ~".split())  # noqa: SIM905 - a list of words reads best as words
NO_HEAD = "The file does not begin with its front matter between two lines of three dashes. Put it back, as corpus/README.md shows."
UNREADABLE = "The front matter cannot be read. Mend it first: each key at the beginning of its own line, quotes around what holds a colon, a quote or a #."


def set_values(text: str, values: Mapping[str, Value]) -> str:
    """The text with these keys set; new keys go to the end of the front matter. Raises CurateError when there is none, or it cannot be read."""
    return _put(text, {key: written_as(key, value) for key, value in values.items()})


def set_evidence(text: str, evidence: Sequence[tuple[str, str]]) -> str:
    """The text with these claims and the ids of their sources. Raises as `set_values`."""
    rows = [row for claim, source in evidence for row in (f"  - claim: {scalar(claim)}", f"    source: {scalar(source)}")]
    return _put(text, {"evidence": ["evidence:", *rows] if rows else ["evidence: []"]})


def _put(text: str, written: Mapping[str, Sequence[str]]) -> str:
    lines = text.split("\n")
    end = next((row for row, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if lines[0].rstrip().lstrip("\ufeff") != "---" or end is None:
        raise CurateError(NO_HEAD)
    return "\n".join([lines[0], *put(lines[1:end], written, "\r" if lines[0].endswith("\r") else ""), *lines[end:]])


def put(lines: Sequence[str], written: Mapping[str, Sequence[str]], ending: str = "") -> list[str]:
    """Lines of YAML with these keys written so, new ones last; `ending` is what each line has before its newline. Raises CurateError when they cannot be read."""
    changed, places = list(lines), _places(lines)
    for key in sorted(written.keys() & places.keys(), key=lambda name: -places[name][0].start):
        span, comment = places[key]
        first, *rest = written[key]
        changed[span] = [line + ending for line in (first + comment, *rest)]
    return changed + [line + ending for key, its in written.items() if key not in places for line in its]


def _places(head: Sequence[str]) -> dict[str, tuple[slice, str]]:
    """Of each key the lines it takes with its value, and the comment in its first line. Comments and blank lines after it are not its own."""
    source = "\n".join(head)
    node, _ = tree(source, "")
    if node is None:
        if all(not line.strip(" \r") or (line.startswith("#") and not NOT_IN_YAML.search(line.rstrip("\r"))) for line in head):
            return {}
        raise CurateError(UNREADABLE)
    found: dict[str, tuple[slice, str]] = {}
    for key, value in node.value:
        start = key.start_mark.index
        if source[:start][-1:] not in ("", "\n") or not isinstance(key, yaml.ScalarNode) or not source.startswith((key.value, '"', "'"), start):
            raise CurateError(UNREADABLE)
        first, (last, rest) = source.count("\n", 0, start), _end(source, value)
        below = value.start_mark.line > key.end_mark.line
        if below:
            rest = source[key.end_mark.index :].partition("\n")[0].lstrip().removeprefix(":")
        comment = COMMENT.match(rest) if below or first == last else None
        found.setdefault(key.value, (slice(first, last + 1), comment[0] if comment else ""))
    return found


def _end(source: str, node: yaml.Node) -> tuple[int, str]:
    """The last line of a value (from 0), and what stands behind the value in it."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):  # its mark stands behind the comments that follow
        start = source.count("\n", 0, node.start_mark.index)
        lines = source.split("\n")
        stop = next((row for row, line in enumerate(lines[start + 1 :], start + 1) if line.strip() and line[0] not in " \t"), len(lines))
        return max(row for row in range(start, stop) if row == start or lines[row].strip()), ""
    at = node.end_mark.index
    return source.count("\n", 0, at), source[at:].partition("\n")[0]


def written_as(key: str, value: Value) -> list[str]:
    """A key and its value as YAML lines that read back as the same value."""
    if value is None or isinstance(value, int | date):
        return [f"{key}: {'null' if value is None else value}"]
    if isinstance(value, str):
        return [f"{key}: {scalar(value)}"]
    if not value:
        return [f"{key}: []"]
    if all(re.fullmatch(r"[a-z_]+", item) and item not in WORDS_YAML_READS for item in value):
        return [f"{key}: [{', '.join(value)}]"]
    return [f"{key}:", *(f"  - {scalar(item)}" for item in value)]


def scalar(text: str) -> str:
    """One text as a YAML scalar on one line: plain where that is safe, else in double quotes. What YAML cannot hold is spelled by its code, and refused by the check."""
    plain = " ".join(text.split())
    if PLAIN.fullmatch(plain) and plain.lower() not in WORDS_YAML_READS:
        return plain
    quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + NOT_IN_YAML.sub(lambda match: f"\\U{ord(match[0]):08x}", quoted) + '"'
