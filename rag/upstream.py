"""What a model server did wrong, as our errors: the openai client's are translated only here."""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rag.errors import (
    ModelAuth,
    ModelCut,
    ModelEmpty,
    ModelError,
    ModelFailed,
    ModelMalformed,
    ModelQuota,
    ModelRateLimited,
    ModelRejected,
    ModelTimeout,
    ModelUnreachable,
)
from rag.plain import one_line

if TYPE_CHECKING:
    import openai

LONGEST_QUOTE = 200
_LONGEST_SHARED = 24

_NEXT: dict[type[ModelError], str] = {
    ModelUnreachable: "check DATELINE_BASE_URL and that its server runs, or try again later",
    ModelTimeout: "try again later, or raise DATELINE_DEADLINE",
    ModelRateLimited: "try again later",
    ModelQuota: "check the plan and the billing of the account",
    ModelAuth: "check DATELINE_API_KEY or OPENAI_API_KEY",
    ModelRejected: "check DATELINE_MODEL, DATELINE_BASE_URL and DATELINE_PROMPT_TOKENS",
    ModelFailed: "try again later",
    ModelMalformed: "check DATELINE_BASE_URL, which often has to end in /v1",
    ModelEmpty: "try again, or set another DATELINE_MODEL",
    ModelCut: "try again",
}
_ELSEWHERE = "set DATELINE_BASE_URL to the address that answers"
_NO_SUCH_PATH = (
    "check DATELINE_MODEL, and DATELINE_BASE_URL, which usually ends in /v1 and has no "
    "/chat/completions"
)
_STATUSES: dict[int, type[ModelError]] = {
    401: ModelAuth,
    402: ModelQuota,
    403: ModelAuth,
    408: ModelFailed,
    409: ModelFailed,
    429: ModelRateLimited,
}
_DONE: dict[type[ModelError], str] = {
    ModelAuth: "refused the key",
    ModelQuota: "says that the account's quota is used up",
    ModelRateLimited: "limits the rate of requests",
}
_QUOTA_CODES = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
_RATE_CODES = {"rate_limit_exceeded", "rate_limit_error", "rate_limited", "too_many_requests"}


def failure(
    kind: type[ModelError],
    what: str,
    *,
    following: str | None = None,
    retry_after: float | None = None,
) -> ModelError:
    """An error whose one line says what the server did, and what to do next."""
    following = following or _NEXT[kind]
    if retry_after is not None and kind is ModelRateLimited:
        following = f"try again in {math.ceil(retry_after)} s"
    return kind(
        f"The model server {what}. Nothing was changed; {following}.", retry_after=retry_after
    )


def translated(error: Exception, *, begun: bool, hidden: Sequence[str]) -> ModelError:
    """An error of the openai client or of httpx2 as ours. ``begun``: text has come already.

    No run of characters of ``hidden``, the key and the prompt, gets into its message.
    """
    import openai

    if isinstance(error, openai.APIStatusError):
        return _refusal(error, hidden)
    return _broken(error, begun=begun)


def declared(error: object, *, hidden: Sequence[str]) -> ModelError:
    """The error that a server declares in the middle of a stream."""
    codes = _codes(error)
    number = next((int(code) for code in codes if code.isdecimal() and len(code) == 3), 500)
    kind = _kind(number if number >= 400 else 500, codes)
    if codes & _RATE_CODES and kind is not ModelQuota:
        kind = ModelRateLimited
    said = quotation(error, hidden=hidden) if kind is not ModelAuth else ""
    return failure(kind, _DONE.get(kind, "declared an error in place of its answer") + said)


def quotation(error: object, *, hidden: Sequence[str]) -> str:
    """The server's own words in brackets, in front of them a space; "" when it has none to show."""
    said = one_line(words(error))[:LONGEST_QUOTE].strip()
    if not said or any(_share(said, one_line(secret)) for secret in hidden):
        return ""
    return f" ({said})"


