"""Is a simulated patient right: amounts, moods and talk mixed, topics and ids known, nothing in it that no patient file may hold. Reads the folder, too."""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from coach.errors import LibraryError
from coach.guard.redlines import check_line
from coach.library.frontmatter import shown
from coach.library.quality import Style, load_style
from coach.library.script import Problem
from coach.library.taxonomy import Taxonomy
from coach.practice.patient import MOODS, TALKS, TOPICS, Patient, parse
from coach.practice.patient_speech import across, alike, at, speech, texts
from coach.practice.tables import table

LEAST_LINES, MOOD_LEAST, SILENT_LEAST, TOPIC_LEAST = 40, 4, 2, 2
TURNS = range(12, 21)
SHARES = {"neutral": (0.45, 0.75), "sustain": (0.12, 0.32), "change": (0.12, 0.32)}
COUNTS = {"chart": (4, 7), "wants": (1, 3), "fears": (1, 3), "secrets": (3, 6), "scripts": (2, 5), "situations": (1, 8)}
PARTS = {"opening": (2, 3), "closing good": (1, 2), "closing bad": (1, 2)}


@dataclass(frozen=True)
class Patients:
    """Every patient of the folder that could be read, by id, and every problem of any file."""

    by_id: dict[str, Patient]
    problems: tuple[Problem, ...] = ()

    @property
    def playable(self) -> dict[str, Patient]:
        """Those without a problem, in the order of level and id."""
        broken = {problem.path for problem in self.problems}
        good = [patient for patient in self.by_id.values() if patient.path not in broken and patient.status != "retired"]
        return {patient.id: patient for patient in sorted(good, key=lambda patient: (patient.level, patient.id))}


def patients(folder: Path, taxonomy: Taxonomy | None = None, scripts: Collection[str] = ()) -> Patients:
    """Read and check the folder `corpus/patients`. A missing folder is empty; a bad file is a problem, not an error.
    With `taxonomy` and `scripts` (ids), situations and script ids are checked too."""
    parsed: dict[str, Patient] = {}
    problems: list[Problem] = []
    corpus = folder.parent
    style = _style(corpus)
    for path in sorted(folder.glob("*.md")) if folder.is_dir() else ():
        if path.name == "README.md":
            continue
        name = path.relative_to(corpus.parent).as_posix()
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            problems.append(Problem(name, 1, "the file cannot be read as UTF-8 text: save it again as UTF-8"))
            continue
        patient, found = parse(text, name)
        problems += found
        if patient:
            parsed[patient.id] = patient
            problems += check(patient, taxonomy, scripts, style)
    problems += across(list(parsed.values()))
    return Patients(parsed, tuple(problems))


def check(patient: Patient, taxonomy: Taxonomy | None = None, scripts: Collection[str] = (), style: Style | None = None) -> list[Problem]:
    """Everything wrong with one parsed patient."""
    parts = (_known(patient, taxonomy, scripts), _amounts(patient), _mix(patient), _mode(patient), alike(patient), speech(patient), texts(patient, style), _exemplar(patient))
    return sorted((problem for part in parts for problem in part), key=lambda problem: problem.line)


def _style(corpus: Path) -> Style | None:
    try:
        return load_style(corpus)
    except LibraryError:
        return None


def _known(patient: Patient, taxonomy: Taxonomy | None, scripts: Collection[str]) -> Iterator[Problem]:
    if taxonomy:
        for number, name in enumerate(patient.situations):
            if name not in taxonomy.situations:
                yield at(patient, f"situations names {shown(name)}, which is not in taxonomy.yaml: correct it", patient.row("situations", number))
    if scripts:
        for number, name in enumerate(patient.scripts):
            if name not in scripts:
                yield at(patient, f"scripts names {shown(name)}, and there is no such script: `coach library list` shows them all", patient.row("scripts", number))
    moves = table("moves.yaml")
    for key, given in (("triggers", patient.triggers), ("softens", patient.softens)):
        for name in given:
            if name not in moves:
                yield at(patient, f"{key} names {shown(name)}, which is no move: the moves are {', '.join(moves)}", patient.row(key))
    asked = table("topics.yaml")["asked"]
    for secret in patient.secrets:
        if secret.asked and secret.asked not in asked:
            yield at(patient, f"asked {shown(secret.asked)} is not a topic: the topics are {', '.join(asked)}", secret.row)
    keys = table("checklist.yaml")["items"]
    for item in patient.checklist:
        if item.key not in keys:
            yield at(patient, f"{shown(item.key)} is no key of checklist.yaml: the keys are {', '.join(keys)}", item.row)


