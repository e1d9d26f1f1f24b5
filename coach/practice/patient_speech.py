"""How a simulated patient's file reads: lines unlike each other, in the first person, in ordinary words; and what no part of a file may hold."""

import re
from collections.abc import Iterator, Sequence

from coach.guard.privacy import mask
from coach.library.quality import Style, words
from coach.library.script import Problem
from coach.library.validate import INJECTION
from coach.practice.patient import ExemplarTurn, Patient, Secret, SpokenLine, Wanted

LINE_WORDS, LINE_SENTENCES = 30, 3
ALIKE, ALIKE_ACROSS, SHORT = 82, 88, 5  # rapidfuzz ratio from which two lines are the same; lines of fewer words may repeat
FIRST_PERSON = re.compile(r"\b(I|I['’]\w+|me|my|mine|myself|we|we['’]\w+|our|us)\b", re.IGNORECASE)
NUMBER = r"(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|eighty|ninety|hundred)"
DOSE = re.compile(
    rf"\b{NUMBER}[- ]?(mg|mcg|mme|milligrams?|micrograms?|percent)\b|\d\s*%|\b{NUMBER} (pills?|tablets?|tabs?|patch(es)?|of them) (a|per|every|each) (day|night|morning)"
    rf"|\b{NUMBER} (times )?(a|per) (day|night)\b|\bevery {NUMBER} hours?\b|\bmy \d+s\b",
    re.IGNORECASE,
)
SURNAME = re.compile(r"\b(Dr|Doctor|Doc|Mr|Mrs|Ms|Miss|Nurse|Pastor|Father)\.? [A-Z][a-z]+")
TITLES_ALONE = re.compile(r"\b(Father|Miss|Doc) (I|It|God|We|You|He|She)\b")
THERAPY = re.compile(
    r"\b(boundar(y|ies)|coping|journey|validat\w+|self-care|safe space|feel(ing)? heard|mindful\w*|empower\w*|resilien\w+|biopsychosocial|modalit\w+|my truth|ambivalen\w+|process my|triggers?|triggered)\b", re.IGNORECASE
)  # fmt: skip


def at(patient: Patient, message: str, row: int, rule: str = "format") -> Problem:
    """A problem of this patient's file."""
    return Problem(patient.path, row, message, rule)


def _said(patient: Patient) -> tuple[SpokenLine | Secret, ...]:
    return (*patient.lines, *patient.secrets)


def alike(patient: Patient) -> Iterator[Problem]:
    """Lines and secrets of one patient that are nearly the same."""
    from rapidfuzz import fuzz

    spoken = [line for line in _said(patient) if len(words(line.text)) >= SHORT]
    for number, line in enumerate(spoken):
        other = next((other for other in spoken[:number] if fuzz.ratio(line.text.lower(), other.text.lower()) >= ALIKE), None)
        if other:
            yield at(patient, f"this says nearly what line {other.row} says: one of the two goes, or says something of its own", line.row, "near")


def across(everyone: Sequence[Patient]) -> Iterator[Problem]:
    """Lines that two patients share: each person has a voice of their own."""
    from rapidfuzz import fuzz, process

    seen: list[tuple[Patient, SpokenLine]] = []
    for patient in everyone:
        texts = [line.text.lower() for _, line in seen]
        for line in patient.lines:
            best = process.extractOne(line.text.lower(), texts, scorer=fuzz.ratio, score_cutoff=ALIKE_ACROSS) if len(words(line.text)) >= SHORT else None
            if best:
                other, same = seen[best[2]]
                yield at(patient, f"this says nearly what {other.path}:{same.row} says: give each patient a voice of their own", line.row, "near")
        seen += [(patient, line) for line in patient.lines if len(words(line.text)) >= SHORT]


def speech(patient: Patient) -> Iterator[Problem]:
    """How the patient talks: short, in the first person, in ordinary words."""
    for line in _said(patient):
        if (count := len(words(line.text))) > LINE_WORDS:
            yield at(patient, f"the line has {count} words, more than {LINE_WORDS}: shorten it", line.row)
        if (count := len(re.findall(r"[.!?…]+(?=\s|$)", line.text))) > LINE_SENTENCES:
            yield at(patient, f"the line has {count} sentences, more than {LINE_SENTENCES}: shorten it", line.row)
        if found := THERAPY.search(line.text):
            yield at(patient, f"“{found[0]}” is how clinicians talk: write how this person would say it", line.row, "sound")
        if re.search(rf"\b{re.escape(patient.name)}\b", line.text) and not FIRST_PERSON.search(line.text):
            yield at(patient, f"{patient.name} speaks of {patient.name} as of somebody else: write it in the first person", line.row)
    spoken = [line for line in patient.of("line") if len(words(line.text)) >= SHORT]
    if spoken and (share := sum(bool(FIRST_PERSON.search(line.text)) for line in spoken) / len(spoken)) < 0.5:
        yield at(patient, f"only {share:.0%} of the lines speak in the first person (I, my, we): the patient talks about their own life", patient.row("lines"))


def _everything(patient: Patient) -> Iterator[tuple[int, str]]:
    yield from ((patient.row(key), getattr(patient, key) or "") for key in ("name", "title", "one_line", "task", "change_target", "life", "pain", "license", "reviewed_by"))
    for part in ("chart", "wants", "fears"):
        yield from ((patient.row(part, number), text) for number, text in enumerate(getattr(patient, part)))
    written: tuple[SpokenLine | Secret | Wanted | ExemplarTurn, ...] = (*patient.lines, *patient.secrets, *patient.checklist, *patient.exemplar)
    yield from ((line.row, line.text) for line in written)


def texts(patient: Patient, style: Style | None) -> Iterator[Problem]:
    """What no part of the file may hold. What patients say of themselves may be as hard as they like."""
    for row, text in _everything(patient):
        if INJECTION.search(text):
            yield at(patient, "there is a link, markup or an instruction to a program here: write plain sentences only", row, "R-markup")
        if found := DOSE.search(text):
            yield at(patient, f"“{found[0]}” is a dose: name the medicine without a number", row, "R3")
        if (surname := SURNAME.search(text)) and not TITLES_ALONE.search(text):
            yield at(patient, f"“{surname[0]}” is a surname: write “my old doctor”, or a first name", row, "names")
        if found_kinds := {kind for kind, _, _ in mask(text).found} & {"phone", "email", "url", "address", "number"}:
            yield at(patient, f"there is something that identifies somebody here ({', '.join(sorted(found_kinds))}): take it out", row, "names")
    if style:
        own = [(row, text) for row, text in _everything(patient) if row not in {line.row for line in _said(patient)}]
        own = [(row, text) for row, text in own if row not in {turn.row for turn in patient.exemplar if turn.speaker == "patient"}]
        for row, text in own:
            for group, pattern, advice in style.rules:
                if group == "person_first" and (match := pattern.search(text)):
                    yield at(patient, f"“{match[0]}” (person first): {advice}", row, group)
