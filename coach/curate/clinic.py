"""This clinic's own page, corpus/local.yaml: its numbers, rules and services, edited by values. What is not changed stays as it was, comments too."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from coach.access.person import Person
from coach.curate.files import LOCAL, Files, normal
from coach.curate.head import put, scalar, written_as
from coach.curate.keeping import Keeping
from coach.curate.shapes import Act, ClinicPage, Field, Saved, Service
from coach.errors import CurateError
from coach.library.characters import strange
from coach.library.frontmatter import read_head, tree
from coach.library.taxonomy import read_yaml
from coach.library.validate import INJECTION
from coach.store.changes import Changes, digest_of

if TYPE_CHECKING:
    from coach.live import Live

FIELDS = (
    Field(key="clinic_name", label="Name of the clinic", hint="how the clinic is called in notes"),
    Field(key="consultation_line", label="Consultation line", hint="whom a clinician may call about pain, opioids or addiction, and when"),
    Field(key="crisis_line", label="Crisis line", hint="the local crisis line or team; shown before 988. Outside the US: the national line"),
    Field(key="behavioral_health_same_day", label="Behavioral health, same day", hint="who can see a patient today for thoughts of suicide"),
    Field(key="security", label="Security", hint="how to call security in this building"),
    Field(key="domestic_violence", label="Domestic violence", hint="shelter or advocate for people hurt at home"),
    Field(key="social_work", label="Social work", hint="social work for this clinic"),
    Field(key="obstetrics", label="Obstetrics", hint="obstetric care for people who take opioids"),
    Field(key="same_day_imaging", label="Same-day imaging", hint="how to get emergency imaging of the spine"),
    Field(key="naloxone", label="Naloxone", hint="where patients get naloxone here, and what it costs"),
)
KEYS = tuple(field.key for field in FIELDS)
LONGEST, MOST_POLICIES, MOST_SERVICES = 300, 40, 60
MARKUP = re.compile(r"[<>`]|\*\*|://")
BROKEN = "local.yaml, the clinic's own page, cannot be read. Bring an earlier version back from its history, or mend it with an editor and load the page again."


def read(text: str) -> dict[str, Any]:
    """What the file says: each key of KEYS a text, `policies` a list of texts, `referral_services` a list of {name, for, how}. What has another form is left
    out; nothing is checked. Raises CurateError when it is not YAML."""
    lines = ["" if line.rstrip() == "---" else line for line in text.split("\n")]
    found: dict[str, Any] = {}
    if any(line.strip() and not line.startswith("#") for line in lines):
        found = read_head("\n".join(["---", *lines, "---"]), "local.yaml")[0].values
        if not found:
            raise CurateError(BROKEN)
    policies, services = found.get("policies"), found.get("referral_services")
    return {
        **{key: _text(found.get(key)) for key in KEYS},
        "policies": [_text(item) for item in policies if _text(item)] if isinstance(policies, list) else [],
        "referral_services": [_service(item) for item in services if isinstance(item, dict) and _text(item.get("name"))] if isinstance(services, list) else [],
    }


def changed(text: str, values: Mapping[str, Any]) -> str:
    """The file with these values, as far as they differ from what it says. Raises CurateError with what is wrong with them."""
    now, wanted = read(text), _checked(values)
    written = {key: _written(key, value) for key, value in wanted.items() if value != now[key]}
    lines = text.rstrip("\n").split("\n") if text.strip() else []
    return "\n".join(put(lines, written)) + "\n" if written else text


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, white space at their ends taken off, empty policies and services left out."""
    known = {*KEYS, "policies", "referral_services"}
    if not known.issuperset(values):
        raise CurateError(f"There is no such line on the clinic's page. They are: {', '.join(sorted(known))}.")
    checked: dict[str, Any] = {}
    for key, value in values.items():
        if key == "policies":
            checked[key] = [said for said in (_line(item, "A policy") for item in _list(value, MOST_POLICIES, "policies")) if said]
        elif key == "referral_services":
            checked[key] = [found for found in (_checked_service(item) for item in _list(value, MOST_SERVICES, "services")) if found]
        else:
            checked[key] = _line(value, next(field.label for field in FIELDS if field.key == key))
    return checked


