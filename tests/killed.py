"""What the crash tests kill: a process that adds, changes and deletes articles until it is ended.

It begins as any start after a crash does, and then holds the library against what was acknowledged.
"""

import os
import random
import sqlite3
import time
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import chromadb  # noqa: F401 - loaded once, before the processes fork off

from api.cli import main
from rag.engine import Engine
from rag.ingest import delete, ingest
from rag.rebuild import rebuild
from rag.settings import Settings
from rag.wiring import open_engine

KEYS = [f"story{n}" for n in range(8)]

State = dict[str, int]
"""The version of each article that is there."""


class Service:
    """Works in an engine that stays open."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ingest(self, paths: list[Path]) -> None:
        assert not ingest(self._engine, paths).failed

    def delete(self, ids: list[str]) -> None:
        for id in ids:
            delete(self._engine, id)

    def rebuild(self) -> None:
        rebuild(self._engine)


class Commands:
    """Works by the command line, which opens and closes everything each time."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def ingest(self, paths: list[Path]) -> None:
        self._run("ingest", *(str(path) for path in paths))

    def delete(self, ids: list[str]) -> None:
        self._run("articles", "delete", *ids)

    def rebuild(self) -> None:
        self._run("rebuild")

    def _run(self, *args: str) -> None:
        assert main(["--data", str(self._data), *args]) == 0


def work(data: Path, seed: int, connection: Connection) -> None:
    """Start up, check, and then work until killed; everything is told through ``connection``."""
    rng = random.Random(seed)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    began = time.perf_counter()
    with open_engine(Settings(data=data)) as engine:
        engine.index.count()
        connection.send(("ready", time.perf_counter() - began))
        connection.send(("seen", check(engine)))
        while seed % 2:
            act(data, Service(engine), rng, connection)
    while True:
        act(data, Commands(data), rng, connection)


def act(data: Path, by: Service | Commands, rng: random.Random, connection: Connection) -> None:
    """Add or change some articles, delete some, or rebuild."""
    if rng.random() < 0.1:
        connection.send(("rebuild", {}))
        by.rebuild()
        connection.send(("rebuilt", {}))
        return
    keys = rng.sample(KEYS, rng.choice([1, 1, 1, 4]))
    ids = ids_of(data)
    gone = [ids[key] for key in keys if key in ids]
    if rng.random() < 0.35 and gone:
        given = dict.fromkeys(keys, 0)
        connection.send(("begin", given))
        by.delete(gone)
    else:
        given = {key: rng.randrange(1, 10**6) for key in keys}
        for key, version in given.items():
            path(data, key).write_text(text(key, version))
        connection.send(("begin", given))
        by.ingest([path(data, key) for key in keys])
    connection.send(("done", given))


def check(engine: Engine) -> State:
    """Raise AssertionError unless all is whole and in step; say which versions are there."""
    with closing(sqlite3.connect(engine.library.folder / "dateline.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        [rows] = connection.execute(
            "SELECT (SELECT count(*) FROM passages), (SELECT count(*) FROM vectors), "
            "(SELECT count(*) FROM fulltext)"
        ).fetchall()
        assert len(set(rows)) == 1, rows
    found = engine.audit()
    assert found.sound, str(found)
    assert found.passages == rows[0]
    seen: State = {}
    for listed in engine.library.newest(limit=1000):
        article = engine.library.get(listed.id)
        key, version = article.text.split()[:2]
        assert key not in seen
        seen[key] = int(version)
        assert article.text == text(key, int(version))
        passages = engine.library.passages_of(listed.id)
        assert len(passages) == listed.passages > 0
        hits = {id for id, _ in engine.library.keyword([f"{key}word{version}"], limit=99)}
        assert hits == {passages[-1].id}
    return seen


def text(key: str, version: int) -> str:
    """An article of a few passages, another one for each key and version."""
    said = " ".join(f"{key} was seen on day {version + n} by {n} people." for n in range(30))
    return f"{key} {version} was seen\n\n{said}\n\nThe word of it was {key}word{version} then.\n"


def path(data: Path, key: str) -> Path:
    return data.parent / f"{key}.txt"


def ids_of(data: Path) -> dict[str, str]:
    """The ids of the articles that are there, by key."""
    with closing(sqlite3.connect(data / "dateline.sqlite3")) as connection:
        rows = connection.execute("SELECT source, id FROM articles").fetchall()
    return {Path(source).stem: id for source, id in rows}
