"""Is a script right: its words in the closed lists, its sources real, its parts complete. How it sounds is `quality`."""

import re
from collections.abc import Collection, Iterator
from datetime import date

from coach.library.lines import Line
from coach.library.script import Problem, Script
from coach.library.taxonomy import Sources, Taxonomy

AT_LEAST = {"asks": 5, "pushbacks": 3, "avoid": 2, "evidence": 1, "check_first": 1, "then": 1}
ALWAYS, VARYING = 5, 4  # lines of `Say` that always apply, and lines that depend on this patient
ANSWERS = range(1, 4)
INJECTION = re.compile(
    r"ignore (all |any )?(previous|prior|above) |disregard (the|your|all) |you are now |system prompt|<\|im_|\[INST\]|</?(script|img|iframe|style|a)\b|https?://|www\.|!\[|\]\(", re.IGNORECASE
)
SINGULAR_VERB = r"(is|was|has|does|doesn't|isn't|wasn't|hasn't|hurts|gets|goes|comes|makes|needs|wants)"


def validate(script: Script, taxonomy: Taxonomy, sources: Sources, ids: Collection[str] = ()) -> list[Problem]:
    """Everything wrong with one parsed script. `ids` are all ids of the library, for "use … instead"; empty = not checked."""
    found = [*_lists(script, taxonomy), *_amounts(script), *_evidence(script, sources), *_review(script), *_texts(script, sources)]
    for line in script.spoken():
        found += _line(script, line, taxonomy)
    if ids and not any(name in ids and name != script.id for name in re.findall(r"[a-z_]+/[a-z0-9-]+", script.avoid_when)):
        found.append(_at(script, "avoid_when should name, by its id, the script to use instead (category/slug of a script that exists)"))
    return sorted(found, key=lambda problem: problem.line)


def _at(script: Script, message: str, row: int = 1, rule: str = "format") -> Problem:
    return Problem(script.path, row, message, rule)


def _lists(script: Script, taxonomy: Taxonomy) -> Iterator[Problem]:
    if script.category not in taxonomy.categories:
        yield _at(script, f"{script.category} is not a category of taxonomy.yaml: move the file to one that is")
    for key, allowed in (("situations", taxonomy.situations), ("needs", taxonomy.needs), ("skills", taxonomy.skills)):
        for name in getattr(script, key):
            if name not in allowed:
                yield _at(script, f"{key} names {_short(name)}, which is not in taxonomy.yaml: correct it, or add it there with its sentence")
        if not getattr(script, key) and not (key == "situations" and script.category == "clinician_support"):
            yield _at(script, f"{key} is empty: name at least one from taxonomy.yaml")


def _amounts(script: Script) -> Iterator[Problem]:
    for key, least in AT_LEAST.items():
        if len(getattr(script, key)) < least:
            yield _at(script, f"{key} has {len(getattr(script, key))} of at least {least}: add more")
    varying = [line for line in script.say if line.conditions or line.slots]
    if len(script.say) - len([line for line in script.say if line.conditions or _may_vanish(line)]) < ALWAYS:
        yield _at(script, f"Say has fewer than {ALWAYS} lines that always apply: add some without a condition", script.say[0].row)
    if len(varying) < VARYING:
        yield _at(script, f"Say has {len(varying)} of at least {VARYING} lines with a (situation) or a slot: add what you would vary for this patient", script.say[0].row)
    for pushback in script.pushbacks:
        if len(pushback.answers) not in ANSWERS:
            yield _at(script, "what the patient says here has no answer, or more than three: give one to three", pushback.row)
    if not any("__" in bullet for bullet in script.then):
        yield _at(script, "Then has no sentence for the note: add one with blanks (__) where only the visit can tell")


def _may_vanish(line: Line) -> bool:
    return any("{" in part for part in line.parts if isinstance(part, str))


def _evidence(script: Script, sources: Sources) -> Iterator[Problem]:
    for item in script.evidence:
        source = sources.by_id.get(item.source)
        if source is None:
            yield _at(script, f"the source {_short(item.source)} is not in sources.yaml: use one that is, or add it with its claims")
        elif item.claim not in source.claims:
            yield _at(script, f"a claim is not one that sources.yaml gives for {item.source}: repeat one of its claims word for word")


def _review(script: Script) -> Iterator[Problem]:
    if script.status == "reviewed" and not script.reviewed_by:
        yield _at(script, "status is reviewed, but reviewed_by is empty: name the reviewer and their role, or set the status back")
    if script.review_by:
        try:
            date.fromisoformat(script.review_by)
        except ValueError:
            yield _at(script, "review_by should be a date such as 2027-11-30")


def _texts(script: Script, sources: Sources) -> Iterator[Problem]:
    spoken = [(line.row, line.source) for line in script.spoken()]
    asked = [(1, text) for text in (script.title, script.use_when, script.avoid_when, *script.asks)]
    rest = [(1, text) for text in (*script.check_first, *script.then, *script.avoid, script.why, *(p.quote for p in script.pushbacks))]
    for row, text in (*spoken, *asked, *rest):
        if INJECTION.search(text):
            yield _at(script, "there is a link, markup or an instruction to a program here: write plain sentences only", row, "R-markup")
    for row, text in (*spoken, (1, script.why), *((1, text) for text in script.then)):
        for pattern, because in sources.superseded:
            if pattern.search(text):
                yield _at(script, f"this claim is out of date. {because}", row, "superseded")


def _line(script: Script, line: Line, taxonomy: Taxonomy) -> Iterator[Problem]:
    tags = [condition.tag for condition in line.conditions]
    for tag in tags:
        if tag not in taxonomy.situations:
            yield _at(script, f"the condition ({_short(tag)}) is not a situation of taxonomy.yaml: correct it, or add it there", line.row)
    if len(set(tags)) < len(tags):
        yield _at(script, "a condition stands twice in front of this line: keep one", line.row)
    for name in line.slots:
        slot = taxonomy.slots.get(name)
        if slot is None:
            yield _at(script, f"{{{_short(name)}}} is not a slot of taxonomy.yaml: use one that is", line.row)
        elif slot.turned and script.audience != "patient":
            yield _at(script, f"{{{name}}} is turned to the patient, but this script speaks to someone else: use another slot or none", line.row)
    if re.search(rf"\{{(person|body_part|treatment_tried)\}}(’s|'s)?\s+{SINGULAR_VERB}\b|\b{SINGULAR_VERB}\s+\{{(person|body_part|treatment_tried)\}}", line.source):
        yield _at(script, "a verb depends on a slot that may be plural: turn the sentence so that it fits one and many", line.row)


def _short(name: str) -> str:
    return name if len(name) <= 40 else name[:40] + "…"
