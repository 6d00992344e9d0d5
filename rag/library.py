"""The library: articles, passages, vectors, full text in one SQLite file. The source of truth."""

import math
import secrets
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, delete, func, literal, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from rag import fulltext
from rag.errors import NotFound
from rag.facets import SPARE, Facets, Hit, Matching
from rag.outlets import Outlet, outlets
from rag.rows import (
    Listed,
    article_of,
    articles_of,
    layers,
    listed_of,
    listing,
    narrowed,
    now,
    passage_vector_of,
    passages_of,
    passages_where,
    portions,
)
from rag.schema import (
    FILE,
    articles,
    changing,
    meta,
    open_database,
    outbox,
    passages,
    reading,
    vectors,
)
from rag.sites import Sites
from rag.storing import (
    Entry,
    Match,
    Stored,
    add_article,
    add_passages,
    compare,
    drop,
    drop_passages,
    id_for,
    note_source,
    swap,
)
from rag.types import NO_FILTERS, Article, Filters, Kind, Passage, PassageVector
from rag.upgrades import prepare

_SHORTEST_ID = 4
# From this share of the passages on it is quicker to leave the others out afterwards.
_BROAD = 1 / 3

_FOR_INDEX = (
    select(passages, vectors.c.vector, articles.c.publisher, articles.c.published)
    .join(vectors, vectors.c.passage_id == passages.c.id)
    .join(articles, articles.c.id == passages.c.article_id)
    .order_by(passages.c.id)
)


@dataclass(frozen=True)
class Pending:
    """What the search index has not been told yet."""

    added: list[PassageVector]
    removed: list[int]


@dataclass(frozen=True)
class Counts:
    """Rows in the library; ``pending`` are the passages that the index has yet to take or drop."""

    articles: int
    passages: int
    pending: int


