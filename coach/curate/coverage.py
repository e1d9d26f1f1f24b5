"""What the library has and what it lacks: counted from its table and its scripts. Pure, but for the reading grades it is given."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median

from coach.curate.grades import Grades
from coach.curate.shapes import Coverage, Grade, Row, Thin
from coach.library.corpus import Library
from coach.library.script import STATUSES, Script
from coach.library.taxonomy import Taxonomy

SOON = timedelta(days=60)
FEW_THUMBS, THIN = 3, 2


def coverage(rows: Sequence[Row], library: Library, today: date, grades: Grades | None = None) -> Coverage:
    """The counts over these rows of the library's table (see Coverage)."""
    taxonomy = library.taxonomy
    known = [row for row in rows if row.id in library.scripts]
    live = [row for row in known if row.status != "retired"]
    counts: dict[str, Counter[str]] = {category: Counter() for category in taxonomy.categories}
    for row in live:
        counts[row.category].update(row.situations)
    situations = Counter(tag for row in live for tag in row.situations)
    statuses = Counter(row.status for row in known)
    dated = sorted((row for row in live if row.status == "reviewed" and row.review_by), key=lambda row: (row.review_by or today, row.id))
    poor = [row for row in live if row.down > row.up and row.up + row.down >= FEW_THUMBS]
    return Coverage(
        scripts=len(live),
        statuses={status: statuses[status] for status in STATUSES},
        categories={category: sum(row.category == category for row in live) for category in taxonomy.categories},
        situations={tag: situations[tag] for tag in taxonomy.situations},
        counts={category: {tag: found[tag] for tag in taxonomy.situations if found[tag]} for category, found in counts.items()},
        grades=_by_category([library.scripts[row.id] for row in live], taxonomy, grades or Grades()),
        due=tuple(row for row in live if row.review_due),
        due_soon=tuple(row for row in dated if not row.review_due and row.review_by and row.review_by <= today + SOON),
        shown=sum(row.shown for row in known),
        never_shown=tuple(row for row in live if not row.shown),
        poor=tuple(sorted(poor, key=lambda row: (row.up - row.down, row.id))),
        thin=tuple(Thin(situation=tag, means=means, scripts=situations[tag]) for tag, means in taxonomy.situations.items() if situations[tag] < THIN),
        broken=tuple(row for row in rows if row.id not in library.scripts),
    )


def _by_category(scripts: Sequence[Script], taxonomy: Taxonomy, grades: Grades) -> dict[str, Grade]:
    found: dict[str, list[tuple[float, str]]] = {category: [] for category in taxonomy.categories}
    for script, grade in zip(scripts, grades.of(scripts, taxonomy), strict=True):
        found[script.category].append((grade, script.id))
    return {category: _grade_of(each) for category, each in found.items()}


def _grade_of(grades: Sequence[tuple[float, str]]) -> Grade:
    if not grades:
        return Grade(scripts=0)
    highest, script_id = max(grades)
    return Grade(scripts=len(grades), median=round(median(grade for grade, _ in grades), 1), highest=round(highest, 1), highest_id=script_id)
