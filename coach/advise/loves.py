"""What the patient loves and what the patient fears; never what the clinician or a relative does."""

from coach.advise.advice import Fact
from coach.advise.forms import is_clause_or_gerund
from coach.advise.person import to_patient
from coach.advise.reading import CLINICIAN, PATIENT
from coach.advise.story import GENDERED, Story
from coach.advise.verbs import base, is_gerund
from coach.advise.wordsets import word_set

STOPS = word_set(
    '. , : " ¤ / but because since so which who until though although however when if unless due anymore now these as after before then whenever where even plus per '
    "except despite without he she they i we it's he's she's"
)
ADVERBS = word_set("really also still always just very so truly used to")
STARTERS = PATIENT | word_set('. , and but who : " ¤ really also still always just does did would truly')
LOVES = word_set("loves loved misses missed enjoys enjoyed")
# "used to …" that is no loved thing, and "can't …" that is a symptom.
NOT_LOVED = word_set(
    "be take see get have use drink smoke come need abuse think say buy sell inject snort work call live weigh sleep give want like tell deal feel prescribe refill fill cut bring ask hurt"
)
EVERYDAY = word_set(
    "go see get take make do be sit stand put work have return move sleep leave can help care plan clean read watch hold pick lift carry drive spend attend walk run climb read enjoy lie"
)
AFTER_ABLE = word_set("get have sleep take be move make help can lie do return leave")
TIMES = word_set("summer winter spring fall year week weekend month morning season time june july august christmas")
DEGREES = {("more", "than"), ("a", "lot"), ("the", "most"), ("so", "much"), ("very", "much"), ("so", "bad")}
STEP_PARENTS = word_set("stepfather stepdad stepmother stepmom")
MOST_WORDS = 10


def phrase_end(story: Story, first: int, keep_again: bool = False) -> int | None:
    """Where a phrase that starts at `first` ends; None when no end is in sight, so that a cut would be a guess."""
    words = story.words
    gerund = first < len(words) and is_gerund(words[first])
    for at in range(first, min(first + MOST_WORDS, len(words))):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else "."
        if (word == "any" and following in ("more", "longer")) or (word == "while" and not is_gerund(following)):
            return at
        if word in ("this", "next", "last") and following in TIMES and words[at - 1] != "like":
            return at
        if (word, following) in DEGREES or word in ("most", "badly", "terribly", "dearly", "too"):
            return at
        if word in STOPS or (word == "again" and not keep_again) or (word == "like" and at > first and _compares_with_a_clause(story, at)):
            return at
        goes_on = is_gerund(following) if gerund else following in story.lexicon.activity_verbs and base(words[first]) in story.lexicon.activity_verbs
        if word in ("and", "or") and at > first and not goes_on:
            return at
    return len(words) if first + MOST_WORDS >= len(words) else None


def _compares_with_a_clause(story: Story, at: int) -> bool:
    """ "like her brother did", not "like his father"."""
    following = story.word(at + 1)
    return following in ("he", "she", "my", "they", "i") or (following in ("his", "her", "their") and story.word(at + 3) not in STOPS)


def _activity(story: Story, first: int, lead: str = "") -> Fact | None:
    end = phrase_end(story, first)
    if end is not None and "and" in story.words[first:end]:
        joined = first + story.words[first:end].index("and")
        if not story.lexicon.not_life.isdisjoint(story.words[joined:end]):
            end = joined  # "riding his motorcycle and drinking with his buddies"
    if end is None or end <= first or not story.lexicon.not_life.isdisjoint(story.words[first:end]) or any(word in story.lexicon.opioids for word in story.words[first:end]):
        return None
    return story.fact(to_patient(lead + story.reading.span(first, end), "ing", story.pronoun, story.lexicon), first, end)


def no_loved_thing(story: Story, first: int) -> bool:
    """Whether the verb at `first` is one that "used to" names for other reasons: he used to take pills, but he used to take his grandson fishing."""
    verb, following = story.word(first), story.word(first + 1)
    return verb in NOT_LOVED and not (verb == "take" and following in ("his", "her", "their") and story.word(first + 2) in story.lexicon.people())


