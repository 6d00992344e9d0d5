"""The index made anew from the library; nothing is embedded that is embedded already."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rag.engine import Engine
from rag.passages import SPLITTER, embedding_text, split
from rag.storing import Entry

_ARTICLES = 50


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did: passages in the index now, and articles that were embedded again."""

    passages: int
    embedded: int


def rebuild(engine: Engine, *, progress: Callable[[int, int], None] | None = None) -> Rebuilt:
    """Drop the index and fill it from the library's vectors.

    Articles made by another embedder or splitter are split and embedded again first, some at a
    time, so that a rebuild that was ended goes on where it was. ``progress`` is given how many of
    them are done and how many there are. Raises LibraryBusy, EmbedError, SearchIndexError.
    """
    library, embedder = engine.library, engine.embedder
    with engine.writing():
        stale = library.stale(embedder=embedder.name, splitter=SPLITTER)
        for at in range(0, len(stale), _ARTICLES):
            entries = _embedded_again(engine, stale[at : at + _ARTICLES])
            library.resplit(entries, embedder=embedder.name, splitter=SPLITTER)
            if progress is not None:
                progress(min(at + _ARTICLES, len(stale)), len(stale))
        engine.restart_index()
        engine.catch_up()
        return Rebuilt(library.counts().passages, len(stale))


def _embedded_again(engine: Engine, article_ids: list[str]) -> list[Entry]:
    embedder = engine.embedder
    found = engine.library.articles(article_ids).values()
    made = [(article, split(article, count=embedder.count)) for article in found]
    texts = [embedding_text(article, passage) for article, own in made for passage in own]
    bounds = np.cumsum([len(own) for _, own in made])[:-1]
    vectors = np.split(embedder.embed(texts), bounds)
    return [Entry(article, own, part) for (article, own), part in zip(made, vectors, strict=True)]
