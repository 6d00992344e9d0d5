"""What a library lists: its articles, the newest first, and who published them."""

from sqlalchemy import Connection, func, select

from rag.rows import Listed, listed_of, narrowed
from rag.schema import articles, passages
from rag.types import Filters, Frozen


class Outlet(Frozen):
    """A publisher, as most of its articles write it, and how many articles there are of it."""

    name: str
    articles: int


def newest(
    connection: Connection, filters: Filters, *, titled: str | None, limit: int, offset: int
) -> list[Listed]:
    """Articles by published date, or the day added for those without, the newest first.

    ``titled`` must stand in the title, in any case of the letters a to z.
    """
    day = func.coalesce(articles.c.published, func.date(articles.c.added_at))
    count = select(func.count()).where(passages.c.article_id == articles.c.id).scalar_subquery()
    statement = narrowed(select(articles, count.label("passages")), filters)
    if titled and "\0" in titled:
        return []  # no title has one, and LIKE would end there and match all
    if titled:
        statement = statement.where(articles.c.title.icontains(titled, autoescape=True))
    statement = (
        statement.order_by(day.desc(), articles.c.added_at.desc(), articles.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [listed_of(row) for row in connection.execute(statement)]


def outlets(connection: Connection, *, limit: int) -> list[Outlet]:
    """The publishers with the most articles, by name."""
    name, key = articles.c.publisher, articles.c.publisher_key
    count = func.count()
    spelt = select(key, name, count.label("n")).where(key.is_not(None)).group_by(key, name)
    totals: dict[str, int] = {}
    names: dict[str, str] = {}
    for row in connection.execute(spelt.order_by(count.desc(), name)):
        names.setdefault(row.publisher_key, row.publisher)
        totals[row.publisher_key] = totals.get(row.publisher_key, 0) + row.n
    most = sorted(totals, key=lambda each: (-totals[each], each))[:limit]
    return [Outlet(name=names[each], articles=totals[each]) for each in sorted(most)]
