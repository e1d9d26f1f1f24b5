"""Numbers, dates, addresses and the like that identify somebody, in the plain and in the obfuscated forms people type."""

import re
from collections.abc import Iterator
from functools import lru_cache

from coach.guard.matcher import load
from coach.guard.names import lists
from coach.guard.people import is_ordinary
from coach.guard.spots import opens_sentence, spots

Found = tuple[str, int, int]
MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
DIGIT = "zero|oh|o|one|two|three|four|five|six|seven|eight|nine|double|triple|hundred"
TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
ORDINAL = (
    "twenty[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|thirty[ -]first|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth"
    "|twentieth|twenty[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|thirtieth|thirty[ -]first"
)
# Runs of digits with what stands between them; most numbers of a note ("10 mg", "5/325") are too short to be one.
CLUMP = re.compile(r"\d[\d ()+./\\-]{3,28}\d")
IN_CLUMP = re.compile(
    r"(?P<spread>(?<![\d.])\d(?:[ .\\-]\d){6,}(?![\d.]\d))"
    r"|(?P<ip>(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?!\d))"
    r"|(?P<spaced>(?<!\d)\d{1,2} ?[./] ?\d{1,2} ?[./] ?(?:19|20)\d\d(?!\d))"
    r"|(?P<ssn>(?<!\d)\d{3}[- .]\d{2}[- .]\d{4}(?!\d))"
    r"|(?P<date>(?<![\d/])(?:(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])[-/.\\](?:0?[1-9]|[12]\d|3[01])[-/.\\](?:19|20)?\d\d)(?![\d/]))"
    r"|(?P<phone>(?<![\d.])(?:\+?1[ .-]?)?\(?\d{3}\)?[ ./-]{0,3}\d{3}[ .-]{1,3}\d{4}(?!\d)|(?<![\d/.-])\d{3}[.-]\d{4}(?![\d/])|\+\d{1,3}(?:[ .-]?\d{2,4}){3,4})"
    r"|(?P<card>(?<!\d)(?:\d{4}[ -]){3}\d{1,4}(?!\d)|(?<!\d)\d{2,4}-\d{4,}(?:-\d+)*)"
    r"|(?P<long>(?<![\d.])\d{6,}(?![\d.]))"
)
KINDS = {"ip": "number", "spread": "number", "spaced": "date", "ssn": "number", "date": "date", "phone": "phone", "card": "number", "long": "number"}
DAY_AFTER = re.compile(
    rf"\.?,? (?:the )?(?:(?:[12]?\d|3[01]|0\d)(?:st|nd|rd|th)?(?![\d/%]|\.\d| ?(?:mg|mcg|tab|pill|mme|percent|tim|hour|day|week|min|year|more|or\b))|(?:{ORDINAL})(?!\w))(?:,? ?(?:of )?(?:19|20)\d\d)?|\.?,? (?:of )?(?:19|20)\d\d(?!\d)|[-/]\d{{1,2}}[-/]\d{{2,4}}"
)
DAY_BEFORE = re.compile(rf"(?:(?<!\w)(?:[12]?\d|3[01])(?:st|nd|rd|th)?|(?<!\w)(?:{ORDINAL}))(?: of|[-/])? ?$", re.I)
SPELLED_YEAR = re.compile(
    rf",? (?:of )?(?:nineteen|twenty|two thousand)(?: |-)(?:(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|{TENS}|{DIGIT}|hundred|and)(?:[ -]|(?!\w))){{1,3}}(?<![ -])",
    re.I,
)
SHORT_DATE = re.compile(
    r"(?:on|since|dob|by|until|till|due|visit|seen|dated|from|born|of)[ :]+((?:0?[1-9]|1[0-2])[/-](?:0?[1-9]|[12]\d|3[01]))(?![\d/%]| ?(?:pain|out|mg|on a))", re.I
)
SPELLED_NUMBER = re.compile(rf"(?:(?:{DIGIT}|{TENS}|\d+)[\s,.-]+){{6,}}(?:{DIGIT}|{TENS}|\d+)(?!\w)", re.I)
DAY_OF_YEAR = re.compile(r"(?:was|is|surgery|accident|mva|died|started|stopped)[ :]+((?:0?[1-9]|1[0-2])/(?:1[1-9]|2\d|3[01]))(?![\d/%])", re.I)  # above ten: no pain score
AGE_DIGITS = re.compile(r"(?<![\d.])(9\d|1[01]\d)(?:[ -]*(?:years?|yrs?|yo|y/o|y\.o\.?|year-old)(?!\w)|[ -]?[MFmf](?![\w']))")
AGE_CUE = re.compile(
    r"(?:age|aged|turned|turning|turns|she is|he is|she's|he's|patient is)[ :]+(9\d|1[01]\d)(?![\d%/]|\.\d| ?(?:mg|mme|percent|mcg|min|day|pill|tab|kg|lb|pound|on |week|month|hour|mile|minute|degree|feet|dollar|bucks|out of|over|to |of ))",
    re.I,
)
AGE_WORDS = re.compile(
    r"(?:ninety(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|an?) hundred(?: and)?(?: \w+)?)[ -]*(?:years?|yrs?|yo)(?!\w)|in (?:her|his|their) nineties|nonagenarian|centenarian",
    re.I,
)
AFTER_NUMBERED = re.compile(
    r"(?:[ ]{0,2}(?:'s|#|number|num\b|no\b\.?|is|was|are|id\b|ids\b|serial|code|claim|on (?:the )?(?:file|card|record)|(?:his|her|the|that|this) \w{1,12}|:|=|-|\.|,)){0,4}[ ]{0,2}"
    r"((?=[\w-]*[ ]?[\w-]*\d)(?-i:[A-Z]{1,4}[ -])?[A-Za-z]{0,5}-?\d[\w-]*(?:[ -](?:\d{2,}[\w-]*|(?-i:[A-Z]{2,4}(?![a-z])))){0,4})",
    re.I,
)
PLATE = re.compile(r"[A-Z]{2,3}[ -]?\d{3,4}|\d{3}[ -]?[A-Z]{3}")
STREETS = frozenset([
    "street", "st", "avenue", "ave", "road", "rd", "drive", "dr", "lane", "ln", "boulevard", "blvd", "court", "ct", "place", "pl", "way", "circle", "cir",
    "terrace", "ter", "trail", "trl", "highway", "hwy", "parkway", "pkwy", "square", "plaza", "loop", "pike", "turnpike", "alley", "crescent"
])  # fmt: skip
COUNTED = f"(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|{TENS}|{DIGIT})(?![a-z])"
BEFORE_STREET = re.compile(rf"(?<![\w.])(\d{{1,6}}[A-Za-z]?|(?:(?:{COUNTED}) ?){{1,5}}) ?((?:(?:[NSEW]|[Nn]orth|[Ss]outh|[Ee]ast|[Ww]est)\.? )?(?:[\w'.]+ ){{1,3}})$")
NAMED_STREET = re.compile(r"(?:on|at|off|near|of) ((?:[A-Z][\w']+ ){1,3})$")
AFTER_STREET = re.compile(
    r"\.?(?:,? (?:apt|apartment|unit|suite|ste|#)\.? ?#?[\w-]+)?(?:,? (?-i:[A-Z][a-z]+(?: [A-Z][a-z]+)?),? (?-i:[A-Z]{2})(?![a-z])\.?|, (?-i:[A-Z][a-z]+(?: [A-Z][a-z]+)?))?(?:,? \d{5}(?:-\d{4})?)?",
    re.I,
)
NOT_STREET = frozenset([
    "the", "a", "an", "to", "of", "in", "on", "down", "and", "or", "mg", "mcg", "pills", "tablets", "miles", "mile", "blocks", "days", "weeks", "months",
    "years", "hours", "minutes", "times", "day", "week", "month", "year", "is", "was", "per", "with", "for", "by", "at", "half", "my", "his", "her", "up",
    "from", "this", "that", "more", "long"
])  # fmt: skip
ZIP = re.compile(r"(?<![\w.-])(?:[A-Z]{2},? )?\d{5}(?:-\d{4})?(?![\w-]| ?(?:mg|mcg|unit|dollar|step))")
BOX = re.compile(r"(?:p\.? ?o\.? )?box #?\d+", re.I)
NAME_BEFORE = re.compile(r"(?<![\w'-])((?:[A-Z][A-Za-z'.-]{1,20} (?:(?:of|and|&) )?){1,4})$")
NAME_AFTER = re.compile(r" (?:the )?([A-Z][A-Za-z'.-]{1,20}(?: (?:(?:of|and|&) )?[A-Z][A-Za-z']{1,20}){0,4})")
SMALL_TOWN = re.compile(r" ([a-z]{4,16})( [a-z]{4,16})?(?![A-Za-z])")
TOWN = re.compile(r"(?<![A-Za-z])(?:from|in|near|outside) ([A-Z][a-z]+ [A-Z][a-z]+)(?![A-Za-z])")
CITY = re.compile(r" ((?:[A-Z][a-z]+|St\.)(?: [A-Z][a-z]+){0,2})(?:, ?(?:[A-Z]{2}\b|[A-Z][a-z]+))?")
DOT = r"(?:[ ]?(?:\.|\(dot\)|\[dot\]|\{dot\}|\[\.\])[ ]?| dot |_dot_|-dot-)"
DOMAIN = re.compile(
    rf"(?:[\w+-]{{1,30}}(?:\(dot\)|\[dot\]| dot )){{0,2}}[\w.+-]{{1,64}}[ ]?(?:@|\(at\)|\[at\]|\{{at\}}| at |_at_|-at-)[ ]?[\w-]{{2,40}}(?:{DOT}[a-z]{{2,12}}){{1,3}}(?!\w)", re.I
)
OPENED_LINK = re.compile(r"(?:(?:https?|hxxps?)(?:\[?:\]?)//)?[\w-]{2,40}(?:(?:\[\.\]| dot )[\w/@-]{1,40}){1,6}", re.I)
OPENED_IP = re.compile(r"(?<!\d)\d{1,3}(?:(?:\[\.\]| dot )\d{1,3}){3}(?!\d)")
TLD = re.compile(r"(?:\]| )(?:com|org|net|edu|gov|io|me|us)(?![a-z])", re.I)
MAIL_CUES = ("gmail", "yahoo", "hotmail", "outlook", "aol", "icloud", "comcast", "proton", "dot", "msn", "verizon", "email", "mail")
LINK = re.compile(r"(?:https?|hxxps?)(?::|\[:\])?//\S+|www\.\S+|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|io|me|us)(?:/\S*)?(?!\w)", re.I)


