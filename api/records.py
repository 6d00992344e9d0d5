"""What the service itself keeps, in one SQLite file in the data folder: keys, jobs, and the like.

Each module that keeps something defines its table on ``tables``. The file is apart from the
library, which knows nothing of who asks; `dateline backup` copies the library only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, MetaData

from rag.schema import changing, open_database

FILE = "service.sqlite3"

tables = MetaData()


def open_records(folder: Path) -> Engine:
    """The database, made when missing; for ``rag.schema.reading`` and ``changing``.

    ``dispose`` of it when done. Raises DataFolderError.
    """
    database = open_database(folder / FILE)
    with changing(database) as connection:
        tables.create_all(connection)
    return database


@contextmanager
def records_in(folder: Path) -> Iterator[Engine]:
    """The same for a while."""
    database = open_records(folder)
    try:
        yield database
    finally:
        database.dispose()
