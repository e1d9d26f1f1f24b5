"""How near the line that would be shown comes to a reference adaptation, by ragas' chrF, ROUGE-L and semantic similarity (the packaged MiniLM).

The references are the rewrites of fidelity.jsonl that may be shown and are no plain copies. Where the chat model has passed its exam for rewriting, it is asked and its rewrite proved; without such a model
the library line stays as it is, and the figures are those of no adaptation at all: what a model has to beat.
"""

from typing import Any

from coach.advise.advice import SpokenLine
from coach.advise.rewrite import checked
from coach.errors import ModelError
from evals.stations.verify import Pair, pairs
from evals.suite.scoring import Metric, Row, discrete, judged
from evals.suite.station import Context, Fault, Figure, Record, Station, mean

MOST = 100  # with a chat model: a call a pair


def chrf() -> Any:
    from ragas.metrics.collections import CHRFScore

    return CHRFScore()


def rouge() -> Any:
    from ragas.metrics.collections import RougeScore

    return RougeScore(rouge_type="rougeL", mode="fmeasure")


def similarity() -> Any:
    from ragas.embeddings.base import BaseRagasEmbedding
    from ragas.metrics.collections import SemanticSimilarity

    from coach.models.embeddings import Embedder
    from coach.settings import load_settings

    embedder = Embedder(load_settings(), adapted=False)

    class Packaged(BaseRagasEmbedding):
        """The encoder of the product as it came, without what it learned for search."""

        def embed_text(self, text: str, **_: Any) -> list[float]:
            return [float(value) for value in embedder.encode_query(text)]

        async def aembed_text(self, text: str, **_: Any) -> list[float]:
            return self.embed_text(text)

    return SemanticSimilarity(embeddings=Packaged())


@discrete("adapted", "as it was")
def adapted(response: str, line: str) -> str:
    return "adapted" if response != line else "as it was"


TAKES = ("reference", "response")
METRICS = (Metric("chrf", chrf, TAKES), Metric("rouge", rouge, TAKES), Metric("similarity", similarity, TAKES), adapted)


def shown(pair: Pair, context: Context) -> str:
    """The line as the screen would have it."""
    station = context.coach.rewrite if context.with_model else None
    if station is None:
        return pair.source
    from coach.models.rewritten import Rewritten

    line = SpokenLine(source=pair.source, text=pair.source, how="filled")
    try:
        answer, _ = station.model.ask(station.prompt, {"line": pair.source, "scenario": pair.scenario}, Rewritten, alone=True)
    except ModelError:
        return pair.source
    return checked(line, " ".join(answer.line.split()), pair.scenario, lambda text: True).text


def row(pair: Pair, context: Context) -> Row:
    return {"reference": pair.text, "response": shown(pair, context), "line": pair.source}


def fault(pair: Pair, given: Row, values: dict[str, float]) -> Fault | None:
    if values["chrf"] >= 0.8:
        return None
    return Fault(pair.id, pair.why, {"Scenario": pair.scenario, "Shown": given["response"], "A reference adaptation": pair.text}, 1 - values["chrf"])


def records(split: str, context: Context) -> list[Record]:
    cases = context.take([pair for pair in pairs(split) if pair.ok and pair.text != pair.source], MOST if context.with_model and context.coach.rewrite else 0)
    return judged("adapting", cases, lambda pair: row(pair, context), METRICS, context, lambda pair: pair.why, fault)


STATION = Station(
    name="adapting", title="Nearness to reference adaptations", part="Lines", records=records, model=True,
    asks="How near is the line that would be shown to one that a careful hand adapted? Without a model that passed the exam this is the plain library line.",
    figures=(
        Figure("chrF to the reference adaptation (ragas)", mean("chrf")), Figure("ROUGE-L to the reference adaptation (ragas)", mean("rouge")),
        Figure("semantic similarity to the reference adaptation (ragas, packaged MiniLM)", mean("similarity")), Figure("lines a model changed and the proof let pass", mean("adapted")),
    ),
    uses=("evals/cases/fidelity.jsonl", "evals/stations/verify.py"), labels="References by a model, checked by no human.",
)  # fmt: skip
