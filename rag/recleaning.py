"""Furniture learned from a site's pages, and taken out of those that were stored before."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from rag.engine import Engine
from rag.passages import SPLITTER, embedding_text, split
from rag.repeats import FEWEST, RECENT, learned, without
from rag.storing import Entry
from rag.types import Article

_AT_ONCE = 50


def learn(engine: Engine, sites: Iterable[str]) -> None:
    """Learn the furniture of sites from their newest pages. To be called while writing."""
    known = engine.library.sites
    for site in sites:
        repeated = known.repeated(site, newest=RECENT, least=FEWEST)
        if repeated and (found := learned(known.pages(site, newest=RECENT), site, repeated)):
            known.learn(site, found)


def reclean(engine: Engine) -> None:
    """Take what was learned out of the articles stored before; one that was cut short goes on.

    Only passages that changed are embedded. To be called while writing; raises EmbedError.
    """
    library = engine.library
    for site, lines in library.sites.unapplied().items():
        ids = library.sites.holding(lines)
        known = library.sites.known(site)
        for at in range(0, len(ids), _AT_ONCE):
            before = library.articles(ids[at : at + _AT_ONCE]).values()
            after = [(article, without(article, site, known)) for article in before]
            changed = [clean for article, clean in after if clean is not article]
            entries = _split_again(engine, changed)
            library.resplit(entries, embedder=engine.embedder.name, splitter=SPLITTER)
        library.sites.mark_applied(site, lines)


def _split_again(engine: Engine, articles: list[Article]) -> list[Entry]:
    """The articles with their passages as they are now; vectors of the same text are kept."""
    library, embedder = engine.library, engine.embedder
    entries: list[Entry] = []
    for article in articles:
        old = {each.id: embedding_text(article, each) for each in library.passages_of(article.id)}
        vectors: dict[str, NDArray[np.float32]] = {
            old[id]: vector for id, vector in library.vectors(old)
        }
        passages = split(article, count=embedder.count)
        if not passages:
            continue
        texts = [embedding_text(article, passage) for passage in passages]
        new = [text for text in texts if text not in vectors]
        if new:
            vectors |= dict(zip(new, embedder.embed(new), strict=True))
        entries.append(Entry(article, passages, np.stack([vectors[text] for text in texts])))
    return entries
