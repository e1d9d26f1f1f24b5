"""Names of people: known given names and surnames, and whatever stands where a name stands (after a title, "named", a relative, "pt")."""

import re
from collections.abc import Iterator
from functools import lru_cache

from coach.guard.matcher import load
from coach.guard.names import Lists, lists
from coach.guard.spots import opens_sentence, spots, word_before

Found = tuple[str, int, int]
CAPITALS = re.compile(r"[A-Z][A-Za-z]+")
PROPER = re.compile(
    r"(?<![A-Za-z0-9'@/.-])(?:(?:Mc|Mac|O'|D'|De|Di|Da|La|Le|Van|Von)(?=[A-Z]))?[A-Z][a-z]+(?:-[A-Z][a-z]+)*(?![A-Za-z0-9@/])|(?<![A-Za-z0-9'@/.-])[A-Z]{5,14}(?![A-Za-z0-9@/-])"
)
# Endings of medicines and diagnoses, which nobody is named after.
MEDICAL = re.compile(
    r"(?:itis|osis|algia|pathy|emia|ectomy|plasty|scopy|amine|idone|odone|orphine|azole|pril|sartan|statin|mab|caine|zepam|zolam|triptyline|oxetine|profen|coxib|gabalin|olol|dipine|cillin|mycin|phen|adol|ergic|oids?|otomy|plegia|paresis|trophy|iasis|esthesia|methasone|sone|lone|fentanil|idine|apine|idol|tadine|setron|triptan|gliptin|glutide)$"
)
OWNER = re.compile(r"(?<![\w'-])([a-z]{4,15}?)('s|s) ([a-z]+)")
# "so ibironke comes in": what somebody does, in dictated notes.
DOES = re.compile(
    r"(?:^|[.!?\n] ?|\b(?:so|then|and|because|when|but|if|that|today|yesterday|now|again) )([a-z]{4,15}) (?:comes|came|says|said|wants|wanted|asked|told|keeps|cried|thinks|yelled|called|swears|insists|is (?:angry|furious|upset|crying|mad|scared|back|here|out))\b"
)
OWNED = frozenset(["pills", "meds", "refill", "urine", "dose", "taper", "chart", "insurance", "family", "visit", "visits", "prescription", "bottle"])
OPENS_NAME = frozenset([
    "is", "was", "has", "had", "will", "won't", "can't", "doesn't", "didn't", "isn't", "wasn't", "and", "who", "and's", "here", "just", "keeps", "kept",
    "would", "could", "should", "did", "does", "told", "gets", "got", "can", "may", "might", "never", "always", "still", "agreed", "left", "lost", "made",
    "ran", "stopped", "started", "died", "needs", "says"
])  # fmt: skip
AFTER = re.compile(r"[.]?[ \t]*[:=]?[ \t]*[\"'(]?[ \t]*([A-Za-z](?:[A-Za-z]|'(?=[A-Z])|-(?=[A-Za-z]))*)")
AFTER_RELATIVE = re.compile(r"(?:,? (?:is )?(?:named|called)|,|:|'s name is)?[ ]+[\"'(]?([A-Za-z](?:[A-Za-z]|'(?=[A-Z])|-(?=[A-Za-z]))*)")
MORE = re.compile(
    r"(?:-|,? (?=[A-Z])|\. ?(?=[A-Z][a-z])| (?:de la |de |del |dos |da |di |du |le |van der |van |von |al |bin |ibn |la |el )?)((?:Mc|Mac)?[A-Z][a-z]?(?:[A-Za-z]|'(?=[A-Z])|-(?=[A-Za-z]))*)"
)
INITIALS = re.compile(r"[ :]+((?:[A-Z]\.[ ]?){1,3}(?![a-z])|[A-Z]{2,3}(?![A-Za-z]))")
SPELLED = re.compile(r"(?<![A-Za-z])(?:[A-Za-z][ .\-_*]){3,14}[A-Za-z](?![A-Za-z])")
SURNAMES_TOO = frozenset(["bell", "baker", "white", "black", "brown", "adam", "french", "english", "german", "marie", "lord", "christian", "apple"])
LEET = str.maketrans("0134578", "oieastb")


def people(text: str, low: str, words: set[str]) -> Iterator[Found]:
    """(kind, start, end) of names; kind is `name`, or `relative` after "her husband". May overlap. `low` is the text in lower case, `words` its words."""
    known = lists()
    words = words | {word[:-1] for word in words if len(word) > 5 and word[-1] == "s" and word[:-1] in known.given}
    for word in words & known.given - known.states:
        for at in _name_spots(low, word):
            yield "name", at, _whole(text, at, at + len(word), known)
    for word in {word.lower() for word in CAPITALS.findall(text)} & (known.surnames | known.wordlike):
        for at in spots(low, word):
            if text[at].isupper() and (word in known.surnames or _reads_as_name(text, low, at, word, known)):
                yield "name", at, _whole(text, at, at + len(word), known)
    yield from _unknown(text, low, known)
    yield from _dictated(low, known)
    yield from _after_cues(text, low, words, known)
    yield from _hidden(text, words, known)


