"""From the codes of a clinician's turn to the moves that reach the patient (moves.yaml). Pure."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from coach.practice.cues import sentences
from coach.practice.tables import find, table

CONFIDENT = 0.55  # a code below this probability moves nothing
IN_A_ROW = 3  # questions in a row without a reflection, from which they cost trust
SAID_BACK = re.compile(r"^(?:so|and|but|well|okay|yeah|right)?,?\s*(?:it |that )?(?:sounds? |seems? |you\b|you['’]|your\b)", re.IGNORECASE)
EFFECTS = ("trust", "fear", "anger", "readiness")


class CodeLike(Protocol):
    """One code of a turn, as the rater gives it."""

    @property
    def code(self) -> str: ...
    @property
    def subtype(self) -> str | None: ...
    @property
    def span(self) -> tuple[int, int]: ...
    @property
    def probability(self) -> float: ...


class Rating(Protocol):
    """All codes of a turn; the main one first."""

    @property
    def code(self) -> str: ...
    @property
    def codes(self) -> Sequence[CodeLike]: ...


class Rater(Protocol):
    """What codes a turn: coding.Coder, or rules."""

    def code(self, speaker: str, text: str, previous: str = "") -> Rating: ...


@dataclass(frozen=True, slots=True)
class Heard:
    """A clinician's turn as it reaches the patient: its moves, what it is about, what it asks about, and whether it asks openly or says something back.
    `question`: it counts as one in a row; asking about a danger never does."""

    moves: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()
    inviting: bool = False
    question: bool = False
    reflection: bool = False


def hear(text: str, codes: Iterable[CodeLike], behaviors: Collection[str] = (), angry: bool = False, questions: int = 0, safety: bool = False) -> Heard:
    """What reaches the patient. `behaviors` are those of behaviors.py found in the turn, `angry` the patient's mood before it, `questions` how many
    turns in a row before it held a question and no reflection; a turn of `safety` (it asks about a danger or follows that up) never counts as one. Codes below CONFIDENT move nothing; simple or complex alone neither."""
    sure = [code for code in codes if code.probability >= CONFIDENT]
    names = {name for code in sure for name in _moves(code)} | set(behaviors)
    question, reflection = any(code.code == "question" for code in sure), any(code.code == "reflection" for code in sure)
    counts = question and not safety and "direct_safety_question" not in names
    if counts and not reflection and questions + 1 >= IN_A_ROW:
        names.add("questions_in_a_row")
    names = _settled(names, angry)
    asks = question or "?" in text or "direct_safety_question" in names
    return Heard(
        tuple(sorted(names, key=list(table("moves.yaml")).index)), topics(text), asked(text) if asks else frozenset(),
        bool(names & {"open_question", "reflection", "complex_reflection"}), counts, reflection,
    )  # fmt: skip


def _moves(code: CodeLike) -> Iterable[str]:
    if code.code == "question":
        yield "open_question" if code.subtype == "open" else "closed_question"
    elif code.code == "reflection":
        sure = getattr(code, "subtype_probability", None)  # a rater that does not say how sure it is of the subtype is not sure
        yield "complex_reflection" if code.subtype == "complex" and sure is not None and sure >= CONFIDENT else "reflection"
    elif code.code == "input":
        yield code.subtype if code.subtype in ("information", "advice", "options", "negotiation") else "information"
    else:
        yield "other"


def _settled(names: set[str], angry: bool) -> set[str]:
    """What one move makes of another in the same turn."""
    asked_first = names & {"seek_collaboration", "persuade_with_permission"}
    if names & {"confront", "red_line"}:
        names = names - {"direct_safety_question", "limit", "affirm"}  # not kind
    if "red_line" in names:
        names = names - {"confront", "persuade", "advice", "information"}
    if asked_first or "limit" in names:
        names = names - {"advice", "persuade"}
    if "persuade" in names:
        names = names - {"advice", "information"}
    if "information" in names and angry and not asked_first and "limit" not in names:
        names = names - {"information"} | {"information_while_angry"}
    return names - {"other"} if len(names) > 1 else names


def counted(text: str, codes: Sequence[CodeLike], pushing: Sequence[tuple[int, int]]) -> tuple[CodeLike, ...]:
    """The codes that stand once it is known which words push or accuse (spans of persuading, confronting, limits, red lines): an utterance has one code
    (MITI 4.2.1), so what pushes is no reflection. A reflection stays when another sentence of its span speaks to the patient."""
    return tuple(code for code in codes if code.code != "reflection" or not _pushes(text, code.span, pushing))


def _pushes(text: str, span: tuple[int, int], pushing: Sequence[tuple[int, int]]) -> bool:
    touched = [part for part in pushing if part[0] < span[1] and span[0] < part[1]]
    if not touched:
        return False
    inside = [(start + span[0], end + span[0]) for start, end in sentences(text[slice(*span)])]
    free = [part for part in inside if not any(start < part[1] and part[0] < end for start, end in touched)]
    return not any(SAID_BACK.match(text[slice(*part)]) for part in free)


def topics(text: str) -> tuple[str, ...]:
    """What a turn is about, by topics.yaml, the most often named first. Empty when nothing is named."""
    counts: dict[str, int] = {}
    for found in find("topics.yaml", "lines", text):
        counts[found.name] = counts.get(found.name, 0) + 1
    order = list(table("topics.yaml")["lines"])
    return tuple(sorted(counts, key=lambda name: (name != "safety", -counts[name], order.index(name))))


def asked(text: str) -> frozenset[str]:
    """Which topics of `asked` the turn names."""
    return frozenset(found.name for found in find("topics.yaml", "asked", text))
