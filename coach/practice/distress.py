"""Whose distress it is. A trainee who says of themselves that they think of dying stops the scene; what they ask, or say of the patient, does not. Pure rules."""

import re
from collections.abc import Mapping
from typing import Any

from coach.advise.advice import Alert
from coach.guard.alerts import URGENT, alerts, signs, steps
from coach.practice.cues import sentences
from coach.practice.moves import asked
from coach.practice.patient import Patient

KIND = "suicide"
SUBJECT = re.compile(
    r"\b(?P<own>i|i'm|im|i've|ive|i'd|i'll)\b|\b(?:you|you're|you've|you'd|your|yourself|he|she|they|we|he's|she's|they're|anyone|anybody|someone|somebody|everyone|everybody|people|patients?|some|who|others?|nobody)\b"
)
# Between "I" and the sign, one of these says that the trainee speaks about it rather than of themselves.
ABOUT = re.compile(
    r"\b(?:ask\w*|talk\w*|hear\w*|heard|said|say|tell|told|mean|meant|wonder\w*|worr\w+|concerned|know|knew|read|lost|treat\w*|prevent\w*|screen\w*|notice\w*|mention\w*|raise|discuss\w*|check\w*|question\w*|learn\w*|afraid|"
    r"understand|believe|sorry|like it sounds)\b"
)
NOT_SO = re.compile(r"\b(?:not|never) (?:thinking|suicidal|planning|going to)\b")
# What a patient at risk says without saying it: not minding not to wake, things given away to be settled.
PASSIVE = re.compile(r"\b(?:if i (?:didn't|don't|never)|not|to never) (?:wake|waking) up\b|\b(?:gave|given|giving) (?:\w+ ){0,4}away\b|\bhave me any night\b|\bso let it\b")
QUOTED = re.compile(r"[\"“][^\"”]*[\"”]|(?:^|\s)['‘][^'’]+['’](?=\s|[.,!?]|$)")
# Said of oneself whoever else the sentence names, and what needs no "I".
OWN = re.compile(r"\b(?:better off|(?:fine|happier|easier|relieved)) without me\b")
BARE = re.compile(r"\bkms\b|^(?:(?:just|still|honestly|really|kinda|okay|ok|lol),? )*(?:wanna|want to) die\b(?!.*\?)")
SUPPOSED = re.compile(r"\bif i (?:had (?:your|what you|to (?:live|go through|carry))|(?:were|was) (?:you|in your|him|her|them))\b|\bin your (?:place|shoes|position)\b")
# What the trainee goes on to say in a clause of their own, whatever stood before: "I know how you feel, because I want …", "I hear you, and just want …".
CLAUSE = re.compile(r",?\s*\b(?:because|but|and|so|since)\s+(?:(?:honestly|really|actually|now|sometimes)\s+)?(?=i\b|i'|(?:just |really )?(?:want|wanna|wish)\b)")
REPEATED = re.compile(r"\byou(?:'ve| have)? (?:said|say|told|tell|feel|felt|think|thought|mean|wrote|keep saying)\b")


def own_distress(text: str, local: Mapping[str, Any] | None = None) -> Alert | None:
    """The alert, with words and steps for the trainee, when a clinician's turn says that the trainee thinks of dying. None for a question, a
    repetition of the patient's words, or talk about somebody else. What the simulated patient says is never looked at here."""
    for start, end in sentences(text):
        said = QUOTED.sub(" ", text[start:end].replace("’", "'"))
        for alert in alerts(said):
            if alert.kind == KIND and alert.urgency in URGENT and _own(said.lower(), alert.matched.lower().replace("’", "'")):
                words = signs().kinds[KIND]["own_words"]
                return alert.model_copy(update={"say": list(words["say"]), "do": steps(words["do"], alert.urgency, local or {})})
    return None


def _own(said: str, matched: str) -> bool:
    """Whether the last one spoken of, up to the end of the sign, is the speaker."""
    plain = " ".join(said.split())
    at = plain.find(matched)
    upto = plain[: at + len(matched)] if at >= 0 else plain
    clause = CLAUSE.split(upto)[-1]
    if REPEATED.search(clause) or SUPPOSED.search(upto):
        return False
    if OWN.search(plain):
        return not re.search(r"\b(?:your?|you're|he|she|patients? (?:\w+ )?(?:tell|told|say|said|think|thinks|thought))\b", clause)
    subjects = list(SUBJECT.finditer(upto))
    if not subjects:
        return bool(re.search(r"\bmyself\b|\bmy (?:own )?life\b", matched) or BARE.search(plain))
    if not subjects[-1]["own"]:
        return False
    since = upto[subjects[-1].start() :]
    return not ABOUT.search(CLAUSE.split(since)[-1]) and not NOT_SO.search(since)


def expected(patient: Patient) -> bool:
    """Whether a good visit with this patient asks about suicide."""
    return "suicidal_thoughts" in patient.situations or any(item.key == KIND for item in patient.checklist)


def shows(patient: Patient, text: str) -> bool:
    """Whether this patient's words are a sign that calls for the question; never for a patient whose visit is not about it."""
    return expected(patient) and (cue(text) or bool(PASSIVE.search(text.lower().replace("’", "'"))))


def cue(text: str) -> bool:
    """Whether something the simulated patient says is a sign of thoughts of dying that a clinician should ask about. Part of the exercise, never an alarm."""
    return any(alert.kind == KIND and (alert.urgency == "now" or KIND in asked(text)) for alert in alerts(text))
