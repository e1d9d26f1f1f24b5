"""How a script sounds: gates on its spoken lines, each with a message that helps its author (reference: corpus/README.md)."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import median

from coach.library.lines import SLOT, Line, forms
from coach.library.near import DIRECT, near_lines
from coach.library.script import Problem, Script
from coach.library.taxonomy import Taxonomy, read_yaml

LONGEST_SENTENCE, MEDIAN_SENTENCE, GRADE = 22, 12, 6.0
OPENER_SHARE, OPENER_LEAST, PHRASE_SCRIPTS = 0.02, 6, 6
SENTENCE_END = re.compile(r"(?<=[.?!])[\"”’']?\s+")
NUMBER_WORD = r"(\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty)"
DOSE = re.compile(
    rf"\b{NUMBER_WORD}[- ]?(mg|mcg|milligrams?|micrograms?|percent|pills? (a|per) (day|week))|%|\b(every|each|in|for|within) {NUMBER_WORD} (hours?|days?|weeks?|months?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Style:
    """corpus/style.yaml, compiled: patterns with what to do instead."""

    rules: tuple[tuple[str, re.Pattern[str], str], ...]
    spelling: dict[str, str]


def load_style(corpus: Path) -> Style:
    raw, _ = read_yaml(corpus / "style.yaml")
    rules = tuple((group, re.compile(pattern, re.IGNORECASE), advice) for group in ("person_first", "jargon", "promise") for pattern, advice in raw[group].items())
    return Style(rules, dict(raw["spelling"]))


def sentences(text: str) -> list[str]:
    return [part for part in SENTENCE_END.split(text.strip()) if part.strip()]


def words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z0-9’']+", text)


def sound(script: Script, taxonomy: Taxonomy, style: Style) -> list[Problem]:
    """Everything about the sound of one script that its author should mend."""
    found: list[Problem] = []
    lengths: list[int] = []
    for line in script.spoken():
        seen: set[str] = set()
        for form in forms(line, taxonomy.examples):
            for message, rule in _form(form.text, style, script.audience):
                if message not in seen:
                    seen.add(message)
                    found.append(Problem(script.path, line.row, message, rule))
        lengths += [len(words(sentence)) for sentence in sentences(plainest(line, taxonomy))]
    if lengths and median(lengths) > MEDIAN_SENTENCE:
        found.append(Problem(script.path, script.say[0].row, f"half of the spoken sentences have more than {MEDIAN_SENTENCE} words: shorten them", "sound"))
    if (grade := reading_grade(script, taxonomy)) > GRADE:
        found.append(Problem(script.path, script.say[0].row, f"the spoken lines read at grade {grade:.1f}, above {GRADE:.0f}: use shorter words and sentences", "sound"))
    starts = Counter(tuple(words(line.source.lower())[:2]) for line in script.spoken())
    for start, times in starts.items():
        if times > 3 and len(start) == 2:
            found.append(Problem(script.path, script.say[0].row, f"{times} lines begin with “{' '.join(start)}”: vary how they begin", "sound"))
    return sorted(found, key=lambda problem: problem.line)


def plainest(line: Line, taxonomy: Taxonomy) -> str:
    """One form of the line, with every slot known."""
    return next((form.text for form in forms(line, taxonomy.examples)), "")


def _form(text: str, style: Style, audience: str) -> Iterator[tuple[str, str]]:
    for group, pattern, advice in style.rules:
        if (match := pattern.search(text)) and not (group == "jargon" and audience not in ("patient", "relative") and match[0].isupper()):
            yield f"“{match[0]}” ({group.replace('_', ' ')}): {advice}", group
    for word in words(text.lower()):
        if word in style.spelling:
            yield f"“{word}” is British: write “{style.spelling[word]}”", "spelling"
    for sentence in sentences(text):
        if len(words(sentence)) > LONGEST_SENTENCE:
            yield f"a sentence has {len(words(sentence))} words, more than {LONGEST_SENTENCE}: cut it in two", "sound"
    if re.search(r"[—–;]| - ", text):
        yield "there is a dash or a semicolon: speech has neither, make two sentences", "sound"
    if audience in ("patient", "relative") and DOSE.search(re.sub(r"\b(988|911)\b", "", text)):
        yield "there is a dose, a percentage or an interval: leave it to the visit, or use {follow_up}", "R3"
    if any(match[1].lower() not in ("that", "had", "no", "very") for match in re.finditer(r"\b(\w+) \1\b", text, re.IGNORECASE)):
        yield "a word stands twice in a row in one of this line's forms", "sound"
    if re.search(r"\b[aA] (?!us[aeiu]|uni|uri|uter|ut[ei]|one\b|once|eu)[aeiou]", text):
        yield "“a” stands before a vowel in one of this line's forms: write “an”", "sound"
    if not re.search(r"[.?!…][\"”’')]*$", text):
        yield "the line does not end like a sentence in one of its forms", "sound"
    if not re.match(r"[\"“'‘]?[A-Z0-9]", text):
        yield "the line does not begin with a capital in one of its forms", "sound"
    if re.search(r"\s{2,}|\s[.,?!]|,[.,]|\.,|(?<!\.)\.\.(?!\.)|\.{4,}", text):
        yield "spaces or marks are left over in one of this line's forms: check the brackets", "sound"


def reading_grade(script: Script, taxonomy: Taxonomy) -> float:
    """Flesch-Kincaid grade of everything spoken (Kincaid et al. 1975: 0.39 words/sentence + 11.8 syllables/word − 15.59)."""
    spoken = [sentence for line in script.spoken() for sentence in sentences(plainest(line, taxonomy))]
    said = [word for sentence in spoken for word in words(sentence)]
    if not said:
        return 0.0
    return 0.39 * len(said) / len(spoken) + 11.8 * sum(map(syllables, said)) / len(said) - 15.59


@lru_cache(maxsize=50_000)
def syllables(word: str) -> int:
    """Syllables of an English word, by pyphen's hyphenation points; at least one."""
    return max(1, len(_hyphens().positions(word.strip("’'").lower())) + 1)


