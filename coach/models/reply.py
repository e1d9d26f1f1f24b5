"""The reply's shape: the JSON Schema a model is held to, and the reading of what it sent."""

import json
import unicodedata
from typing import Any, TypeVar

from pydantic import BaseModel

S = TypeVar("S", bound=BaseModel)
BOUNDS = {"title", "default", "description", "maxLength", "minLength", "pattern"}


def json_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """The schema as servers take it: every field written, null where empty; nothing beside the fields; no bounds, which strict servers
    refuse, and at which llama.cpp cuts a span in the middle of a word (`read_reply` sees to them). Leaving empty fields out would be faster,
    but a small model then forgets to look for them: it found 27 of 69 spans instead of 44."""
    plain: dict[str, Any] = _plain(schema.model_json_schema())
    return plain


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _plain(value) for key, value in node.items() if key not in BOUNDS}
    for key in {"properties", "$defs"} & set(node):  # here the keys are names, not words of JSON Schema
        kept[key] = {name: _plain(each) for name, each in node[key].items()}
    if "properties" in node:
        kept |= {"additionalProperties": False, "required": list(node["properties"])}
    return kept


def read_reply(text: str, schema: type[S]) -> S:
    """The reply as `schema`. Raises ValueError for anything else: no JSON, cut off, other fields, control characters, twice the same field."""
    try:
        parsed = schema.model_validate(json.loads(_without_fence(text), object_pairs_hook=_once_each))
    except RecursionError:
        raise ValueError("too deep") from None
    if any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for each in _texts(parsed.model_dump()) for letter in each):
        raise ValueError("control characters")
    return parsed


def _without_fence(text: str) -> str:
    """Servers that do not enforce a schema often wrap the JSON in a Markdown fence."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```"):
        text = text.strip("`").removeprefix("json")
    return text


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a field twice")
    return dict(pairs)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list | tuple):
        return [text for each in value for text in _texts(each)]
    return []
