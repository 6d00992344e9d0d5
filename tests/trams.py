"""Libraries of numbered stories about a tram, and whether one is whole and searchable."""

import sqlite3
from contextlib import closing
from pathlib import Path

from conftest import CountingEmbedder

from rag.engine import Engine
from rag.ingest import ingest
from rag.library import Library
from rag.schema import FILE
from rag.sources import Source

STORIES = [
    f"Tram line {n} reaches Vell\n\nTram {n} reached the town of Vell on Sunday, they said.\n"
    for n in range(40)
]


def stored(data: Path) -> set[str]:
    """The titles in a library, which must be whole."""
    with closing(sqlite3.connect(data / FILE)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    library = Library(data)
    try:
        return {each.title for each in library.newest(limit=1_000)}
    finally:
        library.close()


def titles(*numbers: int) -> set[str]:
    return {f"Tram line {n} reaches Vell" for n in numbers}


def tell(engine: Engine, *numbers: int) -> None:
    ingest(engine, [Source(content=STORIES[n]) for n in numbers])


def opened(data: Path, embedder: CountingEmbedder) -> Engine:
    return Engine(Library(data), make_embedder=lambda: embedder)


def assert_searchable(data: Path, embedder: CountingEmbedder, *numbers: int) -> None:
    """All that is stored is found by its vector, and nothing was embedded for that."""
    embedder.texts.clear()
    with opened(data, embedder) as engine:
        engine.catch_up()
        assert embedder.texts == []
        counts = engine.library.counts()
        assert (counts.articles, counts.pending) == (len(numbers), 0)
        assert engine.index.count() == counts.passages
        for n in numbers:
            [(nearest, _)] = engine.index.search(embedder.embed([STORIES[n]])[0], limit=1)
            assert f"Tram {n} " in engine.library.passages([nearest])[nearest].text