def words(error: object) -> str:
    """The message in an error of any of the shapes in use: of OpenAI, FastAPI, Gemini, Ollama."""
    for _ in range(5):
        if isinstance(error, list):
            error = error[0] if error else None
        elif isinstance(error, dict) and isinstance(error.get("loc"), list):
            error = f"{'.'.join(str(part) for part in error['loc'])}: {error.get('msg')}"
        elif isinstance(error, dict):
            keys = ("error", "message", "detail", "msg")
            error = next((error[key] for key in keys if error.get(key)), None)
    return error if isinstance(error, str) and not error.lstrip().startswith("<") else ""


def refused_parameter(error: "openai.APIStatusError", sent: Mapping[str, object]) -> str | None:
    """Which of the parameters the server says that it does not take, None when it is no such."""
    if error.status_code not in (400, 422):
        return None
    # The client checks no types: a server may send anything as ``param``.
    said = (str(error.param), words(error.body))
    return next((name for part in said for name in sent if name in part), None)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait: a number of them, of milliseconds, or an HTTP date."""
    for name, unit in (("retry-after-ms", 1000), ("retry-after", 1)):
        with suppress(ValueError):
            wait = float(headers.get(name, "")) / unit
            if 0 <= wait < math.inf:
                return wait
    try:
        when = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _refusal(error: "openai.APIStatusError", hidden: Sequence[str]) -> ModelError:
    status = error.status_code
    if 300 <= status < 400:
        return _redirect(error, hidden)
    kind = _kind(status, _codes(error.body))
    what = f"{_DONE[kind]} (HTTP {status})" if kind in _DONE else f"answered HTTP {status}"
    if kind not in _DONE:
        what += quotation(error.body, hidden=hidden)
    following = _NO_SUCH_PATH if status in (404, 405) else None
    wait = retry_after(error.response.headers)
    return failure(kind, what, following=following, retry_after=wait)


def _redirect(error: "openai.APIStatusError", hidden: Sequence[str]) -> ModelError:
    """Of the other address only host and port are told: the rest may hold anything."""
    host = ""
    with suppress(ValueError):
        host = urlsplit(error.response.headers.get("location", "")).netloc.rpartition("@")[2]
    to = f", to {host}" if quotation(host, hidden=hidden) else ""
    what = f"redirects to another address (HTTP {error.status_code}{to})"
    return failure(ModelRejected, what, following=_ELSEWHERE)


def _broken(error: Exception, *, begun: bool) -> ModelError:
    import httpx2
    import openai

    # The client wraps httpx2's errors while it waits for the head, and not while the body comes.
    cause = error.__cause__ if isinstance(error, openai.APIConnectionError) else error
    if isinstance(cause, httpx2.SSEError | httpx2.DecodingError):
        return failure(ModelMalformed, "sent a reply that cannot be decoded")
    if begun:
        return failure(ModelCut, "hung up in the middle of its answer")
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout):
        return failure(ModelUnreachable, "could not be reached")
    if isinstance(cause, httpx2.HTTPError):
        return failure(ModelUnreachable, "hung up before it had answered")
    return failure(ModelUnreachable, f"could not be asked ({type(cause).__name__})")


def _kind(status: int, codes: set[str]) -> type[ModelError]:
    if codes & _QUOTA_CODES and (status == 429 or status >= 500):
        return ModelQuota
    return _STATUSES.get(status) or (ModelFailed if status >= 500 else ModelRejected)


def _codes(error: object) -> set[str]:
    if not isinstance(error, dict):
        return set()
    named = (error.get("code"), error.get("type"), error.get("status"))
    return {str(code).lower() for code in named if isinstance(code, str | int)}


def _share(said: str, secret: str) -> bool:
    """Whether they have a run of characters in common that is too long for chance."""
    width = min(len(secret), _LONGEST_SHARED)
    starts = range(len(said) - width + 1) if width >= 8 else ()
    return any(said[start : start + width] in secret for start in starts)
