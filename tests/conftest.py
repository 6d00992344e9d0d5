"""Shared fixtures: the real embedder, once, and engines in empty folders."""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.embed import LocalEmbedder
from rag.engine import Engine
from rag.library import Library


class CountingEmbedder:
    """The shipped embedder; ``texts`` are all that it was asked to embed."""

    def __init__(self, real: LocalEmbedder) -> None:
        self._real = real
        self.name = real.name
        self.dimension = real.dimension
        self.max_tokens = real.max_tokens
        self.texts: list[str] = []

    def embed(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.texts += texts
        return self._real.embed(texts, progress=progress)

    def count(self, text: str) -> int:
        return self._real.count(text)


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's own environment, least of all a model that costs money."""
    for name in os.environ:
        if name.startswith(("DATELINE_", "OPENAI_")):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def local_embedder() -> LocalEmbedder:
    return LocalEmbedder()


@pytest.fixture
def embedder(local_embedder: LocalEmbedder) -> CountingEmbedder:
    return CountingEmbedder(local_embedder)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of ``engine``."""
    return tmp_path / "data"


@pytest.fixture
def engine(data: Path, embedder: CountingEmbedder) -> Iterator[Engine]:
    with Engine(Library(data), make_embedder=lambda: embedder) as opened:
        yield opened
