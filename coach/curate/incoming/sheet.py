"""A CSV as a table: the mark between cells is found, cells are counted and measured while they are read."""

import csv
import re
from collections.abc import Iterator

from coach.curate.incoming.item import MOST_ENTRIES
from coach.curate.incoming.mapping import Table
from coach.errors import ImportRefused

MOST_COLUMNS, LONGEST_CELL = 60, 5_000
LONGEST_COLUMN = 80
LONGEST_RECORD = MOST_COLUMNS * LONGEST_CELL
SHIELDED = re.compile(r"'(?='*[=+\-@\t\r])")  # the apostrophe that keeps a spreadsheet from calculating what a cell says
EXCEL = re.compile(r"\Asep=.\n")  # a line by which Excel tells itself the mark between cells
BROKEN = "The table cannot be read: save it again as CSV from a spreadsheet, with quotes around cells that hold a comma or a line break."
TOO_WIDE = f"The table has more than {MOST_COLUMNS} columns: keep those that belong to a script."
TOO_LONG = f"A row or cell is longer than a script needs (a cell holds at most {LONGEST_CELL:,} characters): shorten it or split it."


def table_of(name: str, text: str) -> Table:
    """The table with its first row as columns. Raises ImportRefused when it is no table, too wide, too long, or a cell is."""
    text = EXCEL.sub("", text, count=1)
    lines = _Lines(text)
    rows: list[tuple[str, ...]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter_of(text), strict=True):
            lines.taken = 0
            if len(row) > MOST_COLUMNS:
                raise ImportRefused(TOO_WIDE)
            if any(len(cell) > LONGEST_CELL for cell in row):
                raise ImportRefused(TOO_LONG)
            if any(cell.strip() for cell in row):
                rows.append(tuple(SHIELDED.sub("", cell, count=1) if cell.startswith("'") else cell for cell in row))
            if len(rows) > MOST_ENTRIES + 1:
                raise ImportRefused(f"The table has more than {MOST_ENTRIES:,} rows: split it, and import the parts one after the other.")
    except csv.Error:
        raise ImportRefused(BROKEN) from None
    if len(rows) < 2 or len(rows[0]) < 2:
        raise ImportRefused("The table needs a first row with the names of its columns, such as title, use when and say, and a row for each script.")
    if any(any(row[len(rows[0]) :]) for row in rows):
        raise ImportRefused(BROKEN)
    return Table(name, columns_of(rows[0]), tuple(rows[1:]))


class _Lines:
    """The text line by line, stopping when one row of the table takes more than a row may: a quote mark that is never closed swallows everything."""

    def __init__(self, text: str):
        self.text, self.taken = text, 0

    def __iter__(self) -> Iterator[str]:
        start = 0
        while start < len(self.text):
            end = self.text.find("\n", start) + 1 or len(self.text)
            self.taken += end - start
            if self.taken > LONGEST_RECORD:
                raise ImportRefused(TOO_LONG)
            yield self.text[start:end]
            start = end


def delimiter_of(text: str) -> str:
    """Comma, semicolon or tab: which of them stands most often outside quotes in the first row."""
    first = re.sub(r'"[^"]*"', "", text[:LONGEST_RECORD]).lstrip("\n").partition("\n")[0]
    return max(",;\t", key=first.count)


def columns_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of columns, each different and none empty."""
    found: dict[str, None] = {}
    for number, name in enumerate(names, 1):
        plain = " ".join(name.split())[:LONGEST_COLUMN] or f"Column {number}"
        found.setdefault(plain if plain.casefold() not in {other.casefold() for other in found} else f"{plain} ({number})")
    return tuple(found)
