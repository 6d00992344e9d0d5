"""Articles in: read, parsed, split, embedded across articles, stored whole, told to the index."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rag.engine import Engine
from rag.errors import AlreadyStored, BadArticle
from rag.page import parse
from rag.passages import SPLITTER, embedding_text, split
from rag.recleaning import learn, reclean
from rag.repeats import site_of, tells_the_same, without
from rag.sources import Failure, Source, is_html, read
from rag.storing import Entry, Match, Outcome, Stored
from rag.types import Article, Label, Passage
from rag.walk import Given, count, walk

BATCH = 256
"""Passages that are embedded together and stored in one transaction, at least."""


@dataclass(frozen=True)
class Ingested:
    """One source that is in the library now."""

    name: str
    outcome: Outcome
    id: str
    title: str
    passages: int


@dataclass(frozen=True)
class IngestSummary:
    """What an ingest came to. ``interrupted``: Ctrl-C ended it; what is listed is stored."""

    articles: tuple[Ingested, ...]
    failed: tuple[Failure, ...]
    interrupted: bool = False

    @property
    def new(self) -> int:
        """How many were not in the library before."""
        return self._count("new")

    @property
    def changed(self) -> int:
        """How many took the place of an older version."""
        return self._count("changed")

    @property
    def unchanged(self) -> int:
        """How many were in the library as they are, so that nothing was done."""
        return self._count("unchanged")

    def _count(self, outcome: Outcome) -> int:
        return sum(article.outcome == outcome for article in self.articles)


@dataclass(frozen=True)
class Progress:
    """How far an ingest is: articles read of about so many, and passages embedded so far."""

    done: int
    total: int
    passages: int


def ingest(
    engine: Engine,
    sources: Sequence[Given],
    *,
    progress: Callable[[Progress], None] | None = None,
) -> IngestSummary:
    """Ingest files, folders and given texts. One that fails does not stop the others.

    They are read one by one, so that any number fits into memory. What is stored already is not
    embedded again: an ingest that was ended goes on when it is given the same once more.

    Raises LibraryBusy, IndexMismatch, EmbedError, DataFolderError or SearchIndexError; what was
    stored until then stays.
    """
    with engine.writing():
        engine.catch_up()
        reclean(engine)
        run = _Run(engine, progress)
        try:
            run.take_all(sources)
        except KeyboardInterrupt:
            return run.summary(interrupted=True)
        return run.summary()


def replace(engine: Engine, article_id: str, source: Source) -> Ingested:
    """Store a page whole in place of the article with this id, whatever their addresses are.

    The old version is gone in the same transaction; files that held it are no longer known to. All
    that is given of the page is to be given anew. Raises NotFound, BadArticle, AlreadyStored, and
    what ``ingest`` raises.
    """
    with engine.writing():
        before = engine.library.get(article_id)
        engine.catch_up()
        reclean(engine)
        return _Run(engine, None).replace(before, source)


def delete(engine: Engine, article_id: str) -> Article:
    """Delete an article (its id, or how it begins) from library and index. Raises NotFound."""
    with engine.writing():
        article = engine.library.get(article_id)
        # First, so that an index that cannot be used is told before anything is deleted.
        engine.catch_up()
        engine.library.delete(article.id)
        engine.catch_up()
        return article


@dataclass(frozen=True)
class _Waiting:
    """An article that is split but not embedded yet."""

    position: int
    name: str
    article: Article
    passages: list[Passage]
    raw: str | None


class _Run:
    """One ingest: articles wait until there are enough passages to embed."""

    def __init__(self, engine: Engine, progress: Callable[[Progress], None] | None) -> None:
        self._engine = engine
        self._progress = progress
        # Splitting asks for the size of a sentence more than once.
        self._size = lru_cache(maxsize=10_000)(engine.embedder.count)
        self._waiting: list[_Waiting] = []
        self._waiting_passages = 0
        self._touched: set[str | None] = set()
        self._done: dict[int, Ingested] = {}
        self._failed: list[Failure] = []
        self._known: dict[str, frozenset[int]] = {}
        self._total = self._read = self._embedded = 0

    def summary(self, *, interrupted: bool = False) -> IngestSummary:
        done = tuple(ingested for _, ingested in sorted(self._done.items()))
        return IngestSummary(done, tuple(self._failed), interrupted)

    def replace(self, before: Article, source: Source) -> Ingested:
        """See the function of this name."""
        engine, library = self._engine, self._engine.library
        raw = read(source)
        article = self._cleaned(_parsed(source, raw))
        match = library.match(article)
        if match.at_url != before.id and self._only_claims(source, raw, article, match):
            article = article.model_copy(update={"url": None})
            match = library.match(article)
        for other in (match.same, match.at_url):
            if other not in (None, before.id):
                raise _already_stored(source, library.get(other))
        passages = split(article, count=self._size)
        if not passages:
            raise _no_text(source)
        if match.same is None:
            entry = self._embed([_Waiting(0, source.name, article, passages, _kept(raw, article))])
            library.replace(before.id, *entry, embedder=engine.embedder.name, splitter=SPLITTER)
            self._tell(entry)
        outcome: Outcome = "changed" if match.same is None else "unchanged"
        return Ingested(source.name, outcome, before.id, article.title, len(passages))

    def take_all(self, sources: Sequence[Given]) -> None:
        self._total = count(sources) if self._progress is not None else 0
        for position, source in enumerate(walk(sources)):
            if isinstance(source, Failure):
                self._failed.append(source)
            else:
                self._take(position, source)
            self._read = position + 1
            self._report()
        self._store()

    def _take(self, position: int, source: Source) -> None:
        try:
            raw = read(source)
            article = self._cleaned(_parsed(source, raw))
            match = self._matched(article)
            if self._only_claims(source, raw, article, match):
                article = article.model_copy(update={"url": None})
                match = self._matched(article)
            if match.same is not None:
                self._settle(position, source.name, article, match)
                return
            passages = split(article, count=self._size)
            if not passages:
                raise _no_text(source)
        except BadArticle as error:
            self._failed.append(Failure(source.name, str(error)))
            return
        self._waiting.append(
            _Waiting(position, source.name, article, passages, _kept(raw, article))
        )
        self._waiting_passages += len(passages)
        self._touched |= {*_keys(article), *match.former}
        if self._waiting_passages >= BATCH:
            self._store()

    def _cleaned(self, article: Article) -> Article:
        """The article without what is known to be furniture of its site."""
        site = site_of(article)
        if site is None:
            return article
        if site not in self._known:
            self._known[site] = self._engine.library.sites.known(site)
        return without(article, site, self._known[site])

    def _only_claims(self, source: Source, raw: str, article: Article, match: Match) -> bool:
        """Whether only the page itself says that it is at an address where another story is.

        Else any page could take the place of any article by calling itself that.
        """
        there = match.at_url
        if there in (None, match.in_file) or source.url is not None or source.base is not None:
            return False
        stored = self._engine.library.get(there)
        # Front matter and pasted text were picked by hand; HTML was made by whoever made the page.
        titled = not is_html(source, raw) and article.title == stored.title
        return not (titled or tells_the_same(article, stored))

    def _matched(self, article: Article) -> Match:
        """What is stored of an article, when what waits and has to do with it is stored too."""
        match = self._engine.library.match(article)
        if not self._touched.isdisjoint({*_keys(article), match.same, *match.former} - {None}):
            self._store()
            match = self._engine.library.match(article)
        return match

    def _settle(self, position: int, name: str, article: Article, match: Match) -> None:
        """Finish with an article whose content is stored already."""
        library = self._engine.library
        id = match.same or article.id
        if match.outcome == "changed" or (article.source and match.in_file != id):
            self._put([Entry(article, [], np.empty((0, 0), np.float32))])
        count = len(library.passages_of(id))
        self._done[position] = Ingested(name, match.outcome, id, article.title, count)

    def _put(self, entries: list[Entry]) -> list[Stored]:
        engine = self._engine
        stored = engine.library.put(entries, embedder=engine.embedder.name, splitter=SPLITTER)
        self._tell(entries)
        return stored

    def _tell(self, entries: list[Entry]) -> None:
        """Learn from what was stored, and tell the index."""
        engine = self._engine
        learn(engine, {site for entry in entries if (site := site_of(entry.article))})
        reclean(engine)
        self._known.clear()
        engine.catch_up()

    def _embed(self, waiting: list[_Waiting]) -> list[Entry]:
        texts = [embedding_text(w.article, passage) for w in waiting for passage in w.passages]
        vectors = self._engine.embedder.embed(texts, progress=self._count_embedded)
        bounds = np.cumsum([len(w.passages) for w in waiting])[:-1]
        return [
            Entry(w.article, w.passages, own, w.raw)
            for w, own in zip(waiting, np.split(vectors, bounds), strict=True)
        ]

    def _store(self) -> None:
        """Embed what waits, store it in one transaction, and tell the index."""
        if not self._waiting:
            return
        waiting = self._waiting
        stored = self._put(self._embed(waiting))
        for w, now in zip(waiting, stored, strict=True):
            ingested = Ingested(w.name, now.outcome, now.id, w.article.title, len(w.passages))
            self._done[w.position] = ingested
        self._waiting, self._waiting_passages, self._touched = [], 0, set()

    def _count_embedded(self, done: int) -> None:
        self._embedded += done
        self._report()

    def _report(self) -> None:
        if self._progress is not None:
            self._progress(Progress(self._read, self._total, self._embedded))


def _parsed(source: Source, raw: str) -> Article:
    article = parse(
        raw,
        html=is_html(source, raw),
        url=source.url,
        source=source.source,
        title=source.title,
        publisher=source.publisher,
        author=source.author,
        published=source.published,
        updated=source.updated,
        fetched=source.fetched,
        base=source.base,
    )
    if not any(line.label is Label.BODY for line in article.lines):
        raise _no_text(source)
    return article


def _kept(raw: str, article: Article) -> str | None:
    """What was given, unless it is the article's text."""
    return None if raw == article.text else raw


def _already_stored(source: Source, other: Article) -> AlreadyStored:
    return AlreadyStored(
        f"{source.name} has the content or the address of another article, {other.id}. Nothing "
        "was changed; delete that one first, or replace it instead."
    )


def _no_text(source: Source) -> BadArticle:
    return BadArticle(
        f"{source.name} holds no text of an article. Nothing of it was stored; "
        "check that the page was saved whole."
    )


def _keys(article: Article) -> set[str | None]:
    """What two articles that have to do with each other have in common."""
    return {article.content_hash, article.url, article.source}
