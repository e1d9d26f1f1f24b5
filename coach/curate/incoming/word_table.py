"""A Word document as a table: a row for each script, a column for each heading and each line of the table at its top. What each column is, the mapping says."""

from collections.abc import Iterator

from coach.curate.incoming.fields import BEFORE, LABELS, guessed, is_section
from coach.curate.incoming.item import MOST_ENTRIES
from coach.curate.incoming.mapping import Table
from coach.curate.incoming.word import TOO_MUCH, Block
from coach.errors import ImportRefused

MARKS = {"bullet": "- ", "quote": "> "}
LONGEST_HEADING, MOST_COLUMNS = 80, 200


def table_of_blocks(name: str, blocks: list[Block], notes: tuple[str, ...] = ()) -> Table:
    """One row a script. Scripts are split at Heading 1; where no lower heading is a part of a script, a Heading 1 that is one belongs to the script before it.
    Raises ImportRefused when there are more scripts or headings than an import takes."""
    low = any(block.kind == "heading" and block.level >= 2 and is_section(block.text) for block in blocks)
    outline = _Outline()
    for block in blocks:
        level = block.level if block.kind == "heading" else None
        if level is not None and level <= 1 and (low or not is_section(block.text)):
            outline.script(block.text, level)
        elif level is not None or (block.kind == "paragraph" and _stands_as_heading(block.text)):
            outline.section(block.text)
        elif block.kind == "table":
            outline.rows(block)
        else:
            outline.put(outline.at, _marked(block))
    columns, rows = outline.done()
    return Table(name, columns, rows, notes)


def _stands_as_heading(text: str) -> bool:
    """A plain paragraph that is nothing but the name of a part: somebody made headings by hand."""
    return len(text) < 40 and is_section(text) and text.rstrip(": ").casefold() == text.rstrip(": ").casefold().strip("\"'“”.,")


def _marked(block: Block) -> Iterator[str]:
    for line in block.text.split("\n"):
        if plain := " ".join(line.split()):
            yield MARKS.get(block.kind, "") + plain


class _Outline:
    """The scripts so far; `at` is the heading that text now belongs to."""

    def __init__(self) -> None:
        self.columns: dict[str, str] = {}  # how a column is compared: how it was first written
        self.scripts: list[dict[str, list[str]]] = []
        self.at, self.level = BEFORE, 1

    def script(self, title: str, level: int) -> None:
        """A new script begins; a document's title before its first script is none."""
        if self.scripts and self.level == 0 and set(self.scripts[-1]) <= {LABELS["title"].casefold(), BEFORE.casefold()}:
            self.scripts.pop()
        self._begin()
        self.level = level
        self.put(LABELS["title"], [" ".join(title.split())])
        self.at = BEFORE

    def _begin(self) -> None:
        if len(self.scripts) >= MOST_ENTRIES:
            raise ImportRefused(TOO_MUCH)
        self.scripts.append({})
        self.level = 1

    def section(self, heading: str) -> None:
        self.at = " ".join(heading.split()).rstrip(": ")[:LONGEST_HEADING] or BEFORE

    def put(self, column: str, lines: Iterator[str] | list[str]) -> None:
        if not self.scripts:
            self._begin()
        key = column.casefold()
        self.columns.setdefault(key, column)
        if len(self.columns) > MOST_COLUMNS:
            raise ImportRefused("The document has more headings than scripts have parts: keep the headings of corpus/README.md, and import that.")
        self.scripts[-1].setdefault(key, []).extend(lines)

    def rows(self, table: Block) -> None:
        """A table before the first section is the head, key beside value; one inside a section gives its lines, and under "If they say" what they say beside the answer."""
        for row in table.rows:
            cells = [[line for block in cell for line in _marked(block)] for cell in row]
            if self.at == BEFORE and len(cells) == 2 and cells[0]:
                self.put(cells[0][0].strip("-> :")[:LONGEST_HEADING], cells[1])
            elif guessed(self.at) == "pushbacks" and len(cells) == 2:
                self.put(self.at, [*(f"> {line.strip('-> ')}" for line in cells[0][:1]), *(f"- {line.strip('-> ')}" for line in cells[1])])
            else:
                self.put(self.at, [line for cell in cells for line in cell])

    def done(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        rows = tuple(tuple("\n".join(script.get(key, ())) for key in self.columns) for script in self.scripts)
        return tuple(self.columns.values()), rows
