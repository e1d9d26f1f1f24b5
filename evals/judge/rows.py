"""What the report says of judged metrics: agreement of the judge beside its scores, grey where it has not passed; "not judged" where there is none."""

import asyncio
import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

from coach.advise.advice import Advice
from coach.coach import Coach
from coach.errors import CoachError, InputError
from coach.settings import Settings, load_settings
from evals.bootstrap import interval
from evals.cases import scenarios
from evals.judge import BAR, CRITERIA, Answer, exam
from evals.judge.examine import Asking, Mark, examine, ratings
from evals.judge.model import Judge, judge_of
from evals.suite.station import Row, fixed_row

SAMPLE = 40  # answers of ours
NOT_JUDGED = "not judged: no judge is set (COACH_JUDGE, COACH_JUDGE_URL)"
METRICS = {"Faithfulness": "faithfulness", "AnswerRelevancy": ""}  # ragas' own, and the criterion of the exam that stands for it
SOURCE = "judged by a chat model that passed its exam"


def judged_rows(settings: Settings | None = None, coach: Any = None, own_url: str = "", answers: Sequence[Answer] | None = None, labelled: Sequence[Answer] | None = None,
                encoder: Any = None, progress: Callable[[int], None] = lambda asked: None) -> list[Row]:  # fmt: skip
    """The rows of the judge: per criterion its agreement on the exam, and its score of our answers (`answers`, or those of `coach` to the dev half; `encoder` is
    for AnswerRelevancy). Never raises for a judge that is missing, refused or broken: then every row says in one sentence why nothing was judged. Each row has
    `gates` and `grey` beside the usual keys. Settings and Coach are those of the environment where none are given."""
    try:
        chosen = settings or load_settings()
        judge = judge_of(chosen, own_url)
        if judge is None:
            return not_judged(NOT_JUDGED)
        marks = examine(judge, labelled if labelled is not None else exam(), progress)
        if answers is None:
            with nullcontext(coach) if coach is not None else Coach.open(chosen, model=False) as asked:
                answers, encoder = answers_of(asked), asked.tools.search.encoder
        scores = asyncio.run(_scores(judge, answers, encoder, Asking(progress=progress)))
    except CoachError as error:
        return not_judged(f"not judged: {error}")
    return [*(_agreement(judge, mark) for mark in marks.values()), *(_score(judge, name, found, marks) for name, found in scores.items())]


def not_judged(why: str) -> list[Row]:
    """A row for each judged metric that gives no number."""
    return [_row(f"{name}, by a judge", [], why, False) for name in (*CRITERIA, *METRICS)]


def answers_of(coach: Coach, most: int = SAMPLE) -> list[Answer]:
    """Our own answers to the first scenarios of the dev half: the first lines of the first card, with the whole of the card's lines as their source."""
    found: list[Answer] = []
    for case in scenarios("dev"):
        if len(found) == most:
            break
        try:
            advice = coach.advise(case.text)
        except InputError:
            continue
        if advice.scripts and advice.fits:
            found.append(_answer(case.id, advice))
    return found


def _answer(name: str, advice: Advice) -> Answer:
    card = advice.scripts[0]
    first = [*([card.one_thing] if card.one_thing else []), *[line for line in card.lines if line.core][:4]]
    lines = [*([card.one_thing] if card.one_thing else []), *card.lines]
    return Answer(name, advice.scenario, " ".join(line.source for line in lines), " ".join(line.text for line in first))


async def _scores(judge: Judge, answers: Sequence[Answer], encoder: Any, asking: Asking) -> dict[str, list[float]]:
    """By metric the score of each answer in [0, 1]; a lost reply is left out."""
    rated = await ratings(judge, answers, asking)
    scores = {criterion: [float(given[criterion] == "pass") for given in rated if criterion in given] for criterion in CRITERIA}
    faithful = await asking.each([lambda answer=answer: judge.faithfulness(answer) for answer in answers])  # type: ignore[misc]
    scores["Faithfulness"] = [score for score in faithful if score is not None and not math.isnan(score)]
    near = await asking.each([lambda answer=answer: judge.relevancy(answer, encoder) for answer in answers]) if encoder is not None else []  # type: ignore[misc]
    return scores | {"AnswerRelevancy": [score for score in near if score is not None]}


def _agreement(judge: Judge, mark: Mark) -> Row:
    note = f"agreement of {judge.name} with labels of a model on {mark.answers} answers" + ("" if mark.gates else "; below the bar: its scores are greyed out and gate nothing")
    row = fixed_row(f"{mark.criterion}: Cohen's κ of the judge", mark.kappa, mark.low, mark.high, f"≥ {BAR}", mark.answers, "higher", SOURCE, note)
    return row | {"gates": False, "grey": mark.grey}


def _score(judge: Judge, name: str, found: Sequence[float], marks: dict[str, Mark]) -> Row:
    stands = marks.get(METRICS.get(name, name))
    why = "" if stands and stands.gates else "greyed out: there is no exam for it" if stands is None else f"greyed out: κ {stands.kappa:.2f} is below {BAR}"
    return _row(f"{name}, by {judge.name}", found, why or ("" if found else "not judged: no reply could be read"), bool(stands and stands.gates))


def _row(what: str, found: Sequence[float], note: str, gates: bool) -> Row:
    figure, low, high = interval(found, lambda drawn: sum(drawn) / len(drawn)) if found else (math.nan,) * 3
    numbers = {} if found else dict.fromkeys(("figure", "low", "high"))
    return fixed_row(what, figure, low, high, "", len(found), "higher", SOURCE, note) | {"gates": gates and bool(found), "grey": not gates} | numbers
