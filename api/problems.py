"""Every error as an RFC 9457 problem document. The one place where errors become HTTP statuses."""

import json
import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from rag import errors
from rag.errors import DatelineError

STATUSES: dict[type[DatelineError], tuple[int, str]] = {
    errors.BadArticle: (422, "No article that can be read"),
    errors.AddressRefused: (422, "No address that is fetched"),
    errors.FetchFailed: (502, "The page could not be fetched"),
    errors.UrlsNotAllowed: (403, "No pages are fetched here"),
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
    DatelineError: (500, "Dateline failed"),
}
"""Status and title by error class; a class that is not here is told as the nearest one above it."""

RETRY_SECONDS = "2"

_SCHEMA: dict[str, Any] = {
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
    content = {"application/problem+json": {"schema": _SCHEMA}}
    return {s: {"description": HTTPStatus(s).phrase, "content": content} for s in statuses}


def problem(
    status: int,
    *,
    detail: str,
    title: str | None = None,
    kind: str = "about:blank",
    headers: dict[str, str] | None = None,
    fields: Sequence[dict[str, str]] = (),
    more: dict[str, Any] | None = None,
) -> Response:
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
    # ASCII, since what a client sent may hold half a surrogate pair, which UTF-8 cannot write.
    body = json.dumps(content, ensure_ascii=True)
    return Response(body, status, headers, media_type="application/problem+json")


def of(error: DatelineError) -> Response:
    """The problem document of one of our errors."""
    nearest = next(cls for cls in type(error).__mro__ if cls in STATUSES)
    status, title = STATUSES[nearest]
    more: dict[str, Any] = {}
    wait = None
    if isinstance(error, errors.ModelError):
        more = {"code": error.code, "retryable": error.retryable}
        if error.retry_after is not None:
            wait = str(math.ceil(error.retry_after))
    elif isinstance(error, errors.LibraryBusy) or getattr(error, "retryable", False):
        status, wait = 503, RETRY_SECONDS
    return problem(
        status,
        title=title,
        detail=str(error),
        kind=f"urn:dateline:{nearest.__name__}",
        headers={"Retry-After": wait} if wait else None,
        more=more,
    )


def install(app: FastAPI) -> None:
    """Have the application answer every error in this form."""
    app.add_exception_handler(DatelineError, _told)
    app.add_exception_handler(RequestValidationError, _unfit)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _failed)


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
    return problem(error.status_code, detail=detail, headers=headers)


async def _failed(_request: Request, _error: Exception) -> Response:
    detail = "Dateline has a fault here; nothing of this request was stored. The log says more."
    return problem(500, detail=detail)
