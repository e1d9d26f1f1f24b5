"""The settings, in one frozen object. Each comes from an environment variable named COACH_ and the field's name in capitals."""

import os
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from coach.errors import PrivacyError, SettingsError

PREFIX = "COACH_"
ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """One field a setting; the comment beside it becomes the README's table (a test holds the two together)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    llm: str = Field("embedded", description="Chat model: `embedded`, `none`, or `provider:model` as LangChain's init_chat_model knows it.")
    llm_url: str | None = Field(None, description="Address of an OpenAI-compatible server (vLLM, Ollama, llama-server); use with `COACH_LLM=openai:NAME`.")
    llm_key: SecretStr | None = Field(None, description="Key for that server, if it wants one. Never logged.")
    llm_gguf: Path | None = Field(None, description="Another GGUF file for the embedded llama.cpp, by path.")
    llm_threads: int = Field(2, ge=1, le=64, description="Processor threads for the embedded model.")
    embedder: str | None = Field(None, description="Another sentence-transformers model, by local path. Default: the packaged all-MiniLM-L6-v2.")
    corpus: Path = Field(ROOT / "corpus", description="Folder of the script library.")
    prompts: Path = Field(ROOT / "prompts", description="Folder of the prompts.")
    cache: Path = Field(
        default_factory=lambda: user_cache_path("conversation-coach"), description="Folder for the joined model and the search index. May be deleted: it is made again."
    )
    data: Path = Field(
        default_factory=lambda: user_data_path("conversation-coach"),
        description="Folder for ratings (script ids and reasons, never text) and for what you ask to be kept of practice.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on. Only loopback is allowed.")
    port: int = Field(7860, ge=1, le=65535, description="Port to listen on.")
    wait_connect: float = Field(2.0, gt=0, description="Seconds to wait for a connection to the chat model.")
    wait_first_token: float = Field(20.0, gt=0, description="Seconds to wait for its first token.")
    wait_between_tokens: float = Field(5.0, gt=0, description="Seconds to wait between two tokens.")
    wait_total: float = Field(30.0, gt=0, description="Seconds for a whole model call.")
    history_tokens: int = Field(1200, ge=100, description="How much of the conversation a follow-up is read with, in the model's own tokens.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("warning", description="What is logged: events with counts and durations, never text.")

    @property
    def index_dir(self) -> Path:
        return self.cache / "index"

    @property
    def models_dir(self) -> Path:
        return self.cache / "models"


def load_settings(**overrides: object) -> Settings:
    """The settings from the environment. Raises SettingsError for an unknown or unusable COACH_ variable,
    PrivacyError when a tracing variable would send text to an outside service."""
    refuse_tracing()
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"{', '.join(unknown)}: no such setting. Unset it, or see the table in the README for the names.")
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        names = ", ".join(sorted({PREFIX + str(part["loc"][0]).upper() for part in error.errors() if part["loc"]}))
        raise SettingsError(f"{names}: this value cannot be used. See the table in the README for what it takes.") from None


TRACING = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2")


def refuse_tracing() -> None:
    """LangSmith tracing sends every prompt off this machine. Raises PrivacyError when it is switched on."""
    on = [name for name in TRACING if os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}]
    if on:
        raise PrivacyError(f"{', '.join(on)} would send what you type to an outside service. Unset it and start again.")


def quiet_libraries() -> None:
    """Switch off every library's telemetry and every download at run time. Called before any of them is imported."""
    os.environ.update({
        "LANGSMITH_TRACING": "false", "LANGCHAIN_TRACING_V2": "false",
        "GRADIO_ANALYTICS_ENABLED": "False", "GRADIO_RUN_HISTORY": "False", "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false",
        "ANONYMIZED_TELEMETRY": "False", "RAGAS_DO_NOT_TRACK": "true", "DO_NOT_TRACK": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1", "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    })  # fmt: skip
