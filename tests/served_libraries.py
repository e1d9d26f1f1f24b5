"""What every app of the tests imports, imported once; see served.py."""

from coach.settings import quiet_libraries

quiet_libraries()

import chromadb  # noqa: E402, F401
import gradio  # noqa: E402, F401
import sentence_transformers  # noqa: E402, F401
