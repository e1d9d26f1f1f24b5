"""The settings, in one frozen object. Each comes from an environment variable named COACH_ and the field's name in capitals."""

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
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
    host: str = Field("127.0.0.1", description="Address to listen on. Beyond this computer only with `COACH_AUTH`, and behind a proxy that adds TLS.")
    port: int = Field(7860, ge=1, le=65535, description="Port to listen on.")
    hosts: str | None = Field(
        None, description="Names by which the page is reached, such as `coach.clinic.example`, with commas between them; used with `COACH_AUTH`. A proxy must pass the name on."
    )
    auth: Literal["none", "accounts", "header"] = Field(
        "none", description="Who may do what: `none` (one person, everything allowed), `accounts` (people sign in; the first: `coach user add`), `header` (a proxy signs them in)."
    )
    auth_header: str = Field("X-Forwarded-User", pattern=r"^[A-Za-z][A-Za-z0-9-]*$", description="With `header`: the header in which the proxy names the account.")
    auth_proxy: str = Field("127.0.0.1", description="Addresses of that proxy, with commas between them. Nobody else's word is taken for who somebody is, or where from.")
    session_hours: float = Field(12.0, gt=0, le=168, description="With `accounts`: hours after which one must sign in again. Two hours without use end it too.")
    user: str | None = Field(None, description="Account for the command line, with `accounts`.")
    password: SecretStr | None = Field(None, description="Its password; asked for when not given. Never logged.")
    wait_connect: float = Field(2.0, gt=0, description="Seconds to wait for a connection to the chat model.")
    wait_first_token: float = Field(20.0, gt=0, description="Seconds to wait for its first token.")
    wait_between_tokens: float = Field(5.0, gt=0, description="Seconds to wait between two tokens.")
    wait_total: float = Field(30.0, gt=0, description="Seconds for a whole model call.")
    history_tokens: int = Field(1200, ge=100, description="How much of the conversation a follow-up is read with, in the model's own tokens.")
    judge: str | None = Field(
        None,
        description="For `make evals`: a strong chat model as `provider:model` that rates answers, once it has passed its exam; never the embedded one. What it rates is sent to it.",
    )
    judge_url: str | None = Field(
        None, description="Address of an OpenAI-compatible server for the judge; use with `COACH_JUDGE=openai:NAME`, or alone for the one model it serves."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("warning", description="What is logged: events with counts and durations, never text.")

    @field_validator("auth_proxy")
    @classmethod
    def _addresses(cls, value: str) -> str:
        for part in _parts(value):
            ip_network(part, strict=False)
        return value

    @property
    def host_names(self) -> tuple[str, ...]:
        """`hosts`, in lower case."""
        return tuple(part.lower() for part in _parts(self.hosts))

    @property
    def proxies(self) -> "tuple[IPv4Network | IPv6Network, ...]":
        """`auth_proxy`; a single address is a network of one."""
        return tuple(ip_network(part, strict=False) for part in _parts(self.auth_proxy))

    @property
    def index_dir(self) -> Path:
        return self.cache / "index"

    @property
    def models_dir(self) -> Path:
        return self.cache / "models"


def _parts(value: str | None) -> list[str]:
    return [part.strip() for part in (value or "").split(",") if part.strip()]


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