def _about_patient(story: Story, at: int) -> bool:
    reading = story.reading
    return not reading.denied[at] and not reading.supposed[at] and reading.subject[at] in ("patient", "") and not story.quoted(at)


def valued_activity(story: Story) -> Fact | None:
    """By how surely it is loved: loves and misses; used to; wants to get back to; can't any more."""
    for finder in (_loves, _used_to, _wants_back, _cannot):
        for at in range(len(story.words)):
            fact = finder(story, at)
            if fact:
                return fact
    return None


def _loves(story: Story, at: int) -> Fact | None:
    word, before = story.words[at], story.word(at - 1)
    if word in ("love", "enjoy", "miss"):
        if not (story.word(at - 2) == "used" and before == "to"):
            return None
        before = story.word(at - 3)
    elif word not in LOVES:
        return None
    if before not in STARTERS or not _about_patient(story, at):
        return None
    first = at + 1
    if story.word(first) == "work" and "miss" in word:
        return None  # he stays away from it, or he longs for it
    if story.word(first) == "to":
        return _activity(story, first + 1, "to ")
    return _activity(story, first)


def _used_to(story: Story, at: int) -> Fact | None:
    words = story.words
    if words[at] != "used" or story.word(at + 1) != "to" or story.word(at - 1) in ("is", "are", "was", "get", "got", "getting", "i'm", "isn't", "be", "he's", "she's", "not"):
        return None
    able = words[at + 2 : at + 5] == ["be", "able", "to"]
    first = at + 5 if able else at + 2
    if story.word(at - 1) in story.lexicon.people() or story.word(at - 1) in STEP_PARENTS:  # "her stepfather used to …"
        return None
    if (
        not _about_patient(story, at)
        or no_loved_thing(story, first)
        or _keeps_a_business(story, first)
        or base(story.word(first)) != story.word(first)
        or not story.word(first).isalpha()
    ):
        return None
    return _activity(story, first, "used to ")


def _keeps_a_business(story: Story, first: int) -> bool:
    """ "used to run a shoe repair shop" is work."""
    return story.word(first) in ("run", "manage", "own") and story.word(first + 1) in ("a", "an", "the", "his", "her")


def _wants_back(story: Story, at: int) -> Fact | None:
    """ "wants to be able to …", "hopes to get back to …", "goal is to … again", "he'd like to go camping"."""
    words = story.words
    if words[at] not in ("wants", "hopes", "like", "hope", "goal", "dreams", "hoping", "wishes") or not _about_patient(story, at):
        return None
    if words[at] == "like" and story.word(at - 1) not in ("would", "he'd", "she'd", "they'd"):
        return None
    first = at + 1 + (story.word(at + 1) in ("is", ":", "he", "she"))
    first += story.word(first) in ("to", "could", "of")
    able = False
    for lead in (["be", "able", "to"], ["get", "back", "to"], ["go", "back", "to"]):
        if words[first : first + 3] == lead:
            first, able = first + 3, True
    verb = story.word(first)
    end = phrase_end(story, first)
    again = end is not None and story.word(end) == "again"
    outdoors = verb == "go" and is_gerund(story.word(first + 1))
    loved = verb in story.lexicon.activity_verbs and verb not in EVERYDAY
    if is_gerund(verb):
        return _activity(story, first) if able and verb != "working" else None
    if outdoors or loved or ((able or again) and verb in story.lexicon.activity_verbs and verb not in AFTER_ABLE and verb != "work"):
        return _activity(story, first, "to ")
    return None


def _cannot(story: Story, at: int) -> Fact | None:
    """ "can't play with his kids any more": for what people do for love, or with "any more"."""
    if story.words[at] not in ("can't", "couldn't") or story.reading.subject[at] not in ("patient", "") or story.quoted(at) or story.reading.supposed[at]:
        return None
    verb = story.word(at + 1)
    end = phrase_end(story, at + 1)
    anymore = end is not None and story.word(end) in ("anymore", "any")
    if (
        verb not in story.lexicon.activity_verbs
        or verb in AFTER_ABLE
        or (verb in EVERYDAY and not anymore)
        or verb in ("sit", "stand", "work", "go", "see", "put", "write", "raise")
    ):
        return None
    return _activity(story, at + 1, "to ")


