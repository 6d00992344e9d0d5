"""The library's tables, how its SQLite file is opened, and how its errors are told."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.exc import DBAPIError

from rag.disk import can_write, connect_to_read, is_full
from rag.errors import DataFolderError, LibraryBusy

VERSION = 2
"""Of the tables below; see ``rag.upgrades`` for how an older library gets there."""

FILE = "dateline.sqlite3"

tables = MetaData()

meta = Table(
    "meta",
    tables,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

# The embedder and the splitter stand with the article, not with each vector: one transaction makes
# all passages of an article, so they cannot differ, and the check at start stays one index look-up.
articles = Table(
    "articles",
    tables,
    Column("id", String, primary_key=True),
    Column("url", String, unique=True),
    # The address as addresses are compared, see ``rag.address``.
    Column("url_key", String),
    Column("source", String),
    Column("content_hash", String, nullable=False, unique=True),
    Column("title", String, nullable=False),
    Column("text", Text, nullable=False),
    # What was given, zlib of UTF-8; NULL when it is the text as it stands above.
    Column("raw", LargeBinary),
    Column("lines", Text, nullable=False),
    Column("teasers", Text, nullable=False),
    Column("publisher", String),
    Column("publisher_key", String, index=True),
    Column("author", String),
    Column("published", Date, index=True),
    Column("updated", Date),
    Column("fetched", DateTime),
    # Whose pages share their furniture, see ``rag.repeats``.
    Column("site", String),
    Column("added_at", DateTime, nullable=False),
    Column("embedder", String, nullable=False),
    Column("splitter", String, nullable=False),
    Index("articles_made_by", "embedder", "splitter"),
    Index("articles_url_key", "url_key", unique=True),
    Index("articles_site", "site", "added_at"),
)

# Files that hold an article. It goes away when the last one of them holds another.
sources = Table(
    "sources",
    tables,
    Column("source", String, primary_key=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), index=True, nullable=False),
)

# No text here: a passage is ``article.text[start:end]`` and nothing else, so that a quote can never
# differ from the article it is taken from. AUTOINCREMENT never gives an id a second time, so what
# the index still holds of a removed passage can never pass for another one.
passages = Table(
    "passages",
    tables,
    Column("id", Integer, primary_key=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    UniqueConstraint("article_id", "ordinal"),
    sqlite_autoincrement=True,
)

vectors = Table(
    "vectors",
    tables,
    Column("passage_id", ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

# What the index has not been told yet. No foreign key: removed passages are gone from the others.
outbox = Table(
    "outbox",
    tables,
    Column("passage_id", Integer, primary_key=True, autoincrement=False),
    Column("action", String, nullable=False, index=True),
)

# Which pages of a site hold which lines; a line is a hash, see ``rag.repeats``.
site_lines = Table(
    "site_lines",
    tables,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Index("site_lines_line", "line"),
    sqlite_with_rowid=False,
)

# Lines that were learned to be furniture of a site. ``applied`` says whether the pages that were
# stored already have been cleaned of it.
site_furniture = Table(
    "site_furniture",
    tables,
    Column("site", String, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("applied", Boolean, nullable=False),
)

_ADVICE = {
    "FULL": "the disk is full. Nothing of this step was stored; free some space and repeat it",
    "READONLY": "it is read-only. Nothing was changed; make it writable or set DATELINE_DATA",
    "CANTOPEN": "it cannot be opened. Nothing was changed; make it writable or set DATELINE_DATA",
    "PERM": "permission is denied. Nothing was changed; make it writable or set DATELINE_DATA",
    "NOTADB": "it is no SQLite file. Nothing was changed; move it away or set DATELINE_DATA",
    "CORRUPT": "it is damaged. Nothing was changed; put back a copy of the data folder",
    "IOERR": "the disk gave an error. Nothing of this step was stored; check the disk",
}


def open_database(path: Path) -> Engine:
    """The SQLite file at ``path``: its folder is made, itself at the first connection.

    Raises DataFolderError.
    """
    folder = path.parent
    with telling(folder):
        folder.mkdir(parents=True, exist_ok=True)
        url, file = f"sqlite:///{path}", path
        if file.is_file() and not can_write(folder):
            engine = create_engine(url, creator=lambda: connect_to_read(file))
        else:
            engine = create_engine(url, connect_args={"timeout": 5})
            event.listen(engine, "connect", _connected)
        event.listen(engine, "begin", _begun)
        return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One read transaction: everything read in it is of one moment."""
    path = _path(engine)
    with telling(path.parent, path), engine.begin() as connection:
        yield connection


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: all of it is stored, or nothing."""
    path = _path(engine)
    with (
        telling(path.parent, path),
        engine.execution_options(dateline_write=True).begin() as connection,
    ):
        yield connection


@contextmanager
def telling(folder: Path, database: Path | None = None) -> Iterator[None]:
    """Turn errors of SQLite and of the file system into DataFolderError.

    ``database`` is the file in the folder that is used, when it is not the library.
    """
    try:
        yield
    except FileExistsError:
        raise DataFolderError(
            f"The data folder {folder} is a file. Nothing was changed; "
            "move it away or set DATELINE_DATA to another folder."
        ) from None
    except OSError as error:
        advice = "free some space" if error.errno == errno.ENOSPC else "make it writable"
        raise DataFolderError(
            f"The data folder {folder} cannot be used: {error.strerror or error}. Nothing was "
            f"changed; {advice} or set DATELINE_DATA to another folder."
        ) from error
    except DBAPIError as error:
        raise _told(database or folder / FILE, error) from error


def _told(path: Path, error: DBAPIError) -> DataFolderError:
    name: str = getattr(error.orig, "sqlite_errorname", "").removeprefix("SQLITE_")
    if name.startswith(("BUSY", "LOCKED")):
        return LibraryBusy(
            f"The library in {path.parent} is being written to by another process. "
            "Nothing of this step was stored; try again when it has finished."
        )
    # A file beside it that cannot grow is an I/O error, or one that cannot be opened.
    if name.startswith(("IOERR", "CANTOPEN")) and is_full(path.parent):
        name = "FULL"
    advice = next((text for code, text in _ADVICE.items() if name.startswith(code)), None)
    why = advice or f"{error.orig}. Nothing of this step was stored; check the data folder"
    return DataFolderError(f"The file {path} cannot be used: {why}.")


def _path(engine: Engine) -> Path:
    return Path(engine.url.database or "")


def _connected(connection: sqlite3.Connection, _record: Any) -> None:
    # Python's sqlite3 would begin transactions on its own, and none for a read.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "busy_timeout = 5000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begun(connection: Connection) -> None:
    write = connection.get_execution_options().get("dateline_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
