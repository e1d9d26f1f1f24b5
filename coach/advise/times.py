"""Lengths of time and days, as they are said: "x 10 yrs" -> "ten years", "4 wks" -> "in four weeks"."""

import re

SMALL = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
TENS = {
    "fifteen": "15",
    "twenty": "20",
    "thirty": "30",
    "forty": "40",
    "twenty-five": "25",
    "eighteen": "18",
    "nineteen": "19",
    "twenty-one": "21",
    "twenty-two": "22",
    "twenty-three": "23",
    "twenty-four": "24",
    "twenty-six": "26",
    "twenty-seven": "27",
    "twenty-eight": "28",
    "thirty-five": "35",
    "fourteen": "14",
    "thirteen": "13",
    "sixteen": "16",
    "seventeen": "17",
}
UNITS = {"years": "year", "year": "year", "yrs": "year", "yr": "year", "y": "year", "months": "month", "month": "month", "mos": "month", "mo": "month", "mths": "month",
         "weeks": "week", "week": "week", "wks": "week", "wk": "week", "days": "day", "day": "day", "decades": "decade", "decade": "decade"}  # fmt: skip
_NUMBER = r"\d{1,2}|" + "|".join(sorted([*SMALL, *TENS], key=len, reverse=True)) + r"|several|many|a few|a couple of|a couple|couple|a"
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
LENGTH = rf"(?:\b|(?<=\bx))(?:(?P<about>about|around|approx|roughly|over|more than|almost|nearly|at least) )?(?:(?P<number>{_NUMBER})(?P<plus> and)? ?(?P<unit>{_UNIT})|(?P<bare>years|decades|months)) "
LENGTH_RE = re.compile(LENGTH)
SAID_ABOUT = {"approx": "about", "roughly": "about", "around": "about"}
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_DAY = "|".join([*DAYS, "mon", "tues", "tue", "wed", "thurs", "thur", "thu", "fri", "sat", "sun"])
WHEN = rf"(?P<when>tomorrow|(?P<next>next|this) (?P<what>week|month|{_DAY})|(?:on )?(?P<day>{_DAY})|(?:in )?(?P<n>\d{{1,2}}|a|{'|'.join(SMALL)}|a couple of|couple of|a few) ?(?P<u>weeks|week|wks|wk|days|day|months|month|mos|mo)) "


def length(match: re.Match[str]) -> str | None:
    """The length of time of a match of LENGTH, or None for one that cannot be (0 or 99 years)."""
    groups = match.groupdict()
    if groups["bare"]:
        return groups["bare"]
    unit = UNITS[groups["unit"]]
    said = counted(groups["number"], unit)
    if said is None:
        return None
    about = SAID_ABOUT.get(groups["about"] or "", groups["about"] or "")
    if groups["plus"]:
        about = "more than"
    return f"{about} {said}" if about else said


def counted(number: str, unit: str) -> str | None:
    """ "10", "year" -> "ten years"; figures above twelve."""
    if number == "a" and unit == "day":
        return None  # "three times a day"
    if number in ("a", "one", "1"):
        return f"{'a' if number == 'a' else 'one'} {unit}"
    if number.isdigit():
        count = int(number)
        if not 1 < count <= 70:
            return None
        number = SMALL[count - 1] if count <= 12 else str(count)
    number = {"couple": "a couple of", "a couple": "a couple of", "couple of": "a couple of"}.get(number, TENS.get(number, number))
    return f"{number} {unit}s"


def when(match: re.Match[str]) -> str | None:
    """The day or time of a match of WHEN: "next Tuesday", "in two weeks", "on Friday", "tomorrow"."""
    groups = match.groupdict()
    if groups["when"] == "tomorrow":
        return "tomorrow"
    if groups["next"]:
        return f"{groups['next']} {_day(groups['what'])}"
    if groups["day"]:
        return f"on {_day(groups['day'])}"
    said = counted(groups["n"], UNITS[groups["u"]])
    return f"in {said}" if said else None


def _day(word: str) -> str:
    full = next((day for day in DAYS if day.startswith(word)), None) if len(word) >= 3 and word not in ("month", "week") else None
    return full.capitalize() if full else word
