"""The picture of progress as SVG: a small panel a measure, a dot a session. Readable in grey and in the dark; the same stands in a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from coach.practice.measures import THRESHOLDS
from coach.practice.progress import Session

STEP, LEFT, TOP, HIGH, UNDER = 58, 46, 30, 84, 26
LAST = 24  # sessions on the picture


@dataclass(frozen=True, slots=True)
class Panel:
    """One measure: of which mode, its name, how it is read, the top of its scale, how a value is written, and lines that mean something (fair, good)."""

    mode: str
    name: str
    value: Callable[[Session], float | None]
    most: float
    shown: str
    lines: tuple[tuple[float, str], ...] = ()


PANELS = (
    Panel("mi", "Reflections per question", lambda one: one.reflections_per_question, 3.0, "{:.1f}", tuple(zip(THRESHOLDS["R:Q"], ("fair", "good"), strict=True))),
    Panel("mi", "Complex among reflections", lambda one: one.complex_share, 1.0, "{:.0%}", tuple(zip(THRESHOLDS["%CR"], ("fair", "good"), strict=True))),
    Panel("checklist", "Of the list", lambda one: one.checklist_share, 1.0, "{:.0%}"),
)


def pictures(sessions: Sequence[Session]) -> list[tuple[str, Markup]]:
    """Name and picture of each measure that some session of its mode has."""
    made = []
    for panel in PANELS:
        own = [one for one in sessions if one.mode == panel.mode][-LAST:]
        if any(panel.value(one) is not None for one in own):
            made.append((panel.name, _picture(panel, own)))
    return made


def _picture(panel: Panel, sessions: Sequence[Session]) -> Markup:
    width, height = LEFT + STEP * max(4, len(sessions)) + 14, TOP + HIGH + UNDER
    parts = [*_grid(panel, width), *_joined(panel, sessions), *_dots(panel, sessions)]
    return Markup('<svg class="plot" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" aria-label="{label}">{body}</svg>').format(
        w=width, h=height, label=told(panel, sessions), body=Markup("").join(parts)
    )


def _x(place: int) -> float:
    return LEFT + STEP * place + STEP / 2


def _y(panel: Panel, value: float) -> float:
    return TOP + HIGH * (1 - min(value, panel.most) / panel.most)


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "middle") -> Markup:
    return Markup('<text x="{:.0f}" y="{:.0f}" text-anchor="{}" class="plot__text {}">{}</text>').format(x, y, anchor, kind, text)


def _grid(panel: Panel, width: int) -> list[Markup]:
    """The lines that mean something, with their names; that of "fair" hangs under its line, so that "good" a little higher can be read."""
    marks = [(0.0, panel.shown.format(0)), *(panel.lines or ((panel.most, panel.shown.format(panel.most)),))]
    line = Markup('<line x1="{}" x2="{}" y1="{:.0f}" y2="{:.0f}" class="plot__grid"/>')
    parts: list[Markup] = []
    for value, name in marks:
        y = _y(panel, value)
        parts += [line.format(LEFT, width - 10, y, y), _text(LEFT - 6, y + (11 if name == "fair" else 4), name, anchor="end")]
    return parts


def _joined(panel: Panel, sessions: Sequence[Session]) -> list[Markup]:
    """Lines between neighbors that both have a value: a session without one is a gap, not a zero."""
    values = [panel.value(one) for one in sessions]
    line = Markup('<line x1="{:.0f}" y1="{:.0f}" x2="{:.0f}" y2="{:.0f}" class="plot__trust"/>')
    return [line.format(_x(n), _y(panel, a), _x(n + 1), _y(panel, b)) for n, (a, b) in enumerate(pairwise(values)) if a is not None and b is not None]


def _dots(panel: Panel, sessions: Sequence[Session]) -> list[Markup]:
    parts: list[Markup] = []
    for place, one in enumerate(sessions):
        parts.append(_text(_x(place), TOP + HIGH + 18, f"{one.at.astimezone():%b} {one.at.astimezone().day}"))
        value = panel.value(one)
        if value is None:
            parts.append(_text(_x(place), TOP + HIGH - 6, "n/a"))
        else:
            parts.append(Markup('<circle cx="{:.0f}" cy="{:.0f}" r="4.5" class="plot__dot"/>').format(_x(place), _y(panel, value)))
            parts.append(_text(_x(place), _y(panel, value) - 9, panel.shown.format(value), "plot__code"))
    return parts


def told(panel: Panel, sessions: Sequence[Session]) -> str:
    """The picture in a sentence, for who hears it."""
    said = [panel.shown.format(value) if (value := panel.value(one)) is not None else "not defined" for one in sessions]
    return f"{panel.name}, {len(said)} {'session' if len(said) == 1 else 'sessions'}, oldest first: {', '.join(said)}."
