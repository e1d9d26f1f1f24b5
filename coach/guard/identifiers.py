"""Numbers, dates, addresses and the like that identify somebody, in the plain and in the obfuscated forms people type."""

import re
from collections.abc import Iterator

from coach.guard.names import lists
from coach.guard.spots import spots

Found = tuple[str, int, int]
MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
DIGIT = "zero|oh|o|one|two|three|four|five|six|seven|eight|nine|double|triple|hundred"
TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
ORDINAL = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth"
    "|twentieth|twenty[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|thirtieth|thirty[ -]first"
)
# Runs of digits with what stands between them; most numbers of a note ("10 mg", "5/325") are too short to be one.
CLUMP = re.compile(r"\d[\d ()+./\\-]{3,28}\d")
IN_CLUMP = re.compile(
    r"(?P<ip>(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?!\d))"
    r"|(?P<ssn>(?<!\d)\d{3}[- .]\d{2}[- .]\d{4}(?!\d))"
    r"|(?P<date>(?<![\d/])(?:(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])[-/.\\](?:0?[1-9]|[12]\d|3[01])[-/.\\](?:19|20)?\d\d)(?![\d/]))"
    r"|(?P<phone>(?<![\d.])(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]{0,2}\d{3}[ .-]\d{4}(?!\d)|(?<![\d/.-])\d{3}[.-]\d{4}(?![\d/])|\+\d{1,3}(?:[ .-]?\d{2,4}){3,4})"
    r"|(?P<card>(?<!\d)(?:\d{4}[ -]){3}\d{1,4}(?!\d)|(?<!\d)\d{2,4}-\d{4,}(?:-\d+)*)"
    r"|(?P<long>(?<![\d.])\d{6,}(?![\d.]))"
)
KINDS = {"ip": "number", "ssn": "number", "date": "date", "phone": "phone", "card": "number", "long": "number"}
DAY_AFTER = re.compile(rf"\.?,? (?:the )?(?:(?:[12]?\d|3[01]|0\d)(?:st|nd|rd|th)?(?![\d/%]|\.\d| ?(?:mg|mcg|tab|pill|mme|percent|tim|hour|day|week|min|year|more|or\b))|{ORDINAL})(?:,? ?(?:of )?(?:19|20)\d\d)?|\.?,? (?:of )?(?:19|20)\d\d(?!\d)|[-/]\d{{1,2}}[-/]\d{{2,4}}")
DAY_BEFORE = re.compile(rf"(?:(?<!\w)(?:[12]?\d|3[01])(?:st|nd|rd|th)?|(?<!\w)(?:{ORDINAL}))(?: of|[-/])? ?$", re.I)
SPELLED_YEAR = re.compile(rf",? (?:of )?(?:nineteen|twenty|two thousand)(?: |-)(?:(?:{TENS}|{DIGIT}|hundred|and|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)[ -]?){{1,3}}", re.I)
SHORT_DATE = re.compile(r"(?:on|since|dob|by|until|till|due|visit|seen|dated|from|born|of)[ :]+((?:0?[1-9]|1[0-2])[/-](?:0?[1-9]|[12]\d|3[01]))(?![\d/%]| ?(?:pain|out|mg|on a))", re.I)
SPELLED_NUMBER = re.compile(rf"(?:(?:{DIGIT}|{TENS}|\d+)[\s,.-]+){{6,}}(?:{DIGIT}|{TENS}|\d+)(?!\w)", re.I)
AGE_DIGITS = re.compile(r"(?<![\d.])(9\d|1[01]\d)(?:[ -]*(?:years?|yrs?|yo|y/o|y\.o\.?|year-old)(?!\w)|[ -]?[MFmf](?![\w']))")
AGE_CUE = re.compile(r"(?:age|aged|turned|turning|turns|she is|he is|she's|he's|patient is)[ :]+(9\d|1[01]\d)(?![\d.%/]| ?(?:mg|mme|percent|mcg|min|day|pills|tab|kg|lb|pound|on ))", re.I)
AGE_WORDS = re.compile(r"(?:ninety(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|one hundred(?: and)?(?: \w+)?)[ -]*(?:years?|yrs?|yo)(?!\w)|in (?:her|his|their) nineties|nonagenarian|centenarian", re.I)
AFTER_NUMBERED = re.compile(r"(?:['s]*[ ]*(?:#|number|num\b|no\b\.?|is|was|id|:|=|-|\.)?[ ]*){1,4}((?=[\w-]*\d)[A-Za-z]{0,5}-?\d[\w-]*(?:[ ]\d{2,}[\w-]*)*)", re.I)
STREETS = frozenset("street st avenue ave road rd drive dr lane ln boulevard blvd court ct place pl way circle cir terrace ter trail trl highway hwy parkway pkwy square plaza loop pike turnpike alley crescent".split())
BEFORE_STREET = re.compile(r"(?<![\w.])(\d{1,6}[A-Za-z]?|one|two|three|four|five|six|seven|eight|nine|(?:(?:one|two|three|four|five|six|seven|eight|nine|oh|zero) ){2,5}) ?((?:(?:[NSEW]|[Nn]orth|[Ss]outh|[Ee]ast|[Ww]est)\.? )?(?:[\w'.]+ ){1,3})$")
NAMED_STREET = re.compile(r"(?:on|at|off|near|of) ((?:[A-Z][\w']+ ){1,3})$")
AFTER_STREET = re.compile(r"\.?(?:,? (?:apt|apartment|unit|suite|ste|#)\.? ?#?[\w-]+)?(?:,? (?:[A-Z][a-z]+ ?){1,2},? [A-Z]{2}(?![a-z])\.?)?(?:,? \d{5}(?:-\d{4})?)?", re.I)
NOT_STREET = frozenset("the a an to of in on down and or mg mcg pills tablets miles mile blocks days weeks months years hours minutes times day week month year is was per with for by at half my his her up from this that more long".split())
ZIP = re.compile(r"(?<![\w.-])(?:zip(?: code)?(?: is)?[: ]+\d{5}|[A-Z]{2},? \d{5}(?:-\d{4})?)(?!\d)")
BOX = re.compile(r"(?:p\.? ?o\.? )?box #?\d+", re.I)
CITY = re.compile(r" ((?:[A-Z][a-z]+|St\.)(?: [A-Z][a-z]+){0,2})(?:, ?(?:[A-Z]{2}\b|[A-Z][a-z]+))?")
DOMAIN = re.compile(r"[\w.+-]{1,64}[ ]?(?:@|\(at\)|\[at\]|\{at\}| at |_at_|-at-)[ ]?[\w-]{2,40}(?:[ ]?(?:\.|\(dot\)|\[dot\]|\{dot\}| dot |_dot_|-dot-)[ ]?[a-z]{2,12}){1,3}(?!\w)", re.I)
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
            yield KINDS[kind], match.start(), match.end()


