"""Who is close to the patient, what happened, what is ahead, what work they do."""

import re

from coach.advise.advice import Fact
from coach.advise.lexicon import Aliases
from coach.advise.person import to_patient
from coach.advise.reading import KIN, OTHERS
from coach.advise.story import Story
from coach.advise.taken import mentions
from coach.advise.wordsets import word_set

OWNERS = word_set("his her their patient's")
DESCRIBING = word_set("older oldest younger youngest elderly adult grown eldest two three twin best")
GONE_BEFORE = word_set("late deceased dead lost estranged ex abusive buried violent divorced like former like's against")
GONE_AFTER = word_set(
    "died dies dead passed left needed had was were used took takes take overdosed steals stole hits hit beats abuses abused sells sold drinks drank uses killed shot cheated threw kicked stealing does moved "
    "overdose deceased with' ods"
)
GIVEN_TO = word_set("sold sells selling sell shares sharing gave gives took taking stole steals from")
HELPFUL_AFTER = word_set(
    "came comes drives helps supportive attends called calls says reports wants is in has keeps here present pushes thinks worried concerned brings brought asks linda accompanies sits gets happy upset and yelling loves knows thinks answers does translates told tells took keeps yelled gave feels will pushed rang phoned flew drove found recorded filmed visits looks mentioned turns puts carries carrying can stepped emailed"
)
HELPFUL_BEFORE = word_set("with w lives wife, . , and ¤")


def person(story: Story) -> Fact | None:
    """One relative or friend who is there to lean on; nobody who is dead, gone, harmful, somebody else's or one of several."""
    found: dict[str, list[tuple[Fact, bool]]] = {}
    unfit: set[str] = set()
    for first, end, name in mentions(story, story.lexicon.kin):
        if not _is_close(story, first, end):
            unfit.add(name)
            continue
        start, owner = _owner(story, first)
        if owner and (not story.own(owner) or story.reading.subject[start] == "other"):  # "his daughter lives with her boyfriend": hers
            continue
        bare = not owner
        helpful = (
            story.word(end) in HELPFUL_AFTER
            or (story.word(end), story.word(end + 1)) == (",", "who")
            or (story.word(start - 1) in ("with", "calling") and not story.reading.denied[first])
        )
        if not helpful or (bare and story.word(start - 1) not in HELPFUL_BEFORE) or story.quoted(first) or story.reading.denied[first]:
            continue
        fact = story.fact(to_patient(" ".join(story.words[start:end]), "your", story.pronoun if owner else None, story.lexicon), start, end)  # the words as read: spelled right
        if fact:
            found.setdefault(fact.value, []).append((fact, helpful))
    fit = {value: facts for value, facts in found.items() if value.split()[-1] not in unfit}
    if len(fit) > 1:
        fit = {value: facts for value, facts in fit.items() if any(helpful for _, helpful in facts)}
    return next(iter(fit.values()))[0][0] if len(fit) == 1 else None


def _owner(story: Story, first: int) -> tuple[int, str]:
    start = first
    while start and story.word(start - 1) in DESCRIBING:
        start -= 1
    before = story.word(start - 1)
    if before in OWNERS:
        return start - 1, before
    if before in ("my", "our", "your", "own", "a", "the", "'s") or before.endswith("'s") or start != first:
        return start, "someone"
    return start, ""


def _is_close(story: Story, first: int, end: int) -> bool:
    before = story.reading.before(first, 4)
    following = story.word(end)
    return (
        following not in story.lexicon.coming and not (story.word(end + 2) == "of" and story.word(end + 3) in ("his", "her", "him")) and GONE_BEFORE.isdisjoint(before[-2:]) and following not in GONE_AFTER and GIVEN_TO.isdisjoint(story.reading.before(first, 6)) and story.word(end + 1) not in ("died", "steals", "overdosed")
        and not ({"by", "of"} & set(before) and {"hurt", "hit", "hurting", "abused", "threatened", "afraid", "scared", "beaten"} & set(story.reading.before(first, 6)))
        and not {"family", "fh", "fhx", "history"} & set(story.reading.before(first, 8)) and not story.reading.supposed[first] and not (following == "with" and story.word(end + 1) in ("oud", "alcoholism", "addiction"))
    )  # fmt: skip


SINCE = word_set("since after following s/p from had post survived")
SEEN = word_set("seeing seen visits quarterly monthly weekly")
AHEAD = word_set("scheduled planned upcoming pending booked next coming will awaiting")
NOT_YET = word_set("for needs wants before upcoming planned having declined refuses pending avoid need want refused declines considering offered no another discuss")
ARTICLES = word_set("the a an")
PLACE = re.compile(r"(?:at work|(?:at|from|off) (?:the|a|an|his|her) (?P<noun>[a-z]+)) (?=[.,]|and |in |$)")


