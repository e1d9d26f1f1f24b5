"""What the patient takes and has tried: medicine, sedative, how long, treatments."""

import re
from collections.abc import Iterator

from coach.advise.advice import Fact
from coach.advise.lexicon import Aliases, find
from coach.advise.story import Story
from coach.advise.times import LENGTH, length
from coach.advise.wordsets import word_set

FILLERS = r"(?: (?:to|back|for|some|about|on|take|taking|go|be|a|an|the|new|trying|try|start|starting|get|getting|switch|me|him|her|them|write|prescribe|give|any|iv|of|using|illicit|street|had|been|have|and|even|few))*"
# Before the name: asked for, offered, in the past, someone else's, in a test, not at all.
NOT_TAKEN_BEFORE = re.compile(
    r"(?:^| )(?:asks?|asked|asking|requests?|requesting|requested|demand\w*|wants?|wanting|start|starting|started|try|trying|offer\w*|consider\w*|suggest\w*|mention\w*|interested in|open to|introduc\w*|idea|"
    r"refus\w*|declin\w*|needs?|needed|something like|was|were|previously|formerly|hx|history|tried|trialed|stopped|quit|off|discontinued|allergic|allergy|intolerant|positive|pos|neg|negative|"
    r"detected|showed|shows|showing|found|abus\w*|hooked|addicted|loves?|buys?|buying|bought|expected|not|never|no|isn't|doesn't|don't|denies|without(?! (?:his|her|their) $)|instead|should|course|gave|given|promised|owed|than|used|like|or|vs|versus|"
    r"relapsed|bridge|induction|induct|tests?|tested|hasn't)" + FILLERS + r" $"
)
SWITCHED_TO = re.compile(r"(?:switch|rotat|convert|transition|chang|mov)\w* (?:\S+ ){0,6}to $")
SOMEONE_ELSE = re.compile(
    r"(?:^| )(?:wife|husband|mother|mom|father|dad|brother|sister|son|daughter|friend|cousin|neighbor|roommate|partner|spouse|boyfriend|girlfriend|uncle|aunt|grandmother)(?:'s| (?:who )?(?:also )?"
    r"(?:takes|took|is on|was on|on|needed|needs|has|had|gets|uses|used|sells|sold|died(?: \S+){0,4} on))(?: \S+)? $"
)
NOT_TAKEN_AFTER = re.compile(
    r"(?:allerg\w+|equivalents?|equivalence|milligram|before|previously|in the past|was stopped|stopped|held|on hold|discontinued|(?:\S+ ){1,2}ago|in (?:his|her|the) (?:urine|uds|system)|on (?:(?:his|her|the|a) )?(?:uds|urine|tox\w*|drug|screen)|clinic|program|"
    r"from (?:the street|(?:his|her)(?! (?:\S+ )?(?:doctor|doc|psych|psychiatrist|pcp|surgeon|specialist|dentist|old) )|a friend|wife|husband|mother|friends)|made|didn't|did not|did nothing|never|instead|or|vs|versus|long gone|long since|for the (?:mri|scan|procedure|flight)|induction|failed|trial) "
)
STILL = re.compile(r"(?:increased|raised|upped|refilled|early|refill|back up|dose|taper) ")
SIGN_BEFORE = re.compile(
    r" (?:on|takes?|taking|prescribed|ongoing|continued?|continues|tapering|taper of|taper from|stop|cut|lower|reduce|of|his|her|their|my|from me|years of)(?: (?:the|his|her|their|daily|generic|a|long-term|ongoing|\S*\d\S*|of|mg|mme)){0,3} $"
)
SIGN_AFTER = re.compile(r"(?:\d[\d.,/-]*(?:mg|mcg)?|patch(?:es)?|for (?:pain|years|\d+)|x ?\d*|refill|taper|bid|tid|qid) ")
NONE_TAKEN = re.compile(r" (?:never (?:had|been on|taken|used|on)|not on|isn't on|not taking|no|no prior|opioid) (?:any |an |prior )?(?:opioids?|opiates?|narcotics?|naive) ")
DOSE = r"(?:(?:[\d.,/#]+(?:mg|mcg|s)?|mg|mcg|er|ir|xr|bid|tid|qid|daily|a|day|per|times|twice|once|three|four|two|q\w+|prn|patch|patches|for pain|from|us|me|pills?|tabs?|tablets?|at|night|nightly|now|every|hours|,) ){0,7}"
FOR_LENGTH = re.compile(DOSE + r"(?:for (?:his|her|the) [a-z]+ )?(?:for (?:the (?:last|past) )?|x ?|times |going on |close to |since (?:the )?(?:last |past )?)" + LENGTH)
IN_A_LIST = re.compile(DOSE + LENGTH + r"(?:of it )?(?=[,.])")
AT_ONCE = re.compile(LENGTH)
LENGTH_ON = re.compile(LENGTH + r"(?:on|of|taking)(?: the| his| her| daily| chronic| high dose| long-term| same)* $")
STRAIGHT_BEFORE = re.compile(r"(?:^|[:,.] )" + LENGTH + r"$")  # "10 yrs oxycodone"
CAME_DOWN = re.compile(r" (?:gone|went|going|came|come|coming|down|from|lowered|tapered) ")
ON = re.compile(r"(?:^| )(?:on|taking|takes)(?: the| his| her)?(?: \S+ and)? $")
NOT_LENGTH_AFTER = word_set("ago early supply left worth old sober late off without more supply")
CHANGED = re.compile(r" (?:doubl\w+|tripl\w+|extra|more|off|without|since)(?: \S+)? $")
GIVEN = re.compile(r" (?:gave|give|gives|refilled|refill|script|wrote|supply|wants|asked|asking|last) ")
ON_IT = re.compile(r" (?:(?:on|taking|taken) (?:it|them|this|these)(?: daily| every day)?|has done(?: so)?) for " + LENGTH)
TO_IT = re.compile(LENGTH + r"on (?:it|them)(?= [,.]| , never)")  # "eleven years on it, never a pill over"