def identifiers(text: str, low: str, words: set[str]) -> Iterator[Found]:
    """(kind, start, end) of everything found; may overlap. `low` is the text in lower case, `words` its words.
    A step costs next to nothing when its cue is not there."""
    yield from _digits(text)
    yield from _ages(text, low, words)
    yield from _dates(text, low, words)
    yield from _spelled(text, low, words)
    yield from _numbered(text, low, words)
    yield from _places(text, low, words)
    yield from _mail_and_links(text, low, words)


def _digits(text: str) -> Iterator[Found]:
    for clump in CLUMP.finditer(text):
        start = clump.start() - (1 if clump.start() and text[clump.start() - 1] in "(+" else 0)
        for match in IN_CLUMP.finditer(text, start, clump.end()):
            kind = match.lastgroup or "long"
            if kind in {"card", "long"} and match.end() < len(text) and text[match.end() : match.end() + 3].strip().lower().startswith(("mg", "mc", "un", "iu")):
                continue
            first, last = match.span()
            if kind in {"card", "long"}:  # with the letters that belong to it: SN1234567
                while first and match.start() - first < 8 and (text[first - 1].isalnum() or (text[first - 1] == "-" and text[first - 2 : first - 1].isalnum())):
                    first -= 1
                while last < len(text) and last - match.end() < 8 and (text[last].isalnum() or (text[last] == "-" and text[last + 1 : last + 2].isalnum())):
                    last += 1
            yield KINDS[kind], first, last


