"""Who published the articles of a library."""

from sqlalchemy import Connection, func, select

from rag.schema import articles
from rag.types import Frozen


class Outlet(Frozen):
    """A publisher, as most of its articles write it, and how many articles there are of it."""

    name: str
    articles: int


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
