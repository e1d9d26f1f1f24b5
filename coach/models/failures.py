"""Every way a model can fail, as one of our errors: its name, and a short phrase for the status line. Foreign messages are dropped:
they may hold what was typed."""

import json

from coach.errors import ModelError, ModelMisbehaved, ModelMissing, ModelStopped, ModelTimeout
from coach.models.watch import Stopped, TooSlow
from coach.models.wire import TooLong

BY_STATUS = {
    400: "could not take the request", 401: "refused the key", 403: "refused the key", 404: "is not known at its address",
    408: "did not answer in time", 413: "could not take so long a text", 422: "could not take the request", 429: "is busy or over its limit",
    500: "reported an error of its own", 503: "is not ready",
}  # fmt: skip
# Class names, not classes: every provider's library has its own, and none may be imported just to name its errors.
SLOW = {"APITimeoutError", "TimeoutException", "ReadTimeout", "ConnectTimeout", "PoolTimeout", "WriteTimeout", "TimeoutError", "Timeout"}
AWAY = {"ConnectError", "ConnectionRefusedError", "gaierror", "ProxyError"}
CUT = {"APIConnectionError", "ReadError", "RemoteProtocolError", "ConnectionResetError", "ConnectionError", "NetworkError", "ProtocolError", "WriteError"}


def explain(error: BaseException, name: str) -> ModelError:
    """Our error for any other. Its `reason` reads "NAME did not answer in time"; the message adds what happens now."""
    if isinstance(error, ModelError):
        reason = error.reason if error.reason.startswith(name) else f"{name}: {error.reason}"
        return type(error)(str(error), reason)
    kind, phrase = _kind_and_phrase(error)
    return kind(f"The chat model {name} {phrase}. The answer goes on without it.", f"{name} {phrase}")


def _kind_and_phrase(error: BaseException) -> tuple[type[ModelError], str]:
    names = {parent.__name__ for link in _chain(error) for parent in type(link).__mro__}
    status = getattr(error, "status_code", None) or getattr(error, "code", None)
    if isinstance(error, Stopped):
        return ModelStopped, "was stopped"
    if isinstance(error, TooSlow):
        return ModelTimeout, "stopped in the middle of its answer" if error.waited_for == "next token" else "did not answer in time"
    if isinstance(error, TooLong) or "TooLong" in names:
        return ModelMisbehaved, "did not stop answering"
    if isinstance(status, int) and status >= 300:
        return ModelMisbehaved, BY_STATUS.get(status, BY_STATUS[500] if status >= 500 else BY_STATUS[400])
    if names & AWAY:
        return ModelMissing, "cannot be reached at its address"
    if names & SLOW:
        return ModelTimeout, "did not answer in time"
    if names & CUT:
        return ModelMisbehaved, "broke off in the middle of its answer"
    if isinstance(error, ImportError):
        return ModelMissing, "needs a LangChain package that is not installed"
    if isinstance(error, (ValueError, json.JSONDecodeError, UnicodeError, TypeError)):
        return ModelMisbehaved, "gave an answer that cannot be used"
    return ModelMisbehaved, "failed"


def _chain(error: BaseException) -> list[BaseException]:
    """The error and what caused it, at most ten deep (libraries wrap each other's)."""
    links: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in links and len(links) < 10:
        links.append(link)
        link = link.__cause__ or link.__context__
    return links
