"""Backup and restore: one whole file, also beside a writer, and either library after any kill."""

import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from conftest import CountingEmbedder

from api import cli
from rag.backup import backup, restore
from rag.embed import LocalEmbedder
from rag.engine import Engine
from rag.errors import BadInput, DatelineError, LibraryBusy, LibraryTooNew
from rag.ingest import delete
from rag.library import Library
from rag.schema import FILE
from tests.trams import assert_searchable, opened, stored, tell, titles


@pytest.fixture(scope="module")
def made(local_embedder: LocalEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a library of two stories (``data``) and a backup of one of them (``kept``)."""
    folder = tmp_path_factory.mktemp("made")
    with opened(folder / "data", CountingEmbedder(local_embedder)) as engine:
        tell(engine, 0)
        backup(folder / "data", folder / "kept")
        tell(engine, 1)
    return folder


def test_a_backup_is_one_file_and_comes_back_without_embedding(
    engine: Engine, data: Path, embedder: CountingEmbedder, tmp_path: Path
) -> None:
    tell(engine, 0, 1)
    held = backup(data, tmp_path / "kept")
    assert (held.articles, held.bytes) == (2, (tmp_path / "kept").stat().st_size)
    tell(engine, 2)
    engine.close()
    restore(tmp_path / "kept", data, force=True)
    assert stored(data) == titles(0, 1)
    assert_searchable(data, embedder, 0, 1)
    restore(tmp_path / "kept", tmp_path / "new")
    assert_searchable(tmp_path / "new", embedder, 0, 1)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"data", "kept", "new"}
    assert {path.name for path in data.iterdir()} <= {FILE, "chroma", "chroma.seal", "lock"}


def test_what_was_deleted_is_not_in_a_backup(engine: Engine, data: Path, tmp_path: Path) -> None:
    tell(engine, 0, 1)
    delete(engine, engine.library.newest(limit=1)[0].id)
    (left,) = engine.library.newest()
    gone = next(n for n in (0, 1) if f"line {n} " not in left.title)
    backup(data, tmp_path / "kept")
    content = (tmp_path / "kept").read_bytes()
    assert f"Tram {1 - gone} reached".encode() in content
    assert f"Tram {gone} reached".encode() not in content


def test_two_restored_libraries_and_their_origin_share_no_index(
    engine: Engine, data: Path, tmp_path: Path
) -> None:
    tell(engine, 0)
    backup(data, tmp_path / "kept")
    names = {engine.library.name}
    for number in range(2):
        restore(tmp_path / "kept", tmp_path / f"{number}")
        library = Library(tmp_path / f"{number}")
        names.add(library.name)
        library.close()
    assert len(names) == 3


def test_backups_beside_a_writer_are_each_of_one_moment(
    engine: Engine, data: Path, embedder: CountingEmbedder, tmp_path: Path
) -> None:
    tell(engine, 0)
    done = threading.Event()

    def write() -> None:
        with opened(data, embedder) as other:
            for n in range(1, 12):
                tell(other, n)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen: list[int] = []
    while not done.is_set():
        held = backup(data, tmp_path / "kept", force=True)
        restore(tmp_path / "kept", tmp_path / "other", force=True)
        assert stored(tmp_path / "other") == titles(*range(held.articles))
        seen.append(held.articles)
    writer.join()
    assert seen == sorted(seen)
    assert stored(data) == titles(*range(12))


def test_a_reader_beside_a_restore_sees_the_old_or_the_new(
    engine: Engine, data: Path, tmp_path: Path
) -> None:
    tell(engine, 0, 1, 2)
    backup(data, tmp_path / "three")
    delete(engine, engine.library.newest()[0].id)
    delete(engine, engine.library.newest()[0].id)
    backup(data, tmp_path / "one")
    done = threading.Event()
    seen: set[tuple[int, int]] = set()
    # Two that stay open, as a command does that began before the restore and ends after it.
    readers = [Library(data), Library(data)]

    def read() -> None:
        while not done.is_set():
            for reader in readers:
                counts = reader.counts()
                seen.add((counts.articles, len(reader.newest())))

    reading = threading.Thread(target=read)
    reading.start()
    for turn in range(10):
        restore(tmp_path / ("three", "one")[turn % 2], data, force=True)
    done.set()
    reading.join()
    for reader in readers:
        reader.close()
    # Counted in two steps, between which a restore may fall.
    assert seen <= {(1, 1), (3, 3), (1, 3), (3, 1)}
    assert len(stored(data)) == 1


# -- what is refused


def test_a_target_that_cannot_be_meant(engine: Engine, data: Path, tmp_path: Path) -> None:
    tell(engine, 0)
    library, link = data / FILE, tmp_path / "link"
    link.symlink_to(library)
    (tmp_path / "hard").hardlink_to(library)
    own = [
        f"{FILE}",
        f"{FILE}-wal",
        f"{FILE}-shm",
        "lock",
        "lock.json",
        "chroma.seal",
        "chroma/chroma.sqlite3",
    ]
    for target in [*(data / name for name in own), link, tmp_path / "hard"]:
        with pytest.raises(BadInput, match=r"of the data folder itself\. Nothing was written"):
            backup(data, target, force=True)
    with pytest.raises(BadInput, match=r"is not there\. Nothing was written"):
        backup(data, tmp_path / "none" / "kept")
    with pytest.raises(BadInput, match="is a folder"):
        backup(data, tmp_path, force=True)
    with pytest.raises(BadInput, match="no library in"):
        backup(tmp_path / "none", tmp_path / "kept")
    assert not (tmp_path / "none").exists()
    (tmp_path / "kept").write_text("precious")
    with pytest.raises(BadInput, match="there already"):
        backup(data, tmp_path / "kept")
    assert (tmp_path / "kept").read_text() == "precious"
    backup(data, tmp_path / "kept", force=True)
    assert stored(data) == titles(0)


def altered(kept: Path, *statements: str) -> None:
    with closing(sqlite3.connect(kept, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def overwritten(kept: Path) -> None:
    """A page in the middle lost, as a bad disk loses it."""
    content = bytearray(kept.read_bytes())
    content[4096 * 8 : 4096 * 12] = b"\7" * 4096 * 4
    kept.write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "error", "says"),
    [
        (lambda kept: kept.unlink(), BadInput, "is no file"),
        (lambda kept: kept.write_bytes(b""), BadInput, "no library of Dateline"),
        (lambda kept: kept.write_bytes(b"news " * 999), BadInput, "no SQLite file"),
        (lambda kept: kept.write_bytes(kept.read_bytes()[:20_000]), BadInput, "damaged"),
        (overwritten, BadInput, "damaged"),
        (lambda kept: altered(kept, "DROP TABLE vectors"), BadInput, "no library of Dateline"),
        (lambda kept: altered(kept, "DELETE FROM vectors"), BadInput, "damaged"),
        (lambda kept: altered(kept, "DELETE FROM articles"), BadInput, "damaged"),
        (lambda kept: altered(kept, "DELETE FROM meta"), BadInput, "no library of Dateline"),
        (
            lambda kept: altered(kept, "UPDATE meta SET value = '99' WHERE key = 'schema'"),
            LibraryTooNew,
            "99",
        ),
        (
            lambda kept: altered(
                kept, "CREATE TRIGGER t AFTER DELETE ON outbox BEGIN DELETE FROM articles; END"
            ),
            BadInput,
            "no library of Dateline",
        ),
    ],
)
def test_a_file_that_is_no_whole_library_changes_nothing(
    made: Path,
    tmp_path: Path,
    harm: Callable[[Path], object],
    error: type[DatelineError],
    says: str,
) -> None:
    data, kept = tmp_path / "data", tmp_path / "kept"
    shutil.copytree(made / "data", data)
    shutil.copy(made / "kept", kept)
    harm(kept)
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    with pytest.raises(error, match=says) as told:
        restore(kept, data, force=True)
    assert "Nothing was changed" in str(told.value)
    with pytest.raises(error):
        restore(kept, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == before


def test_articles_are_replaced_only_when_that_is_meant(
    engine: Engine, data: Path, tmp_path: Path
) -> None:
    tell(engine, 0)
    backup(data, tmp_path / "kept")
    with pytest.raises(BadInput, match=r"holds 1 articles. Nothing was changed; --force"):
        restore(tmp_path / "kept", data)
    with pytest.raises(BadInput, match="the library itself"):
        restore(data / FILE, data, force=True)
    delete(engine, engine.library.newest()[0].id)
    restore(tmp_path / "kept", data)
    assert stored(data) == titles(0)


@pytest.mark.parametrize("log", [False, True])
def test_a_damaged_library_gives_way_and_is_kept(
    engine: Engine, data: Path, embedder: CountingEmbedder, tmp_path: Path, log: bool
) -> None:
    tell(engine, 0)
    backup(data, tmp_path / "kept")
    tell(engine, 1)
    engine.close()
    damaged = {FILE: b"gone " * 9_999}
    if log:
        damaged[f"{FILE}-wal"] = b"lost " * 9_999
    for name, content in damaged.items():
        (data / name).write_bytes(content)
    with pytest.raises(BadInput, match="cannot be read"):
        restore(tmp_path / "kept", data)
    restore(tmp_path / "kept", data, force=True)
    assert_searchable(data, embedder, 0)
    kept = {path.name.split("-", 4)[4]: path.read_bytes() for path in data.glob("damaged-*")}
    assert kept[FILE] == damaged[FILE]
    assert kept.keys() >= damaged.keys()


def test_who_else_writes_is_named_to_a_restore_and_no_hindrance_to_a_backup(
    engine: Engine, data: Path, tmp_path: Path
) -> None:
    tell(engine, 0)
    with engine.writing():
        backup(data, tmp_path / "kept")
        with pytest.raises(LibraryBusy, match=rf"process {os.getpid()} .*Nothing was changed"):
            restore(tmp_path / "kept", data, force=True)
    assert stored(data) == titles(0)


# -- the commands


def test_the_commands_say_what_they_did(
    engine: Engine, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tell(engine, 0, 1)
    kept = tmp_path / "kept"

    def run(*args: object, folder: Path = data) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main(["--data", str(folder), *map(str, args)])
        return code, *capsys.readouterr()

    code, out, err = run("backup", kept)
    assert (code, err) == (0, "")
    assert out == f"2 articles, 2 passages in {kept} ({kept.stat().st_size:,} bytes)\n"
    assert run("backup", kept)[0] == 2
    told = json.loads(run("backup", kept, "--force", "--json")[1])
    assert told == {
        "path": str(kept), "articles": 2, "passages": 2, "bytes": kept.stat().st_size,
    }  # fmt: skip
    code, out, err = run("restore", kept)
    assert (code, out, err.count("\n")) == (2, "", 1)
    new = tmp_path / "new"
    assert run("restore", kept, folder=new) == (
        0,
        f"2 articles, 2 passages restored to {new}\n",
        "",
    )
    assert json.loads(run("status", "--json", folder=new)[1])["index"] == "ready"
    assert json.loads(run("restore", kept, "--force", "--json")[1])["path"] == str(data)
    # Restored all the same, and the command that makes it searchable is named.
    monkeypatch.setenv("DATELINE_EMBEDDER", "text-embedding-3-small")
    monkeypatch.setenv("DATELINE_EMBED_API_KEY", "none")
    code, out, err = run("restore", kept, "--force")
    assert (code, out.count("restored to")) == (1, 1)
    assert "dateline rebuild" in err
