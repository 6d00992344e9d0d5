"""How large a request may be."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.chat_errors import fit
from api.problems import problem
from api.schemas import INTERNAL

LARGEST_BODY = 6_000_000
"""Bytes: an article of the largest size with its JSON around it."""

LARGEST_BATCH = 8_000_000
"""Bytes from a command that runs beside the service: an article of the largest size in base64."""


class BodyLimit:
    """ASGI middleware that answers 413, whether or not the client tells the length beforehand.

    FastAPI's own limit answers in two shapes, neither of them a problem document.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting its bytes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = LARGEST_BATCH if scope["path"].startswith(f"{INTERNAL}/") else LARGEST_BODY
        detail = (
            f"The request has more than {most // 1_000_000} MB. Nothing of it was stored; "
            "send a smaller article."
        )
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if told.isdigit() and int(told) > most:
            await fit(scope["path"], problem(413, detail=detail))(scope, receive, send)
            return
        received = 0

        async def counting() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise HTTPException(413, detail)
            return message

        await self._app(scope, counting, send)
