"""Every error as an RFC 9457 problem document. The one place where errors become HTTP statuses."""

import json
import math
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from api.chat_errors import fit
from rag import errors
from rag.errors import DatelineError

STATUSES: dict[type[DatelineError], tuple[int, str]] = {
    errors.BadArticle: (422, "No article that can be read"),
    errors.AddressRefused: (422, "No address that is fetched"),
    errors.FetchFailed: (502, "The page could not be fetched"),
    errors.UrlsNotAllowed: (403, "No pages are fetched here"),
    errors.AlreadyStored: (409, "Another article has this content or address"),
    errors.BadQuestion: (422, "No question that can be asked"),
    errors.NoSuchCollection: (404, "No such collection"),
    errors.NoSuchJob: (404, "No such job"),
    errors.NoSuchAnswer: (404, "No such answer"),
    errors.NotFound: (404, "No such article"),
    errors.SettingsError: (500, "A setting cannot work"),
    errors.BadInput: (422, "Input that cannot be used"),
    errors.LibraryBusy: (503, "The library is being written to"),
    errors.LibraryTooNew: (500, "The library is a newer version's"),
    errors.DataFolderError: (500, "The data folder cannot be used"),
    errors.IndexMismatch: (503, "The search index does not fit"),
    errors.SearchIndexError: (503, "The search index cannot be used"),
    errors.EmbedError: (502, "The embedder failed"),
    errors.ModelUnreachable: (502, "The model server cannot be reached"),
    errors.ModelTimeout: (504, "The model did not answer in time"),
    errors.ModelRateLimited: (503, "The model server limits requests"),
    errors.ModelQuota: (502, "The quota at the model server is used up"),
    errors.ModelAuth: (502, "The model server refused the key"),
    errors.ModelRejected: (502, "The model server refused the request"),
    errors.ModelFailed: (502, "The model server failed"),
    errors.ModelMalformed: (502, "The model server's reply cannot be read"),
    errors.ModelEmpty: (502, "The model said nothing"),
    errors.ModelCut: (502, "The model's answer was cut off"),
    errors.ModelError: (502, "The model failed"),
    errors.KeyNeeded: (401, "A key is needed"),
    errors.ScopeNeeded: (403, "The key may not do this"),
    errors.RateLimited: (429, "Too many requests"),
    errors.Stopping: (503, "The service is being stopped"),
    errors.Overloaded: (503, "Too many questions at once"),
    DatelineError: (500, "Dateline failed"),
}
"""Status and title by error class; a class that is not here is told as the nearest one above it."""

RETRY_SECONDS = "2"

CLIENT_GONE = 499
"""As nginx has it, for a client that has left before it was answered: nobody reads it."""

_Handler = Callable[[Request, Exception], Awaitable[Response]]

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "`urn:dateline:` and the name of the error"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened, and what to do next"},
        "code": {"type": "string", "description": "When a model server failed: how, for programs"},
        "retryable": {"type": "boolean", "description": "With `code`: whether to ask again later"},
        "errors": {
            "type": "array",
            "description": "Each field that is wrong, when the request does not fit its schema",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI entries of the problems that a route may answer with."""
    content = {"application/problem+json": {"schema": SCHEMA}}
    return {s: {"description": HTTPStatus(s).phrase, "content": content} for s in statuses}


def document(
    status: int,
    *,
    detail: str,
    title: str | None = None,
    kind: str = "about:blank",
    fields: Sequence[dict[str, str]] = (),
    more: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A problem document. ``fields`` become its ``errors``; ``more`` are members of its own."""
    content: dict[str, Any] = {
        "type": kind,
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **(more or {}),
    }
    if fields:
        content["errors"] = list(fields)
    return content


def problem(
    status: int, *, detail: str, headers: dict[str, str] | None = None, **members: Any
) -> Response:
    """A response with the problem document that ``document`` makes of this."""
    return _response(document(status, detail=detail, **members), headers)


def of(error: DatelineError) -> Response:
    """A response with the problem document of one of our errors."""
    headers: dict[str, str] = {}
    wait: float | None = getattr(error, "retry_after", None)
    if wait is not None:
        headers["Retry-After"] = str(math.ceil(wait))
    elif not isinstance(error, errors.ModelError) and _may_pass(error):
        headers["Retry-After"] = RETRY_SECONDS
    if isinstance(error, errors.KeyNeeded):
        headers["WWW-Authenticate"] = "Bearer"
    return _response(told(error), headers)


def told(error: DatelineError) -> dict[str, Any]:
    """The problem document of one of our errors."""
    nearest = next(cls for cls in type(error).__mro__ if cls in STATUSES)
    status, title = STATUSES[nearest]
    more: dict[str, Any] = {}
    if isinstance(error, errors.ModelError):
        more = {"code": error.code, "retryable": error.retryable}
    elif _may_pass(error):
        status = 503
    kind = f"urn:dateline:{nearest.__name__}"
    return document(status, title=title, detail=str(error), kind=kind, more=more)


def fault() -> dict[str, Any]:
    """The problem document of a fault in the program. The log has what is not told to clients."""
    detail = "Dateline has a fault here; nothing of this request was stored. The log says more."
    return document(500, detail=detail)


def failed() -> Response:
    """A response with ``fault``."""
    return _response(fault(), None)


def install(app: FastAPI) -> None:
    """Have the application answer every error in this form, or where OpenAI's is due, in that."""
    app.add_exception_handler(DatelineError, _fitting(_told))
    app.add_exception_handler(RequestValidationError, _fitting(_unfit))
    app.add_exception_handler(HTTPException, _fitting(_refused))
    app.add_exception_handler(Exception, _fitting(_failed))


def _fitting(handler: _Handler) -> _Handler:
    async def told(request: Request, error: Exception) -> Response:
        return fit(request.url.path, await handler(request, error))

    return told


async def _told(_request: Request, error: Exception) -> Response:
    assert isinstance(error, DatelineError)
    return of(error)


async def _unfit(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # What was sent is not sent back: it may be large, and need not be JSON.
    fields = [
        {"field": ".".join(str(part) for part in each["loc"]), "message": str(each["msg"])}
        for each in error.errors()[:20]
    ]
    detail = "; ".join(f"{field['field']}: {field['message']}" for field in fields[:3])
    title, kind = "The request does not fit its schema", "urn:dateline:UnfitRequest"
    return problem(422, detail=detail, title=title, kind=kind, fields=fields)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    detail = error.detail
    if detail == phrase:
        detail = f"{phrase}: {request.method} {request.url.path}. /openapi.json lists the routes."
    headers = dict(error.headers) if error.headers else None
    if error.status_code == 405 and (methods := _methods(request)):
        headers = {"Allow": ", ".join(sorted(methods))}
    return problem(error.status_code, detail=detail, headers=headers)


def _methods(request: Request) -> set[str]:
    """What may be asked of a path; Starlette names only what the first of its routes takes."""
    return {
        method.upper()
        for path, operations in request.app.openapi()["paths"].items()
        if compile_path(path)[0].match(request.scope["path"])
        for method in operations
    }


async def _failed(_request: Request, _error: Exception) -> Response:
    return failed()


def _may_pass(error: DatelineError) -> bool:
    """Whether the same request may be answered soon, with nothing changed."""
    return isinstance(error, errors.LibraryBusy) or getattr(error, "retryable", False)


def _response(content: dict[str, Any], headers: dict[str, str] | None) -> Response:
    # ASCII, since what a client sent may hold half a surrogate pair, which UTF-8 cannot write.
    body = json.dumps(content, ensure_ascii=True)
    return Response(body, content["status"], headers, media_type="application/problem+json")
