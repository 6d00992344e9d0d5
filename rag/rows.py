"""Between the library's rows and the types of the design."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, TypeVarTuple

import numpy as np
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from rag import address, fulltext
from rag.repeats import site_of
from rag.schema import articles, passages
from rag.types import Article, ArticleRef, Filters, Line, Passage, PassageVector, Teaser

_LINES = TypeAdapter(tuple[Line, ...])
_TEASERS = TypeAdapter(tuple[Teaser, ...])
# SQLite takes 32,766 bound values in one statement; older builds 999.
_MOST_VALUES = 900

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Listed(ArticleRef):
    """An article in a list. ``passages`` is how many it was split into."""

    source: str | None
    added_at: datetime
    passages: int


def article_values(article: Article) -> dict[str, object]:
    """An article as values of the articles table, without embedder, splitter and added_at."""
    values: dict[str, object] = article.model_dump(exclude={"lines", "teasers"})
    values |= layers(article)
    values["publisher_key"] = publisher_key(article.publisher)
    values["url_key"] = address.key(article.url) if article.url else None
    values["site"] = site_of(article)
    if article.fetched is not None:
        values["fetched"] = without_zone(article.fetched)
    return values


def article_of(row: Row[Any]) -> Article:
    """The article in a row of the articles table."""
    plain = {name: getattr(row, name) for name in Article.model_fields}
    plain["lines"] = _LINES.validate_json(row.lines)
    plain["teasers"] = _TEASERS.validate_json(row.teasers)
    if row.fetched is not None:
        plain["fetched"] = row.fetched.replace(tzinfo=UTC)
    return Article(**plain)


def layers(article: Article) -> dict[str, str]:
    """The columns that say what each line of an article is."""
    return {
        "lines": _LINES.dump_json(article.lines).decode(),
        "teasers": _TEASERS.dump_json(article.teasers).decode(),
    }


def listed_of(row: Row[Any]) -> Listed:
    """The list entry in a row of the articles table with its number of passages."""
    plain = {name: getattr(row, name) for name in Listed.model_fields}
    plain["added_at"] = row.added_at.replace(tzinfo=UTC)
    return Listed(**plain)


def articles_of(connection: Connection, ids: Iterable[str]) -> dict[str, Article]:
    """The articles with these ids, by id; absent ones are left out."""
    found: dict[str, Article] = {}
    for some in portions(ids):
        rows = connection.execute(select(articles).where(articles.c.id.in_(some)))
        found |= {row.id: article_of(row) for row in rows}
    return found


def passages_of(connection: Connection, ids: Iterable[int]) -> dict[int, Passage]:
    """The passages with these ids, by id; absent ones are left out."""
    return {
        passage.id: passage
        for some in portions(ids)
        for passage in passages_where(connection, passages.c.id.in_(some))
    }


def passages_where(connection: Connection, condition: ColumnElement[bool]) -> Iterator[Passage]:
    """The passages that meet a condition, by article and place, sliced from the articles' texts."""
    statement = (
        select(passages, articles.c.text)
        .join(articles)
        .where(condition)
        .order_by(passages.c.article_id, passages.c.ordinal)
    )
    for row in connection.execute(statement):
        yield Passage(
            id=row.id,
            article_id=row.article_id,
            ordinal=row.ordinal,
            kind=row.kind,
            start=row.start,
            end=row.end,
            text=row.text[row.start : row.end],
        )


def passage_vector_of(row: Row[Any]) -> PassageVector:
    """What the index takes, from a row of passages joined with vectors and articles."""
    return PassageVector(
        passage_id=row.id,
        article_id=row.article_id,
        kind=row.kind,
        vector=np.frombuffer(row.vector, dtype="<f4"),
        publisher=row.publisher,
        published=row.published,
    )


def narrowed(statement: Select[*Ts], filters: Filters) -> Select[*Ts]:
    """A select from articles, narrowed. No date meets no bound, as NULL meets none in SQL."""
    if filters.articles:
        statement = statement.where(articles.c.id.in_(filters.articles))
    if filters.publisher is not None:
        statement = statement.where(articles.c.publisher_key == publisher_key(filters.publisher))
    if filters.since is not None:
        statement = statement.where(articles.c.published >= filters.since)
    if filters.until is not None:
        statement = statement.where(articles.c.published <= filters.until)
    return statement


def listing(filters: Filters, title: str | None = None) -> Select[*tuple[Any, ...]] | None:
    """A select of articles with their numbers of passages, the newest first.

    That is by published date, or the day added for those without. None when no article can have
    the words of ``title`` in its title.
    """
    day = func.coalesce(articles.c.published, func.date(articles.c.added_at))
    count = select(func.count()).where(passages.c.article_id == articles.c.id).scalar_subquery()
    statement = narrowed(select(articles, count.label("passages")), filters)
    if title is not None:
        titled = fulltext.in_title(title)
        if titled is None:
            return None
        of = select(passages.c.article_id).where(passages.c.id.in_(titled))
        statement = statement.where(articles.c.id.in_(of))
    return statement.order_by(day.desc(), articles.c.added_at.desc(), articles.c.id)


def publisher_key(publisher: str | None) -> str | None:
    """A publisher's name as it is compared: without regard to case and outer space."""
    return None if publisher is None else publisher.strip().casefold()


def now() -> datetime:
    """The time in UTC, without a zone, as the database keeps it."""
    return without_zone(datetime.now(UTC))


def without_zone(moment: datetime) -> datetime:
    """A moment as the database keeps it: in UTC, which it does not say."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def portions(values: Iterable[T]) -> Iterator[Sequence[T]]:
    """Values in portions that fit into one statement."""
    given = list(values)
    for at in range(0, len(given), _MOST_VALUES):
        yield given[at : at + _MOST_VALUES]
