"""Is a script right: its words in the closed lists, its sources real, its parts complete. How it sounds is `quality`."""

import re
from collections.abc import Collection, Iterator
from datetime import date

from coach.library.frontmatter import shown
from coach.library.lines import Line, render
from coach.library.script import Problem, Script
from coach.library.taxonomy import Sources, Taxonomy

AT_LEAST = {"asks": 5, "pushbacks": 3, "avoid": 2, "evidence": 1, "check_first": 1, "then": 1}
ALWAYS, VARYING = 5, 4  # lines of `Say` that always apply, and lines that depend on this patient
ANSWERS = range(1, 4)
# Links, markup and sentences addressed to a program. They would do no harm (a script is data, and is shown as text), but a file that holds
# one was not written for a patient, so it stays out until a person has looked at it.
INJECTION = re.compile(
    r"<[a-z/!?]|&#?\w+;|https?://|www\.|javascript:|!\[|\]\(|```|\{\{|<\|\w|\[/?inst\]"
    r"|\b(ignore|disregard|forget|override)\s+(all\s+|any\s+|everything\s+|the\s+|your\s+|my\s+)*(previous|prior|above|earlier|instructions?|rules|guidelines|prompt)\b"
    r"|\byou\s+are\s+now\s+(an?\s+|the\s+|in\s+)?(\w+\s+)?(assistant|model|ai|bot|chatbot|program|developer|dan|unrestricted|jailbroken)\b"
    r"|\bsystem\s+prompt\b|\bnew\s+instructions\s*:|^\s*(system|assistant|user)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
# What every match of INJECTION holds, in lower case: looking for these costs a thirtieth of the pattern, and hardly any script holds one.
TELLTALE = (
    "<",
    "&",
    "://",
    "www.",
    "javascript:",
    "![",
    "](",
    "```",
    "{{",
    "inst]",
    "ignore",
    "disregard",
    "forget",
    "override",
    "are now",
    "system",
    "instructions",
    "assistant",
    "user",
)
# A dose in what is read but not said. MME and "percent" are guideline facts, and counted pills tell a story; spoken lines are read by guard/redlines.
DOSE = re.compile(
    r"\b(?:\d[\d.,/]*|one|two|three|four|five|six|eight|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|eighty|(?:a )?hundred)[ -]?(?:mgs?|mcg|µg|ml|milli-?grams?|micro-?grams?|grams?)\b",
    re.IGNORECASE,
)
BLANK, OPENS_NOTE = re.compile(r"_{2,}"), re.compile(r"^\W*note\s*:", re.IGNORECASE)
NAMED = re.compile(r"\b[a-z_]+/[a-z0-9-]*[a-z0-9]")
SINGULAR_VERB = r"(is|was|has|does|doesn't|isn't|wasn't|hasn't|hurts|gets|goes|comes|makes|needs|wants)"
MAY_BE_MANY = re.compile(rf"\{{(person|body_part|treatment_tried)\}}(’s|'s)?\s+{SINGULAR_VERB}\b|\b{SINGULAR_VERB}\s+\{{(person|body_part|treatment_tried)\}}")


def validate(script: Script, taxonomy: Taxonomy, sources: Sources, ids: Collection[str] = ()) -> list[Problem]:
    """Everything wrong with one parsed script. `ids` are all ids of the library, for "use … instead"; empty = not checked."""
    found = [*_lists(script, taxonomy), *_amounts(script), *_always(script), *_evidence(script, sources), *_review(script), *_texts(script, sources)]
    for line in script.spoken():
        found += _line(script, line, taxonomy)
    if ids:
        found += _instead(script, taxonomy, ids)
    return sorted(found, key=lambda problem: problem.line)


def _at(script: Script, message: str, row: int = 1, rule: str = "format") -> Problem:
    return Problem(script.path, row, message, rule)


def _lists(script: Script, taxonomy: Taxonomy) -> Iterator[Problem]:
    if script.category not in taxonomy.categories:
        yield _at(script, f"{shown(script.category)} is not a category of taxonomy.yaml: move the file to one that is", script.row("id"))
    for key, allowed in (("situations", taxonomy.situations), ("needs", taxonomy.needs), ("skills", taxonomy.skills)):
        for number, name in enumerate(getattr(script, key)):
            if name not in allowed:
                yield _at(script, f"{key} names {shown(name)}, which is not in taxonomy.yaml: correct it, or add it there with its sentence", script.row(key, number))
        if not getattr(script, key) and not (key == "situations" and script.category == "clinician_support"):
            yield _at(script, f"{key} is empty: name at least one from taxonomy.yaml", script.row(key))


def _amounts(script: Script) -> Iterator[Problem]:
    for key, least in AT_LEAST.items():
        if len(getattr(script, key)) < least:
            yield _at(script, f"{key} has {len(getattr(script, key))} of at least {least}: add more", script.row(key))
    varying = [line for line in script.say if line.conditions or line.slots]
    if sum(map(always_said, script.say)) < ALWAYS:
        yield _at(script, f"Say has fewer than {ALWAYS} lines that always apply: add some without a condition", script.say[0].row)
    if len(varying) < VARYING:
        yield _at(script, f"Say has {len(varying)} of at least {VARYING} lines with a (situation) or a slot: add what you would vary for this patient", script.say[0].row)
    for pushback in script.pushbacks:
        if len(pushback.answers) not in ANSWERS:
            yield _at(script, "what the patient says here has no answer, or more than three: give one to three", pushback.row)
    if not any("__" in bullet for bullet in script.then):
        yield _at(script, "Then has no sentence for the note: add one with blanks (__) where only the visit can tell", script.row("then"))


def always_said(line: Line) -> bool:
    """Whether the line is said to every patient, whatever is known: no condition, and words left when no slot is filled."""
    return not line.conditions and (render(line, {}) is not None if line.slots else bool(line.source))


def _always(script: Script) -> Iterator[Problem]:
    """What must never be missing from an answer: the one thing, and a reply to each pushback."""
    if not always_said(script.one_thing):
        yield _at(script, "the one thing must fit every patient: no (situation), and words that stand when no slot is known", script.one_thing.row)
    for pushback in script.pushbacks:
        if pushback.answers and not any(map(always_said, pushback.answers)):
            yield _at(script, "every answer here depends on a situation or a slot: add one that always fits", pushback.row)


def _instead(script: Script, taxonomy: Taxonomy, ids: Collection[str]) -> Iterator[Problem]:
    """In a library of one script there is no other to name."""
    named = [name for name in NAMED.findall(script.avoid_when) if name.partition("/")[0] in taxonomy.categories]
    for name in named:
        if name not in ids:
            yield _at(script, f"avoid_when names {shown(name)}, and there is no such script: correct the id", script.row("avoid_when"))
    if not any(name in ids and name != script.id for name in named) and any(name != script.id for name in ids):
        yield _at(script, "avoid_when should name, by its id, the script to use instead (category/slug of a script that exists)", script.row("avoid_when"), "instead")


def _evidence(script: Script, sources: Sources) -> Iterator[Problem]:
    for number, item in enumerate(script.evidence):
        source, row = sources.by_id.get(item.source), script.row("evidence", number)
        if source is None:
            yield _at(script, f"the source {shown(item.source)} is not in sources.yaml: use one that is, or add it with its claims", row)
        elif item.claim not in source.claims:
            yield _at(script, f"a claim is not one that sources.yaml gives for {shown(item.source)}: repeat one of its claims word for word", row)


def _review(script: Script) -> Iterator[Problem]:
    if script.status == "reviewed" and not script.reviewed_by:
        yield _at(script, "status is reviewed, but reviewed_by is empty: name the reviewer and their role, or set the status back", script.row("status"))
    if script.review_by:
        try:
            date.fromisoformat(script.review_by)
        except ValueError:
            yield _at(script, "review_by should be a date such as 2027-11-30", script.row("review_by"))


def _texts(script: Script, sources: Sources) -> Iterator[Problem]:
    claimed = [*((line.row, line.source) for line in script.spoken()), (script.row("why"), script.why), *_items(script, "then")]
    shown_only = [*((line.row, line.note) for line in script.spoken() if line.note), *((pushback.row, pushback.quote) for pushback in script.pushbacks)]
    heads = [(script.row(key), getattr(script, key) or "") for key in ("title", "use_when", "avoid_when", "license", "reviewed_by", "author")]
    everything = [*claimed, *shown_only, *heads, *_items(script, "asks"), *_items(script, "check_first"), *_items(script, "avoid")]
    flat = " ".join("\n".join(text for _, text in everything).casefold().split())
    if any(mark in flat for mark in TELLTALE):
        for row, text in everything:
            if INJECTION.search(text):
                yield _at(script, "there is a link, markup or an instruction to a program here: write plain sentences only", row, "R-markup")
    read = [*heads, (script.row("why"), script.why), *_items(script, "then"), *_items(script, "check_first"), *((line.row, line.note) for line in script.spoken() if line.note)]
    yield from (_at(script, f"“{found[0]}” is a dose: name the medicine without a number", row, "R3") for row, text in read if (found := DOSE.search(text)))
    yield from (_at(script, "nothing is written here but a blank (__): write it, with a blank only where the visit can tell", row) for row, text in everything if _unwritten(text))
    joined = "\n".join(text for _, text in claimed)
    for pattern, because in sources.superseded:
        if pattern.search(joined):
            yield from (_at(script, f"this claim is out of date. {because}", row, "superseded") for row, text in claimed if pattern.search(text))


def _unwritten(text: str) -> bool:
    return "__" in text and not any(map(str.isalnum, BLANK.sub("", OPENS_NOTE.sub("", text))))


def _items(script: Script, part: str) -> Iterator[tuple[int, str]]:
    return ((script.row(part, number), text) for number, text in enumerate(getattr(script, part)))


def _line(script: Script, line: Line, taxonomy: Taxonomy) -> Iterator[Problem]:
    tags = [condition.tag for condition in line.conditions]
    for tag in tags:
        if tag not in taxonomy.situations:
            yield _at(script, f"the condition ({shown(tag)}) is not a situation of taxonomy.yaml: correct it, or add it there", line.row)
    if len(set(tags)) < len(tags):
        yield _at(script, "a condition stands twice in front of this line: keep one", line.row)
    for name in line.slots:
        slot = taxonomy.slots.get(name)
        if slot is None:
            yield _at(script, f"{{{shown(name)}}} is not a slot of taxonomy.yaml: use one that is", line.row)
        elif slot.turned and script.audience != "patient":
            yield _at(script, f"{{{name}}} is turned to the patient, but this script speaks to someone else: use another slot or none", line.row)
    if line.slots and MAY_BE_MANY.search(line.source):
        yield _at(script, "a verb depends on a slot that may be plural: turn the sentence so that it fits one and many", line.row)