def event(story: Story) -> Fact | None:
    """Something that happened to the patient. With several, the one the text dates things from ("since …")."""
    since: dict[str, Fact] = {}
    other: dict[str, Fact] = {}
    for table, article in ((story.lexicon.events_own, "your"), (story.lexicon.events_shared, "the")):
        for first, end, name in mentions(story, table):
            fact, strong = _happened(story, first, end, name, article)
            if fact:
                (since if strong else other).setdefault(fact.value, fact)
    for fact in _deaths(story):
        since.setdefault(fact.value, fact)
    chosen = since or other
    return next(iter(chosen.values())) if len(chosen) == 1 else None


def _happened(story: Story, first: int, end: int, name: str, article: str) -> tuple[Fact | None, bool]:
    reading = story.reading
    sentence = story.words[reading.sentence[first] : reading.sentence_end(first)]
    if reading.denied[first] or reading.supposed[first] or not AHEAD.isdisjoint(sentence) or reading.subject[first] == "clinician":
        return None, False
    start, before = first, story.word(first - 1)
    if before.endswith("'s") and before[:-2] in KIN and story.word(first - 2) in OWNERS:
        start, before = first - 2, story.word(first - 2)
    elif before in OWNERS | ARTICLES:
        start = first - 1
    elif before in ("my", "our", "your") or before.endswith("'s"):
        return None, False
    if before in OWNERS and not story.own(before):
        return None, False
    trigger = story.word(start - 1)
    if name in ("surgery", "operation") and start == first and trigger == "after":
        return None, False  # "pain after surgery": done, or still to come?
    if trigger == "until" and article == "the" and name not in ("fire",):
        trigger = "since"  # "drove a truck until the crash"
    before_it = reading.before(start, 8)
    if article == "your" and trigger == "had" and not OTHERS.isdisjoint(before_it[-6:]):
        return None, False  # "her husband, who had a stroke"
    if before_it[-3:-1] == ["with", "me"] or (name == "fall" and not SEEN.isdisjoint(before_it)):
        return None, False  # "my patient since her operation", "seen quarterly since the fall": no wound, and a season
    if trigger in NOT_YET or (trigger not in SINCE and not (start < first and story.word(end) in ("made", "left", "failed", "didn't", "was"))):
        return None, False
    if match := PLACE.match(" ".join([*story.words[end : end + 4], ""]) if end < len(story.words) else ""):
        end += match[0].count(" ")
    span = reading.span(start, end)
    if story.word(start) in ("a", "an") and article == "your":
        return story.fact(f"your {name}", start, end), trigger != "had"
    value = to_patient(span, "np", story.pronoun, story.lexicon) if start < first else f"{article} {reading.span(first, end).lower()}"
    if name != " ".join(story.words[first : first + len(name.split())]) and start == first:
        value = f"{article} {name}"
    return story.fact(value, start, end), trigger != "had"


def _deaths(story: Story) -> list[Fact]:
    facts = []
    for first, end, name in mentions(story, story.lexicon.kin):
        if story.words[end - 1].endswith("'s"):
            continue
        died = story.word(end) == "died" or (story.word(end), story.word(end + 1)) == ("passed", "away")
        owner = story.word(first - 1)
        if died and story.word(first - 2) != "where" and owner in OWNERS and story.own(owner) and not name.endswith("s") and not story.reading.denied[first]:
            last = end + (1 if story.word(end) == "died" else 2)
            fact = story.fact(f"your {name}'s death", first - 1, last)
            if fact:
                facts.append(fact)
    for at, word in enumerate(story.words):  # "since her husband's death"
        close = word[:-2] if word.endswith("'s") else ""
        if (
            close in story.lexicon.kin
            and story.word(at + 1) == "death"
            and story.word(at - 1) in OWNERS
            and story.own(story.word(at - 1))
            and story.word(at - 2) in SINCE
            and not story.reading.denied[at]
        ):
            fact = story.fact(f"your {close}'s death", at - 1, at + 2)
            if fact:
                facts.append(fact)
    return facts


FUTURE = word_set("next upcoming coming will wants hopes scheduled planned planning soon tomorrow june july august september october november december january february march april may summer "
                   "spring fall christmas thanksgiving months weeks hoping")  # fmt: skip
PAST = word_set("last ago missed was after since went were didn't couldn't yesterday")
HAVING = re.compile(r" (?:is having|is getting|having|goes in for|going in for) (?:an? |his |her )?$")
BOOKED = word_set("scheduled planned upcoming booked next")


