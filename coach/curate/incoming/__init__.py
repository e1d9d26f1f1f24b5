"""From files that somebody brings to candidate scripts. Pure functions over bytes and texts: nothing is written, fetched or run."""

from coach.curate.incoming.item import Item
from coach.curate.incoming.mapping import Plan, Table, as_scripts, plan
from coach.curate.incoming.reading import open_table, read, read_folder

__all__ = ["Item", "Plan", "Table", "as_scripts", "open_table", "plan", "read", "read_folder"]
