"""Whether many streams at once are all sent to their end by one process.

`python -m evals.bench.streams [--streams 200] [--json]`: against the scripted model, half of them
asked as OpenAI's clients ask where the service has that route.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from evals.bench.load import STREAM, at, fill, questions, served
from evals.bench.scripted_model import NAME, ScriptedModel

STREAMS = 200
PAUSE = 0.02
"""Seconds between the pieces of the model's answers, so that all of them are open at once."""

_CHAT = "/v1/chat/completions"


@dataclass(frozen=True)
class Stream:
    """One stream: seconds to its first event and to its end, and why it is not whole."""

    first: float
    took: float
    fault: str | None


async def measure(*, streams: int) -> list[Stream]:
    """Ask all at once."""
    with tempfile.TemporaryDirectory() as folder, ScriptedModel(pause=PAUSE) as model:
        await asyncio.to_thread(fill, Path(folder))
        settings = {
            "DATELINE_MODEL": NAME,
            "DATELINE_BASE_URL": model.url,
            "DATELINE_CONCURRENCY": str(streams),
            "DATELINE_DEADLINE": "300",
        }
        async with served(Path(folder), **settings) as service, service.client() as client:
            paths = (await client.get("/openapi.json")).json()["paths"]
            asked = questions()
            return await asyncio.gather(
                *(
                    _stream(client, asked[n % len(asked)], chat=n % 2 == 1 and _CHAT in paths)
                    for n in range(streams)
                )
            )


async def _stream(client: httpx2.AsyncClient, question: str, *, chat: bool) -> Stream:
    path = "/v1/ask"
    body: dict[str, Any] = {"question": question}
    if chat:
        message = {"role": "user", "content": question}
        path, body = _CHAT, {"model": "dateline", "messages": [message], "stream": True}
    began = time.perf_counter()
    first = None
    lines: list[str] = []
    try:
        async with client.stream("POST", path, json=body, headers={"accept": STREAM}) as reply:
            async for line in reply.aiter_lines():
                first = first or time.perf_counter() - began
                if line.startswith(("event: ", "data: ")):
                    lines.append(line)
            fault = _fault(reply.status_code, lines, chat=chat)
    except httpx2.HTTPError as error:
        fault = f"{type(error).__name__}: {error}"
    return Stream(first or 0.0, time.perf_counter() - began, fault)


def _fault(status: int, lines: list[str], *, chat: bool) -> str | None:
    """What is missing from a whole stream."""
    if status != 200:
        return f"status {status}"
    if chat:
        return None if lines and lines[-1] == "data: [DONE]" else f"ends {lines[-1:]}"
    if lines[-2:-1] != ["event: done"]:
        return f"ends {lines[-2:]}"
    answer: dict[str, Any] = json.loads(lines[-1].removeprefix("data: "))
    return None if answer["text"] else "an empty answer"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a stream is not whole."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.streams", description=__doc__)
    parser.add_argument("--streams", type=int, default=STREAMS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    streams = asyncio.run(measure(streams=given.streams))
    faults = [each.fault for each in streams if each.fault]
    said = {
        "streams": len(streams),
        "whole": len(streams) - len(faults),
        "first_p95": round(at([each.first for each in streams], 0.95), 2),
        "took_p95": round(at([each.took for each in streams], 0.95), 2),
        "fault": faults[0] if faults else None,
    }
    if given.json:
        print(json.dumps(said))
    else:
        print(
            f"{said['whole']} of {said['streams']} streams whole; p95 {said['first_p95']} s to the "
            f"first event, {said['took_p95']} s to the last {said['fault'] or ''}"
        )
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
