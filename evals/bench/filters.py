"""How much longer a search takes when it is narrowed by publisher and date.

``python -m evals.bench.filters [--passages N] [--json] [--data FOLDER]`` fills a library with N
made passages (100,000) and searches it with and without each filter, in turn. With ``--data`` it is
filled once and found there again. Exit code 1 when a filter takes more than twice as long.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from evals.bench.made import DAYS, FIRST_DAY, MadeEmbedder, fill, vocabulary
from rag import retrieve
from rag.engine import Engine
from rag.library import Library
from rag.question import content_words
from rag.types import NO_FILTERS, Filters

PASSAGES = 100_000
MOST = 2.0
"""Times the unfiltered search."""

_QUESTIONS = 40
_LIMIT = 8
_DEPTH = 50


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; exit code 1 when a filter costs too much."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.filters", description=__doc__)
    parser.add_argument("--passages", type=int, default=PASSAGES)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--data", type=Path)
    given = parser.parse_args(argv)
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine(Library(given.data or Path(folder)), make_embedder=MadeEmbedder) as engine,
    ):
        if engine.library.counts().passages != given.passages:
            fill(engine, given.passages)
        table = measure(engine)
    print(json.dumps(table) if given.json else told(table))
    return 0 if all(row["ratio"] <= MOST for row in table.values()) else 1


def filters() -> dict[str, Filters]:
    """What is measured, by name; the shares are of the dated passages."""

    def newest(share: float) -> date:
        return FIRST_DAY + timedelta(days=round(DAYS * (1 - share)))

    middle = FIRST_DAY + timedelta(days=DAYS // 2)
    return {
        "until, all": Filters(until=newest(0)),
        "since, 50 %": Filters(since=newest(0.5)),
        "since, 10 %": Filters(since=newest(0.1)),
        "since, 1 %": Filters(since=newest(0.01)),
        "since, 0.1 %": Filters(since=newest(0.001)),
        "publisher": Filters(publisher="Paper 7"),
        "since and until": Filters(since=middle, until=middle + timedelta(days=300)),
        "publisher, since, until": Filters(
            publisher="Paper 7", since=middle, until=middle + timedelta(days=300)
        ),
    }


def measure(engine: Engine) -> dict[str, dict[str, float]]:
    """p50 in milliseconds with and without each filter, of all and of its two halves.

    ``ratio`` is that of the whole search. ``first_ms`` is the first search under the filter.
    """
    chance, known = random.Random(3), vocabulary()  # noqa: S311
    questions = [" ".join(known.some(chance, 5)) for _ in range(_QUESTIONS)]
    retrieve.search(engine, questions[0], limit=_LIMIT)
    return {name: _row(engine, questions, narrow) for name, narrow in filters().items()}


def _row(engine: Engine, questions: Sequence[str], narrow: Filters) -> dict[str, float]:
    def whole(question: str, filters: Filters) -> object:
        return retrieve.search(engine, question, filters=filters, limit=_LIMIT)

    def dense(question: str, filters: Filters) -> object:
        vector = engine.embedder.embed([question])[0]
        return engine.nearest(vector, limit=_DEPTH, filters=filters)

    def keyword(question: str, filters: Filters) -> object:
        terms = content_words(question)
        return engine.library.keyword(terms, limit=_DEPTH, filters=filters)

    first = _took(lambda: whole(questions[0], narrow))
    plain, narrowed = _p50(questions, whole, narrow)
    row = {"plain_ms": plain, "ms": narrowed, "ratio": narrowed / plain, "first_ms": first}
    for name, work in {"dense": dense, "keyword": keyword}.items():
        plain, narrowed = _p50(questions, work, narrow)
        row |= {f"{name}_plain_ms": plain, f"{name}_ms": narrowed}
    return {key: round(value, 2) for key, value in row.items()}


def _p50(
    questions: Sequence[str], work: Callable[[str, Filters], object], narrow: Filters
) -> tuple[float, float]:
    """Without the filter and with it, in turn: what else the machine does falls on both."""
    seconds: list[tuple[float, float]] = [
        (
            _took(partial(work, question, NO_FILTERS)),
            _took(partial(work, question, narrow)),
        )
        for question in questions
    ]
    plain, narrowed = zip(*seconds, strict=True)
    return statistics.median(plain), statistics.median(narrowed)


def _took(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    work()
    return 1_000 * (time.perf_counter() - began)


def told(table: dict[str, dict[str, float]]) -> str:
    """A line for each filter."""
    return "\n".join(
        f"{name:24s} {row['ms']:7.1f} ms, {row['ratio']:5.2f} times the {row['plain_ms']:.1f} ms "
        f"without (dense {row['dense_ms']:.1f} and {row['dense_plain_ms']:.1f}, keyword "
        f"{row['keyword_ms']:.1f} and {row['keyword_plain_ms']:.1f}; first {row['first_ms']:.0f})"
        for name, row in table.items()
    )


if __name__ == "__main__":
    sys.exit(main())