def _ages(text: str, low: str, words: set[str]) -> Iterator[Found]:
    for match in re.finditer(r"9\d|1[01]\d", text):
        age = AGE_DIGITS.match(text, match.start()) or AGE_CUE.search(text, max(0, match.start() - 14), match.end() + 12)
        if age and age.start(1) == match.start() and age.end(1) == match.end():
            yield "age", match.start(), age.end()
    for cue in words & {"ninety", "nineties", "hundred", "nonagenarian", "centenarian"}:
        for at in spots(low, cue):
            if spelled := AGE_WORDS.search(text, max(0, at - 9), at + 45):
                yield "age", spelled.start(), spelled.end()


def _dates(text: str, low: str, words: set[str]) -> Iterator[Found]:
    for month in words & set(MONTHS.split("|")):
        for at in spots(low, month):
            start, end = at, at + len(month)
            if (
                month in {"may", "mar", "march"}
                and not DAY_AFTER.match(low, end)
                and not (text[at].isupper() or DAY_BEFORE.search(text, max(0, at - 16), at))
                and low[end : end + 2] in {" o", " t"}
            ):
                continue
            after, before = DAY_AFTER.match(low, end), DAY_BEFORE.search(text, max(0, at - 18), at)
            if before and not (month == "may" and text[at].islower() and " of" not in before[0]):
                start = before.start()
                after = re.compile(r"[.,/-]? ?(?:19|20)\d\d(?!\d)|[-/]\d\d(?!\d)").match(text, end)
            if after or start < at:
                end = after.end() if after else end
                if spelled := SPELLED_YEAR.match(text, end):
                    end = spelled.end()
                yield "date", start, end
    for match in re.finditer(r"\d{1,2}[/-]\d", text):
        if short := SHORT_DATE.search(text, max(0, match.start() - 8), match.end() + 12) or DAY_OF_YEAR.search(text, max(0, match.start() - 10), match.end() + 12):
            yield "date", short.start(1), short.end(1)


