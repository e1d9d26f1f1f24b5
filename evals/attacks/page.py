"""Whether a piece of our page holds nothing but our own markup: by its structure, as a browser reads it."""

from collections.abc import Iterator

from lxml import html

TAGS = frozenset(
    ["article", "button", "caption", "circle", "code", "details", "div", "em", "form", "g", "h2", "h3", "header", "input", "label", "li", "line", "mark", "ol", "option", "p", "path", "polyline", "q",
     "rect", "section", "select", "span", "strong", "summary", "svg", "table", "tbody", "td", "text", "th", "thead", "title", "tr", "ul"]
)  # fmt: skip
ATTRIBUTES = frozenset(
    ["aria-describedby", "aria-expanded", "aria-hidden", "aria-label", "autocomplete", "class", "colspan", "cx", "cy", "d", "data-ask-educator", "data-copy", "data-more", "data-place", "data-print",
     "data-print-debrief", "data-said", "data-state", "data-turn", "fill", "height", "id", "maxlength", "name", "open", "points", "r", "required", "role", "rx", "scope", "stroke", "stroke-width",
     "tabindex", "text-anchor", "title", "type", "value", "viewbox", "width", "x", "x1", "x2", "y", "y1", "y2"]
)  # fmt: skip


def foreign(page: str) -> list[str]:
    """Each tag and attribute that our templates do not use: links, pictures, scripts, handlers, styles. Empty when there is none."""
    return list(dict.fromkeys(_foreign(page))) if page else []


def _foreign(page: str) -> Iterator[str]:
    for element in _parsed(page).iter():
        if not isinstance(element.tag, str):
            yield "a comment or instruction"
            continue
        if element.tag not in TAGS:
            yield f"tag {element.tag}"
        yield from (f"attribute {name}" for name in element.attrib if name.lower() not in ATTRIBUTES)


def said(page: str) -> list[str]:
    """The words of every line to be said and of everything that a copy button would copy."""
    if not page:
        return []
    tree = _parsed(page)
    for note in tree.find_class("line__note") + tree.find_class("line__source"):
        note.drop_tree()
    lines = [plain(element.text_content()) for name in ("line__text", "card__first") for element in tree.find_class(name)]
    copied = [plain(line) for element in tree.iter("button") for line in element.get("data-copy", "").split("\n")]
    return [line for line in lines + copied if line]


def plain(text: str) -> str:
    return " ".join(text.split())


def _parsed(page: str) -> html.HtmlElement:
    return html.fragment_fromstring(page, create_parent="div")
