"""A library's tables made in a new file, and those of an older version brought up to date."""

import secrets
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select, text, update

from rag import address, fulltext
from rag.errors import LibraryTooNew
from rag.repeats import line_keys, site_of
from rag.rows import article_of
from rag.schema import VERSION, articles, changing, meta, reading, site_lines, tables


def prepare(engine: Engine, folder: Path) -> None:
    """Make the tables in a new file, or bring older ones up to date, in one transaction.

    Raises LibraryTooNew, DataFolderError, LibraryBusy.
    """
    with reading(engine) as connection:
        if _version(connection, folder) == VERSION:
            return
    with changing(engine) as connection:
        # Another process may have done it in between.
        version = _version(connection, folder)
        if version is None:
            _make(connection)
        for before in range(version or VERSION, VERSION):
            UPGRADES[before](connection)
            known = meta.c.key == "schema"
            connection.execute(update(meta).where(known).values(value=str(before + 1)))


def _version(connection: Connection, folder: Path) -> int | None:
    """The schema's version, None in a new file."""
    if not connection.dialect.has_table(connection, "meta"):
        return None
    found = connection.scalar(select(meta.c.value).where(meta.c.key == "schema"))
    if found is None or int(found) > VERSION:
        raise LibraryTooNew(
            f"A newer Dateline wrote the library in {folder} (its schema is {found}, known here is "
            f"{VERSION}). Nothing was changed; install the newer one or set DATELINE_DATA."
        )
    return int(found)


def _make(connection: Connection) -> None:
    tables.create_all(connection)
    fulltext.create(connection)
    rows = {"schema": str(VERSION), "library": secrets.token_hex(8), "generation": "1"}
    connection.execute(insert(meta), [{"key": k, "value": v} for k, v in rows.items()])


def _to_2(connection: Connection) -> None:
    """What was given and fetched, addresses as they are compared, and the lines of each site."""
    for column, kind in (
        ("url_key", "VARCHAR"),
        ("raw", "BLOB"),
        ("fetched", "DATETIME"),
        ("site", "VARCHAR"),
    ):
        connection.execute(text(f"ALTER TABLE articles ADD COLUMN {column} {kind}"))
    tables.create_all(connection)
    taken: set[str] = set()
    for id in connection.scalars(select(articles.c.id).order_by(articles.c.added_at)).all():
        row = connection.execute(select(articles).where(articles.c.id == id)).one()
        article = article_of(row)
        site = site_of(article)
        url_key = address.key(article.url) if article.url else None
        # Two addresses that count as one now: both articles stay, the next version of the page
        # takes the place of the first.
        if url_key in taken:
            url_key = None
        taken |= {url_key} if url_key else set()
        values = {"site": site, "url_key": url_key}
        connection.execute(update(articles).where(articles.c.id == id).values(values))
        if site is not None and (keys := line_keys(article, site)):
            rows = [{"article_id": id, "line": key} for key in keys]
            connection.execute(insert(site_lines), rows)
    for index in articles.indexes:
        index.create(connection, checkfirst=True)


UPGRADES: dict[int, Callable[[Connection], None]] = {1: _to_2}
"""What brings a schema of each version to the next."""
