"""Whether the fused search finds the right paragraph more often than either of its two halves.

`python -m evals.bench.retrieval FOLDER [--json]`: FOLDER holds `squad2/dev-half.json`; its
answerable questions are searched for in all of its paragraphs.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.progress import track

from evals.bench.squad import Asked, Squad, fill, load, source_of
from rag import retrieve
from rag.engine import Engine
from rag.question import content_words
from rag.settings import Settings
from rag.wiring import open_engine

_DEPTH = 10
_WAYS = ("dense", "keyword", "fused")


def ranks(engine: Engine, asked: Asked) -> dict[str, int | None]:
    """The rank of the right paragraph from 0, for each way of searching; None past the tenth."""
    vector = engine.embedder.embed([asked.question])[0]
    terms = content_words(asked.question)
    found = {
        "dense": [id for id, _ in engine.index.search(vector, limit=_DEPTH)],
        "keyword": [id for id, _ in engine.library.keyword(terms, limit=_DEPTH)],
        "fused": [e.passage.id for e in retrieve.search(engine, asked.question, limit=_DEPTH)],
    }
    passages = engine.library.passages({id for ids in found.values() for id in ids})
    articles = engine.library.articles({passage.article_id for passage in passages.values()})
    right = source_of(asked.paragraph)
    where: dict[str, int | None] = {}
    for way, ids in found.items():
        sources = dict.fromkeys(articles[passages[id].article_id].source for id in ids)
        where[way] = next((rank for rank, source in enumerate(sources) if source == right), None)
    return where


def measure(engine: Engine, squad: Squad, *, quiet: bool) -> dict[str, dict[str, float]]:
    """hit@1, hit@5, hit@10 and MRR of each way, for each half."""
    table: dict[str, dict[str, float]] = {}
    for half in ("dev", "test"):
        asked = [one for one in squad.asked if one.half == half and one.answers]
        seen = [ranks(engine, one) for one in track(asked, description=half, disable=quiet)]
        for way in _WAYS:
            at = [one[way] for one in seen]
            hits = {
                f"hit@{k}": sum(rank is not None and rank < k for rank in at) / len(at)
                for k in (1, 5, 10)
            }
            mrr = sum(1 / (1 + rank) for rank in at if rank is not None) / len(at)
            table[f"{half} {way}"] = {"questions": len(at), **hits, "mrr": mrr}
    return table


def main(argv: Sequence[str] | None = None) -> int:
    """Run the measurement; exit code 0, also when FOLDER has no such set."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.retrieval", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    squad = load(given.folder)
    if squad is None:
        print(f"skipped: no squad2/dev-half.json in {given.folder}", file=sys.stderr)
        return 0
    with (
        tempfile.TemporaryDirectory() as folder,
        open_engine(Settings(data=Path(folder))) as engine,
    ):
        fill(engine, squad)
        table = measure(engine, squad, quiet=not sys.stderr.isatty())
    if given.json:
        print(json.dumps(table))
        return 0
    for name, row in table.items():
        print(f"{name:14s}", "  ".join(f"{key} {value:.3f}" for key, value in row.items()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
