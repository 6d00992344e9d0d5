"""A library of an earlier schema, as it was written then, is brought up to date where it lies."""

import shutil
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection

from api.cli import main
from rag import upgrades
from rag.engine import Engine
from rag.ingest import ingest
from rag.library import Library
from rag.schema import FILE, VERSION
from rag.sources import Source
from tests.conftest import CountingEmbedder

WRITTEN = Path(__file__).parent / "libraries"
LIBRARY_NIGHT = (
    "---\ntitle: Night hours at the Quillon library\npublisher: Quillon Courier\n"
    "date: 2026-04-02\nurl: {url}\n---\n{text}\n"
)


@pytest.fixture(params=sorted(WRITTEN.glob("*.sqlite3")), ids=lambda path: path.stem)
def old(request: pytest.FixtureRequest, data: Path) -> Path:
    """A data folder with a library of an earlier schema, and no index."""
    data.mkdir()
    shutil.copy(request.param, data / FILE)
    return data


def shape(file: Path) -> dict[str, object]:
    """The columns of every table with their types and keys, and what every index is over."""
    with sqlite3.connect(file) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]
        return {
            name: (
                {
                    (col[1], col[2], col[5])
                    for col in connection.execute(f"PRAGMA table_info({name})")
                },
                [row[2] for row in connection.execute(f"PRAGMA index_info({name})")],
            )
            for name in names
            if not name.startswith("sqlite_")
        }


def test_its_articles_are_there_and_answer(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["--data", str(old), "ask", "What did the repairs of the Lindholm bridge cost?"]) == 0
    )
    out = capsys.readouterr().out
    assert "38 million crowns" in out
    assert "Lindholm bridge reopens after 14 months · Harbour Ledger · 12 May 2026" in out
    assert main(["--data", str(old), "status"]) == 0
    out = capsys.readouterr().out
    assert "articles: 2" in out
    assert "index: ready" in out


def test_it_has_the_shape_of_a_new_one(old: Path, tmp_path: Path) -> None:
    Library(old).close()
    Library(tmp_path / "new").close()
    assert shape(old / FILE) == shape(tmp_path / "new" / FILE)
    with sqlite3.connect(old / FILE) as connection:
        found = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    assert found == (str(VERSION),)


def test_a_new_version_of_a_page_still_takes_the_place_of_the_old_one(
    old: Path, embedder: CountingEmbedder
) -> None:
    with Engine(Library(old), make_embedder=lambda: embedder) as engine:
        before = {listed.title: listed.id for listed in engine.library.newest()}
        (same,) = ingest(
            engine,
            [
                Source(
                    content=LIBRARY_NIGHT.format(
                        url="http://courier.example/library-night/?utm_source=post#top",
                        text="The Quillon library will stay open until two on Thursdays.",
                    )
                )
            ],
        ).articles
        assert same.outcome == "changed"
        assert same.id == before["Night hours at the Quillon library"]
        article = engine.library.get(same.id)
        assert "until two" in article.text
        assert article.published == date(2026, 4, 2)
        assert engine.library.counts().articles == 2
        assert "until two" in engine.library.raw(same.id)


def test_an_upgrade_that_is_ended_leaves_the_old_library_whole(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: Callable[[Connection], None] = upgrades.UPGRADES[1]

    def ended(connection: Connection) -> None:
        whole(connection)
        raise KeyboardInterrupt

    monkeypatch.setitem(upgrades.UPGRADES, 1, ended)
    with pytest.raises(KeyboardInterrupt):
        Library(old)
    monkeypatch.undo()
    with sqlite3.connect(old / FILE) as connection:
        columns = {row[1] for row in connection.execute("PRAGMA table_info('articles')")}
    assert "raw" not in columns
    library = Library(old)
    assert library.counts().articles == 2
    library.close()
