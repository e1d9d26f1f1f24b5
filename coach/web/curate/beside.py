"""What stands beside the text in the editor: what must be mended, how it reads, what it repeats, how it will be seen, which questions find it."""

from dataclasses import dataclass
from typing import Any

from coach.access.person import Person
from coach.advise.advice import Advice
from coach.curate import compose
from coach.curate.compose import Place
from coach.curate.curator import Curator
from coach.curate.seen import NOTHING, Seen, seen
from coach.curate.shapes import Check, Finding, Question
from coach.library.quality import GRADE, LONGEST_SENTENCE, MEDIAN_SENTENCE
from coach.web import render
from coach.web.curate import said

PARTS = ("problems", "reads", "near", "forms", "card")


@dataclass(frozen=True)
class Panel:
    """`blocking` must be mended before the text can be saved, `better` could be; each with its place in the editor."""

    check: Check
    look: Seen
    blocking: list[tuple[Finding, Place]]
    better: list[tuple[Finding, Place]]
    near: list[tuple[Any, Place]]
    titles: dict[str, str]

    @property
    def marked(self) -> dict[str, str]:
        """The lines of the body (or of the whole file) that something stands against: "must" or "could"."""
        found = {str(place.row): "could" for _, place in self.better if place.row}
        return found | {str(place.row): "must" for _, place in self.blocking if place.row}

    def part(self, name: str) -> str:
        """One part as HTML."""
        return render.page(
            f"curate/beside_{name}",
            panel=self,
            advice=Advice(scenario=""),
            grade=GRADE,
            longest=LONGEST_SENTENCE,
            middle=MEDIAN_SENTENCE,
            labels=said.LABELS,
            sentence=said.sentence,
        )


def beside(desk: Curator, by: Person, text: str, item: str | None, form: str = "", whole: bool = False) -> Panel:
    """The panel for a text. With `whole` places are rows of the whole file."""
    library, found = desk.library, desk.check(by, text, item)
    rows = [*(finding.row for finding in found.findings), *(near.row for near in found.near)]
    places = [Place(field="file", row=row) for row in rows] if whole else compose.places(text, rows)
    told = list(zip(found.findings, places[: len(found.findings)], strict=True))
    near = list(zip(found.near, places[len(found.findings) :], strict=True))
    return Panel(
        check=found, look=seen(text, "", library.taxonomy, library.sources, form or NOTHING), near=near, titles={each.other_id: library.scripts[each.other_id].title for each in found.near if each.other_id in library.scripts},
        blocking=[each for each in told if each[0].blocks], better=[each for each in told if not each[0].blocks],
    )  # fmt: skip


def questions(found: list[Question], desk: Curator) -> str:
    """The questions that find a text, as HTML."""
    return render.page("curate/beside_questions", questions=found, places=said.PLACES, scripts=desk.library.scripts)
