"""A script's file from its parts as plain texts. What is missing stays an empty place that the validator names: nothing is made up."""

import re
import unicodedata
from collections.abc import Mapping

from coach.curate.files import ITEM, LONGEST_ID, PATIENTS
from coach.curate.head import WORDS_YAML_READS
from coach.curate.incoming.archive import RESERVED
from coach.library.parse import SECTIONS as HEADINGS
from coach.library.script import AUDIENCES, DECISIONS

LISTS = ("situations", "needs", "skills")
PLACELESS = "unsorted"  # the category of a script that names none; taxonomy.yaml has no such category, so it cannot be saved there
LONGEST_SLUG = 60
BULLET = re.compile(r"^(?:[-*•·–—]|\d{1,2}[.)])\s+")
ANSWERED = re.compile(r'^["“](.+?)["”]\s*(?:=>|→)\s*(.*)$')
QUOTED = re.compile(r'^["“].+["”]$')
SOURCED = (re.compile(r"^(?P<source>[a-z0-9]+(?:-[a-z0-9.]+)+): (?P<claim>.+)$"), re.compile(r"^(?P<claim>.+?)\s*[(\[](?P<source>[a-z0-9]+(?:-[a-z0-9.]+)+)[)\]]\.?$"))
SECTION_OF = {heading: "do_not_say" if name == "avoid" else name for heading, name in HEADINGS.items()}


def composed(fields: Mapping[str, str], place: str) -> str:
    """The file of a script, always a draft of version 1. `fields` are as `fields.FIELDS` names them, a list one item a line; `place` is its id."""
    one = {key: " ".join(fields.get(key, "").split()) for key in ("title", "decision", "audience", "license", "use_when", "avoid_when")}
    head = [f"id: {place}", f"title: {quoted(one['title'])}"]
    head += [f"{key}: [{', '.join(names(fields.get(key, '')))}]" for key in LISTS]
    head.append(f"decision: {plain(one['decision'])}")
    if one["audience"] and one["audience"].lower() != "patient":
        head.append(f"audience: {plain(one['audience'])}")
    for key in ("use_when", "avoid_when"):
        head += [f"{key}: >-", f"  {one[key]}"] if one[key] else [f'{key}: ""']
    asks = items(fields.get("asks", ""))
    head += ["asks:", *(f"  - {quoted(ask)}" for ask in asks)] if asks else ["asks: []"]
    evidence = [row for claim, source in map(sourced, items(fields.get("evidence", ""))) for row in (f"  - claim: {quoted(claim)}", f"    source: {plain(source)}")]
    head += ["evidence:", *evidence] if evidence else ["evidence: []"]
    head += ["status: draft", "version: 1", "reviewed_by: null", "review_by: null", f"license: {plain(one['license'])}"]
    body = ["\n".join([f"## {heading}", *_section(field, fields.get(field, ""))]) for heading, field in SECTION_OF.items()]
    return "\n".join(["---", *head, "---", "\n\n".join(body)]) + "\n"


def _section(field: str, text: str) -> list[str]:
    if field == "pushbacks":
        return pushbacks(text)
    if field == "why":
        return [line for raw in text.split("\n") if (line := " ".join(raw.lstrip("#>-*• ").split()))]
    return [f"- {item}" for item in items(text)]


def items(text: str) -> list[str]:
    """The lines of a cell, without the bullets, numbers and quote marks of a list in front."""
    found = [BULLET.sub("", line.strip().removeprefix(">").strip()).strip() for line in text.split("\n")]
    return [" ".join(line.split()) for line in found if line]


def pushbacks(text: str) -> list[str]:
    """What the patient says and what to answer, as the file writes it. Understood: `"quote" => answer`, `=> another answer`,
    `> quote`, a line that is one quotation, and any other line as an answer."""
    rows: list[str] = []

    def say(quote: str) -> None:
        rows.extend(["", f'> "{quote}"'] if rows else [f'> "{quote}"'])

    for line in (" ".join(raw.split()) for raw in text.split("\n")):
        bullet = BULLET.match(line)
        bare = BULLET.sub("", line) if bullet else line
        if not line:
            continue
        if bullet and line.startswith("-"):
            rows.append(f"- {bare}")
        elif match := ANSWERED.match(bare):
            say(match[1])
            rows.append(f"- {match[2]}")
        elif bare.startswith("=>"):
            rows.append(f"- {bare[2:].strip()}")
        elif bare.startswith(">") or QUOTED.match(bare):
            say(bare.removeprefix(">").strip().strip('"“”').strip())
        else:
            rows.append(f"- {bare}")
    return [row for row in rows if row != "- "]


def sourced(line: str) -> tuple[str, str]:
    """A claim and the id of its source: `source-id: claim`, or `claim (source-id)`; without one the source stays empty."""
    for form in SOURCED:
        if match := form.match(line):
            return match["claim"], match["source"]
    return line, ""


def names(text: str) -> list[str]:
    """Names of a closed list: "Taper start; Fear of pain" is taper_start and fear_of_pain."""
    found = (re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") for name in re.split(r"[,;|\n]", ascii_of(text)))
    return list(dict.fromkeys(name if re.fullmatch(r"[a-z_]+", name) and name not in WORDS_YAML_READS else quoted(name) for name in found if name))


def plain(text: str) -> str:
    """A word or an id as it is, anything else in quotes; nothing stays nothing."""
    if not text:
        return ""
    if text.lower() in (*DECISIONS, *AUDIENCES):
        return text.lower()
    return text if re.fullmatch(r"[A-Za-z]+(-[A-Za-z0-9.]+)+", text) else quoted(text)


def quoted(text: str) -> str:
    """A text in double quotes, as YAML reads it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def place_for(fields: Mapping[str, str], number: int) -> str:
    """The id a script gets: the one it names if that is one, else its category and a slug of its title."""
    said = fields.get("id", "").strip()
    if ITEM.fullmatch(said) and not said.startswith(PATIENTS) and len(said) <= LONGEST_ID and not RESERVED.fullmatch(said.rpartition("/")[2]):
        return said
    category = re.sub(r"[^a-z]+", "_", ascii_of(fields.get("category", "")).lower()).strip("_")[:LONGEST_SLUG] or PLACELESS
    return f"{category}/{slug(fields.get('title', '')) or f'script-{number}'}"


def slug(title: str) -> str:
    """A title as the last part of an id: `Don't come down!` is dont-come-down. Empty when it has no letter or digit that could stand there."""
    words = re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’]", "", ascii_of(title).lower())).strip("-")
    if len(words) > LONGEST_SLUG:
        words = words[:LONGEST_SLUG].rpartition("-")[0] or words[:LONGEST_SLUG]
    return f"{words}-script" if RESERVED.fullmatch(words) else words


def ascii_of(text: str) -> str:
    """Letters without their accents."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
