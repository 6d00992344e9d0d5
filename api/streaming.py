"""Answers sent while they are made, as Server-Sent Events; what a client has left is given up.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import logging
import math
import re
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from contextlib import aclosing
from typing import Any, Generic, TypeVar

from fastapi import Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from api import problems
from rag.errors import DatelineError

T = TypeVar("T")

PING_SECONDS = 15.0
"""How often a comment is sent, so that no proxy takes a stream for dead."""

EVENT_STREAM = "text/event-stream"

STOPPING = "The service is being stopped. Nothing was changed; ask again when it runs again."
_JSON = "application/json"
_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.\d*)?)", re.IGNORECASE)


def wants_events(request: Request) -> bool:
    """Whether the client would rather have events than JSON, by its Accept (RFC 9110, 12.5.1)."""
    weights: dict[str, float] = {}
    for each in ",".join(request.headers.getlist("accept")).split(","):
        kind, _, parameters = each.partition(";")
        weight = _WEIGHT.search(parameters)
        weights[kind.strip().casefold()] = float(weight[1]) if weight else 1.0
    return weights.get(EVENT_STREAM, 0.0) > weights.get(_JSON, 0.0)


def line(data: str, *, event: str | None = None) -> ServerSentEvent:
    """One event as it is sent."""
    return ServerSentEvent(data, event=event, sep="\n")


def described(**events: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI entry of a stream, from the JSON schema of each event's data by its name."""
    return {
        "itemSchema": {
            "type": "object",
            "required": ["event", "data"],
            "oneOf": [
                {
                    "properties": {
                        "event": {"const": name},
                        "data": {
                            "type": "string",
                            "contentMediaType": _JSON,
                            "contentSchema": schema,
                        },
                    }
                }
                for name, schema in events.items()
            ],
        }
    }


async def unless_gone(work: Coroutine[Any, Any, T], request: Request) -> T | Response:
    """What the work gives. It is cancelled when the client hangs up or the service ends.

    A Response takes its place then: one that nobody reads, or a problem document. Raises what the
    work raises.
    """
    working = asyncio.create_task(work)
    gone = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            # A client that has gone away ends the call to the model as well.
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            return Response(status_code=problems.CLIENT_GONE)
    except asyncio.CancelledError:
        # Only the end of the service cancels a request. Its loop has no time left to wait for work.
        return problems.problem(503, detail=STOPPING)
    finally:
        gone.cancel()
        working.cancel()
    return await working


async def streamed(
    events: AsyncGenerator[T],
    request: Request,
    *,
    write: Callable[[T], Iterable[ServerSentEvent]],
    failed: Callable[[dict[str, Any]], Iterable[ServerSentEvent]],
) -> Response:
    """A response that sends the events, each as ``write`` tells it, as soon as they come.

    It begins with the first event: what is raised before it is raised here. What is raised later,
    and the end of the service, is sent as ``failed`` tells a problem document, and is the last that
    is sent. When the client hangs up, the events are cancelled.
    """
    pump = _Pump(events)
    try:
        first = await unless_gone(pump.next(), request)
    except BaseException:
        pump.stop()
        raise
    if isinstance(first, Response):
        pump.stop()
        return first
    return _Streamed(pump, first, write, failed)


class _Pump(Generic[T]):
    """Takes events out of a generator in one task of its own.

    What is peeked at and what is sent is waited for in two tasks, and a generator may hold what
    belongs to the task that began it.
    """

    def __init__(self, events: AsyncGenerator[T]) -> None:
        self._queue: asyncio.Queue[T | Exception | None] = asyncio.Queue()
        self._task = asyncio.create_task(self._pull(events))

    async def next(self) -> T | None:
        """The next event, None after the last. Raises what the generator raises."""
        event = await self._queue.get()
        if isinstance(event, Exception):
            raise event
        return event

    def stop(self) -> None:
        """Cancel what makes the events."""
        self._task.cancel()

    async def _pull(self, events: AsyncGenerator[T]) -> None:
        last: Exception | None = None
        try:
            async with aclosing(events):
                async for event in events:
                    self._queue.put_nowait(event)
        except Exception as error:  # noqa: BLE001 raised again by ``next``
            last = error
        self._queue.put_nowait(last)


class _Streamed(EventSourceResponse, Generic[T]):
    """Sends the events of a pump. It goes on while the service ends, until that cancels it."""

    def __init__(
        self,
        pump: _Pump[T],
        first: T | None,
        write: Callable[[T], Iterable[ServerSentEvent]],
        failed: Callable[[dict[str, Any]], Iterable[ServerSentEvent]],
    ) -> None:
        self._pump, self._write, self._failed = pump, write, failed
        # The grace of ``api.serve`` is for all requests alike, so there is no other one here.
        super().__init__(
            self._lines(first), ping=PING_SECONDS, sep="\n", shutdown_grace_period=math.inf
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send all of it, with an event that says so when the service ends before."""
        try:
            await super().__call__(scope, receive, send)
        except asyncio.CancelledError:
            if self.active:
                told = self._failed(problems.document(503, detail=STOPPING))
                body = b"".join(each.encode() for each in told)
                await send({"type": "http.response.body", "body": body, "more_body": False})
        finally:
            self._pump.stop()

    async def _lines(self, first: T | None) -> AsyncGenerator[ServerSentEvent]:
        event = first
        failure: dict[str, Any] | None = None
        try:
            while event is not None:
                for each in self._write(event):
                    yield each
                event = await self._pump.next()
        except DatelineError as error:
            failure = problems.told(error)
        except Exception:
            logging.getLogger("dateline").exception("a fault in the middle of a stream")
            failure = problems.fault()
        if failure is not None:
            for each in self._failed(failure):
                yield each


async def _gone(request: Request) -> None:
    """Returns when the client has closed the connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
