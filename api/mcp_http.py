"""`POST /mcp`: the MCP server over streamable HTTP, without sessions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from api import problems
from api.auth import needs
from api.deps import named
from api.streaming import STOPPING

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]

calls = APIRouter(dependencies=[needs("ask")])


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[None]:
    """Answer on /mcp while the block runs. A mounted application's own lifespan never would."""
    handling = await run_in_threadpool(_handling, app)
    async with handling.run():
        app.state.mcp = handling.asgi_app
        yield


@calls.post("/mcp", include_in_schema=False)
async def call(request: Request) -> Response:
    """One message of the protocol. There are no sessions: to GET or DELETE one is answered 405."""
    return _Handed(request.app.state.mcp)


class _Handed(Response):
    """Hands a request that may come in to the protocol's own application."""

    def __init__(self, handler: Handler) -> None:
        super().__init__()
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer it, with a problem document when the service ends before."""
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._handler(scope, receive, sending)
        except asyncio.CancelledError:
            # Only the end of the service cancels a request.
            if not begun:
                await problems.problem(503, detail=STOPPING)(scope, receive, send)


def _handling(app: FastAPI) -> Any:
    # Imported here, in a thread, since it takes long.
    from api.mcp_server import Access, over_http

    state = app.state

    def base(request: Request | None) -> str | None:
        if state.public_url or request is None:
            found: str | None = state.public_url
            return found
        return str(request.base_url)

    return over_http(
        Access(
            collections=tuple(state.engines),
            opened=lambda name: nullcontext(named(state.engines, name)),
            turn=state.admission.place,
            base=base,
        )
    )