@lru_cache(maxsize=1)
def ordinary() -> frozenset[str]:
    """Words that are no name though they have a capital. Raises OSError when the list is missing."""
    data, known = load("privacy.yaml"), lists()
    return frozenset(data["ordinary"].split()) | frozenset(data["capitals"].split()) | known.never | known.common | known.states | frozenset(data["workplaces"].split())


def is_ordinary(word: str) -> bool:
    """Is this word, in lower case, in a list of ordinary words, or a form of one, or does it end as medicines and diagnoses do?"""
    known = ordinary()
    if word in known or MEDICAL.search(word):
        return True
    for ending in ("s", "es", "ed", "d", "ing", "ly", "ness", "er", "y", "less", "ful", "al"):
        if word.endswith(ending) and (word[: -len(ending)] in known or (len(ending) > 1 and word[: -len(ending)] + "e" in known)) and len(word) - len(ending) > 2:
            return True
    return False


def _unknown(text: str, low: str, known: Lists) -> Iterator[Found]:
    """A word with a capital that is in no list of ordinary words: a name inside a sentence, and where a sentence opens if it goes on as after a name."""
    for match in PROPER.finditer(text):
        start, end = match.span()
        word = low[start:end]
        wordlike = word in known.wordlike
        if word in known.never or (word in known.common and not wordlike) or (len(word) < 3 and word not in known.surnames):
            continue
        if not wordlike and all(is_ordinary(part) for part in word.split("-")):
            continue
        if match[0].isupper() and (wordlike or _shouted(text, start, end)):
            continue
        opens = opens_sentence(text, start)
        if wordlike and ((opens and not _called_or_owns(low, end)) or _heading(text, start, end)):
            continue
        if opens and not _goes_on_as_after_a_name(text, low, end):
            continue
        yield "name", start, _whole(text, start, end, known)


def _dictated(low: str, known: Lists) -> Iterator[Found]:
    """An unknown word in small letters that owns something: "ibironke's refill", "ibironkes mother"."""
    for match in OWNER.finditer(low):
        word = match[1]
        if match[2] == "s":
            own = match[3] in known.cues["relatives"] or match[3] in OWNED
            plain = not own or is_ordinary(word + "s")
        else:
            plain = False
        if not plain and not is_ordinary(word) and not _slip(word) and word not in known.wordlike and word not in known.given:
            yield "name", match.start(1), match.end(1)

    for match in DOES.finditer(low):
        word = match[1]
        if not is_ordinary(word) and word not in known.wordlike and word not in known.given and not _slip(word):
            yield "name", match.start(1), match.end(1)


def _slip(word: str) -> bool:
    """Is this a slip of one letter in an ordinary word ("pharmcy", "patinet")?"""
    known = ordinary()
    swapped = (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1))
    less = (word[:i] + word[i + 1 :] for i in range(len(word)))
    more = (word[:i] + letter + word[i:] for i in range(len(word) + 1) for letter in "abcdefghijklmnopqrstuvwxyz")
    return len(word) > 4 and any(each in known for each in (*swapped, *less, *more))


def _goes_on_as_after_a_name(text: str, low: str, end: int) -> bool:
    """ "Zbigniew's pills", "Zbigniew came in", "Zbigniew Nowak", "Nowak, Zbigniew": what an unknown word that opens a sentence has to have after it."""
    if low[end : end + 3] in {"'s ", "'s,"}:
        return True
    if (
        (match := MORE.match(text, end))
        and match[1][0].isupper()
        and not match[0].startswith(".")
        and not is_ordinary(match[1].lower())
        and len(match[1]) > 1
        and not match[1].isupper()
    ):
        return True
    if re.match(r" [A-Z]\. ?[A-Z][a-z]", text[end : end + 8]):
        return True
    after = low[end : end + 20].split() if low[end : end + 1] in {" ", ","} else []
    follows = after[0].strip('.,;:!?"') if after else ""
    return follows in OPENS_NAME or follows in lists().cues["before_verbs"] or low[end : end + 2] in {", ", ',"'}


def _called_or_owns(low: str, end: int) -> bool:
    """ "Grace's urine test", but not "Hope's gone"; '"Grace," I said'."""
    owns = re.match(r"'s (?!gone|over|here|not|a |an |the |been|all|what|just|in |on |out|never|always|no )[a-z]", low[end : end + 12])
    return bool(owns) or low[end : end + 2] == ',"'


def _shouted(text: str, start: int, end: int) -> bool:
    """Do the words beside this one stand in capitals too?"""
    beside = re.findall(r"[A-Za-z]{3,}", text[max(0, start - 24) : start])[-2:] + re.findall(r"[A-Za-z]{3,}", text[end : end + 24])[:2]
    return any(word.isupper() for word in beside)


