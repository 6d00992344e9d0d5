"""Finds the evidence for a question: dense and keyword search, fused by score."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.copies import fold
from rag.engine import Engine
from rag.question import content_words
from rag.types import NO_FILTERS, Evidence, Filters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_POOL = 50
_DEEPER = 4
_DEEPEST = 800
# BM25 grows with the logarithm of the library, cosine does not. Measured on the dev half of squad2
# (see DECISIONS.md): adding scores beats reciprocal rank fusion, at any weight between 2 and 5.
_KEYWORD_SCALE = 3.0


def search(
    engine: Engine, question: str, *, filters: Filters = NO_FILTERS, limit: int = 10
) -> list[Evidence]:
    """The passages that fit a question best, at most ``limit``, the best first.

    Each gets the cosine of its vector with the question's, plus its BM25 score divided by three
    times the logarithm of the number of passages. Copies are folded (see ``copies.fold``), and
    where that leaves too few, the search goes deeper. Raises SearchIndexError, DataFolderError,
    EmbedError.
    """
    vector = engine.embedder.embed([question])[0]
    terms = content_words(question)
    depth = _POOL
    while True:
        found, more = _fused(engine, vector, terms, filters=filters, limit=limit, depth=depth)
        left = fold(found)
        if len(left) >= limit or not more or depth >= _DEEPEST:
            return left[:limit]
        depth *= _DEEPER


def _fused(
    engine: Engine,
    vector: "NDArray[np.float32]",
    terms: Sequence[str],
    *,
    filters: Filters,
    limit: int,
    depth: int,
) -> tuple[list[Evidence], bool]:
    """What the two searches find down to a depth, and whether there is more below it."""
    dense = dict(engine.index.search(vector, limit=depth, filters=filters))
    keyword = dict(engine.library.keyword(terms, limit=depth, filters=filters))
    more = len(dense) == depth or len(keyword) == depth
    for passage_id, stored in engine.library.vectors([id for id in keyword if id not in dense]):
        dense[passage_id] = float(stored @ vector)
    scale = _KEYWORD_SCALE * math.log(2 + engine.library.counts().passages)
    fused = {id: near + keyword.get(id, 0.0) / scale for id, near in dense.items()}
    ranked = sorted(fused, key=lambda id: (-fused[id], id))
    # A few more than asked for: the index may still name passages that are gone, and copies go.
    passages = engine.library.passages(ranked[: limit + depth])
    articles = engine.library.articles({passage.article_id for passage in passages.values()})
    found = [
        Evidence(
            passage=passages[id],
            article=articles[passages[id].article_id],
            score=fused[id],
            dense=dense[id],
            keyword=keyword.get(id),
        )
        for id in ranked
        if id in passages and passages[id].article_id in articles
    ]
    return found, more
