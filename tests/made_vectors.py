"""Libraries of made vectors, for tests that need more passages than can be embedded in them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.engine import Engine
from rag.library import Library
from rag.page import parse
from rag.passages import SPLITTER
from rag.storing import Entry
from rag.types import Passage


class NoEmbedder:
    """Names an embedder. To embed with it is a fault: nothing may be embedded."""

    name = "made"
    max_tokens = 256

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension

    def embed(self, texts: object, *, progress: object = None) -> NDArray[np.float32]:
        raise AssertionError("something was embedded")

    def count(self, text: str) -> int:
        raise AssertionError("something was counted")


def opened(data: Path, *, dimension: int = 64) -> Engine:
    return Engine(Library(data), make_embedder=lambda: NoEmbedder(dimension))


def clustered(
    rng: np.random.Generator, count: int, *, dimension: int = 64, noise: float = 0.5
) -> NDArray[np.float32]:
    """Unit vectors in clusters that have much in common, as the passages of articles have."""
    common = 0.7 * np.random.default_rng(0).normal(size=dimension)
    centres = np.random.default_rng(1).normal(size=(100, dimension))
    made = common + centres[rng.integers(0, 100, count)]
    made += noise * rng.normal(size=(count, dimension))
    unit: NDArray[np.float32] = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit.astype(np.float32)


def put(engine: Engine, number: int, vectors: NDArray[np.float32]) -> str:
    """Store an article with these vectors; what they are said to be of does not matter."""
    article = parse(f"Article {number}\n\nThis is article {number}.\n", source=f"/{number}")
    passages = [
        Passage(id=0, article_id=article.id, ordinal=n, kind="body", start=0, end=7, text="Article")
        for n in range(len(vectors))
    ]
    entry = Entry(article, passages, vectors)
    [stored] = engine.library.put([entry], embedder="made", splitter=SPLITTER)
    return stored.id
