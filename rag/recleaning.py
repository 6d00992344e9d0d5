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


def _split_again(engine: Engine, articles: Iterable[Article]) -> list[Entry]:
    """The articles with their passages as they are now; vectors of the same text are kept."""
    embedder = engine.embedder
    made = [(article, split(article, count=embedder.count)) for article in articles]
    vectors: dict[str, NDArray[np.float32]] = {}
    for article, _ in made:
        vectors |= _stored(engine, article)
    texts = [[embedding_text(article, each) for each in passages] for article, passages in made]
    new = [text for own in texts for text in own if text not in vectors]
    if new:
        vectors |= dict(zip(new, embedder.embed(new), strict=True))
    return [
        Entry(article, passages, np.stack([vectors[text] for text in own]))
        for (article, passages), own in zip(made, texts, strict=True)
        if passages
    ]


def _stored(engine: Engine, article: Article) -> dict[str, NDArray[np.float32]]:
    """The vectors of an article's passages, by what was embedded for them."""
    library = engine.library
    texts = {each.id: embedding_text(article, each) for each in library.passages_of(article.id)}
    return {texts[id]: vector for id, vector in library.vectors(texts)}
