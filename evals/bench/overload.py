"""What ten times as many questions as a service can answer do to those that it does answer.

`python -m evals.bench.overload [--seconds 60] [--times 10] [--json]`: the embedded reader and the
seed articles, on this machine, which the bench itself also uses.
"""

import argparse
import asyncio
import itertools
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from evals.bench.load import at, fill, questions, served

REFUSED_MS = 100.0
SLOWER = 2.0
GROWTH = 0.10
BACK_SECONDS = 5.0

_CAPACITY_CLIENTS = 2
_WARM_ASKS = 40


@dataclass
class Seen:
    """Seconds of each request by what became of it; ``faults`` is what should not have been."""

    admitted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """Milliseconds and shares; ``back`` are seconds until a question is as fast as ever again."""

    capacity: float
    offered: float
    admitted: int
    refused: int
    faults: int
    first_fault: str
    unloaded_p95: float
    admitted_p95: float
    refused_p99: float
    growth: float
    back: float

    @property
    def sound(self) -> bool:
        """Whether all of it is as it should be."""
        return (
            self.faults == 0
            and self.refused > 0
            and self.refused_p99 < REFUSED_MS
            and self.admitted_p95 <= SLOWER * self.unloaded_p95
            and self.growth <= GROWTH
            and self.back <= BACK_SECONDS
        )


async def measure(*, seconds: float, times: float) -> Result:
    """Ask one after another, then as fast as it answers, then ``times`` as often."""
    with tempfile.TemporaryDirectory() as folder:
        await asyncio.to_thread(fill, Path(folder))
        async with served(Path(folder)) as service, service.client() as client:
            asked = itertools.cycle(questions())
            alone = Seen()
            await _in_turn(client, asked, _WARM_ASKS, Seen())
            await _in_turn(client, asked, _WARM_ASKS, alone)
            capacity = await _capacity(client, asked, max(2.0, seconds / 10))
            # The memory of a service that has been at work, so that no first use is growth.
            before = service.memory()
            seen = await _flood(client, asked, rate=times * capacity, seconds=seconds)
            back = await _back(client, asked, usual=at(alone.admitted, 0.95))
            faults = [*alone.faults, *seen.faults]
            return Result(
                capacity=capacity,
                offered=times * capacity,
                admitted=len(seen.admitted),
                refused=len(seen.refused),
                faults=len(faults),
                first_fault=faults[0] if faults else "",
                unloaded_p95=at(alone.admitted, 0.95) * 1000,
                admitted_p95=at(seen.admitted, 0.95) * 1000,
                refused_p99=at(seen.refused, 0.99) * 1000,
                growth=service.memory() / before - 1,
                back=back,
            )


async def _ask(client: httpx2.AsyncClient, question: str, seen: Seen) -> None:
    began = time.perf_counter()
    try:
        reply = await client.post("/v1/ask", json={"question": question})
        took = time.perf_counter() - began
        if reply.status_code == 200:
            seen.admitted.append(took)
        elif reply.status_code == 503 and reply.headers["retry-after"] and reply.json()["detail"]:
            seen.refused.append(took)
        else:
            seen.faults.append(f"status {reply.status_code}")
    except (httpx2.HTTPError, KeyError, ValueError) as error:
        seen.faults.append(f"{type(error).__name__}: {error}")


async def _in_turn(
    client: httpx2.AsyncClient, asked: Iterator[str], count: int, seen: Seen
) -> None:
    for _ in range(count):
        await _ask(client, next(asked), seen)


async def _capacity(client: httpx2.AsyncClient, asked: Iterator[str], seconds: float) -> float:
    """Answers a second to a few clients that each ask again as soon as they are answered."""
    seen = Seen()
    ends = time.perf_counter() + seconds

    async def on_and_on() -> None:
        while time.perf_counter() < ends:
            await _ask(client, next(asked), seen)

    await asyncio.gather(*(on_and_on() for _ in range(_CAPACITY_CLIENTS)))
    return len(seen.admitted) / seconds


async def _flood(
    client: httpx2.AsyncClient, asked: Iterator[str], *, rate: float, seconds: float
) -> Seen:
    """Questions at a rate that waits for no answer."""
    seen = Seen()
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            early = began + number / rate - time.perf_counter()
            if early > 0:
                await asyncio.sleep(early)
            group.create_task(_ask(client, next(asked), seen))
    return seen


async def _back(client: httpx2.AsyncClient, asked: Iterator[str], *, usual: float) -> float:
    """Seconds after the flood until three questions in a row are answered as fast as usual."""
    began = time.perf_counter()
    row = 0
    while row < 3 and time.perf_counter() - began < 10 * BACK_SECONDS:
        seen = Seen()
        await _ask(client, next(asked), seen)
        row = row + 1 if seen.admitted and seen.admitted[0] <= SLOWER * usual else 0
    return time.perf_counter() - began


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when something is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.overload", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--times", type=float, default=10)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    result = asyncio.run(measure(seconds=given.seconds, times=given.times))
    if given.json:
        print(json.dumps(vars(result) | {"sound": result.sound}))
        return 0 if result.sound else 1
    print(
        f"{result.capacity:.1f} questions a second can be answered; at {result.offered:.0f} a "
        f"second for {given.seconds:g} s, {result.admitted} were answered and "
        f"{result.refused} refused\n"
        f"refused p99 {result.refused_p99:.0f} ms (under {REFUSED_MS:g})\n"
        f"answered p95 {result.admitted_p95:.0f} ms, unloaded {result.unloaded_p95:.0f} ms: "
        f"{result.admitted_p95 / result.unloaded_p95:.2f} times (at most {SLOWER:g})\n"
        f"memory {result.growth:+.1%} (at most {GROWTH:+.0%}); as fast as ever after "
        f"{result.back:.1f} s (at most {BACK_SECONDS:g})\n"
        f"{result.faults} other replies {result.first_fault}"
    )
    return 0 if result.sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
