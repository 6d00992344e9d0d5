"""How many questions and searches are answered at once: the rest wait a moment, or are refused.

A request that is refused at once costs next to nothing, and one that is let in is answered about
as fast as ever; both would be lost were all of them begun. uvicorn's own limit counts connections.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, Request

from rag.errors import Overloaded
from rag.settings import Settings

BY_READER = 2
"""Questions that the embedded reader answers at once; it computes all the time."""

BY_MODEL = 32
"""Questions at once when a model answers, most of the time of which is spent waiting for it."""

PATIENCE = 2.0
"""Seconds that a question waits for its turn."""

_RETRY_SECONDS = 1.0


class Admission:
    """Lets ``at_once`` questions in; as many as half of them (1 at least) wait their turn."""

    def __init__(self, at_once: int, *, patience: float = PATIENCE) -> None:
        self.at_once = at_once
        self.asking = 0
        self.waiting = 0
        self.refused = 0
        self._most_waiting = max(1, at_once // 2)
        self._patience = patience
        self._places = asyncio.Semaphore(at_once)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """One of the places, for as long as the block runs. Raises Overloaded."""
        await self._wait()
        self.asking += 1
        try:
            yield
        finally:
            self.asking -= 1
            self._places.release()

    async def _wait(self) -> None:
        if not self._places.locked():
            await self._places.acquire()  # without giving up the turn
            return
        if self.waiting >= self._most_waiting:
            raise self._full()
        self.waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError:
            raise self._full() from None
        finally:
            self.waiting -= 1

    def _full(self) -> Overloaded:
        self.refused += 1
        return Overloaded(
            f"{self.at_once} questions are being answered. Nothing was asked; ask again in a "
            "moment, or raise DATELINE_CONCURRENCY.",
            retry_after=_RETRY_SECONDS,
        )


def admission_for(settings: Settings) -> Admission:
    """As the settings say, or else by what answers."""
    return Admission(settings.concurrency or (BY_MODEL if settings.model else BY_READER))


async def _place(request: Request) -> AsyncIterator[None]:
    admission: Admission = request.app.state.admission
    async with admission.place():
        yield


IN_TURN = Depends(_place)
"""For the routes that answer questions, after ``needs``: a place is held until all is sent."""