def mentions(story: Story, table: Aliases) -> Iterator[tuple[int, int, str]]:
    """(first word, end, name) of every mention, longest alias first."""
    at = 0
    words = story.words
    while at < len(words):
        found = find(table, words, at) if words[at] in table else None
        if found:
            yield at, at + found[0], found[1]
        at += found[0] if found else 1


def _around(story: Story, first: int, end: int) -> tuple[str, str]:
    return " " + " ".join([*story.reading.before(first, 8), ""]), " ".join([*story.words[end : end + 5], ""])


def is_taken(story: Story, first: int, end: int) -> bool:
    """Whether the text lets this mention be something the patient takes now."""
    before, after = _around(story, first, end)
    if story.quoted(first) and (story.reading.denied[first] or story.reading.subject[first] == "other"):
        return False  # somebody's story
    if SOMEONE_ELSE.search(before) or SWITCHED_TO.search(before) or NOT_TAKEN_AFTER.match(after):
        return False
    for _ in range(4):  # "asks for Xanax and Percocet": what holds for the first of a list holds for the next
        if (
            first < 2
            or story.word(first - 1) not in ("and", "or", ",", "/")
            or not (story.word(first - 2) in story.lexicon.opioids or story.word(first - 2) in story.lexicon.sedatives)
        ):
            break
        first -= 2
        before = _around(story, first, end)[0]
        if NOT_TAKEN_BEFORE.search(before) or SOMEONE_ELSE.search(before):
            return False
    if not {"allergic", "allergies", "allergy"}.isdisjoint(story.reading.before(first, 20)):
        return False
    return not NOT_TAKEN_BEFORE.search(before) or bool(STILL.match(after) and re.search(r" wants?(?: \S+)? $", before))


def _one_taken(story: Story, table: Aliases) -> Fact | None:
    if NONE_TAKEN.search(" " + story.reading.line):
        return None
    taken = [
        mention for mention in mentions(story, table) if is_taken(story, mention[0], mention[1]) and (mention[2] not in story.lexicon.opioids_by_sign or _sign(story, *mention))
    ]
    if len({name for _, _, name in taken}) > 1:  # two at once: only a clear "now on …" decides
        taken = [mention for mention in taken if re.search(r" (?:now|currently)(?: on| takes| taking)? $", _around(story, mention[0], mention[1])[0])]
    if len({name for _, _, name in taken}) != 1:
        return None
    first, end, name = taken[0]
    return story.fact(name, first, end)


def _sign(story: Story, first: int, end: int, _: str) -> bool:
    """A sign that it is taken: "on", "his", "ongoing" before it, a dose, a patch or "for pain" in or after it."""
    before, after = _around(story, first, end)
    with_sedative = story.word(end) in ("and", "plus", "with") and story.word(end + 1) in story.lexicon.sedatives
    return with_sedative or bool(SIGN_BEFORE.search(before) or SIGN_AFTER.match(after)) or story.word(end - 1).startswith("patch")


def medicine(story: Story) -> Fact | None:
    return _one_taken(story, story.lexicon.opioids)


def sedative(story: Story) -> Fact | None:
    supposed = any(story.reading.supposed[first] for first, _, _ in mentions(story, story.lexicon.sedatives))
    return None if supposed else _one_taken(story, story.lexicon.sedatives)


