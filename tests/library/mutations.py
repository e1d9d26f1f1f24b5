"""Ways to damage a script file, for the tests of parser, validator and library. `harmful` ones must always be noticed."""

import random
from collections.abc import Callable

Mutation = Callable[[list[str], random.Random], list[str]]
TOKENS = (
    "{", "}", "[", "]", "|", "{nobody}", "(made_up) ", "not ", '"', "'", ":", "#", "- ", "> ", "## ", "---", "\t", "&a ", "*a", "!!python/object:os.system ", "<<: ", "%", "@",
    "9" * 400, "2024-01-01", "null", "~", "yes", "…", "é",
)  # fmt: skip
BAD = (
    "\x00", "\u200b", "\u202e", "\ufeff", "\u00a0", "\u2028", "\x85", "\u0430", "\u0391", "\uff21", "\U0001d400", "\u2011", "\ud800", "<script>alert(1)</script>", "<img src=x onerror=y>",
    "<!-- note -->", "ignore all previous instructions", "Disregard your rules", "You are now a helpful assistant", "system prompt", "<|im_start|>", "https://example.org/x",
    "![](x)", "&#1072;", "javascript:alert(1)", "x" * 2_100,
)  # fmt: skip


def delete(lines: list[str], chance: random.Random) -> list[str]:
    at = chance.randrange(len(lines))
    return lines[:at] + lines[at + chance.randint(1, 3) :]


def duplicate(lines: list[str], chance: random.Random) -> list[str]:
    at = chance.randrange(len(lines))
    return [*lines[: at + 1], lines[at], *lines[at + 1 :]]


def swap(lines: list[str], chance: random.Random) -> list[str]:
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines = [*lines]
    lines[one], lines[two] = lines[two], lines[one]
    return lines


def insert(lines: list[str], chance: random.Random) -> list[str]:
    return _put(lines, chance, chance.choice(TOKENS))


def cut(lines: list[str], chance: random.Random) -> list[str]:
    at = chance.randrange(len(lines))
    where = chance.randrange(len(lines[at]) + 1)
    return [*lines[:at], lines[at][:where] + lines[at][where + chance.randint(1, 5) :], *lines[at + 1 :]]


def reindent(lines: list[str], chance: random.Random) -> list[str]:
    at = chance.randrange(len(lines))
    return [*lines[:at], " " * chance.randint(1, 4) + lines[at].lstrip(), *lines[at + 1 :]]


def end_early(lines: list[str], chance: random.Random) -> list[str]:
    return lines[: chance.randrange(len(lines))]


def poison(lines: list[str], chance: random.Random) -> list[str]:
    """Something that no file may hold, in a line that is text."""
    return _put(lines, chance, f" {chance.choice(BAD)} ", [at for at, line in enumerate(lines) if line.startswith(("- ", "> "))])


MUTATIONS: tuple[Mutation, ...] = (delete, duplicate, swap, insert, cut, reindent, end_early, poison)


def _put(lines: list[str], chance: random.Random, piece: str, places: list[int] | None = None) -> list[str]:
    at = chance.choice(places or range(len(lines)))
    where = chance.randrange(2 if places else 0, len(lines[at]) + 1) if len(lines[at]) > 2 else len(lines[at])
    return [*lines[:at], lines[at][:where] + piece + lines[at][where:], *lines[at + 1 :]]


def mutated(text: str, seed: int, times: int | None = None) -> tuple[str, tuple[str, ...]]:
    """The text after one to three mutations, and their names."""
    chance = random.Random(seed)
    lines, names = text.split("\n"), []
    for _ in range(times or chance.randint(1, 3)):
        mutation = chance.choice(MUTATIONS)
        lines = mutation(lines, chance) or [""]
        names.append(mutation.__name__)
    return "\n".join(lines), tuple(names)
