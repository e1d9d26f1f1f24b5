"""Events with ids, counts and durations. Never text: only the field names below may be logged, and only short plain values."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset({
    "event", "level", "timestamp", "code", "count", "ms", "scripts", "passages", "error", "station", "model", "kind", "digest",
    "stage", "status", "port", "pid", "tokens", "retry", "category", "reason_code",
})  # fmt: skip
LONGEST = 80


def only_safe(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Drop every field that is not on the list, and every value that is not a number, a truth value or a short word-like string."""
    return {key: value for key, value in event.items() if key in ALLOWED and _plain(value)}


def _plain(value: object) -> bool:
    if isinstance(value, bool | int | float) or value is None:
        return True
    return isinstance(value, str) and len(value) <= LONGEST and "\n" not in value


def start(level: str = "warning") -> None:
    """Log to stderr from `level` up. Foreign loggers (httpx, uvicorn …) keep to warnings without their messages."""
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso"), only_safe, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    for name in ("httpx", "httpx2", "httpcore", "httpcore2", "openai", "urllib3", "chromadb", "sentence_transformers", "transformers", "gradio", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


log: Any = structlog.get_logger()

start()  # quiet unless told otherwise: an unconfigured structlog would print everything on stdout
