"""From a Markdown file to a Script. Reports every problem of the file as path:line, and never raises on bad input."""

import hashlib
import re
from datetime import date
from typing import Any

from coach.library.characters import strange
from coach.library.frontmatter import LARGEST, Head, read_head, shown
from coach.library.lines import Line, parse_line
from coach.library.script import AUDIENCES, DECISIONS, STATUSES, Evidence, Problem, Pushback, Script

SECTIONS = {
    "If you say one thing": "one_thing",
    "Check first": "check_first",
    "Say": "say",
    "If they say": "pushbacks",
    "Do not say": "avoid",
    "Then": "then",
    "Why it works": "why",
}
TEXTS = ("id", "title", "use_when", "avoid_when", "license")
LISTS = ("situations", "needs", "skills", "asks")
KEYS = {*TEXTS, *LISTS, "decision", "evidence", "status", "version", "reviewed_by", "review_by", "audience", "author"}
REQUIRED = KEYS - {"audience", "reviewed_by", "review_by", "author"}
LONGEST_LINE = 2_000


def parse(text: str, path: str) -> tuple[Script | None, list[Problem]]:
    """The script of one file, or None when too little of it can be read; and every problem of its form.
    `path` is shown in the problems; for the id to match it should end in scripts/<category>/<slug>.md."""
    text = text.replace("\r\n", "\n")
    if problem := unreadable(text, path):
        return None, [problem]
    head, problems = read_head(text, path)
    fields = Fields(head, path, problems)
    body = Body(path, problems)
    body.read(head.body, head.body_row)
    if not head.values:
        return None, problems
    script = _build(fields, body, path, hashlib.sha256(text.encode("utf-8", "replace")).hexdigest())
    return script, sorted(problems, key=lambda problem: problem.line)


def unreadable(text: str, path: str) -> Problem | None:
    """What makes a file unfit to be read at all: size, overlong lines, invisible or look-alike characters."""
    if len(text) > LARGEST:
        return Problem(path, 1, f"the file has more than {LARGEST:,} characters: a script is a few pages, split it")
    for row, line in enumerate(text.split("\n"), 1):
        if len(line) > LONGEST_LINE:
            return Problem(path, row, f"a line has more than {LONGEST_LINE:,} characters: break it up")
    if found := strange(text):
        row, message, rule = found
        return Problem(path, row, message, rule)
    return None


