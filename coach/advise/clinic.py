"""What the clinic's own page (corpus/local.yaml) says that fits a script on the screen. For the clinician to read beside the lines, never among them."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from coach.advise.advice import Alert
from coach.library.script import Script

# The situations, present and named by the script, with which a line of the page is shown. Alerts show most of them too, each in its own sentence (guard/signs).
FITS = {
    "crisis_line": ("suicidal_thoughts",),
    "behavioral_health_same_day": ("suicidal_thoughts", "depression"),
    "consultation_line": ("addiction_suspected", "dose_decision", "offer_buprenorphine", "oud_or_pain", "stuck", "taper_stalled"),
    "naloxone": ("lost_tolerance", "naloxone", "overdose_history"),
    "obstetrics": ("pregnancy",),
    "same_day_imaging": ("red_flags",),
    "security": ("threats",),
    "social_work": ("cost_or_access", "disability"),
}
RULED = ("boundary_setting", "monitoring", "externalizing_decision")  # categories of scripts in which a rule of the clinic is spoken of
MOST = 2  # policies, and services, beside one script
WORD = re.compile(r"[a-z]{4,}")
# Words that stand in any script or policy.
ANYWHERE = frozenset("""
    about after again asks been before care clinic could does each every from have help here into like make medicine more need needs never only opioid opioids ours over pain
    patient patients people please says some someone take takes than that their them then there they this time today very visit visits want wants week what when where which while will
    with without would your
""".split())  # noqa: SIM905 # fmt: skip


def fitting(script: Script, present: Collection[str], local: Mapping[str, Any], alerts: Sequence[Alert] = ()) -> list[str]:
    """Lines such as "Naloxone: at the front desk", in the order of the page; empty when nothing is filled in or nothing fits. What an alert of the same
    answer shows already is left out. Policies and services fit when they share a telling word with the script's title, situations or use."""
    shown = " ".join(step for alert in alerts for step in alert.do)
    said = [
        f"{key.replace('_', ' ').capitalize()}: {value}" for key, tags in FITS.items() if (value := _text(local.get(key))) and value not in shown and _meets(script, present, tags)
    ]
    words = _telling(" ".join((script.title, script.use_when, *script.situations)).replace("_", " "))
    rules = [text for text in map(_text, _list(local.get("policies"))) if text] if script.category in RULED or "clinic_policy" in script.situations else []
    return said + _nearest([(text, text) for text in rules], words) + _nearest(list(_services(local)), words)


def named(local: Mapping[str, Any]) -> str:
    """How the clinic is called on the page; "Your clinic" when it has no name there."""
    return _text(local.get("clinic_name")) or "Your clinic"


def _meets(script: Script, present: Collection[str], tags: Collection[str]) -> bool:
    return any(tag in script.situations and tag in present for tag in tags)


def _services(local: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for item in _list(local.get("referral_services")):
        if isinstance(item, dict) and (name := _text(item.get("name"))):
            what, how = _text(item.get("for")), _text(item.get("how"))
            yield f"{name} {what}", name + (f" ({what})" if what else "") + (f": {how}" if how else "")


def _nearest(among: Sequence[tuple[str, str]], words: Collection[str]) -> list[str]:
    """Of (what is compared, what is shown) those that share most words, in the order of the page where that is equal."""
    shared = sorted(((len(_telling(compared) & set(words)), text) for compared, text in among), key=lambda pair: -pair[0])
    return [text for count, text in shared if count][:MOST]


def _telling(text: str) -> set[str]:
    """Its words of four letters or more, without endings, but for those that stand anywhere."""
    return {re.sub(r"(ing|ed|es|s)$", "", word) for word in WORD.findall(text.lower()) if word not in ANYWHERE}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
