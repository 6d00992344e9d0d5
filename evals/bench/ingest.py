"""How much longer an ingest takes than the embedding in it.

``python -m evals.bench.ingest FOLDER [--json]``, FOLDER being the one that holds squad2/. Both are
timed in the same run, since two runs differ more than what is looked for.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.bench.squad import Squad, load
from rag.embed import LocalEmbedder
from rag.engine import Engine
from rag.ingest import ingest
from rag.library import Library
from rag.sources import Source

RUNS = 3


class TimedEmbedder:
    """The shipped embedder; ``seconds`` and ``texts`` are what it has spent, and on how many."""

    def __init__(self, real: LocalEmbedder) -> None:
        self._real = real
        self.name = real.name
        self.dimension = real.dimension
        self.max_tokens = real.max_tokens
        self.seconds = 0.0
        self.texts = 0

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Embed as the real one does."""
        began = time.perf_counter()
        vectors = self._real.embed(texts, progress=progress)
        self.seconds += time.perf_counter() - began
        self.texts += len(texts)
        return vectors

    def count(self, text: str) -> int:
        """Count as the real one does; splitting needs it, so it is no part of embedding."""
        return self._real.count(text)


def main() -> int:
    """Measure and print; exit code 0 also when the folder is absent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--runs", type=int, default=RUNS)
    given = parser.parse_args()
    squad = load(given.folder)
    if squad is None:
        _say(f"Skipped: no squad2/dev-half.json in {given.folder}.")
        return 0
    result = measure(_articles(squad), runs=given.runs)
    _say(json.dumps(result) if given.json else _told(result))
    return 0


def measure(sources: dict[str, list[Source]], *, runs: int) -> dict[str, dict[str, float]]:
    """Seconds of the run with the median ratio, by set of sources."""
    embedder = LocalEmbedder()
    embedder.embed(["The first call loads the model."])
    _ingested(embedder, [Source(content="Warm\n\nThe first call loads the index.\n")])
    table: dict[str, dict[str, float]] = {}
    for name, given in sources.items():
        rows = [_ingested(embedder, given) for _ in range(runs)]
        table[name] = sorted(rows, key=lambda row: row["ratio"])[runs // 2]
    return table


def _ingested(embedder: LocalEmbedder, sources: list[Source]) -> dict[str, float]:
    """Ingest into an empty folder, timed."""
    timed = TimedEmbedder(embedder)
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine(Library(Path(folder)), make_embedder=lambda: timed) as engine,
    ):
        began = time.perf_counter()
        ingest(engine, sources)
        took = time.perf_counter() - began
    return {
        "articles": len(sources),
        "passages": timed.texts,
        "embedding_s": round(timed.seconds, 3),
        "ingest_s": round(took, 3),
        "ratio": round(took / timed.seconds, 3),
    }


def _articles(squad: Squad) -> dict[str, list[Source]]:
    """The paragraphs as one article a title, and as one article a paragraph."""
    titled = [
        Source(content="\n\n".join(text for _, text in group), title=title)
        for title, group in groupby(squad.paragraphs, key=lambda paragraph: paragraph[0])
    ]
    single = [Source(content=text, title=title) for title, text in squad.paragraphs]
    return {"one article a title": titled, "one article a paragraph": single}


def _told(result: dict[str, dict[str, float]]) -> str:
    return "\n".join(
        f"{name}: {r['articles']} articles, {r['passages']} passages; embedding "
        f"{r['embedding_s']} s, ingest {r['ingest_s']} s, ratio {r['ratio']}"
        for name, r in result.items()
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
