"""SIGKILL at any time: what was acknowledged is there, nothing is half there, the index fits."""

import multiprocessing
import random
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.killed import State, work

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.killed"])
_PATIENCE = 120.0


class Victim:
    """A process at work, and what it said until it was killed."""

    def __init__(self, data: Path, seed: int) -> None:
        self._mine, theirs = PROCESSES.Pipe(duplex=False)
        self._process = PROCESSES.Process(target=work, args=(data, seed, theirs))
        self._process.start()
        theirs.close()
        self.said: list[tuple[str, Any]] = []

    def listen_until(self, *what: str) -> float:
        """Until it says one of these; returns how many seconds that took."""
        began = time.monotonic()
        while True:
            assert self._mine.poll(_PATIENCE), "it hangs"
            self.said.append(self._receive())
            if self.said[-1][0] in what:
                return time.monotonic() - began

    def kill(self, *, after: float) -> None:
        self._process.join(after)
        assert self._process.exitcode is None, "it ended by itself"
        self._process.kill()
        self._process.join()
        try:
            while True:
                self.said.append(self._mine.recv())
        except EOFError:
            self._mine.close()
            self._process.close()

    def _receive(self) -> tuple[str, Any]:
        try:
            said: tuple[str, Any] = self._mine.recv()
        except EOFError:
            self._process.join()
            pytest.fail(f"it ended by itself with {self._process.exitcode}")
        return said


@pytest.mark.parametrize("kills", [2, pytest.param(200, marks=pytest.mark.torture)])
def test_kills_lose_nothing_that_was_acknowledged(
    tmp_path: Path, kills: int, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = random.Random(kills)
    known: State = {}
    under_way: State = {}
    ended: Counter[str] = Counter()
    starts: list[float] = []
    acknowledged, step = 0, 1.0
    for turn in range(kills + 1):
        victim = Victim(tmp_path / "data", seed=1000 * kills + turn)
        last = turn == kills
        # Most are killed at work, some while they make good what the one before left.
        if last or rng.random() < 0.85:
            victim.listen_until("seen")
            for _ in range(rng.randrange(1, 4)):
                step = victim.listen_until("done", "rebuilt")
        victim.kill(after=rng.uniform(0, step))
        doing = "starting"
        for doing, given in victim.said:
            if doing == "ready":
                starts.append(given)
            elif doing == "seen":
                assert_kept(known, under_way, given)
                known, under_way = given, {}
            elif doing == "begin":
                under_way = given
            elif doing == "done":
                known = {key: v for key, v in {**known, **given}.items() if v}
                under_way = {}
                acknowledged += 1
        ended[doing] += not last
    assert acknowledged >= kills / 2
    with capsys.disabled():
        print(
            f"\n{kills} kills, {acknowledged} acknowledged steps: 0 lost, 0 half there. Killed in "
            f"a step {ended['begin']}, in a rebuild {ended['rebuild']}, in the start "
            f"{ended['starting'] + ended['ready']}. Ready in {statistics.median(starts):.1f} s, at "
            f"most {max(starts):.1f} s."
        )


def assert_kept(known: State, under_way: State, seen: State) -> None:
    """All that was acknowledged is there; what was under way, as it was or as it was to be."""
    for key in {*known, *seen, *under_way}:
        allowed = {known.get(key, 0)} | ({under_way[key]} if key in under_way else set())
        assert seen.get(key, 0) in allowed, (key, known, under_way, seen)
