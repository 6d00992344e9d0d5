"""The audit: what it tells of an index that is not what the library says, and after much churn."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from rag.audit import Audit
from rag.engine import Engine
from rag.errors import LibraryBusy
from tests.made_vectors import clustered, opened, put


def test_it_tells_what_is_missing_strange_altered_and_unreachable(tmp_path: Path) -> None:
    with opened(tmp_path) as engine:
        put(engine, 1, clustered(np.random.default_rng(1), 20))
        engine.catch_up()
        told, untold = engine.library.told()
        assert (len(told), untold) == (20, set())
        assert engine.audit() == Audit(20, 20)
        rows = engine.library.passage_vectors(told[:3])
        strange = clustered(np.random.default_rng(2), 1)[0]
        engine.index.delete(told[:3])
        engine.index.upsert(
            [
                replace(rows[0], passage_id=999, vector=strange),
                replace(rows[1], publisher="Tide"),
                replace(rows[2], vector=-rows[2].vector),
            ]
        )
        assert engine.audit() == Audit(20, 19, missing=1, strange=1, altered=2, unreachable=1)
        assert "1 not found by their own vector" in str(engine.audit())


def test_what_the_index_was_not_told_yet_is_left_out(tmp_path: Path) -> None:
    with opened(tmp_path) as engine:
        gone = put(engine, 1, clustered(np.random.default_rng(1), 5))
        put(engine, 2, clustered(np.random.default_rng(2), 5))
        engine.catch_up()
        assert engine.index.count() == 10
        engine.library.delete(gone)
        put(engine, 3, clustered(np.random.default_rng(3), 5))
        assert engine.audit() == Audit(5, 5)


def test_some_are_looked_for_where_all_would_take_too_long(tmp_path: Path) -> None:
    with opened(tmp_path) as engine:
        put(engine, 1, clustered(np.random.default_rng(1), 300))
        engine.catch_up()
        seen: list[tuple[int, int]] = []
        found = engine.audit(most=100, progress=lambda *at: seen.append(at))
        assert found == Audit(300, 100)
        assert seen[-1] == (300, 300)


def test_copies_of_one_teaser_hide_none_of_each_other(tmp_path: Path) -> None:
    with opened(tmp_path) as engine:
        one = clustered(np.random.default_rng(1), 1)
        put(engine, 1, np.repeat(one, 30, axis=0))
        put(engine, 2, clustered(np.random.default_rng(2), 30))
        engine.catch_up()
        assert engine.audit() == Audit(60, 60)


def test_it_is_not_done_while_another_writes(tmp_path: Path) -> None:
    with opened(tmp_path) as engine, opened(tmp_path) as other:
        put(engine, 1, clustered(np.random.default_rng(1), 5))
        engine.catch_up()
        with other.writing(), pytest.raises(LibraryBusy):
            engine.audit()


@pytest.mark.parametrize(
    ("passages", "dimension", "noise"),
    [
        (1_000, 64, 0.5),
        pytest.param(4_000, 384, 0.5, marks=pytest.mark.torture),
        pytest.param(4_000, 384, 0.15, marks=pytest.mark.torture),
        pytest.param(8_000, 384, 0.6, marks=pytest.mark.torture),
    ],
)
def test_every_passage_is_found_after_six_rounds_of_churn(
    tmp_path: Path, passages: int, dimension: int, noise: float
) -> None:
    rng = np.random.default_rng(passages)
    numbers = count()

    def add(engine: Engine, articles: int) -> list[str]:
        made = clustered(rng, articles * 10, dimension=dimension, noise=noise)
        stored = [put(engine, next(numbers), own) for own in np.split(made, articles)]
        engine.catch_up()
        return stored

    dropped, generations = 0, set()
    with opened(tmp_path, dimension=dimension) as engine:
        live = add(engine, passages // 10)
        for _ in range(6):
            rng.shuffle(live)
            half = len(live) // 2
            for at in range(0, half, 20):
                engine.library.delete(*live[at : min(at + 20, half)])
                engine.catch_up()
            dropped += half * 10
            live = live[half:] + add(engine, passages // 30)
            found = engine.audit()
            assert found == Audit(len(live) * 10, len(live) * 10)
            generations.add(engine.library.generation)
    print(
        f"\n{passages} passages, 6 rounds, {dropped} dropped: 0 unreachable; "
        f"made anew {len(generations) - 1} times"
    )
    assert len(generations) > 1
