"""Red lines over a script: every spoken line, in each form it can take, against the rules of guard/redlines (reference R1 to R12)."""

from collections.abc import Iterator

from coach.guard.redlines import check_line
from coach.library.lines import forms
from coach.library.script import Problem, Script
from coach.library.taxonomy import Taxonomy


def crossings(script: Script, taxonomy: Taxonomy) -> Iterator[Problem]:
    """Each line that crosses one, with the rule and its source. What a patient says and what stands under "Do not say" is not spoken by us."""
    given = " ".join(taxonomy.examples.values())  # numbers that come from the scenario are the scenario's
    for line in script.spoken():
        seen: set[str] = set()
        for form in forms(line, taxonomy.examples):
            for finding in check_line(form.text, scenario=given):
                if finding.what not in seen:
                    seen.add(finding.what)
                    yield Problem(script.path, line.row, f"{finding.rule}: {finding.what} ({finding.source})", finding.rule)
