"""Whatever is killed at any step of a backup or a restore, one whole library or file is left."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CountingEmbedder

from rag.backup import backup, restore
from rag.engine import Engine
from tests.trams import assert_searchable, stored, tell, titles

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
