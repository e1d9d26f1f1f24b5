"""What is said of a text while it is being written: its problems at their lines, how it reads, what it repeats. Pure but for the likeness it is given."""

from collections.abc import Collection
from statistics import median

from coach.curate.likeness import Likeness
from coach.curate.shapes import Check, Finding
from coach.library import quality
from coach.library.corpus import STYLE_ONLY
from coach.library.crossings import crossings
from coach.library.parse import parse
from coach.library.quality import Style
from coach.library.script import Problem, Script
from coach.library.taxonomy import Sources, Taxonomy
from coach.library.validate import validate

TOLD = STYLE_ONLY | {"first"}  # said, and it can be saved all the same
ALONE = "this is the first script of the library, so avoid_when names no other: once there is another, name the one to use instead"


def findings(text: str, path: str, taxonomy: Taxonomy, sources: Sources, style: Style | None, ids: Collection[str]) -> tuple[Script | None, list[Finding]]:
    """The script, or None when too little of it can be read; and everything wrong with it, by line. Without `style` only what blocks is looked for."""
    script, problems = parse(text, path)
    if script:
        problems += validate(script, taxonomy, sources, {*ids, script.id})
        problems += crossings(script, taxonomy)
        if style:
            problems += quality.sound(script, taxonomy, style)
            if not set(ids) - {script.id}:
                problems.append(Problem(path, script.row("avoid_when"), ALONE, "first"))
    return script, [_finding(problem) for problem in sorted(problems, key=lambda problem: problem.line)]


def _finding(problem: Problem) -> Finding:
    return Finding(row=problem.line, message=problem.message, rule=problem.rule, blocks=problem.rule not in TOLD)


def check(text: str, path: str, taxonomy: Taxonomy, sources: Sources, style: Style, ids: Collection[str], likeness: Likeness | None = None) -> Check:
    """Everything the editor shows beside the text."""
    script, found = findings(text, path, taxonomy, sources, style, ids)
    if script is None:
        return Check(id=None, title="", findings=tuple(found), grade=None, sentence_words=None, longest=None)
    lengths = [(len(quality.words(sentence)), line.row) for line in script.spoken() for sentence in quality.sentences(quality.plainest(line, taxonomy))]
    return Check(
        id=script.id, title=script.title, findings=tuple(found), grade=round(quality.reading_grade(script, taxonomy), 1) if lengths else None,
        sentence_words=median(length for length, _ in lengths) if lengths else None, longest=max(lengths) if lengths else None,
        near=tuple(likeness.near(script)) if likeness else (), can_save=not any(finding.blocks for finding in found),
    )  # fmt: skip
