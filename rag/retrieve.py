"""Finds the evidence for a question: dense and keyword search, fused by score."""

import math

from rag.engine import Engine
from rag.question import content_words
from rag.types import NO_FILTERS, Evidence, Filters

_POOL = 50
# BM25 grows with the logarithm of the library, cosine does not. Measured on the dev half of squad2
# (see DECISIONS.md): adding scores beats reciprocal rank fusion, at any weight between 2 and 5.
_KEYWORD_SCALE = 3.0


def search(
    engine: Engine, question: str, *, filters: Filters = NO_FILTERS, limit: int = 10
) -> list[Evidence]:
    """The passages that fit a question best, at most ``limit``, the best first.

    Each gets the cosine of its vector with the question's, plus its BM25 score divided by three
    times the logarithm of the number of passages. Raises SearchIndexError, DataFolderError,
    EmbedError.
    """
    vector = engine.embedder.embed([question])[0]
    dense = dict(engine.index.search(vector, limit=_POOL, filters=filters))
    terms = content_words(question)
    keyword = dict(engine.library.keyword(terms, limit=_POOL, filters=filters))
    for passage_id, stored in engine.library.vectors([id for id in keyword if id not in dense]):
        dense[passage_id] = float(stored @ vector)
    scale = _KEYWORD_SCALE * math.log(2 + engine.library.counts().passages)
    fused = {id: near + keyword.get(id, 0.0) / scale for id, near in dense.items()}
    ranked = sorted(fused, key=lambda id: (-fused[id], id))
    # A few more than asked for: the index may still name passages that are gone.
    passages = engine.library.passages(ranked[: limit + _POOL])
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
    return found[:limit]