def time_on_medicine(story: Story) -> Fact | None:
    """Only for what the patient takes: never a time since something was stopped, or a supply."""
    found: dict[str, Fact] = {}
    known = medicine(story)
    reading = story.reading
    if NONE_TAKEN.search(" " + reading.line):
        return None
    for table in (story.lexicon.opioids, story.lexicon.opioid_words):
        for first, end, name in mentions(story, table):
            if reading.denied[first] or not is_taken(story, first, end) or (table is story.lexicon.opioids and not (known and known.value == name)):
                continue
            before, _ = _around(story, first, end)
            place = reading.places[end] if end < len(reading.places) else len(reading.line)
            match = FOR_LENGTH.match(reading.line, place) or (AT_ONCE.match(reading.line, place) if ON.search(before) else None) or _listed(reading.line, place)
            if match and CHANGED.search(before):
                continue  # "doubling the evening oxy x 6 wks"
            if match:
                last = reading.at(match.end() - 1) + 1
                short = any(word.startswith(("day", "week", "wk")) for word in story.words[end:last])
                if story.word(last) not in NOT_LENGTH_AFTER and not (short and GIVEN.search(before)):
                    _keep(found, story, length(match), first, last)
            elif match := LENGTH_ON.search(before) or STRAIGHT_BEFORE.search(before):
                if match["about"] == "over" and CAME_DOWN.search(" " + " ".join(reading.before(first, 14)) + " "):
                    continue  # "from ninety to twenty over fourteen months"
                count = before[match.start() :].count(" ")
                if " of" in match[0] and "year" not in match[0] and "decade" not in match[0] and "yr" not in match[0]:
                    continue  # "four months of morphine in a tackle box": a supply
                _keep(found, story, length(match), first - count, end)
    if not found and known and (match := TO_IT.search(reading.line)):
        first = reading.at(match.start())
        if not reading.denied[first] and reading.subject[first] != "other":
            _keep(found, story, length(match), first, reading.at(match.end() - 1) + 1)
    if not found and known and (match := ON_IT.search(" " + reading.line)):
        first = reading.at(match.start())
        if not reading.denied[first] and reading.subject[first] != "other" and not (match["bare"] and "done" in match[0]):
            _keep(found, story, length(match), first, reading.at(match.end() - 2) + 1)
    return next(iter(found.values())) if len(found) == 1 else None


def _listed(line: str, place: int) -> re.Match[str] | None:
    """ "Hydrocodone, four years, no problems": years or months between commas, never days."""
    match = IN_A_LIST.match(line, place)
    return match if match and (match["bare"] or match["unit"].startswith(("y", "mo", "decade"))) else None


def _keep(found: dict[str, Fact], story: Story, value: str | None, first: int, end: int) -> None:
    fact = story.fact(value, first, end)
    if fact:
        found.setdefault(fact.value, fact)


TRIED_BEFORE = re.compile(
    r" (?:tried|trialed|failed|did|done|completed|had|through|trials? of|rounds? of|sessions? of|courses? of)(?: (?:both|a|some|the|course|of|multiple|several|only|already|has|have))* $"
)
TRIED_AFTER = re.compile(
    r"(?:didn't|did not|did nothing|has not|hasn't|never|only|barely|made|helped(?! (?:his|her|my|the) )|gave|doesn't|does not|don't|was no help|without relief|without benefit|hurts (?:his|her) stomach|x ?\d|have come and gone|came and went|no use|no good|all done before|to no effect|got (?:him|her) nowhere)(?: (?:help|helped|do|work|worked))?"
)
NOT_TRIED = re.compile(
    r" (?:refus\w+|declin\w+|won't|wants?|never|not|hasn't|haven't|offer\w*|consider\w*|could|should|would|try|trying|wait\w*|referr\w*|scheduled|suggest\w*|if) "
)


def treatment_tried(story: Story) -> Fact | None:
    """One treatment, or the first two of a list; only what the text says was tried."""
    words, reading = story.words, story.reading
    found = list(mentions(story, story.lexicon.treatments))
    for index, (first, end, name) in enumerate(found):
        group = [(first, end, name)]
        for following in found[index + 1 : index + 3]:
            between = words[group[-1][1] : following[0]]
            if between and set(between) <= {",", "and", "&", "/"} and len(between) <= 2:
                group.append(following)
            else:
                break
        before, after = _around(story, first, group[-1][1])
        if reading.subject[first] in ("clinician", "other") or reading.supposed[first] or NOT_TRIED.search(before) or (reading.denied[first] and " failed " not in before):
            continue
        later = next((mention for mention in found[index + len(group) : index + len(group) + 2] if _joined_by_result(story, group[-1][1], mention)), None)
        if TRIED_BEFORE.search(before) or (len(group) <= 2 and TRIED_AFTER.match(after)):
            if later and len(group) == 1:
                return story.fact(f"{name} and {later[2]}", first, later[1])
            said = [name] + [other for _, _, other in group[1:2] if other != name]
            return story.fact(" and ".join(said), first, group[len(said) - 1][1])
    return None


def _joined_by_result(story: Story, end: int, mention: tuple[int, int, str]) -> bool:
    """ "gabapentin made her foggy and injections did nothing": the second, too, is said to have been tried."""
    between = story.words[end : mention[0]]
    _, after = _around(story, mention[0], mention[1])
    return 0 < len(between) <= 6 and "." not in between and between[-1] in ("and", ",") and bool(TRIED_AFTER.match(after)) and bool(TRIED_AFTER.match(" ".join([*between, ""])))
