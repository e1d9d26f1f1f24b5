"""Prompts are files: prompts/<name>.md, YAML front matter and a body of blocks.

    ---
    id: extract
    version: 1
    description: what it asks for, in one sentence
    variables: [scenario]
    schema: Spans            # the shape of the reply, or null for plain text
    ---
    ## system
    ## user                  # a worked example …
    ## assistant             # … and its answer; as many pairs as help
    ## user
    {{scenario}}

The blocks are cut before any value goes in, and each `{{name}}` is replaced once: a value is data and can neither open a block,
nor be taken for a variable, nor speak the chat template's own marks (`<|im_end|>`).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from coach.errors import ModelError

FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.S)
BLOCK = re.compile(r"^## (system|user|assistant)[ \t]*$", re.M)
VARIABLE = re.compile(r"\{\{(\w+)\}\}")
MARK = re.compile(r"<(?=[|｜/a-zA-Z])|\[(?=/?[A-Z_]+\])|(?<=[|｜])>")  # <|im_end|>  </s>  <tool_call>  [INST]
INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
KEYS = {"id", "version", "description", "variables", "schema"}


@dataclass(frozen=True, slots=True)
class Prompt:
    """One model call's words. `digest` names the exact file, so that an exam's result can be tied to it."""

    id: str
    version: int
    description: str
    variables: tuple[str, ...]
    schema: str | None
    blocks: tuple[tuple[str, str], ...]
    digest: str

    @property
    def label(self) -> str:
        """Id and version, as an answer shows them."""
        return f"{self.id} v{self.version}"

    def messages(self, values: Mapping[str, str]) -> list[tuple[str, str]]:
        """(role, text) of each block with the values in place. Raises ModelError when one is missing or one is unknown."""
        if set(values) != set(self.variables):
            raise ModelError(f"The prompt {self.id} takes {', '.join(self.variables) or 'no variables'}: one is missing, or one is unknown.", NO_PROMPT)
        data = {name: as_data(value) for name, value in values.items()}
        return [(role, VARIABLE.sub(lambda match: data[match[1]], text)) for role, text in self.blocks]


NO_PROMPT = "its prompt cannot be used"


def as_data(value: str) -> str:
    """The text without what only machines see, and with the marks of chat templates broken apart."""
    return INVISIBLE.sub("", MARK.sub(lambda match: " >" if match[0] == ">" else match[0] + " ", value.replace("\r\n", "\n"))).strip()


def load_prompt(name: str, folder: Path) -> Prompt:
    """Read prompts/<name>.md. Raises ModelError that names the file and what is wrong with it."""
    try:
        text = (folder / f"{name}.md").read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        raise ModelError(f"The prompt file {name}.md is missing or cannot be read. Restore it, or set COACH_PROMPTS.", NO_PROMPT) from None
    return parse_prompt(text, name)


def parse_prompt(text: str, name: str) -> Prompt:
    """As load_prompt, from the text of the file."""
    parts = FRONT.match(text)
    try:
        front = yaml.safe_load(parts[1]) if parts else None
    except yaml.YAMLError:
        front = None
    if parts is None or not isinstance(front, dict) or set(front) != KEYS or front["id"] != name:
        raise _wrong(name, f"the front matter must hold exactly {', '.join(sorted(KEYS))}, and the id must be the file's name")
    if not isinstance(front["version"], int) or not isinstance(front["variables"], list):
        raise _wrong(name, "version must be a number and variables a list")
    blocks = _blocks(parts[2], name)
    variables = tuple(str(variable) for variable in front["variables"])
    used = {variable for _, body in blocks for variable in VARIABLE.findall(body)}
    if used != set(variables):
        raise _wrong(name, f"declared and used variables differ: {', '.join(sorted(used ^ set(variables)))}")
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Prompt(name, front["version"], str(front["description"]), variables, front["schema"], blocks, digest)


def _blocks(body: str, name: str) -> tuple[tuple[str, str], ...]:
    pieces = BLOCK.split(body)
    blocks = tuple((role, text.strip()) for role, text in zip(pieces[1::2], pieces[2::2], strict=True))
    roles = [role for role, _ in blocks]
    turns = roles[1:] if roles[:1] == ["system"] else roles
    if pieces[0].strip() or turns != ["user", "assistant"] * (len(turns) // 2) + ["user"]:
        raise _wrong(name, "after an optional `## system`, blocks must go user, assistant, … and end with user")
    return blocks


def _wrong(name: str, what: str) -> ModelError:
    return ModelError(f"The prompt file {name}.md cannot be used: {what}.", NO_PROMPT)