def _spelled(text: str, low: str, words: set[str]) -> Iterator[Found]:
    """Telephone and record numbers in words ("five five five, one two one two")."""
    if not words & set(DIGIT.split("|")):
        return
    for word in words & set(DIGIT.split("|")):
        after = 0
        for at in spots(low, word):
            if at >= after and (match := SPELLED_NUMBER.match(text, at)):
                after = match.end()
                yield "phone", match.start(), match.end()


def _numbered(text: str, low: str, words: set[str]) -> Iterator[Found]:
    for cue in ("s/n", "acct.", "no."):
        at = low.find(cue)
        while at >= 0:
            if (match := AFTER_NUMBERED.match(text, at + len(cue))) and sum(letter.isdigit() for letter in match[1]) >= 4:
                yield "number", match.start(1), match.end(1)
            at = low.find(cue, at + 3)
    for cue in lists().cues["numbered"]:
        if cue.split()[0] not in words:
            continue
        for at in spots(low, cue):
            match = AFTER_NUMBERED.match(text, at + len(cue))
            if match and (sum(letter.isdigit() for letter in match[1]) >= (2 if cue in {"room", "bed", "ext"} else 4) or PLATE.fullmatch(match[1])):
                yield "number", match.start(1), match.end(1)


def _places(text: str, low: str, words: set[str]) -> Iterator[Found]:
    known = lists()
    for street in words & STREETS:
        for at in spots(low, street):
            before = BEFORE_STREET.search(text, max(0, at - 60), at)
            if before and not set(before[2].lower().split()) & NOT_STREET:
                yield "address", before.start(), AFTER_STREET.match(text, at + len(street)).end()  # type: ignore[union-attr]
            elif text[at].isupper() and (named := NAMED_STREET.search(text, max(0, at - 50), at)) and named[1].strip().lower() not in {"dr", "the"}:
                yield "address", named.start(1), at + len(street)
    for cue in known.cues["lives"]:
        if cue.split()[0] in words:
            for at in spots(low, cue):
                if (city := CITY.match(text, at + len(cue))) and city[1].split()[0].lower() not in known.states | known.never | known.common:
                    yield "address", city.start(1), city.end()
        if cue.split()[0] in words:
            for at in spots(low, cue):
                small = SMALL_TOWN.match(text, at + len(cue))
                if small and not (small[1] in known.states or is_ordinary(small[1])):
                    yield "address", small.start(1), small.end(2) if small[2] and not is_ordinary(small[2].strip()) else small.end(1)
    if "box" in words:
        yield from (("address", match.start(), match.end()) for match in BOX.finditer(text))
    for code in ZIP.finditer(text):
        if code[0][0].isalpha() or "zip" in low[max(0, code.start() - 30) : code.end() + 30]:
            yield "address", code.start(), code.end()
    yield from _workplaces(text, low, words)


