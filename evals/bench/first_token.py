"""What our code adds to the openai client's own time to the first token, in milliseconds.

`python -m evals.bench.first_token [--runs 60] [--json]`: both ask the same server for the same
answer, in turns, on one event loop. Ours is timed from the end of the search.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI

from evals.bench import injection
from evals.bench.scripted_model import NAME, ScriptedModel
from rag import retrieve
from rag.ask import FOR_MODEL, events
from rag.embed import shipped
from rag.engine import Answering, Engine
from rag.ingest import ingest
from rag.library import Library
from rag.model import Model
from rag.types import Retrieved, Token

RUNS = 60
MOST = 5.0
"""Milliseconds by which the medians may differ."""

QUESTIONS = 10


@dataclass(frozen=True)
class Result:
    """Medians in milliseconds: to the first token, and of the difference in each ``pair``.

    ``prepared`` is what we do between the search and the event that tells what was found: the gate
    and the prompt. It is no part of ``ours``.
    """

    runs: int
    client: float
    ours: float
    pair: float
    client_p95: float
    ours_p95: float
    prepared: float

    @property
    def added(self) -> float:
        """What is held against MOST: all that we do after the search, over the client's time."""
        return self.prepared + self.ours - self.client


@dataclass(frozen=True)
class Timed:
    """One question to us: milliseconds until what was found is told, and from there to a token."""

    found: float
    token: float


def measure(*, runs: int) -> Result:
    """Ask ``runs`` times each, over a few questions about the seeds, after a warm-up of all."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ScriptedModel("honest") as server,
        Engine(
            Library(Path(folder)),
            make_embedder=shipped,
            answering=Answering(model=Model(name=NAME, base_url=server.url)),
        ) as engine,
    ):
        ingest(engine, [injection.SEEDS])
        return asyncio.run(_measured(engine, server, runs))


async def _measured(engine: Engine, server: ScriptedModel, runs: int) -> Result:
    assert engine.answering is not None
    client = AsyncOpenAI(api_key="none", base_url=server.url)
    asked = await _warmed(engine, server, client)
    ours: list[Timed] = []
    theirs: list[float] = []
    searches: list[float] = []
    for run in range(runs):
        question, body = asked[run % len(asked)]
        searches.append(await _search(engine, question))
        # Who goes first changes, so that neither always finds the server's thread awake.
        for turn in (0, 1):
            if (run + turn) % 2:
                timed = await _ours(engine, question)
                assert timed is not None
                ours.append(timed)
            else:
                theirs.append(await _theirs(client, body))
    await client.close()
    await engine.answering.model.close()
    tokens = [timed.token for timed in ours]
    return Result(
        runs=runs,
        client=statistics.median(theirs),
        ours=statistics.median(tokens),
        pair=statistics.median(a - b for a, b in zip(tokens, theirs, strict=True)),
        client_p95=_p95(theirs),
        ours_p95=_p95(tokens),
        prepared=statistics.median(a.found - b for a, b in zip(ours, searches, strict=True)),
    )


async def _warmed(
    engine: Engine, server: ScriptedModel, client: AsyncOpenAI
) -> list[tuple[str, dict[str, Any]]]:
    """The first questions that get a token, each asked both ways, with the request we made."""
    asked: list[tuple[str, dict[str, Any]]] = []
    for host in injection.hosts():
        server.requests.clear()
        if await _ours(engine, host.question) is not None:
            asked.append((host.question, server.requests[0]))
            await _theirs(client, server.requests[0])
        if len(asked) == QUESTIONS:
            break
    return asked


async def _search(engine: Engine, question: str) -> float:
    began = time.perf_counter()
    await asyncio.to_thread(retrieve.search, engine, question, limit=FOR_MODEL)
    return (time.perf_counter() - began) * 1000


async def _ours(engine: Engine, question: str) -> Timed | None:
    """The two times; None when no token came. All events are read, to keep the connection."""
    timed = None
    began = found = time.perf_counter()
    async for event in events(engine, question):
        if isinstance(event, Retrieved):
            found = time.perf_counter()
        elif isinstance(event, Token) and timed is None:
            timed = Timed((found - began) * 1000, (time.perf_counter() - found) * 1000)
    return timed


async def _theirs(client: AsyncOpenAI, body: dict[str, Any]) -> float:
    """From the call to the first delta with text; the rest is read, to keep the connection."""
    took = None
    began = time.perf_counter()
    async for chunk in await client.chat.completions.create(**body):
        if took is None and chunk.choices and chunk.choices[0].delta.content:
            took = (time.perf_counter() - began) * 1000
    assert took is not None
    return took


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when MOST milliseconds or more are added."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.first_token", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    result = measure(runs=given.runs)
    rounded = {name: round(value, 3) for name, value in vars(result).items()}
    if given.json:
        print(json.dumps({**rounded, "added": round(result.added, 3), "most": MOST}))
    else:
        print(
            f"to the first token, {result.runs} runs each: openai client {result.client:.2f} ms "
            f"(p95 {result.client_p95:.2f}); ours {result.ours:.2f} ms (p95 {result.ours_p95:.2f}, "
            f"median of the pairs {result.pair:+.2f}) and {result.prepared:.2f} ms for gate and "
            f"prompt; added {result.added:.2f} ms, may be {MOST:g}"
        )
    return 0 if result.added < MOST else 1


if __name__ == "__main__":
    raise SystemExit(main())
