"""Is a text written in another language than English? Judged by its commonest words and its letters; quotations in another language do not matter."""

from collections.abc import Sequence

ENGLISH = frozenset(
    [
        "the",
        "a",
        "an",
        "and",
        "of",
        "to",
        "in",
        "is",
        "was",
        "for",
        "on",
        "with",
        "that",
        "my",
        "i",
        "he",
        "she",
        "his",
        "her",
        "it",
        "not",
        "at",
        "has",
        "have",
        "had",
        "wants",
        "says",
        "said",
        "patient",
        "but",
        "who",
        "what",
        "how",
        "do",
        "does",
        "about",
        "from",
        "be",
        "been",
        "they",
        "this",
        "as",
        "are",
        "no",
        "more",
        "when",
        "after",
        "pain",
        "pills",
        "dose",
        "taper",
        "visit",
        "oxycodone",
        "opioid",
        "refill",
        "wont",
        "doesnt",
        "dont",
    ]
)
FOREIGN = frozenset(
    # Spanish, Portuguese, French, German, Italian, Dutch, Polish, Tagalog, Vietnamese (without marks): words that English does not use
    ["el", "los", "las", "una", "que", "de", "del", "por", "para", "con", "su", "sus", "es", "esta", "pero", "muy", "como", "cuando", "porque", "tiene", "quiere", "dice", "dolor", "paciente", "pastillas", "yo", "mi", "ella", "nao", "uma", "com", "ele", "seu", "sua", "voce", "dor", "quer", "paciente", "meu", "le", "les", "des", "une", "est", "et", "dans", "pour", "avec", "son", "sa", "ses", "elle", "il", "mais", "qui", "que", "ne", "pas", "veut", "douleur", "je", "mon", "ma", "der", "die", "das", "und", "ist", "nicht", "mit", "ein", "eine", "fur", "sie", "er", "hat", "will", "schmerzen", "ich", "meine", "mein", "auf", "wie", "il", "lo", "gli", "della", "di", "che", "non", "per", "sono", "ha", "vuole", "dolore", "mio", "het", "een", "van", "en", "niet", "met", "voor", "zijn", "heeft", "pijn", "ik", "mijn", "jest", "nie", "na", "sie", "ze", "bol", "pacjent", "ang", "ng", "mga", "sa", "siya", "ko", "hindi", "toi", "khong", "va", "la", "cua", "dau"]
)  # fmt: skip


def looks_foreign(text: str, words: Sequence[str]) -> bool:
    """True when most letters are of another script, or other languages' commonest words outnumber English ones two to one. Reads at most the first 20,000 characters."""
    letters = [letter for letter in text[:20_000] if letter.isalpha()]
    if letters and sum(letter > "\u024f" for letter in letters) * 2 > len(letters):
        return True
    some = words[:3000]
    english = sum(word in ENGLISH for word in some)
    foreign = sum(word in FOREIGN and word not in ENGLISH for word in some)
    return foreign >= 3 and foreign > 2 * english
