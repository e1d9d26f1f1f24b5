"""Names of people: known given names and surnames, and whatever stands where a name stands (after a title, "named", a relative, "pt")."""

import re
from collections.abc import Iterator

from coach.guard.names import Lists, lists
from coach.guard.spots import opens_sentence, spots, word_before

Found = tuple[str, int, int]
CAPITALS = re.compile(r"[A-Z][A-Za-z]+")
AFTER = re.compile(r"[.]?[ \t]*[:=]?[ \t]*[\"'(]?[ \t]*([A-Za-z](?:[A-Za-z]|'(?=[A-Z])|-(?=[A-Za-z]))*)")
AFTER_RELATIVE = re.compile(r"(?:,? (?:is )?(?:named|called)|,|:|'s name is)?[ ]+[\"'(]?([A-Za-z](?:[A-Za-z]|'(?=[A-Z])|-(?=[A-Za-z]))*)")
MORE = re.compile(r"(?:-|,? (?=[A-Z])|\. ?(?=[A-Z][a-z])| (?:de la |de |del |van |von |al |bin |la |el )?)([A-Z][a-z]?(?:[A-Za-z]|'(?=[A-Z])|-(?=[A-Za-z]))*)")
INITIALS = re.compile(r"[ :]+((?:[A-Z]\.[ ]?){1,3}(?![a-z])|[A-Z]{2,3}(?![A-Za-z]))")
SPELLED = re.compile(r"(?<![A-Za-z])(?:[A-Za-z][ .\-_*]){3,14}[A-Za-z](?![A-Za-z])")
LEET = str.maketrans("0134578", "oieastb")


def people(text: str, low: str, words: set[str]) -> Iterator[Found]:
    """(kind, start, end) of names; kind is `name`, or `relative` after "her husband". May overlap. `low` is the text in lower case, `words` its words."""
    known = lists()
    words = words | {word[:-1] for word in words if len(word) > 5 and word[-1] == "s" and word[:-1] in known.given}
    for word in words & known.given - known.states:
        for at in _name_spots(low, word):
            yield "name", at, _whole(text, at + len(word), known)
    for word in {word.lower() for word in CAPITALS.findall(text)} & (known.surnames | known.wordlike):
        for at in spots(low, word):
            if text[at].isupper() and (word in known.surnames or _reads_as_name(text, low, at, word, known)):
                yield "name", at, _whole(text, at + len(word), known)
    yield from _after_cues(text, low, words, known)
    yield from _hidden(text, words, known)


def _name_spots(low: str, word: str) -> Iterator[int]:
    yield from spots(low, word)
    if len(word) > 4:
        yield from spots(low, word + "s")  # "denises pills"


def _reads_as_name(text: str, low: str, at: int, word: str, known: Lists) -> bool:
    """Is a name that is also a word ("Grace", "Will") a name here?"""
    if word in known.never:
        return False
    end = at + len(word)
    after = low[end : end + 16].split()
    follows = after[0].strip(".,;:!?\"'") if after and not low[end : end + 1].isalpha() else ""
    if text[end : end + 3] in {"'s ", "'s,"} and not opens_sentence(text, at):
        return True
    if match := MORE.match(text, end):
        if match[1].lower() in known.surnames or (match[1].lower() in known.given and match[0][0] == " "):
            return True
    if follows in known.cues["before_verbs"]:
        return True
    return not opens_sentence(text, at) and word_before(low, at) in known.cues["near"]


def _whole(text: str, end: int, known: Lists) -> int:
    """The end of the whole name: surname, second given name and initials that follow it."""
    if text[end : end + 1].isalpha():
        end += 1
    for _ in range(3):
        match = MORE.match(text, end)
        if not match:
            break
        word = match[1].lower()
        shouted = match[1].isupper() and len(match[1]) > 1
        single = len(match[1]) == 1 and text[match.end() : match.end() + 1] in {".", " "} and match[1] != "I"
        if word in known.never or word in known.common or (match[0].startswith((",", ".")) and not known.known(word)) or (shouted and not known.known(word)):
            break
        if len(match[1]) == 1 and not single:
            break
        end = match.end()
        if single and text[end : end + 1] == "." and text[end + 1 : end + 2] == " " and text[end + 2 : end + 3].isupper():
            continue
    return end


def _after_cues(text: str, low: str, words: set[str], known: Lists) -> Iterator[Found]:
    for group, kind in (("titles", "name"), ("ranks", "name"), ("called", "name"), ("patient", "name"), ("relatives", "relative")):
        pattern = AFTER_RELATIVE if group == "relatives" else AFTER
        for cue in known.cues[group]:
            if cue.split()[0] not in words:
                continue
            for at in spots(low, cue):
                end = at + len(cue)
                if group in {"patient", "called"} and (initials := INITIALS.match(text, end)) and (group == "called" or cue in {"pt", "patient", "client"}):
                    if initials[1].replace(".", "").strip().lower() not in known.never and initials[1].replace(".", "").strip().lower() not in known.common:
                        yield kind, initials.start(1), initials.end(1)
                        continue
                match = pattern.match(text, end)
                if match and _fits(match[1], group, text, match.start(1), known):
                    yield kind, match.start(1), _whole(text, match.end(1), known)


def _fits(word: str, group: str, text: str, at: int, known: Lists) -> bool:
    """May this word be a name after a cue of this group?"""
    low = word.lower()
    if low in known.never or low in known.common:
        return False
    if group == "titles":
        return word[0].isupper() or (text[at - 1] in " ." and len(word) > 2)
    if group == "relatives" and low in known.wordlike:
        return word[0].isupper()
    if group == "called" and not word[0].isupper():
        return low in known.given
    if word.isupper() and len(word) > 1:
        return known.known(low)
    return word[0].isupper() and len(word) > 1 and not opens_sentence(text, at)


def _hidden(text: str, words: set[str], known: Lists) -> Iterator[Found]:
    """Names spelled out ("D-e-n-i-s-e") or with digits for letters ("D3nise")."""
    if {word for word in words if len(word) == 1} - set("aistdmx"):
        for match in SPELLED.finditer(text):
            if re.sub(r"[^A-Za-z]", "", match[0]).lower() in known.given:
                yield "name", match.start(), match.end()
    for match in re.finditer(r"\d[A-Za-z]+", text):
        start = match.start()
        while start and match.start() - start < 20 and text[start - 1].isalnum():
            start -= 1
        end = match.end()
        while end < len(text) and end - start < 24 and text[end].isalnum():
            end += 1
        if text[start].isalpha() and end - start > 3 and text[start:end].lower().translate(LEET) in known.given:
            yield "name", start, end