@lru_cache(maxsize=1)
def _hyphens():  # type: ignore[no-untyped-def]  # pyphen ships no types
    import pyphen

    return pyphen.Pyphen(lang="en_US")


def across(scripts: Sequence[Script]) -> list[Problem]:
    """What only shows when all scripts are read together: near-identical lines, worn openings and phrases."""
    return [*_near(scripts), *_openers(scripts), *_phrases(scripts)]


def _near(scripts: Sequence[Script]) -> Iterator[Problem]:
    for line, other in near_lines(scripts):
        yield Problem(line.script.path, line.row, f"this line is nearly the same as {other.script.path}:{other.row}: one of the two goes", "near")


def openers(scripts: Sequence[Script]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words(line.source.lower())[:3]) for script in scripts for line in script.spoken() if len(words(line.source)) >= 3)


def _openers(scripts: Sequence[Script]) -> Iterator[Problem]:
    counts = openers(scripts)
    most = max(OPENER_LEAST, OPENER_SHARE * counts.total())
    where: dict[tuple[str, ...], list[str]] = {opener: [] for opener, times in counts.items() if times > most}
    for script in scripts if where else ():
        for line in script.spoken():
            where.get(tuple(words(line.source.lower())[:3]), []).append(f"{script.id}:{line.row}")
    for opener, times in counts.items():
        if opener in where:
            yield Problem("corpus/scripts", 1, f"{times} lines begin with “{' '.join(opener)}”, more than 2 %: vary some of them ({', '.join(where[opener][:8])})", "openers")


def phrases(scripts: Sequence[Script]) -> dict[tuple[str, ...], set[str]]:
    """Runs of five words and the scripts they stand in."""
    where: dict[tuple[str, ...], set[str]] = {}
    for script in scripts:
        for line in script.spoken():
            for run in SLOT.split(line.source.lower())[::2]:  # a slot differs from patient to patient, so a run ends there
                said = words(run)
                for start in range(len(said) - 4):
                    if not DIRECT & set(said[start : start + 5]):
                        where.setdefault(tuple(said[start : start + 5]), set()).add(script.id)
    return where


def _phrases(scripts: Sequence[Script]) -> Iterator[Problem]:
    worn = {phrase: ids for phrase, ids in phrases(scripts).items() if len(ids) > PHRASE_SCRIPTS}
    continued = {phrase[1:] for phrase in worn if len(set(phrase)) > 2}  # of a longer run, only its first five words are reported
    for phrase, ids in sorted(worn.items()):
        if phrase[:4] not in continued:
            yield Problem("corpus/scripts", 1, f"“{' '.join(phrase)}” stands in {len(ids)} scripts, more than {PHRASE_SCRIPTS}: vary it ({', '.join(sorted(ids)[:8])})", "phrases")
