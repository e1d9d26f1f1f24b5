"""A script as a pocket card: one page of HTML that prints on the two sides of an A6 sheet, without scripts or anything from elsewhere."""

from dataclasses import dataclass, field
from html import escape

from coach.curate.outgoing.measure import lines_of, shortened
from coach.curate.outgoing.parts import standing
from coach.library.lines import Line, render
from coach.library.script import Script
from coach.library.taxonomy import Taxonomy
from coach.library.validate import always_said

# Millimetres. A6 is 105 × 148; half a letter, 140 × 216, holds it too.
WIDE, HIGH, EDGE = 105.0, 148.0, 6.0
SIZE, LEADING = 2.6, 1.2  # the type (7.4 points) and its line
INDENT, GAP, HEADING = 3.0, 0.55, 4.9
SMALL, FOOT = 2.4, 7.5
COLUMN = WIDE - 2 * EDGE
ROOM = HIGH - 2 * EDGE - FOOT
STYLE = f"""
@page {{ size: {WIDE:g}mm {HIGH:g}mm; margin: 0 }}
* {{ box-sizing: border-box; margin: 0; padding: 0 }}
html {{ -webkit-print-color-adjust: exact; print-color-adjust: exact }}
body {{ font: {SIZE}mm/{LEADING} "Liberation Sans", Arial, Helvetica, sans-serif; color: #000; background: #fff; overflow-wrap: anywhere }}
.side {{ position: relative; width: {WIDE:g}mm; height: {HIGH - 0.2:g}mm; padding: {EDGE:g}mm; overflow: hidden; break-inside: avoid }}
.side + .side {{ break-before: page }}
h1 {{ font-size: 4mm; line-height: 1.2 }}
h2 {{ font-size: {SIZE}mm; line-height: 1.2; margin-top: 1.4mm; padding-bottom: .2mm; border-bottom: .2mm solid #888 }}
p, li {{ margin-top: {GAP}mm }}
ul {{ list-style: none }}
li {{ padding-left: {INDENT:g}mm; text-indent: -{INDENT:g}mm }}
li::before {{ content: "•"; display: inline-block; width: {INDENT:g}mm; text-indent: 0 }}
.one {{ margin-top: 1.4mm; padding: 1mm 1.5mm; border: .4mm solid #000; font-size: 3.3mm; font-weight: bold }}
.quote {{ font-style: italic; padding-left: 0; text-indent: 0; margin-top: 1.1mm }}
.quote::before {{ content: none }}
.note {{ color: #444 }}
footer {{ position: absolute; left: {EDGE:g}mm; right: {EDGE:g}mm; bottom: 4mm; border-top: .2mm solid #888; padding-top: .6mm; font-size: {SMALL}mm }}
@media screen {{ body {{ background: #ddd; padding: 6mm; display: flex; flex-wrap: wrap; gap: 6mm; justify-content: center }} .side {{ background: #fff }} }}
"""


@dataclass
class _Side:
    """What stands on one side so far, and how much room is left, in millimetres."""

    left: float = ROOM
    whole: bool = True  # False when something had to be left out
    html: list[str] = field(default_factory=list)

    def take(self, high: float) -> bool:
        fits = high <= self.left
        self.left -= high if fits else 0
        self.whole = self.whole and fits
        return fits

    def short(self, text: str, size: float, width: float, most: int) -> str:
        cut = shortened(text, size, width, most)
        self.whole = self.whole and cut == text
        return cut


def pocket_card(script: Script, taxonomy: Taxonomy) -> str:
    """The page: in front the title, when to use it, the one thing, what to check, lines that always apply; on the back pushbacks with one answer each, what not to say, what then.
    Where not all fits, what matters most is kept and the foot says where the rest stands."""
    front, back = _front(script, taxonomy), _back(script)
    more = "In the library: " if front.whole and back.whole and not _varies(script) else "More in the library: "
    foot = f"<footer>{escape(shortened(standing(script), SMALL, COLUMN, 1))}<br>{more}{escape(script.id)}</footer>"
    sides = "".join(f'<section class="side">{"".join(side.html)}{foot}</section>' for side in (front, back))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(script.title)}</title><style>{STYLE}</style></head><body>{sides}</body></html>"
    )


