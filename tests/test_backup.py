"""Backup and restore: one whole file, also beside a writer, and either library after any kill."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
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
from rag.ingest import delete, ingest
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


# -- kills

KILLED = """
import os, signal, sqlite3, sys
from pathlib import Path
from rag import backup
from rag.index import Index

step, when, kept, data = sys.argv[1:]
owner = {"drop": Index, "VACUUM": None, "copy": None, "checkpoint": None}.get(step, backup)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


class Connection(sqlite3.Connection):
    def execute(self, statement, *given):
        here = statement.startswith("VACUUM") and step == "VACUUM"
        here = here or ("checkpoint" in statement and step == "checkpoint")
        if here and when == "before":
            die()
        done = super().execute(statement, *given)
        if here:
            die()
        return done

    def backup(self, target, **given):
        if step != "copy":
            return super().backup(target)
        super().backup(target, pages=5, progress=lambda *_: die())


if owner is not None:
    real = getattr(owner, step)

    def killing(*args, **given):
        if when == "before":
            die()
        real(*args, **given)
        die()

    setattr(owner, step, killing)
else:
    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **given: connect(*args, **given, factory=Connection)
if step in ("VACUUM", "_place", "_sync") and data == "-":
    backup.backup(Path(kept).parent / "data", Path(kept), force=True)
else:
    backup.restore(Path(kept), Path(data), force=True)
"""


def killed(step: str, when: str, kept: Path, data: Path | str) -> None:
    command = [sys.executable, "-c", KILLED, step, when, str(kept), str(data)]
    ended = subprocess.run(command, capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


@pytest.mark.parametrize(
    ("step", "when", "left"),
    [
        pytest.param("VACUUM", "before", "old", marks=pytest.mark.torture),
        pytest.param("VACUUM", "after", "old", marks=pytest.mark.torture),
        pytest.param("drop", "before", "old", marks=pytest.mark.torture),
        pytest.param("drop", "after", "old", marks=pytest.mark.torture),
        ("copy", "during", "old"),
        pytest.param("checkpoint", "before", "new", marks=pytest.mark.torture),
        pytest.param("checkpoint", "after", "new", marks=pytest.mark.torture),
        ("_swap", "after", "new"),
    ],
)
def test_a_killed_restore_leaves_the_old_or_the_new_library_whole(
    engine: Engine, data: Path, embedder: CountingEmbedder, tmp_path: Path,
    step: str, when: str, left: str,
) -> None:  # fmt: skip
    tell(engine, *range(3))
    backup(data, tmp_path / "kept")
    tell(engine, *range(3, 6))
    engine.close()
    killed(step, when, tmp_path / "kept", data)
    numbers = range(6) if left == "old" else range(3)
    assert stored(data) == titles(*numbers)
    assert_searchable(data, embedder, *numbers)
    restore(tmp_path / "kept", data, force=True)
    assert not list(data.glob(".restoring*"))
    assert_searchable(data, embedder, *range(3))


@pytest.mark.torture
@pytest.mark.parametrize("turn", range(60))
def test_a_restore_killed_at_any_time_leaves_one_library_whole(
    engine: Engine, data: Path, embedder: CountingEmbedder, tmp_path: Path, turn: int
) -> None:
    tell(engine, *range(2))
    backup(data, tmp_path / "kept")
    tell(engine, *range(2, 4))
    engine.close()
    program = (
        "import sys; from pathlib import Path; from rag.backup import restore; print('go', flush=1)"
        "\nwhile True: restore(Path(sys.argv[1]), Path(sys.argv[2]), force=True)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "kept"), str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        running.stdout.readline()
        try:
            running.wait(timeout=turn / 30)
        except subprocess.TimeoutExpired:
            running.kill()
    left = stored(data)
    assert left in (titles(0, 1), titles(0, 1, 2, 3))
    assert_searchable(data, embedder, *range(len(left)))


@pytest.mark.parametrize(
    ("step", "when"),
    [
        pytest.param("VACUUM", "after", marks=pytest.mark.torture),
        ("_place", "before"),
        pytest.param("_sync", "after", marks=pytest.mark.torture),
    ],
)
def test_a_killed_backup_leaves_the_file_that_was_there(
    engine: Engine, data: Path, tmp_path: Path, step: str, when: str
) -> None:
    tell(engine, 0)
    backup(data, tmp_path / "kept")
    before = (tmp_path / "kept").read_bytes()
    tell(engine, 1)
    killed(step, when, tmp_path / "kept", "-")
    assert (tmp_path / "kept").read_bytes() == before
    assert stored(data) == titles(0, 1)
    backup(data, tmp_path / "kept", force=True)


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
