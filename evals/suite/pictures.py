"""Small pictures for the report, as SVG without a script or a color of its own: an interval against its bar, counts as bars, agreement of stated and found."""

from collections.abc import Mapping, Sequence
from html import escape

from evals.suite.station import Row

WIDE, HIGH = 150, 18


def interval(row: Row) -> str:
    """Figure (dot), 95 % interval (line) and bar (tick) on a scale that holds them: all of [0, 1] for a share, zoomed where little happens. "" without a figure."""
    if row["figure"] is None:
        return ""
    bar = float(row["bar"].split()[1]) if row["bar"] else None
    values = [value for value in (row["figure"], row["low"], row["high"], bar) if value is not None]
    low, high = scale(values)

    def at(value: float) -> float:
        return round(6 + (value - low) / (high - low) * (WIDE - 12), 1)

    middle = HIGH / 2
    parts = [f'<line class="axis" x1="6" x2="{WIDE - 6}" y1="{middle}" y2="{middle}"/>']
    if bar is not None:
        start, end = (at(bar), WIDE - 6) if row["bar"].startswith("≥") else (6, at(bar))
        parts += [
            f'<rect class="good" x="{start}" y="3" width="{max(0, round(end - start, 1))}" height="{HIGH - 6}"/>',
            f'<line class="bar" x1="{at(bar)}" x2="{at(bar)}" y1="1" y2="{HIGH - 1}"/>',
        ]
    if row["low"] is not None:
        parts.append(f'<line class="between" x1="{at(row["low"])}" x2="{at(row["high"])}" y1="{middle}" y2="{middle}"/>')
    parts.append(f'<circle class="dot {row["state"]}" cx="{at(row["figure"])}" cy="{middle}" r="3.6"/>')
    said = f"{row['figure']}" + (f", {row['low']} to {row['high']}" if row["low"] is not None else "") + (f", bar {row['bar']}" if row["bar"] else "")
    return f'<svg class="interval" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" role="img" aria-label="{escape(said)}">{"".join(parts)}</svg>'


def scale(values: Sequence[float]) -> tuple[float, float]:
    """Ends of an axis: the whole of [0, 1] for shares spread over it, else the values with a margin, never below 0 for what is not negative."""
    low, high = min(values), max(values)
    if low >= 0 and high <= 1 and high - low > 0.25:
        return 0.0, 1.0
    margin = max((high - low) * 0.6, 0.02 * max(abs(high), 1e-9), 0.01)
    return (max(0.0, low - margin) if low >= 0 else low - margin), (min(1.0, high + margin) if high <= 1 and low >= 0 else high + margin)


def counts(groups: Mapping[str, int], most: int = 8) -> str:
    """Error groups as bars, the most frequent first. "" without any."""
    shown = list(groups.items())[:most]
    if not shown:
        return ""
    top = max(count for _, count in shown)
    rows = "".join(
        f'<li><span class="name">{escape(name)}</span><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="count" width="{100 * count / top:.1f}" height="10" rx="1"/></svg>'
        f'<span class="number">{count}</span></li>' for name, count in shown
    )  # fmt: skip
    rest = len(groups) - len(shown)
    return f'<ul class="counts">{rows}</ul>' + (f'<p class="soft">and {sum(list(groups.values())[most:])} in {rest} smaller groups</p>' if rest > 0 else "")