def _amounts(patient: Patient) -> Iterator[Problem]:
    for key, (least, most) in COUNTS.items():
        if not least <= (count := len(getattr(patient, key))) <= most:
            yield at(patient, f"{key} has {count}, and should have {least} to {most}", patient.row(key))
    for part, (least, most) in PARTS.items():
        if not least <= (count := len(patient.of(part))) <= most:
            yield at(patient, f"there are {count} lines ({part}), and should be {least} to {most}", patient.row("lines"))
    if (count := len(patient.of("line"))) < LEAST_LINES:
        yield at(patient, f"Lines has {count} of at least {LEAST_LINES} lines with (mood, topic): add more", patient.row("lines"))
    for text, key in ((patient.life, "life"), (patient.pain, "pain")):
        least, most = (4, 8) if key == "life" else (3, 6)
        if not least <= (count := len(re.findall(r"[.!?…](?=\s|$)", text))) <= most:
            yield at(patient, f"{key} has {count} sentences, and should have {least} to {most}", patient.row(key))


def _mix(patient: Patient) -> Iterator[Problem]:
    lines, row = patient.of("line"), patient.row("lines")
    moods, topics, talks = Counter(line.mood for line in lines), Counter(line.topic for line in lines), Counter(line.talk for line in lines)
    for mood in MOODS:
        if moods[mood] < (least := SILENT_LEAST if mood == "silent" else MOOD_LEAST):
            yield at(patient, f"{moods[mood]} lines are {mood}: write at least {least}", row)
    for topic in TOPICS[:-1]:
        if topics[topic] < TOPIC_LEAST:
            yield at(patient, f"{topics[topic]} lines are about {topic}: write at least {TOPIC_LEAST}", row)
    for talk in TALKS:
        share, (low, high) = talks[talk] / max(1, len(lines)), SHARES[talk]
        if not low <= share <= high:
            yield at(patient, f"{share:.0%} of the lines are {talk}: it should be {low:.0%} to {high:.0%}, as real people mix", row)
    for talk in ("sustain", "change"):
        if (count := len({line.mood for line in lines if line.talk == talk})) < 3:
            yield at(patient, f"{talk} talk stands in {count} moods: spread it over at least 3, an angry person can say a piece of change talk", row)


def _mode(patient: Patient) -> Iterator[Problem]:
    if patient.mode == "mi" and not patient.change_target:
        yield at(patient, "mode is mi, so change_target names a change the patient might choose", patient.row("change_target" if "change_target" in patient.rows else "mode"))
    if patient.mode == "mi" and "checklist" in patient.rows:
        yield at(patient, "mode is mi: leave the section ## Checklist out", patient.row("checklist"))
    if patient.mode == "checklist" and patient.change_target:
        yield at(patient, "mode is checklist, so change_target is null", patient.row("change_target"))
    if patient.mode == "checklist" and not 5 <= len(patient.checklist) <= 8:
        yield at(patient, f"mode is checklist: the section ## Checklist has {len(patient.checklist)} items, and should have 5 to 8", patient.row("checklist"))
    for key, times in Counter(item.key for item in patient.checklist).items():
        if times > 1:
            yield at(patient, f"{key} stands {times} times in the checklist: keep one", patient.row("checklist"))
    if patient.review_by:
        try:
            date.fromisoformat(patient.review_by)
        except ValueError:
            yield at(patient, "review_by should be a date such as 2027-11-30", patient.row("review_by"))
    if patient.status == "reviewed" and not patient.reviewed_by:
        yield at(patient, "status is reviewed, but reviewed_by is empty: name the reviewer and their role, or set the status back", patient.row("status"))


def _exemplar(patient: Patient) -> Iterator[Problem]:
    if len(patient.exemplar) not in TURNS:
        yield at(patient, f"the conversation has {len(patient.exemplar)} turns, and should have {TURNS.start} to {TURNS.stop - 1}", patient.row("exemplar"))
    for number, turn in enumerate(patient.exemplar):
        if turn.speaker != ("clinician" if number % 2 == 0 else "patient"):
            yield at(patient, "the conversation should go C, P, C, P …, the clinician first", turn.row)
            break
    for turn in patient.exemplar:
        if turn.speaker == "clinician":
            for finding in check_line(turn.text, scenario=" ".join(patient.chart)):
                yield at(patient, f"nobody should learn to say this. {finding.what}", turn.row, finding.rule)
