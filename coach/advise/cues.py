"""Which situations a scenario shows, by the phrases of corpus/cues.yaml. They switch lines on, so precision comes first."""

from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from coach.advise.advice import Situation
from coach.advise.lexicon import Lexicon, load_lexicon
from coach.advise.phrases import Match, Phrases
from coach.advise.reading import CLINICIAN, PATIENT, Reading, read
from coach.advise.wordsets import word_set
from coach.errors import LibraryError

SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same as safe_load, ten times faster
Of = Literal["patient", "anyone", "clinician"]
SAYS = word_set("says said say saying told tells thinks accuses accused claims claimed")
DENIED_AFTER = word_set("denied denies none negative neg no absent not unlikely ruled")
LONGEST_EVIDENCE = 80
SOMEONE = word_set("someone somebody")  # "saying no to someone who smelled of alcohol"
SUSPECTS = word_set("worried concerned suspect think wonder")
REACH = 8  # words between a phrase and what switches it off
LONGEST_BLOCKER = 24  # words


@dataclass(frozen=True)
class Rule:
    """What cues.yaml says of one tag, beside its phrases."""

    of: Of = "anyone"
    although_denied: bool = False
    although_supposed: bool = False


@dataclass(frozen=True)
class Cues:
    """Everything in cues.yaml, compiled. `raw` is what was read, for tests and for educators' tools."""

    phrases: Phrases
    situations: dict[str, Rule]
    needs: dict[str, Rule]
    raw: dict[str, Any]


def load(corpus: Path) -> Cues:
    """The cues of a corpus folder. Raises LibraryError when cues.yaml cannot be read or a phrase in it is wrong."""
    return build(_yaml(corpus / "cues.yaml"), load_lexicon(corpus))


def _yaml(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=SAFE)  # noqa: S506
    except (OSError, UnicodeDecodeError):
        raise LibraryError("cues.yaml cannot be read. Restore it from the release, or check that it is a UTF-8 text file.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise LibraryError(f"cues.yaml:{mark.line + 1 if mark else 1}: this is not valid YAML. Quote phrases that hold a colon, and check the indentation.") from None
    return raw if isinstance(raw, dict) else {}


def build(raw: dict[str, Any], lexicon: Lexicon) -> Cues:
    """Compiles what cues.yaml holds. Raises LibraryError that names the tag whose phrase cannot be read."""
    phrases = Phrases(lexicon, raw.get("lists") or {})
    rules: dict[str, dict[str, Rule]] = {"situations": {}, "needs": {}}
    tag = "?"
    try:
        for section in rules:
            for tag, entry in raw[section].items():
                rules[section][tag] = Rule(entry.get("of", "anyone"), entry.get("although_denied", False), entry.get("although_supposed", False))
                for phrase in entry.get("shown_by", ()):
                    phrases.add(phrase, (tag, section))
                for phrase in entry.get("not_if", ()):
                    phrases.add(phrase, (tag, "not_if"))
    except (KeyError, TypeError, AttributeError, ValueError):
        raise LibraryError(f"cues.yaml: the entry {tag!r} cannot be read. Compare it with its neighbours; the notation stands at the top of the file.") from None
    return Cues(phrases, rules["situations"], rules["needs"], raw)


def situations(scenario: str, cues: Cues) -> list[Situation]:
    """The situations present, each once, in the order in which the text shows them, with the words that show it. Never raises."""
    found = present(read(scenario), cues, "situations")
    return [Situation(tag=tag, evidence=evidence) for tag, evidence in found.items()]


def present(reading: Reading, cues: Cues, section: str) -> dict[str, str]:
    """{tag: the first words that show it} for "situations" or "needs"."""
    rules = cues.situations if section == "situations" else cues.needs
    matches = list(cues.phrases.find(reading, rules))
    blockers: dict[str, list[Match]] = {}
    for match in matches:  # in order of place
        if match.key[1] == "not_if":
            blockers.setdefault(match.key[0], []).append(match)
    found: dict[str, str] = {}
    for match in matches:
        tag, kind = match.key
        if kind != section or tag in found or _blocked(match, blockers.get(tag, []), reading) or not _holds(match, rules[tag], reading):
            continue
        evidence = reading.span(match.first, match.end)
        found[tag] = evidence if len(evidence) <= LONGEST_EVIDENCE else evidence[:LONGEST_EVIDENCE].rsplit(" ", 1)[0]
    return found


def _blocked(match: Match, blockers: list[Match], reading: Reading) -> bool:
    """By one in the same sentence and close by: dictated text has no full stops, so that a sentence may be the whole of it."""
    start = bisect_left(blockers, match.first - REACH - LONGEST_BLOCKER, key=lambda blocker: blocker.first)
    for at in range(start, len(blockers)):
        blocker = blockers[at]
        if blocker.first >= match.end + REACH:
            return False
        if match.first < blocker.end + REACH and reading.sentence[match.first] == reading.sentence[blocker.first]:
            return True
    return False


def _holds(match: Match, rule: Rule, reading: Reading) -> bool:
    """Not denied, not only supposed, and about the one it must be about."""
    first, words = match.first, reading.words
    if reading.denied[first] and not rule.although_denied:
        return False
    if reading.supposed[first] and not rule.although_supposed:
        return False
    after = [word for word in words[match.end : match.end + 2] if word != ":"]
    if (
        after
        and after[0] in DENIED_AFTER
        and not rule.although_denied
        and (after[0] != "no" or ":" in words[match.end : match.end + 1])
        and after[:2] not in (["not", "controlled"], ["not", "better"])
    ):
        return False
    who = "patient" if words[first] in PATIENT else reading.subject[first]
    if rule.of == "patient":
        done_to = words[first + 1 : first + 2] and words[first + 1] in ("him", "her", "them") and match.end > first + 1  # "his wife found him blue"
        return who in ("patient", "") or bool(done_to) or not (PATIENT | SOMEONE).isdisjoint(words[first : match.end]) or _clinician_suspects(words[first : match.end])
    if rule.of == "clinician":
        return _clinician_speaks(match, who, reading)
    return True


def _clinician_suspects(said: list[str]) -> bool:
    """ "I'm worried about depression": a phrase that names the clinician's suspicion is about the patient."""
    return said[0] in CLINICIAN and not SUSPECTS.isdisjoint(said)


def _clinician_speaks(match: Match, who: str, reading: Reading) -> bool:
    first = match.first
    if reading.quoted[first] or (who == "patient" and not SAYS.isdisjoint(reading.before(first, 3))):
        return False
    return who in ("clinician", "") or not CLINICIAN.isdisjoint(reading.words[first : match.end]) or "me" in reading.words[first : match.end]
