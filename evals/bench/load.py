"""A service in a process of its own, with the seed articles, for benches that put load on it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from evals.bench import injection
from rag.embed import shipped
from rag.engine import Engine
from rag.ingest import ingest
from rag.library import Library

PATIENCE = 120.0
"""Seconds after which a service that says nothing is taken for dead."""

STREAM = "text/event-stream"

_NO_LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=None)


@dataclass(frozen=True)
class Service:
    """A service that is ready, and where it is."""

    process: asyncio.subprocess.Process
    url: str

    def client(self) -> httpx2.AsyncClient:
        """A client with as many connections as it takes, and no proxy of the environment."""
        return httpx2.AsyncClient(
            base_url=self.url, limits=_NO_LIMITS, timeout=PATIENCE, trust_env=False
        )

    def memory(self) -> int:
        """Bytes of it that are in memory (Linux)."""
        said = Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii")
        return int(said.split()[1]) * os.sysconf("SC_PAGE_SIZE")


def fill(folder: Path) -> None:
    """Ingest the seed articles."""
    with Engine(Library(folder), make_embedder=shipped) as engine:
        ingest(engine, [injection.SEEDS])


def questions() -> list[str]:
    """Questions about them."""
    return [host.question for host in injection.hosts()]


@asynccontextmanager
async def served(folder: Path, **settings: str) -> AsyncIterator[Service]:
    """`dateline serve` on a free port; ``settings`` are further variables. Killed if it stays."""
    port = await _free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("dateline"),
        *("--data", folder, "serve", "--port", str(port)),
        env=kept | settings,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
        if f":{port}/docs" not in line.decode():
            raise RuntimeError(f"The service did not start: it said {line!r}.")
        yield Service(process, f"http://127.0.0.1:{port}")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def at(values: Sequence[float], share: float) -> float:
    """The value that this share of them does not exceed; 0 when there is none."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


async def _free_port() -> int:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with server:
        port: int = server.sockets[0].getsockname()[1]
        return port
