"""The head of a script file: YAML read with the line of every key, so that a problem can be located. Never raises on bad input."""

from dataclasses import dataclass, field
from typing import Any

import yaml

from coach.library.script import Problem

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser where the wheel has it: ten times faster

LARGEST = 200_000  # characters; the longest real script is a tenth of this


@dataclass
class Head:
    """Front matter as plain values, the row of each key (1 = first line of the file), and the rows where the body begins."""

    values: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    body_row: int = 1
    body: str = ""


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
    problems: list[Problem] = []
    try:
        if any(isinstance(event, yaml.events.AliasEvent) for event in yaml.parse(source, Loader=Loader)):
            return [Problem(path, 1, "the front matter uses a YAML alias (*name): write the value out instead")]
        node = yaml.compose(source, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        row = error.problem_mark.line + 2 if error.problem_mark else 1
        return [Problem(path, row, f"the front matter is not valid YAML here ({error.problem or 'syntax'}): quote the value if it holds a colon, a quote or a #")]
    except (yaml.YAMLError, RecursionError, ValueError):
        return [Problem(path, 1, "the front matter is not valid YAML: compare it with the example in corpus/README.md")]
    if node is None or not isinstance(node, yaml.MappingNode):
        return [Problem(path, 2, "the front matter holds no keys: write them as `key: value`, one a line")]
    for key_node, value_node in node.value:
        row = key_node.start_mark.line + 2
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        if key is None:
            problems.append(Problem(path, row, "a key is not a plain word: use the keys that corpus/README.md lists"))
        elif key in head.values:
            problems.append(Problem(path, row, f"{key} stands twice: keep one"))
        else:
            head.rows[key] = row
            try:
                head.values[key] = _plain(value_node)
            except (yaml.YAMLError, RecursionError, ValueError, TypeError):
                problems.append(Problem(path, row, f"the value of {key} cannot be read: quote it"))
    return problems


def _plain(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()