class Library:
    """The library in a data folder. Every method is one transaction, callable from any thread.

    Raises DataFolderError when the folder cannot be used, LibraryBusy when another process writes
    for longer than five seconds.
    """

    def __init__(self, folder: Path) -> None:
        self._database = open_database(folder / FILE)
        self.folder = folder
        self.sites = Sites(self._database)
        self._facets = Facets(self._database)
        try:
            prepare(self._database, folder)
        except BaseException:
            self._database.dispose()
            raise

    def close(self) -> None:
        """Close the file. The library cannot be used after it."""
        self._database.dispose()

    # -- articles in and out

    def match(self, article: Article) -> Match:
        """What the library holds under this content, URL or source."""
        with reading(self._database) as connection:
            return compare(connection, article)

    def put(self, entries: Iterable[Entry], *, embedder: str, splitter: str) -> list[Stored]:
        """Store articles in one transaction, each whole, in place of what it replaces.

        One whose content is stored already adds nothing but its file's name, and may come without
        passages. What was stored under its URL, or in its file and no other, goes away.
        """
        made_by = _made_by(embedder, splitter)
        stored: list[Stored] = []
        added: list[tuple[str, Entry]] = []
        with changing(self._database) as connection:
            for entry in entries:
                article = entry.article
                match = compare(connection, article)
                if match.replaces:
                    add_passages(connection, added)
                    added = []
                    drop(connection, match.replaces)
                id = match.same or id_for(article, match)
                if match.same is None:
                    add_article(connection, id, entry, made_by)
                    added.append((id, entry))
                if article.source is not None:
                    note_source(connection, id, article.source, match)
                stored.append(Stored(id, match.outcome))
            add_passages(connection, added)
        return stored

    def replace(self, article_id: str, entry: Entry, *, embedder: str, splitter: str) -> None:
        """Store an article in place of the one with this id, in one transaction.

        Neither its content nor its address may be that of a third one. Raises NotFound.
        """
        with changing(self._database) as connection:
            swap(connection, article_id, entry, _made_by(embedder, splitter))

    def resplit(self, entries: Iterable[Entry], *, embedder: str, splitter: str) -> None:
        """Give stored articles labels, passages and vectors anew, in one transaction."""
        with changing(self._database) as connection:
            for entry in entries:
                drop_passages(connection, [entry.article.id])
                made = layers(entry.article) | {"embedder": embedder, "splitter": splitter}
                this = articles.c.id == entry.article.id
                connection.execute(update(articles).where(this).values(made))
                add_passages(connection, [(entry.article.id, entry)])

    def delete(self, *article_ids: str) -> None:
        """Delete articles with their passages, vectors and full text. Absent ones are ignored."""
        with changing(self._database) as connection:
            drop(connection, article_ids)

    # -- articles read

    def raw(self, article_id: str) -> str:
        """What was given for the article with this id: its HTML, or its text before cleaning.

        Raises NotFound.
        """
        statement = select(articles.c.raw, articles.c.text).where(articles.c.id == article_id)
        with reading(self._database) as connection:
            row = connection.execute(statement).first()
        if row is None:
            raise NotFound(_not_found(article_id, []))
        return zlib.decompress(row.raw).decode() if row.raw is not None else str(row.text)

    def get(self, article_id: str) -> Article:
        """The article with this id, or with the only id that begins so (4 characters or more).

        Raises NotFound.
        """
        prefix = article_id.strip().casefold()
        with reading(self._database) as connection:
            statement = select(articles).where(articles.c.id == prefix)
            found = connection.execute(statement).all()
            if not found and len(prefix) >= _SHORTEST_ID:
                begins = func.substr(articles.c.id, 1, len(prefix)) == prefix
                found = connection.execute(select(articles).where(begins).limit(3)).all()
        if len(found) == 1:
            return article_of(found[0])
        raise NotFound(_not_found(article_id, [row.id for row in found]))

    def articles(self, article_ids: Iterable[str]) -> dict[str, Article]:
        """The articles with these ids, by id; absent ones are left out."""
        with reading(self._database) as connection:
            return articles_of(connection, article_ids)

    def newest(
        self,
        *,
        filters: Filters = NO_FILTERS,
        title: str | None = None,
        limit: int = 50,
        offset: int = 0,
    ) -> list[Listed]:
        """Articles, the newest first: by published date, or the day added for those without.

        Only those whose titles hold all words of ``title``, when it is given.
        """
        statement = listing(filters, title)
        if statement is None:
            return []
        with reading(self._database) as connection:
            rows = connection.execute(statement.limit(limit).offset(offset))
            return [listed_of(row) for row in rows]

    def last_published(self, filters: Filters = NO_FILTERS) -> date | None:
        """The day of the newest dated article."""
        day = articles.c.published
        statement = narrowed(select(day).where(day.is_not(None)), filters)
        with reading(self._database) as connection:
            return connection.scalar(statement.order_by(day.desc()).limit(1))

    def outlets(self, *, limit: int) -> list[Outlet]:
        """The publishers with the most articles, by name."""
        with reading(self._database) as connection:
            return outlets(connection, limit=limit)

    def made_by(self) -> list[tuple[str, str]]:
        """The (embedder, splitter) pairs that the stored passages were made by."""
        statement = select(articles.c.embedder, articles.c.splitter).distinct()
        with reading(self._database) as connection:
            return [(row.embedder, row.splitter) for row in connection.execute(statement)]

    def stale(self, *, embedder: str, splitter: str) -> list[str]:
        """Ids of the articles whose passages were made by another embedder or splitter."""
        other = or_(articles.c.embedder != embedder, articles.c.splitter != splitter)
        with reading(self._database) as connection:
            return list(connection.scalars(select(articles.c.id).where(other)))

    def counts(self) -> Counts:
        """How many articles, passages and pending changes there are."""
        with reading(self._database) as connection:
            return Counts(
                *(
                    connection.scalar(select(func.count()).select_from(table)) or 0
                    for table in (articles, passages, outbox)
                )
            )

    # -- passages

    def matching(self, filters: Filters, *, kind: Kind | None = None) -> Matching:
        """The passages that a search may find under these filters."""
        return self._facets.matching(filters, kind)

    def keyword(
        self,
        terms: Iterable[str],
        *,
        limit: int,
        filters: Filters = NO_FILTERS,
        kind: Kind | None = None,
    ) -> list[tuple[int, float]]:
        """Passages that hold any of the terms: (passage id, BM25 score), the highest first.

        No term is ever read as search syntax; one of several words must stand as that phrase.
        """
        matches = fulltext.matches(terms)
        if matches is None:
            return []
        found = matches.subquery()
        statement = select(found.c.id, found.c.score).order_by(found.c.score.desc(), found.c.id)
        if kind is None and filters == NO_FILTERS:
            return self._hits(statement.limit(limit))
        matching = self.matching(filters, kind=kind)
        if matching.share >= _BROAD:
            most = math.ceil(SPARE * limit / matching.share)
            hits = self._hits(statement.limit(most))
            left = matching.only(hits)
            if len(left) >= limit or len(hits) < most:
                return left[:limit]
        # Without the "+ 0" SQLite would search the full text once for each of them.
        return self._hits(statement.where((found.c.id + 0).in_(matching.rows())).limit(limit))

    def _hits(self, statement: Select[int, float]) -> list[Hit]:
        with reading(self._database) as connection:
            return [(row.id, row.score) for row in connection.execute(statement)]

    def passages(self, passage_ids: Iterable[int]) -> dict[int, Passage]:
        """The passages with these ids, by id; those removed meanwhile are left out."""
        with reading(self._database) as connection:
            return passages_of(connection, passage_ids)

    def passages_in_articles(
        self, passage_ids: Iterable[int]
    ) -> dict[int, tuple[Passage, Article]]:
        """The passages with these ids, each with its article, both of one moment."""
        with reading(self._database) as connection:
            found = passages_of(connection, passage_ids)
            of = articles_of(connection, {passage.article_id for passage in found.values()})
        return {id: (passage, of[passage.article_id]) for id, passage in found.items()}

    def passages_of(self, article_id: str) -> list[Passage]:
        """All passages of an article, in order."""
        with reading(self._database) as connection:
            return list(passages_where(connection, passages.c.article_id == article_id))

    # -- the index's outbox

    def vectors(self, passage_ids: Iterable[int]) -> list[tuple[int, NDArray[np.float32]]]:
        """(passage id, stored unit vector) of these passages; removed ones are left out."""
        found: list[tuple[int, NDArray[np.float32]]] = []
        with reading(self._database) as connection:
            for some in portions(list(passage_ids)):
                statement = select(vectors.c.passage_id, vectors.c.vector).where(
                    vectors.c.passage_id.in_(some)
                )
                rows = connection.execute(statement)
                found += [(row.passage_id, np.frombuffer(row.vector, "<f4")) for row in rows]
        return found

    def passage_vectors(self, passage_ids: Iterable[int]) -> list[PassageVector]:
        """These passages as the index takes them, by id; removed ones are left out."""
        found: list[PassageVector] = []
        with reading(self._database) as connection:
            for some in portions(passage_ids):
                rows = connection.execute(_FOR_INDEX.where(passages.c.id.in_(some)))
                found += [passage_vector_of(row) for row in rows]
        return found

    def told(self) -> tuple[list[int], set[int]]:
        """Ids of the passages that the index was told of, and those that it may hold or not."""
        with reading(self._database) as connection:
            untold = set(connection.scalars(select(outbox.c.passage_id)))
            ids = connection.scalars(select(passages.c.id).order_by(passages.c.id))
            return [id for id in ids if id not in untold], untold

    def pending(self, *, limit: int = 1000) -> Pending:
        """The next passages that the index must take and drop, at most ``limit`` of each."""
        with reading(self._database) as connection:
            removed = connection.scalars(
                select(outbox.c.passage_id).where(outbox.c.action == "remove").limit(limit)
            )
            rows = connection.execute(
                _FOR_INDEX.join(outbox, outbox.c.passage_id == passages.c.id)
                .where(outbox.c.action == "add")
                .limit(limit)
            )
            return Pending([passage_vector_of(row) for row in rows], list(removed))

    def mark_indexed(self, pending: Pending) -> None:
        """The index has taken and dropped these."""
        done = {"add": [row.passage_id for row in pending.added], "remove": pending.removed}
        with changing(self._database) as connection:
            for action, ids in done.items():
                for some in portions(ids):
                    told = outbox.c.passage_id.in_(some) & (outbox.c.action == action)
                    connection.execute(delete(outbox).where(told))
            dropped = int(_meta(connection, "dropped") or 0) + len(pending.removed)
            _set_meta(connection, dropped=str(dropped), told=secrets.token_hex(4))

    def restart_index(self) -> None:
        """The index starts over: a new generation, every passage pending, nothing to drop."""
        everything = select(passages.c.id, literal("add"))
        with changing(self._database) as connection:
            connection.execute(delete(outbox))
            connection.execute(outbox.insert().from_select(["passage_id", "action"], everything))
            _set_meta(
                connection, generation=secrets.token_hex(4), told=secrets.token_hex(4), dropped="0"
            )

    @property
    def name(self) -> str:
        """Random, made with the library; names its collection in the index."""
        return str(self._meta("library"))

    @property
    def generation(self) -> str:
        """Changes whenever the index starts over."""
        return str(self._meta("generation"))

    @property
    def last_told(self) -> str:
        """Changes whenever the index was told something."""
        return self._meta("told") or ""

    @property
    def dropped(self) -> int:
        """How many passages the index has dropped since it started over."""
        return int(self._meta("dropped") or 0)

    def _meta(self, key: str) -> str | None:
        with reading(self._database) as connection:
            return _meta(connection, key)


def _made_by(embedder: str, splitter: str) -> dict[str, object]:
    return {"embedder": embedder, "splitter": splitter, "added_at": now()}


def _meta(connection: Connection, key: str) -> str | None:
    return connection.scalar(select(meta.c.value).where(meta.c.key == key))


def _set_meta(connection: Connection, **values: str) -> None:
    statement = insert(meta).values([{"key": k, "value": v} for k, v in values.items()])
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[meta.c.key], set_={"value": statement.excluded.value}
        )
    )


def _not_found(article_id: str, found: Sequence[str]) -> str:
    if found:
        some = ", ".join(found)
        return f"{article_id!r} begins the id of several articles ({some}). Give more of the id."
    return (
        f"No article has the id {article_id!r}. Nothing was changed; "
        "`dateline articles list` shows the ids, and their first four characters do."
    )
