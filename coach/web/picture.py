"""The picture of a scene as SVG: trust and anger over turns, the patient's change and sustain talk, the trainee's codes under it. Readable in grey, and as a table."""

from collections.abc import Sequence

from markupsafe import Markup

from coach.practice.debrief import Point

STEP, LEFT, TOP, HIGH = 46, 54, 22, 120
TALK = {"change": ("▲", "change talk"), "sustain": ("▼", "sustain talk"), "neutral": ("·", "neutral")}
# What is written under a turn: letters for those who know the codes, in full in the table.
LETTERS = {
    "complex_reflection": "CR", "simple_reflection": "SR", "open_question": "O?", "closed_question": "C?", "affirm": "Af", "seek_collaboration": "Se",
    "emphasize_autonomy": "Au", "persuade_with_permission": "Pp", "persuade": "P!", "confront": "X!", "advice": "Ad", "information": "In", "options": "Op",
    "negotiation": "Ne", "limit": "Li", "direct_safety_question": "S?",
}  # fmt: skip


def picture(points: Sequence[Point], talk: bool = True) -> Markup:
    """An SVG that scrolls sideways when it is long; `points` from turn 0, levels from 0 to 10. Without `talk` (a limit, bad news, a danger: change talk
    means nothing there) the patient's kinds of talk are left out."""
    width, height = LEFT + STEP * max(1, len(points)) + 14, TOP + HIGH + 96
    parts = [*_grid(width), *_line(points, "trust", "plot__trust"), *_line(points, "anger", "plot__anger"), *_under(points, talk)]
    body = Markup("").join(parts)
    return Markup('<svg class="plot" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{label}">{body}</svg>').format(
        w=width, h=height, label=_told(points, talk), body=body
    )


def _x(number: int) -> float:
    return LEFT + STEP * number + STEP / 2


def _y(level: float) -> float:
    return TOP + HIGH * (1 - max(0.0, min(10.0, level)) / 10)


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "middle") -> Markup:
    return Markup('<text x="{:.0f}" y="{:.0f}" text-anchor="{}" class="plot__text {}">{}</text>').format(x, y, anchor, kind, text)


def _grid(width: int) -> list[Markup]:
    lines = [Markup('<line x1="{}" x2="{}" y1="{:.0f}" y2="{:.0f}" class="plot__grid"/>').format(LEFT, width - 10, _y(level), _y(level)) for level in (0, 5, 10)]
    return [*lines, *(_text(LEFT - 8, _y(level) + 4, str(level), anchor="end") for level in (0, 5, 10))]


def _line(points: Sequence[Point], name: str, kind: str) -> list[Markup]:
    where = " ".join(f"{_x(point.turn):.0f},{_y(getattr(point, name)):.0f}" for point in points)
    return [Markup('<polyline points="{}" class="{}"/>').format(where, kind)]


def _under(points: Sequence[Point], talk: bool) -> list[Markup]:
    base = TOP + HIGH + 20
    parts = [_text(LEFT - 8, base, "turn", anchor="end"), *([_text(LEFT - 8, base + 20, "they", anchor="end")] if talk else []), _text(LEFT - 8, base + 40, "you", anchor="end")]
    for point in points:
        parts.append(_text(_x(point.turn), base, str(point.turn)))
        parts += [_text(_x(point.turn), base + 20, TALK[point.talk][0], f"plot__{point.talk}")] if talk and point.talk else []
        parts += [_text(_x(point.turn), base + 40 + 15 * row, LETTERS[code], "plot__code") for row, code in enumerate([code for code in point.codes if code in LETTERS][:3])]
    return parts


def _told(points: Sequence[Point], talk: bool) -> str:
    """The picture in a sentence, for who hears it."""
    if not points:
        return "No turns."
    first, last = points[0], points[-1]
    levels = f"{len(points) - 1} turns. Trust from {first.trust:.0f} to {last.trust:.0f}, anger from {first.anger:.0f} to {last.anger:.0f} of 10."
    counted = ", ".join(f"{sum(point.talk == kind for point in points)} {name}" for kind, (_, name) in TALK.items())
    return f"{levels} The patient: {counted}." if talk else levels