def _heading(text: str, start: int, end: int) -> bool:
    """Do the words on both sides have a capital ("Plan And Hope For")?"""
    before, after = re.findall(r"[A-Za-z]+", text[max(0, start - 16) : start])[-1:], re.findall(r"[A-Za-z]+", text[end : end + 16])[:1]
    return bool(before) and bool(after) and before[0][0].isupper() and len(before[0]) > 1 and after[0][0].isupper() and len(after[0]) > 1


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
        more = match[1].lower()
        second = match[0][0] == " " and len(more) > 1 and (more in known.given or (not match[1].isupper() and not is_ordinary(more)))
        if second or more in known.surnames:
            return True
    if follows in known.cues["before_verbs"]:
        return True
    return not opens_sentence(text, at) and word_before(low, at) in known.cues["near"]


def _whole(text: str, start: int, end: int, known: Lists) -> int:
    """The end of the whole name: surname, second given name and initials that follow it."""
    if text[end : end + 1].isalpha():
        end += 1
    if (later := re.match(r" ([a-z]{4,15})(?![A-Za-z])", text[end : end + 18])) and text[start].islower() and not is_ordinary(later[1]):
        return end + later.end()  # a dictated surname
    initial = False
    for _ in range(4):
        match = MORE.match(text, end)
        if not match:
            break
        word = match[1].lower()
        shouted = match[1].isupper() and len(match[1]) > 1
        single = len(match[1]) == 1 and text[match.end() : match.end() + 1] in {".", " "} and match[1] != "I"
        if (
            (word in known.never and word not in SURNAMES_TOO)
            or (word in known.common and not single)
            or (match[0].startswith((",", ".")) and not initial and not known.known(word))
            or (shouted and not known.known(word))
        ):
            break
        if len(match[1]) == 1 and not single:
            break
        end, initial = match.end(), single
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
                    letters = initials[1].replace(".", "").replace(" ", "").lower()
                    if "." in initials[1] or "initials" in cue or (letters not in known.never and letters not in known.common):
                        yield kind, initials.start(1), initials.end(1)
                        continue
                match = pattern.match(text, end)
                if match and _fits(match[1], group, text, match.start(1), known):
                    yield kind, match.start(1), _whole(text, match.start(1), match.end(1), known)


def _fits(word: str, group: str, text: str, at: int, known: Lists) -> bool:
    """May this word be a name after a cue of this group?"""
    low = word.lower()
    named = low in known.wordlike and word[0].isupper() and not word.isupper()  # "call him Will"
    if low in known.never or (low in known.common and not (named and group in {"called", "relatives"})):
        return False
    if group == "titles":
        return word[0].isupper() or (text[at - 1] in " ." and len(word) > 2)
    if group == "relatives" and low in known.wordlike:
        return word[0].isupper()
    if group in {"called", "relatives", "patient"} and not word[0].isupper() and low not in known.given:
        return len(low) > 3 and not is_ordinary(low) and low not in known.wordlike and _acts(text, at + len(word), known)
    if group == "called" and not word[0].isupper():
        return True
    if word.isupper() and len(word) > 1:
        return known.known(low)
    if low in known.surnames or low in known.wordlike:
        return word[0].isupper() and not opens_sentence(text, at)
    return word[0].isupper() and len(word) > 1 and not is_ordinary(low)


def _acts(text: str, end: int, known: Lists) -> bool:
    """Does a word follow that says what somebody does ("gives", "called")?"""
    after = text[end : end + 20].split() if text[end : end + 1] == " " else []
    if after and len(after[0]) > 4 and after[0].isalpha() and after[0].islower() and not is_ordinary(after[0]):
        return True  # a surname
    return bool(after) and (
        after[0] in known.cues["before_verbs"] or after[0] in {"is", "was", "has", "ran", "gives", "died", "left", "lost", "comes", "went", "and", "will", "he", "she"}
    )


def _hidden(text: str, words: set[str], known: Lists) -> Iterator[Found]:
    """Names spelled out ("D-e-n-i-s-e") or with digits for letters ("D3nise")."""
    if {word for word in words if len(word) == 1} - set("aistdmx"):
        for match in SPELLED.finditer(text):
            word = re.sub(r"[^A-Za-z]", "", match[0])
            if word.lower() in known.given or (word[0].isupper() and len(word) > 4 and not is_ordinary(word.lower())):
                yield "name", match.start(), match.end()
    for match in re.finditer(r"(?<![A-Za-z0-9-])[A-Za-z]{1,12}\d[A-Za-z0-9]{1,12}(?![A-Za-z0-9-])", text):
        read = match[0].lower().translate(LEET)
        letters = re.sub(r"\d", "", match[0])
        plain = is_ordinary(letters.lower()) or is_ordinary(read)
        if read in known.given or (read.isalpha() and len(read) > 3 and match[0][0].isupper() and sum(letter.islower() for letter in letters) > 1 and not plain):
            yield "name", match.start(), match.end()
