"""Log lines as JSON, and one for each request: never a question, an article's text or a key."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import Metrics
from api.problems import CLIENT_GONE
from rag import trace
from rag.trace import Trace, new_id

TRACE_HEADER = "X-Request-Id"

_UNKNOWN = "-"

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
_PARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")

_log = logging.getLogger("dateline.requests")


class JsonLines(logging.Formatter):
    """A record as one line of JSON. ``record.fields`` become members of their own.

    Of an exception its class and where it was raised are told, not its message, which may quote
    what was sent.
    """

    def format(self, record: logging.LogRecord) -> str:
        """See the class."""
        moment = datetime.fromtimestamp(record.created, UTC)
        said: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            frames = traceback.extract_tb(error.__traceback__)
            said["error"] = type(error).__name__
            said["where"] = [f"{each.filename}:{each.lineno} {each.name}" for each in frames]
        return json.dumps(said)


def write_json() -> None:
    """Have this process log JSON lines to stderr: warnings of everything, and each request."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    _log.setLevel(logging.INFO)


class Watched:
    """ASGI middleware: gives each request its trace, and counts and logs it when it has ended.

    The trace id is the client's ``X-Request-Id`` or that of its ``traceparent`` (W3C), or is made
    by ``made``; it is sent back, and is that of the Answer.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics, made: Callable[[], str | None]) -> None:
        self._app = app
        self._metrics = metrics
        self._made = made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        known = Trace(self._id(Headers(scope=scope)))
        trace.begin(known)
        state = scope.setdefault("state", {})
        status, begun, ended = CLIENT_GONE, False, False

        async def watching(message: Message) -> None:
            nonlocal status, begun, ended
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                MutableHeaders(scope=message)[TRACE_HEADER] = known.id
            await send(message)
            ended = ended or not message.get("more_body", message["type"] != "http.response.body")

        try:
            await self._app(scope, receive, watching)
        except Exception as error:
            status = 500
            if not begun:
                # Starlette would answer it further out, without the id to look for in the log.
                told = await scope["app"].exception_handlers[Exception](Request(scope), error)
                await told(scope, receive, watching)
            raise
        finally:
            route = getattr(scope.get("route"), "path", _UNKNOWN)
            method = scope["method"] if scope["method"] in _METHODS else _UNKNOWN
            self._metrics.count(route=route, method=method, status=status, trace=known)
            if _log.isEnabledFor(logging.INFO):
                fields = {
                    "trace_id": known.id,
                    "method": method,
                    "route": route,
                    "status": status,
                    "ms": round(known.waited() * 1000, 1),
                    "caller": state.get("caller", _UNKNOWN),
                    "answer": known.status,
                    "failure": known.failure,
                    "cut": not ended,
                }
                _log.info("request", extra={"fields": fields})

    def _id(self, headers: Headers) -> str:
        given = headers.get(TRACE_HEADER, "")
        if _ID.fullmatch(given):
            return given
        parent = _PARENT.fullmatch(headers.get("traceparent", ""))
        return parent[1] if parent else self._made() or new_id()