def _varies(script: Script) -> bool:
    """Whether the library holds lines that a card cannot: those for some patients only, second answers, the reasons."""
    return bool(script.why) or not all(map(always_said, script.spoken())) or any(len(pushback.answers) > 1 for pushback in script.pushbacks)


def _front(script: Script, taxonomy: Taxonomy) -> _Side:
    side = _Side()
    title = side.short(script.title, 4.4, COLUMN, 2)
    side.take(lines_of(title, 4.4, COLUMN) * 4.8)
    fits = "Fits: " + ", ".join(name.replace("_", " ") for name in script.situations if name in taxonomy.situations)
    when = side.short(f"When: {script.use_when}", SIZE, COLUMN, 5)
    fits = side.short(fits, SIZE, COLUMN, 2) if script.situations else ""
    one = side.short(_said(script.one_thing), 3.6, COLUMN - 4, 4)
    side.take(_high(when, 0) + (_high(fits, 0) if fits else 0) + lines_of(one, 3.6, COLUMN - 4) * 3.3 * LEADING + 4.5)
    side.html += [f"<h1>{escape(title)}</h1>", f"<p>{escape(when)}</p>", f'<p class="note">{escape(fits)}</p>' if fits else "", f'<p class="one">{escape(one)}</p>']
    spoken = [(_said(line), line.note) for line in script.say if always_said(line)]
    keep = min(side.left * 0.3, HEADING + sum(_high(" ".join(line), INDENT) for line in spoken[:4]))  # room for words to say, however much there is to check
    side.left -= keep
    side.html += _list(side, "Check first", [(text, "") for text in script.check_first])
    side.left += keep
    side.html += _list(side, "Say", spoken)
    return side


def _back(script: Script) -> _Side:
    side = _Side()
    pushbacks = [(pushback.quote, next(filter(always_said, pushback.answers), None)) for pushback in script.pushbacks]
    replies = [(f"“{quote}”", _said(answer), answer.note) for quote, answer in pushbacks if answer]
    side.whole = len(replies) == len(pushbacks)
    keep = min(side.left * 0.55, sum(HEADING + sum(_high(text, INDENT) for text in part) for part in (script.avoid, script.then)))
    side.left -= keep
    said: list[str] = []
    for quote, answer, note in replies:
        if not side.take((0 if said else HEADING) + _high(quote, 0) + 0.6 + _high(f"{answer} {note}", INDENT)):
            break
        said.append(f'<li class="quote">{escape(quote)}</li>{_item(answer, note)}')
    side.html += [f"<h2>If they say</h2><ul>{''.join(said)}</ul>"] if said else []
    side.left += keep
    side.html += _list(side, "Do not say", [(text, "") for text in script.avoid])
    side.html += _list(side, "Then", [(text, "") for text in script.then])
    return side


def _list(side: _Side, heading: str, items: list[tuple[str, str]]) -> list[str]:
    """A heading and the first of its items, (text, note) each, as many as there is room for."""
    rows: list[str] = []
    for text, note in items:
        if not side.take((0 if rows else HEADING) + _high(f"{text} ({note})" if note else text, INDENT)):
            break
        rows.append(_item(text, note))
    return [f"<h2>{heading}</h2><ul>{''.join(rows)}</ul>"] if rows else []


def _item(text: str, note: str) -> str:
    return f"<li>{escape(text)}{f' <span class=note>({escape(note)})</span>' if note else ''}</li>"


def _said(line: Line) -> str:
    """The line as it is said when nothing is known about the patient; as it is typed where that leaves nothing."""
    rendered = render(line, {})
    return rendered.text if rendered else line.source


def _high(text: str, indent: float) -> float:
    """The height of a paragraph in millimetres."""
    return GAP + lines_of(text, SIZE, COLUMN - indent) * SIZE * LEADING