def _ages(text: str, low: str, words: set[str]) -> Iterator[Found]:
    for match in re.finditer(r"9\d|1[01]\d", text):
        age = AGE_DIGITS.match(text, match.start()) or AGE_CUE.search(text, max(0, match.start() - 14), match.end())
        if age and age.end(1) == match.end():
            yield "age", match.start(), age.end()
    for cue in words & {"ninety", "nineties", "hundred", "nonagenarian", "centenarian"}:
        for at in spots(low, cue):
            if spelled := AGE_WORDS.search(text, max(0, at - 9), at + 40):
                yield "age", spelled.start(), spelled.end()


def _dates(text: str, low: str, words: set[str]) -> Iterator[Found]:
    for month in words & set(MONTHS.split("|")):
        for at in spots(low, month):
            start, end = at, at + len(month)
            if month in {"may", "mar", "march"} and not (text[at].isupper() or DAY_BEFORE.search(text, max(0, at - 16), at)) and low[end : end + 2] in {" o", " t"}:
                continue
            after, before = DAY_AFTER.match(low, end), DAY_BEFORE.search(text, max(0, at - 18), at)
            if before and not (month == "may" and text[at].islower() and " of" not in before[0]):
                start = before.start()
                after = re.compile(r",? ?(?:19|20)\d\d(?!\d)").match(text, end)
            if after or start < at:
                end = after.end() if after else end
                if spelled := SPELLED_YEAR.match(text, end):
                    end = spelled.end()
                yield "date", start, end
    for match in re.finditer(r"\d{1,2}[/-]\d", text):
        if short := SHORT_DATE.search(text, max(0, match.start() - 8), match.end() + 12):
            yield "date", short.start(1), short.end(1)


def _spelled(text: str, low: str, words: set[str]) -> Iterator[Found]:
    """Telephone and record numbers in words ("five five five, one two one two")."""
    if not words & set(DIGIT.split("|")):
        return
    after = 0
    for word in words & set(DIGIT.split("|")):
        for at in spots(low, word):
            if match := SPELLED_NUMBER.match(text, at):
                after = max(after, match.end())
                yield "phone", match.start(), match.end()


def _numbered(text: str, low: str, words: set[str]) -> Iterator[Found]:
    for cue in lists().cues["numbered"]:
        if cue.split()[0] not in words:
            continue
        for at in spots(low, cue):
            match = AFTER_NUMBERED.match(text, at + len(cue))
            if match and sum(letter.isdigit() for letter in match[1]) >= (2 if cue in {"room", "bed", "ext"} else 4):
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
    if "box" in words:
        yield from (("address", match.start(), match.end()) for match in BOX.finditer(text))
    for match in re.finditer(r"\d{5}", text):
        if code := ZIP.search(text, max(0, match.start() - 14), match.end() + 5):
            yield "address", code.start(), code.end()


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
        at = text.find("@", end)
    for cue in words & set(MAIL_CUES):
        for at in spots(low, cue):
            for match in DOMAIN.finditer(text, max(0, at - 70), at + 40):
                yield "email", match.start(), match.end()
    for cue in ("http", "hxxp", "www.", ".com", ".org", ".net", ".edu", ".gov", ".io", ".me", ".us"):
        at = low.find(cue)
        while at >= 0:
            start = at
            while start and at - start < 80 and not text[start - 1].isspace() and text[start - 1] not in "\"'(<[":
                start -= 1
            if link := LINK.match(text, start):
                yield "url", link.start(), link.end()
            at = low.find(cue, at + 4)
