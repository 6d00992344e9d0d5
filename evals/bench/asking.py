"""How long a whole ``ask`` takes without a model, warm, on questions that were not asked before.

``python -m evals.bench.asking [--passages N] [--json]`` fills a library with N passages (10,000):
the seeds, and copies of them with other figures and names. It asks the questions of the seeds'
cases, the first ten to warm up. Exit code 1 when the median is above 120 ms.
"""

import argparse
import json
import random
import re
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals import cases
from evals.bench import corpus
from rag.ask import ask, warm
from rag.embed import Embedder
from rag.engine import Engine
from rag.page import parse
from rag.passages import SPLITTER, embedding_text, split
from rag.storing import Entry
from rag.types import Article, Passage

PASSAGES = 10_000
MOST = 120.0
"""Milliseconds, the median."""

_ROOT = Path(__file__).parents[2]
_SEEDS = _ROOT / "seeds" / "articles"
_CASES = _ROOT / "evals" / "cases" / "seeds.yaml"
_WARM = 10
_AT_ONCE = 200
_NOISE = 0.02
"""Of each of the 384 numbers of a vector, so that a copy's cosine with its original is .93."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; exit code 1 when the median is too high."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.asking", description=__doc__)
    parser.add_argument("--passages", type=int, default=PASSAGES)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    with corpus.empty_library() as engine:
        fill(engine, given.passages)
        result = measure(engine)
    print(json.dumps(result) if given.json else told(result))
    return 0 if result["ask_p50_ms"] <= MOST else 1


def fill(engine: Engine, passages: int) -> None:
    """Store the seeds, then copies of them, until there are so many passages or a few more."""
    made = _entries(engine.embedder, _SEEDS)
    stored = 0
    while stored < passages:
        entries = list(islice(made, _AT_ONCE))
        engine.library.put(entries, embedder=engine.embedder.name, splitter=SPLITTER)
        stored += sum(len(entry.passages) for entry in entries)
    engine.catch_up()


def _entries(embedder: Embedder, folder: Path) -> Iterator[Entry]:
    """The articles of a folder as they are, then copy after copy of each."""
    pages = [parse(path.read_text(encoding="utf-8")) for path in sorted(folder.iterdir())]
    originals: list[Entry] = []
    for article in pages:
        own = split(article, count=embedder.count)
        vectors = embedder.embed([embedding_text(article, passage) for passage in own])
        originals.append(Entry(article, own, vectors))
    yield from originals
    for copy in count():
        for original in originals:
            yield _altered(original, random.Random(f"{copy} {original.article.id}"))  # noqa: S311


def _altered(original: Entry, chance: random.Random) -> Entry:
    """The same story of other people and figures. No word changes its length, so offsets stay."""
    names: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        word = found[0]
        return names.setdefault(word, word if chance.random() < 0.5 else _name(chance, len(word)))

    def changed(text: str) -> str:
        text = re.sub(r"\b[A-Z][a-z]{4,}\b", named, text)
        return re.sub(r"\d", lambda _: str(chance.randint(1, 9)), text)

    article = original.article
    key = f"{chance.getrandbits(48):012x}"
    text = changed(article.text)
    copy = article.model_copy(
        update={"id": key, "content_hash": key, "title": changed(article.title), "text": text}
        | {"url": f"https://copies.example/{key}"}
    )
    return Entry(copy, _passages(original, copy), _near(original.vectors, chance.getrandbits(32)))


def _passages(original: Entry, copy: Article) -> list[Passage]:
    return [
        replace(each, article_id=copy.id, text=copy.text[each.start : each.end])
        for each in original.passages
    ]


def _name(chance: random.Random, length: int) -> str:
    letters = (chance.choice("bdklmnrstv" if at % 2 == 0 else "aeiou") for at in range(length))
    return "".join(letters).capitalize()


def _near(vectors: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).standard_normal(vectors.shape, dtype=np.float32)
    made = vectors + np.float32(_NOISE) * noise
    unit: NDArray[np.float32] = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit


def measure(engine: Engine) -> dict[str, float]:
    """Median and 95th percentile of all, of retrieving and of answering, in milliseconds."""
    questions = list(dict.fromkeys(case.question for case in cases.load([_CASES])))
    warm(engine)
    for question in questions[:_WARM]:
        ask(engine, question)
    seconds: dict[str, list[float]] = {"ask": [], "retrieve": [], "answer": []}
    found = 0
    for question in questions[_WARM:]:
        began = time.perf_counter()
        answer = ask(engine, question)
        seconds["ask"].append(time.perf_counter() - began)
        for step, taken in answer.timings.items():
            seconds[step].append(taken)
        found += answer.status != "not_found"
    result: dict[str, float] = {
        "passages": engine.library.counts().passages,
        "questions": len(seconds["ask"]),
        "found": found,
    }
    for step, each in seconds.items():
        result[f"{step}_p50_ms"] = round(1_000 * statistics.median(each), 1)
        result[f"{step}_p95_ms"] = round(1_000 * statistics.quantiles(each, n=20)[-1], 1)
    return result


def told(result: dict[str, float]) -> str:
    """The figures in words."""
    steps = "; ".join(
        f"{step} {result[f'{step}_p50_ms']} ms, 95 % within {result[f'{step}_p95_ms']} ms"
        for step in ("ask", "retrieve", "answer")
    )
    return (
        f"{result['questions']} questions over {result['passages']:,} passages, "
        f"{result['found']} with an answer: {steps}"
    )


if __name__ == "__main__":
    sys.exit(main())
