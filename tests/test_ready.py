"""How soon a library of ten thousand passages can be asked, after a clean end and after a crash."""

import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from tests.made_vectors import clustered, opened, put

SECONDS = 10


def crash(data: Path) -> None:
    """Write an article and be killed before the index is told of it, its files left unsealed."""
    with opened(data, dimension=384) as engine:
        engine.catch_up()
        put(engine, 10_001, clustered(np.random.default_rng(3), 10, dimension=384))
        engine._break_seal()
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.torture
@pytest.mark.parametrize("killed", [False, True], ids=["after a clean end", "after a kill"])
def test_ten_thousand_passages_are_soon_ready(tmp_path: Path, killed: bool) -> None:
    rng = np.random.default_rng(2)
    with opened(tmp_path, dimension=384) as engine:
        for number in range(1_000):
            put(engine, number, clustered(rng, 10, dimension=384))
        engine.catch_up()
    if killed:
        child = multiprocessing.get_context("spawn").Process(target=crash, args=(tmp_path,))
        child.start()
        child.join()
        assert child.exitcode == -signal.SIGKILL
    began = time.perf_counter()
    with opened(tmp_path, dimension=384) as engine:
        found = engine.index.count()
    took = time.perf_counter() - began
    print(f"\n{found:,} passages ready in {took:.1f} s")
    assert found == 10_000 + 10 * killed
    assert took < SECONDS
