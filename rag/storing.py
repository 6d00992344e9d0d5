"""How articles go into the library and out of it, inside a transaction of the caller's."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, String, bindparam, delete, literal, select, union_all, update

from rag import address, fulltext
from rag.errors import NotFound
from rag.repeats import line_keys, site_of
from rag.rows import article_values, portions
from rag.schema import articles, outbox, passages, site_lines, sources, vectors
from rag.types import Article, Passage

Outcome = Literal["new", "changed", "unchanged"]


@dataclass(frozen=True, eq=False)
class Entry:
    """An article ready to be stored. ``vectors`` is (len(passages), dimension), in their order.

    ``raw`` is what was given, None when nothing is known of it or it is the article's text.
    """

    article: Article
    passages: Sequence[Passage]
    vectors: NDArray[np.float32]
    raw: str | None = None


@dataclass(frozen=True)
class Match:
    """What the library already holds of an article.

    ``same`` has its content. ``former`` are others under its URL or in its file; those of them
    that it takes the place of are in ``replaces``, and the first of these at its address is
    ``at_url``. ``in_file`` is what its file held until now. ``id_is_free`` says that no article
    that stays has its id.
    """

    same: str | None
    former: tuple[str, ...]
    replaces: tuple[str, ...]
    at_url: str | None
    in_file: str | None
    id_is_free: bool

    @property
    def outcome(self) -> Outcome:
        """What putting the article comes to."""
        if self.former:
            return "changed"
        return "unchanged" if self.same else "new"


@dataclass(frozen=True)
class Stored:
    """An article as it is in the library now, under an id that may be that of an equal one."""

    id: str
    outcome: Outcome


_AT = union_all(
    select(literal("content").label("at"), articles.c.id).where(
        articles.c.content_hash == bindparam("content", type_=String)
    ),
    select(literal("url"), articles.c.id).where(
        (articles.c.url_key == bindparam("url_key", type_=String))
        | (articles.c.url == bindparam("url", type_=String))
    ),
    select(literal("id"), articles.c.id).where(articles.c.id == bindparam("id", type_=String)),
    select(literal("source"), sources.c.article_id).where(
        sources.c.source == bindparam("source", type_=String)
    ),
)


def compare(connection: Connection, article: Article) -> Match:
    """Compare an article with what is stored: by content, then by URL and file."""
    kept = article.model_dump(include={"id", "url", "source"}) | {
        "content": article.content_hash,
        "url_key": address.key(article.url) if article.url else None,
    }
    rows = connection.execute(_AT, kept).all()
    at = {row.at: row.id for row in rows}
    has_id = at.get("id")
    same, in_file = at.get("content"), at.get("source")
    at_url = [row.id for row in rows if row.at == "url" and row.id != same]
    former = dict.fromkeys([*at_url, *([in_file] if in_file not in (None, same) else [])])
    replaces = [
        id for id in former if id in at_url or not _other_sources(connection, id, article.source)
    ]
    free = has_id is None or has_id in replaces
    return Match(same, tuple(former), tuple(replaces), next(iter(at_url), None), in_file, free)


def _other_sources(connection: Connection, article_id: str, source: str | None) -> Sequence[str]:
    others = (sources.c.article_id == article_id) & (sources.c.source != source)
    return connection.scalars(
        select(sources.c.source).where(others).order_by(sources.c.source)
    ).all()


def note_source(connection: Connection, article_id: str, source: str, match: Match) -> None:
    """Note that a file holds an article now, and no longer the one it held before."""
    before = match.in_file
    # An article that was replaced took its row with it, also when the new one has its id.
    if before == article_id and before not in match.replaces:
        return
    if before is not None and before not in match.replaces:
        left = next(iter(_other_sources(connection, before, source)), None)
        moved = (articles.c.id == before) & (articles.c.source == source)
        connection.execute(update(articles).where(moved).values(source=left))
        connection.execute(delete(sources).where(sources.c.source == source))
    connection.execute(sources.insert(), {"source": source, "article_id": article_id})


def id_for(article: Article, match: Match) -> str:
    """The id that an article is stored under.

    It is that of the version it takes the place of at its address, else its own, else one made of
    its content too: an article that stays can have its id, when a file whose article now stands in
    another file gets a new one.
    """
    if match.at_url is not None:
        return match.at_url
    if match.id_is_free:
        return article.id
    return hashlib.sha256(f"{article.id} {article.content_hash}".encode()).hexdigest()[:12]


def add_article(connection: Connection, id: str, entry: Entry, made_by: dict[str, object]) -> None:
    """Store the row of an article under an id, what was given for it, and the lines of its site."""
    raw = None if entry.raw is None else zlib.compress(entry.raw.encode())
    values = article_values(entry.article) | made_by | {"id": id, "raw": raw}
    connection.execute(articles.insert(), values)
    site = site_of(entry.article)
    keys = line_keys(entry.article, site) if site is not None else ()
    if keys:
        rows = [{"article_id": id, "line": key} for key in keys]
        connection.execute(site_lines.insert(), rows)


def add_passages(connection: Connection, entries: Sequence[tuple[str, Entry]]) -> None:
    """Store the passages of articles stored under these ids.

    That is their rows, vectors and full text, and the outbox of the index.
    """
    given = [
        (id, entry.article, passage, vector)
        for id, entry in entries
        for passage, vector in zip(
            entry.passages, np.asarray(entry.vectors, dtype="<f4"), strict=True
        )
    ]
    if not given:
        return
    statement = passages.insert().returning(passages.c.id, sort_by_parameter_order=True)
    rows = [
        {
            "article_id": id,
            "ordinal": passage.ordinal,
            "kind": passage.kind,
            "start": passage.start,
            "end": passage.end,
        }
        for id, _, passage, _ in given
    ]
    ids = connection.scalars(statement, rows).all()
    stored = list(zip(ids, given, strict=True))
    connection.execute(
        vectors.insert(),
        [{"passage_id": id, "vector": vector.tobytes()} for id, (_, _, _, vector) in stored],
    )
    connection.execute(outbox.insert(), [{"passage_id": id, "action": "add"} for id in ids])
    # A teaser is of another story, so the host's title would name it wrongly.
    fulltext.add(
        connection,
        (
            (id, article.title if passage.kind == "body" else "", passage.text)
            for id, (_, article, passage, _) in stored
        ),
    )


def swap(connection: Connection, id: str, entry: Entry, made_by: dict[str, object]) -> None:
    """Store an article under the id of another one, and delete that, with the names of its files.

    Raises NotFound.
    """
    if connection.scalar(select(articles.c.id).where(articles.c.id == id)) is None:
        raise NotFound(f"No article has the id {id!r}. Nothing was stored.")
    drop(connection, [id])
    add_article(connection, id, entry, made_by)
    add_passages(connection, [(id, entry)])


def drop(connection: Connection, article_ids: Sequence[str]) -> None:
    """Delete articles and all that hangs on them."""
    drop_passages(connection, article_ids)
    for some in portions(article_ids):
        connection.execute(delete(articles).where(articles.c.id.in_(some)))


def drop_passages(connection: Connection, article_ids: Sequence[str]) -> None:
    """Delete the passages of articles; the index is told to drop them."""
    for some in portions(article_ids):
        of_these = passages.c.article_id.in_(some)
        ids = list(connection.scalars(select(passages.c.id).where(of_these)))
        fulltext.remove(connection, ids)
        connection.execute(delete(passages).where(of_these))
        _remove_from_index(connection, ids)


def _remove_from_index(connection: Connection, ids: Sequence[int]) -> None:
    # Also those that were still to be added: a crash may have left them in the index unmarked.
    for some in portions(ids):
        connection.execute(delete(outbox).where(outbox.c.passage_id.in_(some)))
        connection.execute(outbox.insert(), [{"passage_id": id, "action": "remove"} for id in some])
