"""Every station there is: the modules of evals/stations/ that define STATION. A new station is one file."""

import importlib
import pkgutil
from functools import cache

from coach.errors import InputError
from evals import stations as folder
from evals.suite.station import PARTS, Station


@cache
def stations() -> dict[str, Station]:
    """Stations by name, in the order of the report. Raises InputError when two have one name."""
    found: dict[str, Station] = {}
    for module in pkgutil.iter_modules(folder.__path__):
        station = getattr(importlib.import_module(f"{folder.__name__}.{module.name}"), "STATION", None)
        if station is not None:
            if station.name in found:
                raise InputError(f"Two stations of evals/stations have the name {station.name}. Give one of them another.")
            found[station.name] = station
    return dict(sorted(found.items(), key=lambda item: (PARTS.index(item[1].part), item[0])))


def chosen(names: list[str]) -> list[Station]:
    """The stations named, or all. Raises InputError for a name that is none."""
    every = stations()
    unknown = sorted(set(names) - set(every))
    if unknown:
        raise InputError(f"There is no such station. The stations are: {', '.join(every)}.")
    return [station for name, station in every.items() if not names or name in names]