class Fields:
    """Typed access to the front matter of a script (or of what a subclass names); each wrong type is a located problem and a harmless default."""

    kind, keys, required = "a script", frozenset(KEYS), frozenset(REQUIRED)

    def __init__(self, head: Head, path: str, problems: list[Problem]):
        self.head, self.path, self.problems = head, path, problems
        self.kept: dict[str, list[int]] = {}
        for key in sorted(head.rows.keys() - self.keys):
            self.problem(key, f"{shown(key)} is not a key of {self.kind}: remove it, or see corpus/README.md for the right name")
        for key in sorted(self.required - head.rows.keys()) if head.values else ():
            self.problem(key, f"{key} is missing: add it to the front matter")

    def problem(self, key: str, message: str, item: int | None = None) -> None:
        rows = self.head.items.get(key, ())
        row = rows[item] if item is not None and item < len(rows) else self.head.rows.get(key, 1)
        self.problems.append(Problem(self.path, row, message))

    def rows(self) -> dict[str, tuple[int, ...]]:
        """Where each key stands, and after it where each item of its list that was kept stands."""
        return {key: (row, *self.kept.get(key, self.head.items.get(key, ()))) for key, row in self.head.rows.items()}

    def text(self, key: str) -> str:
        value = self.head.values.get(key, "")
        if not isinstance(value, str):
            self.problem(key, f"{key} should be text: put it in quotes")
            return ""
        if key in self.head.values and not value.strip():
            self.problem(key, f"{key} is empty: write one sentence")
        return " ".join(value.split())

    def optional(self, key: str) -> str | None:
        """Text, a date, or nothing: "no" and lists are no reviewer's name."""
        value = self.head.values.get(key)
        if value is None:
            return None
        if not isinstance(value, str | date):
            self.problem(key, f"{key} should be text in quotes, or null")
            return None
        return " ".join(str(value).split()) or None

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.head.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.problem(key, f"{key} should be a list of texts: write [one, two], each in quotes if it holds a comma or colon")
            return ()
        plain = [" ".join(item.split()) for item in value]
        kept: dict[str, int] = {}
        for number, (item, row) in enumerate(zip(plain, self.head.items.get(key, ()), strict=False)):
            if not item:
                self.problem(key, f"an item of {key} is empty: write it, or remove it", number)
            elif item in kept:
                self.problem(key, f"{key} names something twice: keep one", number)
            else:
                kept[item] = row
        self.kept[key] = list(kept.values())
        return tuple(kept)

    def one_of(self, key: str, allowed: tuple[str, ...], default: str) -> Any:
        value = self.head.values.get(key, default)
        if value not in allowed:
            self.problem(key, f"{key} should be one of {', '.join(allowed)}")
            return default
        return value

    def number(self, key: str) -> int:
        value = self.head.values.get(key, 1)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.problem(key, f"{key} should be a whole number from 1 up")
            return 1
        return value

    def evidence(self) -> tuple[Evidence, ...]:
        found = []
        value = self.head.values.get("evidence", [])
        for number, item in enumerate(value if isinstance(value, list) else [None]):
            if not isinstance(item, dict) or not isinstance(item.get("claim"), str) or not isinstance(item.get("source"), str) or set(item) != {"claim", "source"}:
                self.problem("evidence", "each item of evidence should have a claim and a source, and nothing else", number)
            else:
                found.append(Evidence(" ".join(item["claim"].split()), item["source"]))
                self.kept.setdefault("evidence", []).extend(self.head.items.get("evidence", ())[number : number + 1])
        return tuple(found)


class Body:
    """The sections of the body, read line by line: those of a script, or those a subclass names."""

    kind, sections, optional = "a script", SECTIONS, frozenset[str]()

    def __init__(self, path: str, problems: list[Problem]):
        self.path, self.problems = path, problems
        self.bullets: dict[str, list[tuple[int, str]]] = {name: [] for name in self.sections.values()}
        self.rows: dict[str, int] = {}
        self.prose: list[str] = []
        self.quotes: list[tuple[int, str, list[tuple[int, str]]]] = []

    def problem(self, row: int, message: str) -> None:
        self.problems.append(Problem(self.path, row, message))

    def read(self, body: str, first_row: int) -> None:
        section: str | None = None
        for row, raw in enumerate(body.split("\n"), first_row):
            line = raw.strip()
            if not line:
                continue
            if match := re.match(r"#{1,6}\s*(.*)$", line):
                section = self._open(match[1].strip(), row, line.startswith("## "))
            elif section is None:
                self.problem(row, "there is text outside the sections: put it under one of the ## headings")
            else:
                self._line(section, row, line, raw)
        for heading, name in self.sections.items():
            if name not in self.rows:
                if name not in self.optional:
                    self.problem(first_row, f"the section ## {heading} is missing: add it")
            elif not (self.prose if name == "why" else self.quotes if name == "pushbacks" else self.bullets[name]):
                self.problem(self.rows[name], f"the section ## {heading} is empty: write it")

    def _line(self, section: str, row: int, line: str, raw: str) -> None:
        """One line of a section."""
        if section == "why":
            self.prose.append(line.removeprefix("- "))
        elif line.startswith(">") and section == "pushbacks":
            self._quote(row, line[1:].strip().strip('"“”').strip())
        elif line == "-":
            self.problem(row, "this line is empty: write it, or remove the dash")
        elif line.startswith("- "):
            self._bullet(section, row, line[2:].strip())
        elif not self._continue(section, line, raw):
            self.problem(row, "a line here should begin with `- ` (or `>` for what the patient says)")

    def _open(self, heading: str, row: int, right_level: bool) -> str | None:
        name = self.sections.get(heading)
        if name is None or not right_level:
            self.problem(row, f"this is not a heading of {self.kind}: the headings are {', '.join('## ' + known for known in self.sections)}")
            return None
        if name in self.rows:
            self.problem(row, f"the section ## {heading} stands twice: join the two")
        elif list(self.rows) and list(self.sections.values()).index(name) < max(list(self.sections.values()).index(seen) for seen in self.rows):
            self.problem(row, f"the section ## {heading} stands too late: keep the order of corpus/README.md")
        self.rows.setdefault(name, row)
        return name

    def _quote(self, row: int, said: str) -> None:
        if not said:
            self.problem(row, "what the patient says here is empty: write it, or remove the line")
        self.quotes.append((row, said, []))

    def _bullet(self, section: str, row: int, text: str) -> None:
        if section != "pushbacks":
            self.bullets[section].append((row, text))
        elif self.quotes:
            self.quotes[-1][2].append((row, text))
        else:
            self.problem(row, 'an answer stands before what the patient says: put a line `> "…"` above it')

    def _continue(self, section: str, line: str, raw: str) -> bool:
        """A wrapped bullet: its next line is indented."""
        target = self.quotes[-1][2] if section == "pushbacks" and self.quotes else self.bullets.get(section, [])
        if not raw.startswith((" ", "\t")) or not target:
            return False
        row, text = target[-1]
        target[-1] = (row, f"{text} {line}")
        return True

    def lines(self, bullets: list[tuple[int, str]]) -> tuple[Line, ...]:
        found = []
        for row, text in bullets:
            line, problems = parse_line(text, row)
            for message in problems:
                self.problem(row, message)
            found.append(line)
        return tuple(found)

    def texts(self, section: str) -> tuple[str, ...]:
        return tuple(text for _, text in self.bullets[section])

    def where(self) -> dict[str, tuple[int, ...]]:
        """Where each section's heading stands, and after it where each of its bullets does."""
        return {name: (row, *(at for at, _ in self.bullets[name])) for name, row in self.rows.items()}