def _list(value: Any, most: int, what: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise CurateError(f"The {what} should be a list. Give each its own line.")
    if len(value) > most:
        raise CurateError(f"There are more than {most} {what}. Keep those that are used.")
    return value


def _checked_service(item: Any) -> dict[str, str] | None:
    if not isinstance(item, dict) or not {"name", "for", "how"}.issuperset(item):
        raise CurateError("A service has a name, what it is for, and how to reach it. Leave nothing else in it.")
    service = {key: _line(item.get(key, ""), "A service") for key in ("name", "for", "how")}
    if not any(service.values()):
        return None
    if not service["name"]:
        raise CurateError("A service has no name. Say what it is called, or take it out.")
    return service


def _line(value: Any, what: str) -> str:
    """One line of plain words as typed, or nothing. Raises CurateError."""
    if not isinstance(value, str):
        raise CurateError(f"{what} should be text. Write it as it should be read.")
    said = value.strip()
    if len(said) > LONGEST:
        raise CurateError(f"{what} has {len(said)} characters, more than {LONGEST}. Say it shorter.")
    if len(said.splitlines()) > 1:
        raise CurateError(f"{what} has more than one line. Put it on one.")
    if found := strange(said):
        raise CurateError(f"{what} holds a character that cannot be used: {found[1]}.")
    if MARKUP.search(said) or INJECTION.search(said):
        raise CurateError(f"{what} holds a link, markup or an instruction to a program. Write plain words; a phone number is shown as you type it.")
    return " ".join(said.split())


def _written(key: str, value: Any) -> list[str]:
    if key != "referral_services" or not value:
        return written_as(key, value)
    return [f"{key}:", *(f"  {'- ' if number == 0 else '  '}{name}: {scalar(item[name])}" for item in value for number, name in enumerate(("name", "for", "how")))]


def _text(value: Any) -> str:
    """A value as it is shown: a number is what its digits say."""
    return " ".join(str(value).split()) if value is not None and not isinstance(value, list | dict | bool) else ""


def _service(item: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(item.get(name)) for name in ("name", "for", "how")}


class Clinic:
    """`Curator.clinic`: every method takes who asks; `may` checks their right."""

    def __init__(self, files: Files, changes: Changes, live: "Live", may: Callable[[Person, str], None]):
        self._files, self._changes, self._live, self._may = files, changes, live, may
        self._keeping = Keeping(files, changes)

    def page(self, by: Person) -> ClinicPage:
        """What the page says now. Raises CurateError when the file cannot be read."""
        self._may(by, "view")
        text = self._files.read(LOCAL) or ""
        values = read(text)
        services = tuple(Service(name=item["name"], what_for=item["for"], how=item["how"]) for item in values["referral_services"])
        return ClinicPage(lines={key: values[key] for key in KEYS}, policies=tuple(values["policies"]), services=services, digest=digest_of(text), fields=FIELDS)

    def save(self, by: Person, values: Mapping[str, Any], base: str, note: str = "") -> Saved:
        """Change these values (keys of KEYS, `policies`, `referral_services`); alerts and notes show them at once. `base` is the digest the change started from.
        Raises Conflict when somebody saved meanwhile, CurateError when a value cannot be used."""
        self._may(by, "local")
        return self._save(by, lambda text: changed(text, values), base, "saved", note)

    def restore(self, by: Person, digest: str, base: str) -> Saved:
        """Bring a former version back, on top of the log."""
        self._may(by, "local")
        if digest not in {change.digest for change in self._changes.of(LOCAL)}:
            raise CurateError("This is no version of the clinic's page. Choose one from its history.")
        former = normal(self._changes.text(digest))
        read(former)
        return self._save(by, lambda _: former, base, "restored", "")

    def _save(self, by: Person, make: Callable[[str], str], base: str, act: Act, note: str) -> Saved:
        if not by.name:
            raise CurateError("Say who you are: give your name and your profession beside the save button. They stand in the change log.")
        with self._files.writing():
            current = self._files.read(LOCAL)
            self._keeping.unmoved(LOCAL, current, None if current is None and base == digest_of("") else base, "page")
            final = make(current or "")
            differs = final != (current or "")
            if differs:
                if tree(final, "local.yaml")[0] is None:
                    raise CurateError(BROKEN)
                if current is not None:
                    self._keeping.note_outside(LOCAL, current)  # first, so that what was found has a number of its own
                self._keeping.put(LOCAL, self._keeping.version_after(LOCAL, None), current, final, act, by, note)
            self._live.put_local(read_yaml(self._files.path(LOCAL))[0] or {})
            version = self._keeping.version_after(LOCAL, None) - 1
        return Saved(id=LOCAL, version=max(1, version), status="", digest=digest_of(final), changed=differs, live=True)
