"""Large libraries in a moment: made-up passages and vectors, stored by the library's put."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from rag.engine import Engine
from rag.passages import SPLITTER
from rag.storing import Entry
from rag.types import Article, Passage

DIMENSION = 384
FIRST_DAY = date(2024, 1, 1)
DAYS = 1_000
PUBLISHERS = 40
A_DAY = timedelta(days=1)

_PASSAGES = 4
"""Of one article."""

_WORDS = 20_000
_LONG = 60
_AT_ONCE = 500


class MadeEmbedder:
    """Gives a text a random unit vector, the same for the same text, in no time."""

    name = "made"
    dimension = DIMENSION
    max_tokens = 256

    def embed(
        self,
        texts: Sequence[str],
        *,
        progress: Callable[[int], None] | None = None,  # noqa: ARG002 - as the real one
    ) -> NDArray[np.float32]:
        """Shape (texts, DIMENSION)."""
        seeds = [int.from_bytes(sha256(text.encode()).digest()[:8]) for text in texts]
        return np.concatenate([units(np.random.default_rng(seed), 1) for seed in seeds])

    def count(self, text: str) -> int:
        """Words for tokens."""
        return len(text.split())


def units(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Random unit vectors, of shape (count, DIMENSION)."""
    made = rng.standard_normal((count, DIMENSION), dtype=np.float32)
    unit: NDArray[np.float32] = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit


@dataclass(frozen=True)
class Vocabulary:
    """Made-up words, the first ones common and the last ones rare, as in any language."""

    words: Sequence[str]
    heights: Sequence[float]

    def some(self, chance: random.Random, count: int) -> list[str]:
        """Words, drawn by how common they are."""
        return chance.choices(self.words, cum_weights=self.heights, k=count)


def vocabulary() -> Vocabulary:
    """20,000 words; the n-th is drawn in proportion to 1 / (n + 50)."""
    chance = random.Random(1)  # noqa: S311
    parts = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    words = list(dict.fromkeys("".join(chance.choices(parts, k=4)) for _ in range(2 * _WORDS)))
    heights = np.cumsum(1 / (np.arange(_WORDS) + 50))
    return Vocabulary(words[:_WORDS], heights.tolist())


def fill(engine: Engine, passages: int) -> None:
    """Store made articles until there are so many passages, and tell the index of them.

    An article stands on each of DAYS days as often as on any other, one in twenty has no date, and
    each of PUBLISHERS has as many as any other.
    """
    made = _entries(passages)
    while entries := list(islice(made, _AT_ONCE)):
        engine.library.put(entries, embedder=MadeEmbedder.name, splitter=SPLITTER)
    engine.catch_up()


def _entries(passages: int) -> Iterator[Entry]:
    chance, rng, known = random.Random(2), np.random.default_rng(2), vocabulary()  # noqa: S311
    for number in range(-(-passages // _PASSAGES)):
        count = min(_PASSAGES, passages - number * _PASSAGES)
        day = FIRST_DAY + chance.randrange(DAYS) * A_DAY
        article, pieces = _article(
            number,
            [" ".join(known.some(chance, _LONG)) + "." for _ in range(count)],
            publisher=f"Paper {chance.randrange(PUBLISHERS)}",
            published=day if chance.random() >= 0.05 else None,
        )
        yield Entry(article, pieces, units(rng, count))


def _article(
    number: int, texts: Sequence[str], *, publisher: str, published: date | None
) -> tuple[Article, list[Passage]]:
    text = "\n\n".join(texts)
    article = Article(
        id=f"{number:012x}",
        title=f"Made article {number}",
        text=text,
        lines=(),
        publisher=publisher,
        published=published,
        content_hash=f"made-{number}",
    )
    pieces: list[Passage] = []
    start = 0
    for ordinal, body in enumerate(texts):
        end = start + len(body)
        pieces.append(Passage(article.id, ordinal, "body", start, end, body))
        start = end + 2
    return article, pieces
