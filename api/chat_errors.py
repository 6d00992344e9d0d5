"""Problem documents in OpenAI's form, for the routes that OpenAI's clients call."""

import json
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

CHAT = "/v1/chat/completions"
MODELS = "/v1/models"

_KINDS = {429: "rate_limit_error", 403: "permission_error"}
_CODES = {401: "invalid_api_key", 413: "request_too_large", 429: "rate_limit_exceeded"}
_NAMES = {"NoSuchCollection": "model_not_found", "UnfitRequest": "invalid_value"}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string", "description": "What happened, and what to do next"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"], "description": "The field that is wrong"},
                "code": {"type": ["string", "null"], "description": "Which error, for programs"},
            },
        }
    },
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI entries of the errors that a route may answer with."""
    content = {"application/json": {"schema": _SCHEMA}}
    return {s: {"description": HTTPStatus(s).phrase, "content": content} for s in statuses}


def error_of(document: dict[str, Any]) -> dict[str, Any]:
    """What a problem document says, as ``{"error": {message, type, param, code}}``."""
    status = int(document["status"])
    name = str(document["type"]).rpartition(":")[2]
    fields = document.get("errors") or [{}]
    param = str(fields[0].get("field", "")).removeprefix("body.")
    code = document.get("code") or _CODES.get(status) or _NAMES.get(name)
    kind = _KINDS.get(status) or ("server_error" if status >= 500 else "invalid_request_error")
    return {
        "error": {
            "message": document["detail"],
            "type": kind,
            "param": param or None,
            "code": code or (_snake(name) if name != "blank" else None),
        }
    }


def fit(path: str, response: Response) -> Response:
    """The problem document as it is, or in OpenAI's form where its clients call.

    What does not fit a schema is 400 there, as OpenAI answers.
    """
    if not any(path == root or path.startswith(f"{root}/") for root in (CHAT, MODELS)):
        return response
    document = json.loads(bytes(response.body))
    status = 400 if document["type"].endswith(":UnfitRequest") else response.status_code
    kept = {
        name: value
        for name, value in response.headers.items()
        if name not in ("content-type", "content-length")
    }
    body = json.dumps(error_of(document), ensure_ascii=True)
    return Response(body, status, kept, media_type="application/json")


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")
