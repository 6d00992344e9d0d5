"""`dateline mcp`: the MCP server over stdin and stdout, on the data folder."""

import asyncio
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

    A call opens the library and closes it again, as a command does: so it sees what others have
    added, and holds no lock. Raises what ``open_engine`` raises when a library cannot be opened.
    """
    folders = {MAIN: settings.data, **(settings.collections or {})}
    for folder in folders.values():
        open_engine(settings.model_copy(update={"data": folder})).close()

    @asynccontextmanager
    async def opened(name: str) -> AsyncIterator[Engine]:
        own = settings.model_copy(update={"data": named(folders, name)})
        engine = await asyncio.to_thread(open_engine, own)
        try:
            yield engine
        finally:
            if engine.answering is not None:
                await engine.answering.model.close()
            engine.close()

    access = Access(
        collections=tuple(folders),
        opened=opened,
        turn=nullcontext,
        base=lambda _: settings.public_url or base,
    )
    anyio.run(mcp_server(access).run_stdio_async)
