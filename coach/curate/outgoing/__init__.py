"""From scripts to files that somebody takes along. Pure functions that return bytes or text: nothing is written."""

from coach.curate.outgoing.card import pocket_card
from coach.curate.outgoing.packed import markdown_zip
from coach.curate.outgoing.sheet import csv_table
from coach.curate.outgoing.word import word

__all__ = ["csv_table", "markdown_zip", "pocket_card", "word"]