@lru_cache(maxsize=1)
def _organisations() -> tuple[frozenset[str], frozenset[str], tuple[str, ...], frozenset[str]]:
    data = load("privacy.yaml")
    return frozenset(data["workplaces"].split()), frozenset(data["generic"].split()), tuple(data["works"]), frozenset(data["towns"])


def _workplaces(text: str, low: str, words: set[str]) -> Iterator[Found]:
    """Firms, schools and clinics ("Kessler Roofing", "works at Blue Heron"), and towns of two words; not "the Pain Clinic"."""
    ends, generic, works, towns = _organisations()
    known = lists()
    plain = generic | known.never | known.common | known.states
    for word in words & (ends | towns):
        for at in spots(low, word):
            if not text[at].isupper():
                continue
            before = NAME_BEFORE.search(text, max(0, at - 60), at)
            if before and any(part.strip(".'&").lower().removesuffix("'s") not in plain for part in before[1].split()):
                yield ("workplace" if word in ends else "address"), before.start(1), at + len(word)
    for cue in works:
        if cue.split()[0] not in words:
            continue
        for at in spots(low, cue):
            if (named := NAME_AFTER.match(text, at + len(cue))) and named[1].split()[0].strip(".").lower() not in plain:
                yield "workplace", named.start(1), named.end(1)
    for match in TOWN.finditer(text):
        if not {part.lower() for part in match[1].split()} & plain and not opens_sentence(text, match.start(1)):
            yield "address", match.start(1), match.end(1)


def _mail_and_links(text: str, low: str, words: set[str]) -> Iterator[Found]:
    at = text.find("@")
    while at >= 0:
        start, end = at, at + 1
        while start and at - start < 64 and (text[start - 1].isalnum() or text[start - 1] in "._+-"):
            start -= 1
        while end < len(text) and end - at < 80 and (text[end].isalnum() or text[end] in "._-"):
            end += 1
        if end - at > 2:
            yield "email", start, end - (text[end - 1] in ".-")
        elif any(dot in low[at : at + 50] for dot in (".", "dot")) and (apart := DOMAIN.search(text, max(0, at - 40), at + 50)):  # no dot, no address
            yield "email", apart.start(), apart.end()
        at = text.find("@", end)
    for cue in words & set(MAIL_CUES):
        after = 0  # one look covers the cues close behind it
        for at in spots(low, cue):
            if at >= after:
                after = at + 50
                for match in DOMAIN.finditer(text, max(0, at - 70), at + 100):
                    yield "email", match.start(), match.end()
    if "[.]" in text or "dot" in words:
        yield from (("number", match.start(), match.end()) for match in OPENED_IP.finditer(text))
        after = 0
        for dot in re.finditer(r"\[\.\]| dot ", low):
            start = dot.start()
            if start < after:
                continue
            while start > after and dot.start() - start < 60 and not text[start - 1].isspace():
                start -= 1
            link = OPENED_LINK.match(text, start)
            after = link.end() if link else dot.end()
            if link and TLD.search(link[0]):
                yield "url", link.start(), link.end()
    for cue in ("http", "hxxp", "www.", ".com", ".org", ".net", ".edu", ".gov", ".io", ".me", ".us"):
        at = low.find(cue)
        while at >= 0:
            start = at
            while start and at - start < 80 and not text[start - 1].isspace() and text[start - 1] not in "\"'(<[":
                start -= 1
            if link := LINK.match(text, start):
                yield "url", link.start(), link.end()
            at = low.find(cue, at + 4)