def coming_event(story: Story) -> Fact | None:
    """Something ahead that the text says is ahead."""
    found: dict[str, Fact] = {}
    for first, end, _ in mentions(story, story.lexicon.coming):
        start, before = first, story.word(first - 1)
        if before.endswith("'s") and before[:-2] in story.lexicon.people() and story.word(first - 2) in OWNERS:
            start, before = first - 2, story.word(first - 2)
        elif before in OWNERS | {"the"}:
            start = first - 1
        sentence = story.words[story.reading.sentence[first] : story.reading.sentence_end(first)]
        if start == first or (before in OWNERS and not story.own(before)) or story.reading.denied[first] or FUTURE.isdisjoint(sentence) or not PAST.isdisjoint(sentence):
            continue
        _add(found, story.fact(to_patient(story.reading.span(start, end), "np", story.pronoun, story.lexicon), start, end))
    for first, end, name in mentions(story, story.lexicon.coming_own):
        booked = (
            story.word(end) in BOOKED - {"upcoming"}
            or (story.word(end), story.word(end + 1)) == ("is", "scheduled")
            or story.word(first - 1) in ("upcoming", "scheduled", "planned")
            or HAVING.search(" " + " ".join([*story.reading.before(first, 3), ""]))
        )
        owner = any(word in ("my", "our") or word.endswith("'s") or word in KIN for word in story.reading.before(first, 3))
        if booked and not owner and not story.reading.denied[first] and story.reading.subject[first] != "other" and name in story.reading.span(first, end).lower():
            _add(found, story.fact(f"your {name}", first, end))
    return next(iter(found.values())) if len(found) == 1 else None


def _add(found: dict[str, Fact], fact: Fact | None) -> None:
    if fact:
        found.setdefault(fact.value, fact)


WORKS_AS = re.compile(
    r" (?:(?:years|days|time|career|life|living|retired|employed|shifts|position) as(?= an? )|works? as|worked as|working as|work as|job as|is|was|he's|she's|bloke's|guy's|used to be|employed as|be|being|patient's) (?:(?:an?|former|retired|full-time|part-time|self-employed|night|volunteer|church|stage|house) )*$"
)
RETIRED = re.compile(r" (?:retired|ex|former|disabled|laid-off) $")
AGE = re.compile(r"(?:\d{2}[a-z]*|yo|old|year-old|y\.o\.?|\d{2}yo|male|female|man|woman|[mf]|union|local)$")
ALSO_VERBS = word_set("cook coach server mover cleaner writer manager contractor minister tailor mason cleaner")


def job(story: Story) -> Fact | None:
    """The patient's work. People of the health services in a scenario are mostly someone else."""
    found: dict[str, Fact] = {}
    for table in (story.lexicon.jobs, story.lexicon.clinical_jobs):
        for first, end, _ in mentions(story, table):
            if _their_work(story, first, end, table):
                start = first - 1 if story.word(first - 1) in ("a", "an") else first
                _add(found, story.fact(to_patient(story.reading.span(start, end), "a", None, story.lexicon), start, end))
    return next(iter(found.values())) if len(found) == 1 else None


def _their_work(story: Story, first: int, end: int, table: Aliases) -> bool:
    reading = story.reading
    if (
        reading.denied[first]
        or reading.supposed[first]
        or reading.subject[first] in ("clinician", "other")
        or story.quoted(first)
        or story.word(end) in ("practitioner", "said", "says", "called", "told")
    ):
        return False
    left = " " + " ".join([*reading.before(first, 6), ""])
    if any(word in KIN or word in story.lexicon.kin for word in reading.before(first, 3)):
        return False
    if table is story.lexicon.clinical_jobs and re.search(r" (?:whose|his|her|my|their|our|the) (?:former|old|last) $", left):
        return False
    if WORKS_AS.search(left) or RETIRED.search(left):
        return True
    before = story.word(first - 1)
    if before in ("a", "an"):  # "He's 54, a locksmith, …"; "A mechanic with a bad back …"
        before = story.word(first - 2)
    by_article = story.word(first - 1) in ("a", "an") and before != "."
    plain = table is story.lexicon.jobs and story.words[first] not in ALSO_VERBS
    return (
        plain
        and (before == "." or before == "," or bool(AGE.match(before)))
        and not (by_article and story.word(end) == "who")
        and (end >= len(story.words) or story.word(end) in (".", ",", "with", "who", "whose", "on", "laid", "x", "for", "and", "in"))
    )