def _build(fields: Fields, body: Body, path: str, digest: str) -> Script | None:
    """Everything is read before it is decided whether there is enough for a script, so that every problem is reported at once."""
    one_thing, say = body.lines(body.bullets["one_thing"]), body.lines(body.bullets["say"])
    if len(one_thing) > 1:
        body.problem(one_thing[1].row, "If you say one thing holds more than one line: keep the one that matters most")
    pushbacks = tuple(Pushback(quote, body.lines(answers), row) for row, quote, answers in body.quotes)
    script_id = fields.text("id")
    if not re.fullmatch(r"[a-z_]+/[a-z0-9]+(-[a-z0-9]+)*", script_id):
        fields.problem("id", "id should be category/slug in lower case, such as tapering/first-mention")
    elif f"/{path}".replace("\\", "/").rpartition("/scripts/")[2].lstrip("/") != f"{script_id}.md":
        fields.problem("id", f"id is {shown(script_id)}, but the file stands elsewhere: make the two the same")
    head: dict[str, Any] = {
        **{key: fields.text(key) for key in ("title", "use_when", "avoid_when", "license")}, **{key: fields.texts(key) for key in LISTS},
        "decision": fields.one_of("decision", DECISIONS, "shared"), "status": fields.one_of("status", STATUSES, "draft"), "audience": fields.one_of("audience", AUDIENCES, "patient"),
        "evidence": fields.evidence(), "version": fields.number("version"), "reviewed_by": fields.optional("reviewed_by"), "review_by": fields.optional("review_by"),
        "author": fields.optional("author"),
    }  # fmt: skip
    if not script_id or not one_thing or not say:
        return None
    return Script(
        id=script_id, one_thing=one_thing[0], say=say, pushbacks=pushbacks, check_first=body.texts("check_first"), avoid=body.texts("avoid"), then=body.texts("then"),
        why=" ".join(body.prose), path=path, digest=digest, rows={**fields.rows(), **body.where()}, **head,
    )  # fmt: skip
