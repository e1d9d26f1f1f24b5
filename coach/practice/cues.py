"""What can be counted in a turn without any model: marks, openings, pronouns, echoes of the turn before, and hashed n-grams. Pure.

The lists are general English and the field's own terms (Moyers et al., MITI 4.2.1; Miller and Rollnick on change and sustain talk); none is taken from coded data.
"""

import re
import zlib
from collections.abc import Iterator

import numpy as np

Array = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
BUCKETS = 1 << 15

WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)*|\?")
SENTENCE = re.compile(r"[^.?!…\n]+(?:[.?!…]+[\"'”’)]*|\n|$)|[.?!…]+")
OPEN = frozenset(["what", "what's", "how", "how's", "why", "where", "who", "which", "when", "tell", "describe", "explain"])
CLOSED = frozenset(
    [
        "do",
        "does",
        "did",
        "is",
        "are",
        "was",
        "were",
        "have",
        "has",
        "had",
        "can",
        "could",
        "would",
        "will",
        "should",
        "may",
        "am",
        "isn't",
        "aren't",
        "don't",
        "doesn't",
        "didn't",
        "haven't",
        "hasn't",
        "wouldn't",
        "any",
    ]
)
FUNCTION = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "or",
        "but",
        "so",
        "of",
        "to",
        "in",
        "on",
        "at",
        "for",
        "with",
        "from",
        "by",
        "as",
        "if",
        "then",
        "than",
        "that",
        "this",
        "these",
        "those",
        "it",
        "its",
        "it's",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "am",
        "do",
        "does",
        "did",
        "have",
        "has",
        "had",
        "will",
        "would",
        "can",
        "could",
        "should",
        "may",
        "might",
        "not",
        "no",
        "yes",
        "i",
        "me",
        "my",
        "you",
        "your",
        "we",
        "our",
        "they",
        "them",
        "their",
        "he",
        "she",
        "his",
        "her",
        "him",
        "there",
        "here",
        "what",
        "which",
        "who",
        "how",
        "when",
        "where",
        "why",
        "just",
        "very",
        "really",
        "about",
        "up",
        "down",
        "out",
        "all",
        "some",
        "any",
        "more",
        "most",
        "much",
        "many",
        "like",
        "know",
        "think",
        "well",
        "okay",
        "oh",
        "um",
        "uh",
        "yeah",
        "right",
        "i'm",
        "you're",
        "you've",
        "i've",
        "don't",
        "that's",
    ]
)
BACKCHANNEL = frozenset(
    [
        "ok",
        "okay",
        "right",
        "yeah",
        "yes",
        "yep",
        "mm",
        "mmm",
        "hmm",
        "mhm",
        "uh",
        "huh",
        "um",
        "sure",
        "oh",
        "ah",
        "great",
        "good",
        "alright",
        "fine",
        "wow",
        "no",
        "thanks",
        "thank",
        "hi",
        "hello",
        "hey",
        "bye",
    ]
)
PHRASES = (
    # reflections
    r"^(?:ok(?:ay)?,? |yeah,? |and |but |well,? |right,? )*so\b", r"\bsounds? like\b", r"\bseems? (?:like|to|that)\b", r"\byou(?:'re| are) (?:feeling|saying|telling|thinking|wondering|worried|concerned)\b",
    r"\bon (?:the )?one hand\b", r"\bpart of you\b", r"\byou(?:'re| are)\b", r"\byou(?:'ve| have)\b", r"\byou (?:feel|felt|want|wanted|think|thought|need|know|like|don't|would)\b", r"^(?:and )?(?:because )?you(?:r|'\w+)?\b",
    r"\bi hear\b", r"\blet me (?:see|make sure|summar)", r"\bit(?:'s| is|'d| was)\b", r"\b(?:important|hard|tough|difficult|scary|frustrat\w+|overwhelm\w+)\b",
    # questions
    r"\?", r"\?\W*$", r"\b(?:right|correct|okay|yes|yeah|is that (?:right|fair|true))\?", r"\bwhat (?:do|are|is|was|would|did|about|else|kind|other)\b", r"\bhow (?:do|did|does|are|is|would|about|important|confident|ready|many|much|often|long)\b",
    r"\btell me\b", r"\b(?:do|did|would|could|can|have|are|were|will) you\b", r"\bscale\b", r"\bor\b[^?]*\?", r"\b(?:why|curious|wonder\w*)\b",
    # information, advice, options, negotiation
    r"\b(?:should|ought|must|have to|need to)\b", r"\b(?:recommend|suggest|advise|advice|encourage)\w*\b", r"\b(?:research|studies|study|risk|risks|percent|evidence|guidelines?|causes?|effects?|increase\w*|doctors?|blood|levels?)\b",
    r"\b(?:you (?:can|could|might|may)|options?|try|program|group|referral|medications?|patch|appointment)\b", r"\b(?:we can|we could|let's|i(?:'d| would) like (?:you )?to|how about|what if|would it be (?:ok|okay|all right|alright))\b",
    r"\bi(?:'m| am) (?:going to|gonna|here|concerned|worried)\b", r"\b(?:many|most|some|other) (?:people|patients|folks)\b", r"\d", r"\bif you\b", r"\bpeople\b",
    # other
    r"\b(?:thank you|thanks|welcome|nice to|good to|see you|hello|hi|my name|appreciate|glad|great job|good for you)\b", r"^\W*(?:\w+\W*){1,2}$", r"\bi(?:'m|'ll|'ve|'d)?\b", r"\bwe(?:'re|'ll|'ve)?\b",
    # patients: toward change
    r"\bi (?:want|wanna|would like|wish|hope|need)\b", r"\bi(?:'d| would) (?:like|love|be)\b", r"\bi(?:'ll| will| can| could)\b", r"\bi(?:'m| am) (?:ready|willing|going to|gonna|trying|worried|scared|tired)\b", r"\b(?:quit|quitting|stop|stopped|stopping|cut|cutting|reduce|less|better|healthier|change|try|tried)\b",
    r"\b(?:kids?|children|wife|husband|family|health|job|son|daughter)\b", r"\b(?:should|need to|have to|got to|gotta)\b", r"\b(?:worr\w+|scar\w+|afraid|bad|problem|sick|hate|guilty|ashamed)\b",
    # patients: toward staying as they are
    r"\bi (?:can't|cannot|don't|didn't|won't|never|doubt)\b", r"\b(?:not|no|never|nothing|none|isn't|can't|don't|won't|wouldn't|doesn't)\b", r"\b(?:but|though|although|however)\b", r"\b(?:fine|enjoy|fun|relax\w*|helps?|like it|love|big deal|every(?:one|body))\b",
    r"\b(?:hard|difficult|impossible|tough|stress\w*|busy|time)\b", r"\b(?:maybe|guess|suppose|probably|might|i don't know|not sure|kind of|sort of)\b", r"\b(?:everyone|everybody|friends?|they|people) (?:\w+ )?(?:say|think|want|smoke|drink|do|does)\w*\b",
)  # fmt: skip
PATTERNS = tuple(re.compile(each) for each in PHRASES)
COUNTED = 16
SIZE = COUNTED + 2 * len(PATTERNS)


def sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences stand: [start, end) of each, without white space around, in order; the whole text when it holds no words."""
    found: list[tuple[int, int]] = []
    for match in SENTENCE.finditer(text):
        part = match.group()
        start = match.start() + len(part) - len(part.lstrip())
        end = match.end() - (len(part) - len(part.rstrip()))
        if end > start and (re.search(r"\w", part) or not found):
            found.append((start, end))
        elif end > start:
            found[-1] = (found[-1][0], end)
    return found or [(0, len(text))]


def cues(text: str, previous: str) -> Array:
    """`SIZE` numbers between about -1 and 3: counts of the turn, then each phrase anywhere, then each phrase in its last sentence."""
    low, before = _plain(text), _plain(previous)
    words, earlier = WORD.findall(low), WORD.findall(before)
    content = [word for word in words if word not in FUNCTION and word != "?"]
    known, parts = set(earlier) - FUNCTION, sentences(low)
    last = low[slice(*parts[-1])]
    first = WORD.findall(last)[:3]
    size, count = max(len(words), 1), len(words)
    counted = [
        np.log1p(count) / 2, float(count <= 1), float(count <= 3), float(count >= 30), np.log1p(len(parts)), np.log1p(len(earlier)) / 2,
        sum(word in known for word in content) / max(len(content), 1), float(any(word in known for word in content)),
        sum(word.startswith("you") for word in words) / size * 3, sum(word.split("'")[0] == "i" for word in words) / size * 3,
        sum(word in BACKCHANNEL for word in words) / size, float(bool(first) and first[0] in OPEN), float(bool(first) and first[0] in CLOSED),
        float(bool(set(first) & OPEN)), float("?" in before), float(low.endswith(("-", "…", "...", ","))),
    ]  # fmt: skip
    whole = [float(bool(pattern.search(low))) for pattern in PATTERNS]
    closing = whole if len(parts) == 1 else [float(bool(pattern.search(last))) for pattern in PATTERNS]
    return np.array([*counted, *whole, *closing], dtype=np.float32)


def ngrams(text: str, previous: str) -> dict[int, float]:
    """Bucket (below `BUCKETS`) → weight, of unit length: hashed words, pairs and triples of words, the first two words, letters in threes to fives, and words said again."""
    counts: dict[int, float] = {}
    for name, weight in _features(_plain(text), _plain(previous)):
        bucket = zlib.crc32(name.encode()) % BUCKETS
        counts[bucket] = max(counts.get(bucket, 0.0), weight)
    length = float(np.sqrt(sum(value * value for value in counts.values()))) or 1.0
    return {bucket: value / length for bucket, value in counts.items()}


def _features(low: str, before: str) -> Iterator[tuple[str, float]]:
    words = ["^", *WORD.findall(low)[:150], "$"]
    for size, weight in ((1, 1.0), (2, 0.8), (3, 0.6)):
        for start in range(len(words) - size + 1):
            yield "w" + " ".join(words[start : start + size]), weight
    yield "f" + " ".join(words[1:3]), 1.0
    known = set(WORD.findall(before)[-60:])
    yield from (("r" + word, 0.7) for word in words if word in known)
    for word in words:
        padded = f"<{word}>"
        for size in (3, 4, 5):
            yield from (("c" + padded[start : start + size], 0.3) for start in range(len(padded) - size + 1))
    yield from (("p" + word, 0.4) for word in ["^", *WORD.findall(before)[-6:]])


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.lower().replace("’", "'")).strip()
