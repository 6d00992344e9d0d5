"""Whether a service that is told to end under load drops a request.

`python -m evals.bench.shutdown [--times 50] [--json]`: clients ask without a pause, as JSON and as
streams, and go away as a load balancer has them do: when /readyz says 503, or a response says
`Connection: close`.
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from evals.bench.load import STREAM, Service, at, fill, questions, served
from evals.bench.scripted_model import NAME, ScriptedModel

TIMES = 50
CLIENTS = 8
ENDS_SECONDS = 30.0
UNREADY_SECONDS = 1.0

_LONGEST = 1.5
"""Seconds at most that it is under load before the signal."""


@dataclass(frozen=True)
class End:
    """One end: requests answered and dropped, seconds until not ready and until gone.

    ``turned_away`` are those that found no one listening any more: nothing of them was taken.
    """

    answered: int
    dropped: tuple[str, ...]
    turned_away: int
    unready: float
    took: float
    code: int

    @property
    def sound(self) -> bool:
        """Whether it is as it should be."""
        in_time = self.unready <= UNREADY_SECONDS and self.took <= ENDS_SECONDS
        return not self.dropped and in_time and self.code == 0 and self.answered >= CLIENTS


async def measure(*, times: int, seed: int = 1) -> list[End]:
    """Start, load and end it so often."""
    rng = random.Random(seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as folder, ScriptedModel(pause=0.005) as model:
        await asyncio.to_thread(fill, Path(folder))
        settings = {"DATELINE_MODEL": NAME, "DATELINE_BASE_URL": model.url}
        ends = []
        for _ in range(times):
            async with served(Path(folder), **settings) as service:
                ends.append(await _end(service, after=rng.uniform(0, _LONGEST)))
        return ends


async def _end(service: Service, *, after: float) -> End:
    asked = questions()
    answered: list[str] = []
    dropped: list[str] = []
    turned_away: list[str] = []
    told = False
    loaded, leaving = asyncio.Event(), asyncio.Event()

    async def on_and_on(number: int) -> None:
        kind = STREAM if number % 2 else "application/json"
        async with service.client() as client:
            while not leaving.is_set():
                question = asked[(number + len(answered)) % len(asked)]
                try:
                    reply = await client.post(
                        "/v1/ask", json={"question": question}, headers={"accept": kind}
                    )
                except httpx2.HTTPError as error:
                    late = told and isinstance(error, httpx2.ConnectError)
                    (turned_away if late else dropped).append(f"{type(error).__name__}: {error}")
                    return
                if reply.status_code != 200 or (kind == STREAM and "event: done" not in reply.text):
                    dropped.append(f"{reply.status_code}: {reply.text[-200:]}")
                answered.append(question)
                if len(answered) >= CLIENTS:
                    loaded.set()
                if reply.headers.get("connection") == "close":
                    return

    clients = [asyncio.create_task(on_and_on(number)) for number in range(CLIENTS)]
    await loaded.wait()
    await asyncio.sleep(after)
    async with service.client() as client:
        await client.get("/readyz")
        told = True
        service.process.terminate()
        began = time.perf_counter()
        unready = await _unready(client) - began
    leaving.set()
    code = await asyncio.wait_for(service.process.wait(), 2 * ENDS_SECONDS)
    took = time.perf_counter() - began
    await asyncio.gather(*clients)
    return End(len(answered), tuple(dropped), len(turned_away), unready, took, code)


async def _unready(client: httpx2.AsyncClient) -> float:
    """When /readyz said 503, or nothing listened any more."""
    with suppress(httpx2.HTTPError):
        while (await client.get("/readyz")).status_code == 200:
            pass
    return time.perf_counter()


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when one end was not sound."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.shutdown", description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    ends = asyncio.run(measure(times=given.times))
    sound = sum(end.sound for end in ends)
    dropped = [why for end in ends for why in end.dropped]
    said = {
        "ends": len(ends),
        "sound": sound,
        "answered": sum(end.answered for end in ends),
        "dropped": len(dropped),
        "turned_away": sum(end.turned_away for end in ends),
        "first": dropped[0] if dropped else None,
        "unready_most": round(max(end.unready for end in ends), 2),
        "took_p95": round(at([end.took for end in ends], 0.95), 2),
    }
    if given.json:
        print(json.dumps(said))
    else:
        print(
            f"{sound} of {len(ends)} ends sound; {said['answered']} requests answered, "
            f"{len(dropped)} dropped, {said['turned_away']} came when it was gone; not ready after "
            f"{said['unready_most']} s at most, gone after {said['took_p95']} s (p95) "
            f"{said['first'] or ''}"
        )
    return 0 if sound == len(ends) else 1


if __name__ == "__main__":
    raise SystemExit(main())
