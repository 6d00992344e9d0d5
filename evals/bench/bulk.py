"""Many articles through one ingest: how much memory grows, and what doing it again costs.

``python -m evals.bench.bulk [--articles N] [--json]`` writes N articles as JSON Lines, made of the
seeds' sentences with figures of their own, and ingests the file into an empty library, twice.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import time
from pathlib import Path

from evals.bench.ingest import TimedEmbedder
from rag.embed import LocalEmbedder
from rag.engine import Engine
from rag.ingest import Progress, ingest
from rag.library import Library
from rag.page import parse
from rag.sources import Source
from rag.types import Label

ARTICLES = 10_000
MOST_GROWTH = 300
"""Megabytes of resident memory, from before the first article to the highest after it."""

_SEEDS = Path(__file__).parents[2] / "seeds" / "articles"
_WARM = 20


def main() -> int:
    """Measure and print; exit code 1 when memory grows too much or doing it again embeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "articles.jsonl"
        write(file, given.articles)
        result = measure(file, Path(folder) / "data")
    sys.stdout.write(f"{json.dumps(result) if given.json else told(result)}\n")
    return 0 if result["growth_mb"] < MOST_GROWTH and not result["embedded_again"] else 1


def write(file: Path, count: int) -> None:
    """Articles of one to three sentences of the seeds, each with a town and figures of its own."""
    chance = random.Random(0)  # noqa: S311
    pages = [parse(path.read_text(encoding="utf-8")) for path in sorted(_SEEDS.iterdir())]
    sentences = [
        page.text[line.start : line.end]
        for page in pages
        for line in page.lines
        if line.label is Label.BODY and 60 < line.end - line.start < 400
    ]
    with file.open("w", encoding="utf-8") as lines:
        for number in range(count):
            some = " ".join(chance.sample(sentences, 2))
            text = re.sub(r"\d+", lambda _: str(chance.randint(2, 9_999)), some)
            record = {
                "url": f"https://county.example/{number}",
                "title": f"What the council of borough {number} decided",
                "publisher": f"County Paper {number % 40}",
                "published": f"2026-{1 + number % 9:02}-{1 + number % 28:02}",
                "text": f"{text} So it was told in borough {number}.",
            }
            lines.write(json.dumps(record) + "\n")


def measure(file: Path, data: Path) -> dict[str, float]:
    """Seconds and megabytes of the first ingest, and seconds of the second."""
    timed = TimedEmbedder(LocalEmbedder())
    highest = 0.0

    def watch(_: Progress) -> None:
        nonlocal highest
        highest = max(highest, resident())

    with Engine(Library(data), make_embedder=lambda: timed) as engine:
        warm = [
            Source(content=f"Warm\\n\\nCall number {n} loads all there is to load.\\n")
            for n in range(_WARM)
        ]
        ingest(engine, warm)
        before, embedding = resident(), timed.seconds
        began = time.perf_counter()
        first = ingest(engine, [file], progress=watch)
        took = time.perf_counter() - began
        embedding, texts = timed.seconds - embedding, timed.texts
        began = time.perf_counter()
        second = ingest(engine, [file], progress=watch)
        again = time.perf_counter() - began
        passages = engine.library.counts().passages
    return {
        "articles": first.new,
        "passages": passages,
        "ingest_s": round(took, 1),
        "embedding_s": round(embedding, 1),
        "ratio": round(took / embedding, 3),
        "growth_mb": round(highest - before, 1),
        "unchanged": second.unchanged,
        "again_s": round(again, 1),
        "embedded_again": timed.texts - texts,
    }


def resident() -> float:
    """Resident memory of this process in megabytes, from /proc (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024


def told(result: dict[str, float]) -> str:
    """The figures in words."""
    return (
        f"{result['articles']:,} articles, {result['passages']:,} passages in "
        f"{result['ingest_s']} s, {result['ratio']} times the embedding in it; memory grew by "
        f"{result['growth_mb']} MB (at most {MOST_GROWTH}). The same file again: "
        f"{result['unchanged']:,} unchanged in {result['again_s']} s, "
        f"{result['embedded_again']} passages embedded."
    )


if __name__ == "__main__":
    sys.exit(main())
