"""`dateline mcp`: the MCP server over stdin and stdout, on the data folder."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import anyio

from api.deps import MAIN, named
from api.mcp_server import Access, mcp_server
from rag.engine import Engine
from rag.settings import Settings
from rag.wiring import open_engine


def serve(settings: Settings, *, base: str | None) -> None:
    """Answer until stdin ends. ``base`` is the address of the service, when it runs.

    No lock is held: others may add articles meanwhile. Raises what ``open_engine`` raises when a
    library cannot be opened.
    """
    folders = {MAIN: settings.data, **(settings.collections or {})}
    kept = {
        name: _Kept(settings.model_copy(update={"data": folder}))
        for name, folder in folders.items()
    }
    access = Access(
        collections=tuple(kept),
        opened=lambda name: named(kept, name).opened(),
        turn=nullcontext,
        base=lambda _: settings.public_url or base,
    )

    async def answer() -> None:
        try:
            await mcp_server(access).run_stdio_async()
        finally:
            for each in kept.values():
                await each.close()

    # The thread that reads stdin would keep Ctrl-C waiting for its next line. Nothing is lost.
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        anyio.run(answer)
    finally:
        signal.signal(signal.SIGINT, before)


class _Kept:
    """An engine that is opened anew once its index was told something.

    Chroma does not see all that another process adds to an index that it has open. All calls share
    the engine: were two opened at once, each would take the index that the other is opening for
    damaged. It is never changed while a call uses it.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._changing = asyncio.Lock()
        self._using = 0
        self._open()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Engine]:
        """The engine, for as long as the block runs."""
        async with self._changing:
            if not self._using:
                await self._renew()
            self._using += 1
        try:
            yield self._engine
        finally:
            self._using -= 1

    async def close(self) -> None:
        """Let go of the files, and of the model's server."""
        if self._engine.answering is not None:
            await self._engine.answering.model.close()
        await asyncio.to_thread(self._engine.close)

    def _open(self) -> None:
        self._engine: Engine = open_engine(self._settings)
        self._told = self._engine.library.last_told

    async def _renew(self) -> None:
        library = self._engine.library
        if await asyncio.to_thread(lambda: library.last_told) != self._told:
            await self.close()
            await asyncio.to_thread(self._open)
