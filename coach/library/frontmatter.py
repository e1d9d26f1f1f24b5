"""The head of a script file: YAML read with the line of every key and item, so that a problem can be located. Never raises on bad input."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml

from coach.library.characters import STRANGE
from coach.library.script import Problem

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser where the wheel has it: ten times faster

LARGEST = 200_000  # characters; the longest real script is a tenth of this
DEEPEST = 8  # levels of nesting; a script needs three. The C parser overflows the stack, and the process dies, on some ten thousand
# Without any of these (an alias, much indentation, two dashes on a line, many opening brackets) nothing can nest deep, and the second parse is saved.
SUSPECT = re.compile(rf"[*&]|^\s*[-?:]\s+[-?:]|^[ \t]{{{DEEPEST},}}", re.MULTILINE)
KEY_SHOWN = 40


@dataclass
class Head:
    """Front matter as plain values, where each key stands (1 = first line of the file), and the row where the body begins."""

    values: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    items: dict[str, tuple[int, ...]] = field(default_factory=dict)  # of each key that holds a list, the row of every item
    body_row: int = 1
    body: str = ""


class _Unusable(Exception):
    """A value that a script cannot hold; the text says what to do."""


def read_head(text: str, path: str) -> tuple[Head, list[Problem]]:
    """Split and read a file's front matter. What cannot be read is left out and reported."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        return Head(body=text), [Problem(path, 1, "the file does not begin with ---: put the front matter between two lines of three dashes, as corpus/README.md shows")]
    end = next((row for row, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        return Head(body=""), [Problem(path, 1, "the front matter is not closed: add a line of three dashes after its last key")]
    head = Head(body_row=end + 2, body="\n".join(lines[end + 1 :]))
    problems = _read_yaml("\n".join(lines[1:end]), head, path)
    return head, problems


def _read_yaml(source: str, head: Head, path: str) -> list[Problem]:
    node, problems = tree(source, path)
    return problems if node is None else list(_read_keys(node, head, path))


def tree(source: str, path: str) -> tuple[yaml.MappingNode | None, list[Problem]]:
    """The front matter as YAML nodes, which know where they stand; or None and what is wrong with it. Safe on hostile text."""
    try:
        if (SUSPECT.search(source) or source.count("[") + source.count("{") > DEEPEST) and (problem := _refused(source, path)):
            return None, [problem]
        node = yaml.compose(source, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        row = error.problem_mark.line + 2 if error.problem_mark else 1
        return None, [Problem(path, row, f"the front matter is not valid YAML here ({error.problem or 'syntax'}): quote the value if it holds a colon, a quote or a #")]
    except (yaml.YAMLError, RecursionError, ValueError):
        return None, [Problem(path, 1, "the front matter is not valid YAML: compare it with the example in corpus/README.md")]
    if not isinstance(node, yaml.MappingNode) or not node.value:
        return None, [Problem(path, 2, "the front matter holds no keys: write them as `key: value`, one a line")]
    return node, []


def _refused(source: str, path: str) -> Problem | None:
    """What is refused before a tree is built, read from the flat stream of events: aliases (they can grow without end) and deep nesting."""
    depth = 0
    for event in yaml.parse(source, Loader=Loader):
        if isinstance(event, yaml.AliasEvent):
            return Problem(path, event.start_mark.line + 2, "the front matter uses a YAML alias (*name): write the value out instead, or quote it")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return Problem(path, event.start_mark.line + 2, "brackets or lists stand inside each other too deep here: a script needs only `key: [one, two]`")
    return None


def _read_keys(node: yaml.MappingNode, head: Head, path: str) -> list[Problem]:
    problems: list[Problem] = []
    for key_node, value_node in node.value:
        row = key_node.start_mark.line + 2
        if not isinstance(key_node, yaml.ScalarNode) or not key_node.value.strip():
            problems.append(Problem(path, row, "a key is not a plain word: use the keys that corpus/README.md lists"))
            continue
        key = key_node.value
        if key in head.rows:
            problems.append(Problem(path, row, f"{shown(key)} stands twice: keep one"))
            continue
        head.rows[key] = row
        if isinstance(value_node, yaml.SequenceNode):
            head.items[key] = tuple(item.start_mark.line + 2 for item in value_node.value)
        try:
            head.values[key] = _plain(value_node)
        except _Unusable as unusable:
            problems.append(Problem(path, row, f"the value of {shown(key)} cannot be read: {unusable}"))
    return problems


def _plain(node: yaml.Node) -> Any:
    """Text, whole number, truth value, date, None, list or mapping. Raises _Unusable for whatever else YAML can say."""
    if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
        pairs = [(_plain(key), _plain(value)) for key, value in node.value]
        if not all(isinstance(key, str) for key, _ in pairs) or len({key for key, _ in pairs}) < len(pairs):
            raise _Unusable("each key in it is a word, and stands once")
        return dict(pairs)
    if not isinstance(node, yaml.ScalarNode):
        raise _Unusable("leave out the !tag")
    return _scalar(node)


def _scalar(node: yaml.ScalarNode) -> Any:
    """Numbers beyond plain digits (0x1F, 1_000, 1:30, 1e3) stay text: whoever wrote them meant something else."""
    kind, value = node.tag.removeprefix("tag:yaml.org,2002:"), node.value
    if STRANGE.search(value):  # the file itself was looked through before, so it came from a code such as \\u200b
        raise _Unusable("it spells a character by its code (\\u…); type plain words")
    if kind in ("str", "float", "merge", "value"):
        return value
    if kind == "null":
        return None
    if kind == "bool" and value.lower() in ("true", "yes", "on", "false", "no", "off"):
        return value.lower() in ("true", "yes", "on")
    if kind == "int":
        return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else value
    if kind == "timestamp":
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    raise _Unusable("leave out the !tag, or quote it")


def shown(text: str) -> str:
    """Typed text as a message may repeat it: one line, not long."""
    plain = " ".join(text.split())
    return plain if len(plain) <= KEY_SHOWN else plain[:KEY_SHOWN] + "…"