AFRAID = word_set("scared afraid terrified frightened fearful petrified")
WORRIED = word_set("worried worries")
BEFORE_AFRAID = PATIENT | word_set(". , and but is was so very really also still too ¤ just that absolutely clearly obviously most are because who been")
# A fear without a named owner that sounds like the clinician's.
CLINICIAN_FEARS = word_set(
    "overdose overdosing od ods die dies dying dead misuse misusing abuse sell selling divert diverting kill sue sued suing complaint license board relapse addicted suicide lawsuit"
)
NEVER_SAID = word_set("suicide suicidal kill killing")


def fear(story: Story) -> Fact | None:
    """What the patient is afraid of; a fear of the clinician's, of a relative's, or denied, is none."""
    for at, word in enumerate(story.words):
        if word in AFRAID or word in WORRIED:
            fact = _afraid(story, at)
        elif word in ("fear", "fears"):
            fact = _fear_of(story, at)
        else:
            continue
        if fact:
            return fact
    return None


def _afraid(story: Story, at: int) -> Fact | None:
    if not _about_patient(story, at) or story.word(at - 1) not in BEFORE_AFRAID:
        return None
    if _someone_elses(story, at):
        return None
    sure = story.reading.subject[at] == "patient"
    link, first = story.word(at + 1), at + 1
    if link in ("of", "that", "to", "about"):
        first += link != "to"
    if story.words[at] in WORRIED and not (sure and (is_gerund(story.word(first)) or link != "about")):
        return None
    return _feared(story, first, sure, linked=link in ("of", "about"))


def _someone_elses(story: Story, at: int) -> bool:
    """ "he is scared to find her", of the husband of a patient who is she."""
    nearest = next((GENDERED[word] for word in reversed(story.reading.before(at, 6)) if word in ("he", "she", "he's", "she's")), None)
    return bool(nearest and story.pronoun and story.pronoun != "they" and nearest != story.pronoun)


def _fear_of(story: Story, at: int) -> Fact | None:
    """ "fear of needles", "fears losing her house", "greatest fear is ending up in a wheelchair"."""
    reading = story.reading
    owner = next((word for word in reversed(reading.before(at, 3)) if word in ("his", "her", "their", "my", "our", "your", "patient's") or word in CLINICIAN), "")
    if not _about_patient(story, at) or (owner and not story.own(owner)):
        return None
    following = story.word(at + 1)
    if following in ("of", "is", ":", "that"):
        return _feared(story, at + 2 + (story.word(at + 2) == "of"), bool(owner) or reading.subject[at] == "patient")
    return _feared(story, at + 1, True) if story.words[at] == "fears" and reading.subject[at] == "patient" else None


def _feared(story: Story, first: int, sure: bool, linked: bool = True) -> Fact | None:
    end = _fear_end(story, first)
    if end is None or end <= first:
        return None
    words = story.words[first:end]
    if not NEVER_SAID.isdisjoint(words) or (not sure and not CLINICIAN_FEARS.isdisjoint(words)) or words[0] in ("for", "at", "in", "about") or not CLINICIAN.isdisjoint(words):
        return None
    if story.word(end) in ("i", "we", "my"):  # "scared that I'll …"
        return None
    span = story.reading.span(first, end)
    if "things" in words[:2]:  # "terrified of two things"
        return None
    if words[-2:] in (["being", "cut"], ["ending", "up"], ["end", "up"]) or words[-1] == "shadow" or not (linked or is_clause_or_gerund(span)):
        return None
    return story.fact(to_patient(span, "of", story.pronoun, story.lexicon), first, end)


def _fear_end(story: Story, first: int) -> int | None:
    """As phrase_end, but a clause may open with its subject: "afraid she'll lose her job"."""
    skip = 1 if story.word(first) in ("he", "she", "they", "he'll", "she'll", "they'll", "he's", "she's") or (story.word(first) == "to") else 0
    end = phrase_end(story, first + skip, keep_again=True)
    for at in range(first + 1, min(end or first, first + 4)):  # "fear of withdrawal is huge for him": the noun before the verb
        if story.words[at] in ("is", "are") and story.word(at + 1) in ("huge", "real", "big", "the", "what", "strong") and story.words[at - 1] != "that":
            return at
    return end
