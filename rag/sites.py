"""What the library knows of each site: its newest pages, and the lines that are its furniture."""

from collections.abc import Iterable

from sqlalchemy import Engine, Select, func, select, update
from sqlalchemy.dialects.sqlite import insert

from rag.rows import article_of, portions
from rag.schema import articles, changing, reading, site_furniture, site_lines
from rag.types import Article


class Sites:
    """The sites of a library. Every method is one transaction; it raises as the library does."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def known(self, site: str) -> frozenset[int]:
        """The lines that were learned to be furniture of the site."""
        statement = select(site_furniture.c.line).where(site_furniture.c.site == site)
        with reading(self._database) as connection:
            return frozenset(connection.scalars(statement))

    def repeated(self, site: str, *, newest: int, least: int) -> set[int]:
        """Lines that stand on ``least`` of the newest pages of a site and are not known yet."""
        pages = _newest(site, newest).subquery()
        known = select(site_furniture.c.line).where(site_furniture.c.site == site)
        statement = (
            select(site_lines.c.line)
            .where(site_lines.c.article_id.in_(select(pages.c.id)), site_lines.c.line.not_in(known))
            .group_by(site_lines.c.line)
            .having(func.count() >= least)
        )
        with reading(self._database) as connection:
            return set(connection.scalars(statement))

    def pages(self, site: str, *, newest: int) -> list[Article]:
        """The newest pages of a site, by when they were added."""
        with reading(self._database) as connection:
            ids = list(connection.scalars(_newest(site, newest)))
            rows = connection.execute(select(articles).where(articles.c.id.in_(ids))).all()
        return sorted((article_of(row) for row in rows), key=lambda page: ids.index(page.id))

    def learn(self, site: str, lines: Iterable[int]) -> None:
        """Note lines as furniture of a site."""
        rows = [{"site": site, "line": line, "applied": False} for line in lines]
        with changing(self._database) as connection:
            for some in portions(rows):
                connection.execute(insert(site_furniture).on_conflict_do_nothing(), some)

    def unapplied(self) -> dict[str, list[int]]:
        """Lines of each site that pages stored before may still hold as text."""
        statement = select(site_furniture).where(site_furniture.c.applied.is_(False))
        found: dict[str, list[int]] = {}
        with reading(self._database) as connection:
            for row in connection.execute(statement):
                found.setdefault(row.site, []).append(row.line)
        return found

    def holding(self, lines: Iterable[int]) -> list[str]:
        """Ids of the articles on whose pages one of the lines stands."""
        found: dict[str, None] = {}
        with reading(self._database) as connection:
            for some in portions(lines):
                held = select(site_lines.c.article_id).where(site_lines.c.line.in_(some))
                found |= dict.fromkeys(connection.scalars(held.distinct()))
        return list(found)

    def mark_applied(self, site: str, lines: Iterable[int]) -> None:
        """No stored page holds these lines as text any longer."""
        with changing(self._database) as connection:
            for some in portions(lines):
                these = (site_furniture.c.site == site) & site_furniture.c.line.in_(some)
                connection.execute(update(site_furniture).where(these).values(applied=True))


def _newest(site: str, limit: int) -> Select[str]:
    return (
        select(articles.c.id)
        .where(articles.c.site == site)
        .order_by(articles.c.added_at.desc(), articles.c.id)
        .limit(limit)
    )
