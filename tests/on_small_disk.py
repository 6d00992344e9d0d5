"""Run by test_full_disk.py where it may mount: commands on disks that are full or read-only."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import CountingEmbedder

from api import cli
from rag.backup import backup
from rag.engine import Engine
from rag.errors import DataFolderError, SearchIndexError
from rag.ingest import delete, ingest
from rag.library import Library
from rag.sources import Source

TRAM = "Tram line reaches Vell\n\nThe tram reached Vell on Sunday, its operator Vellbahn said.\n"
BUS = "Bus strike in Marn\n\nBuses in Marn stood still on Monday, the mayor said.\n"
LONG = "A long story\n\n" + "\n\n".join(
    f"Line {n} of the story is as long as the others, said the woman who wrote it down."
    for n in range(300)
)

TORTURE = pytest.mark.torture

if "OWN_MOUNTS" not in os.environ:
    pytest.skip("mounts belong into a namespace of their own", allow_module_level=True)


@dataclass(frozen=True)
class Disk:
    """A small disk."""

    path: Path

    def fill(self, *, but: int = 0) -> None:
        """Fill it but for some bytes."""
        with (self.path / "ballast").open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"0" * 4096)
        os.truncate(self.path / "ballast", (self.path / "ballast").stat().st_size - but)

    def free(self) -> None:
        (self.path / "ballast").unlink()


@pytest.fixture
def mounted() -> Iterator[Callable[..., Disk]]:
    """Mounts a disk of some MB on a folder."""
    paths: list[Path] = []

    def mount(path: Path, megabytes: int = 8) -> Disk:
        path.mkdir(parents=True, exist_ok=True)
        size = f"size={megabytes}m"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", path], check=True)
        paths.append(path)
        return Disk(path)

    yield mount
    for path in reversed(paths):
        subprocess.run(["umount", "-l", path], check=True)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], data: Path) -> Callable[..., tuple[int, str, str]]:
    """A command; what it complains of is one line."""

    def command(*args: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main(["--data", str(data), *map(str, args)])
        out, err = capsys.readouterr()
        assert err.count("\n") == (code != 0), err
        assert "fault" not in err
        return code, out, err

    return command


def opened(data: Path, embedder: CountingEmbedder) -> Engine:
    return Engine(Library(data), make_embedder=lambda: embedder)


def titles(engine: Engine) -> set[str]:
    return {each.title for each in engine.library.newest()}


def found(engine: Engine, text: str) -> str:
    [(nearest, _)] = engine.index.search(engine.embedder.embed([text])[0], limit=1)
    return engine.library.passages([nearest])[nearest].text


def assert_in_step(engine: Engine) -> None:
    engine.catch_up()
    counts = engine.library.counts()
    assert counts.pending == 0
    assert engine.index.count() == counts.passages


@pytest.mark.parametrize(
    "but",
    [
        120_000,
        pytest.param(0, marks=TORTURE),
        pytest.param(4_096, marks=TORTURE),
        pytest.param(40_000, marks=TORTURE),
        pytest.param(300_000, marks=TORTURE),
    ],
)
def test_an_ingest_on_a_full_disk_stores_whole_articles_or_nothing(
    mounted: Callable[..., Disk], data: Path, embedder: CountingEmbedder,
    run: Callable[..., tuple[int, str, str]], tmp_path: Path, but: int,
) -> None:  # fmt: skip
    disk = mounted(data)
    with opened(data, embedder) as engine:
        ingest(engine, [Source(content=TRAM)])
    page = tmp_path / "long.txt"
    page.write_text(LONG)
    disk.fill(but=but)
    code, out, err = run("ingest", page)
    assert (code, out) in {(1, ""), (2, "")}
    assert "disk" in err
    assert "free some space" in err
    disk.free()
    with opened(data, embedder) as engine:
        assert {"Tram line reaches Vell"} <= titles(engine)
        assert_in_step(engine)
        assert "Vellbahn" in found(engine, "tram")
        assert ingest(engine, [page]).articles[0].outcome in {"new", "unchanged"}
        assert "as long as" in found(engine, "Line 7 of the story")


@pytest.mark.parametrize("but", [0, pytest.param(60_000, marks=TORTURE)])
@pytest.mark.parametrize("command", ["delete", "rebuild"])
def test_a_full_disk_loses_nothing_to_a_delete_or_a_rebuild(
    mounted: Callable[..., Disk], data: Path, embedder: CountingEmbedder,
    run: Callable[..., tuple[int, str, str]], but: int, command: str,
) -> None:  # fmt: skip
    disk = mounted(data)
    with opened(data, embedder) as engine:
        ingest(engine, [Source(content=TRAM), Source(content=LONG)])
        tram = next(each.id for each in engine.library.newest() if "Tram" in each.title)
    disk.fill(but=but)
    code, _, err = run("articles", "delete", tram) if command == "delete" else run("rebuild")
    if code:
        assert "disk" in err
        assert "free some space" in err
    disk.free()
    with opened(data, embedder) as engine:
        assert_in_step(engine)
        both = {"Tram line reaches Vell", "A long story"}
        # The library is changed before the index, which is what may then have found no room.
        deleted = command == "delete" and (code == 0 or "search index" in err)
        assert titles(engine) == both - ({"Tram line reaches Vell"} if deleted else set())
        assert "as long as" in found(engine, "Line 7 of the story")
        assert run("rebuild")[0] == 0


@pytest.mark.parametrize("but", [40_000, pytest.param(0, marks=TORTURE)])
def test_articles_are_safe_when_only_the_index_has_no_room(
    mounted: Callable[..., Disk], data: Path, embedder: CountingEmbedder, but: int
) -> None:
    disk = mounted(data / "chroma", 2)
    with opened(data, embedder) as engine:
        ingest(engine, [Source(content=TRAM)])
        disk.fill(but=but)
        with pytest.raises(SearchIndexError, match=r"safe in the library.* free some space"):
            ingest(engine, [Source(content=LONG)])
        assert titles(engine) == {"Tram line reaches Vell", "A long story"}
        with pytest.raises(SearchIndexError, match="free some space"):
            delete(engine, engine.library.newest()[0].id)
        assert len(titles(engine)) == 2
    disk.free()
    embedder.texts.clear()
    with opened(data, embedder) as engine:
        assert_in_step(engine)
        assert embedder.texts == []
        assert "as long as" in found(engine, "Line 7 of the story")


def test_a_backup_to_a_full_disk_leaves_the_one_that_was_there(
    mounted: Callable[..., Disk], engine: Engine, data: Path, tmp_path: Path,
    run: Callable[..., tuple[int, str, str]],
) -> None:  # fmt: skip
    disk = mounted(tmp_path / "disk", 1)
    kept = disk.path / "kept"
    ingest(engine, [Source(content=TRAM)])
    backup(data, kept)
    before = kept.read_bytes()
    ingest(engine, [Source(content=LONG)])
    for but in (0, 30_000):
        disk.fill(but=but)
        code, out, err = run("backup", kept, "--force")
        assert (code, out) == (2, "")
        assert "the disk is full. No backup was written" in err or "No space left" in err
        disk.free()
        assert [path.name for path in disk.path.iterdir()] == ["kept"]
        assert kept.read_bytes() == before
    assert len(titles(engine)) == 2


@pytest.mark.parametrize(
    "but",
    [
        1_600_000,
        pytest.param(100_000, marks=TORTURE),
        pytest.param(0, marks=TORTURE),
        pytest.param(1_000_000, marks=TORTURE),
    ],
)
def test_a_restore_on_a_full_disk_leaves_the_library_that_was_there(
    mounted: Callable[..., Disk], data: Path, embedder: CountingEmbedder, tmp_path: Path,
    run: Callable[..., tuple[int, str, str]], but: int,
) -> None:  # fmt: skip
    disk = mounted(data)
    with opened(data, embedder) as engine:
        ingest(engine, [Source(content=TRAM), Source(content=LONG)])
        backup(data, tmp_path / "kept")
        ingest(engine, [Source(content=BUS)])
    disk.fill(but=but)
    code, out, err = run("restore", tmp_path / "kept", "--force")
    disk.free()
    assert not list(data.glob(".restoring*"))
    with opened(data, embedder) as engine:
        if out:
            # The swap was done; what had no room was the index.
            assert titles(engine) == {"Tram line reaches Vell", "A long story"}
        else:
            assert code == 2
            assert "othing was changed" in err
            assert len(titles(engine)) == 3
        embedder.texts.clear()
        assert_in_step(engine)
        assert embedder.texts == []


def test_a_service_that_starts_on_a_full_disk_says_so(
    mounted: Callable[..., Disk], data: Path, embedder: CountingEmbedder,
    run: Callable[..., tuple[int, str, str]],
) -> None:  # fmt: skip
    disk = mounted(data)
    with opened(data, embedder) as engine:
        ingest(engine, [Source(content=TRAM)])
    disk.fill()
    code, out, err = run("serve", "--port", "8917")
    assert (code, out) == (2, "")
    assert "disk" in err
    disk.free()
    with opened(data, embedder) as engine:
        assert "Vellbahn" in found(engine, "tram")


def test_a_read_only_folder_can_be_read_and_is_not_written(
    mounted: Callable[..., Disk], data: Path, embedder: CountingEmbedder, tmp_path: Path,
    run: Callable[..., tuple[int, str, str]],
) -> None:  # fmt: skip
    mounted(data)
    with opened(data, embedder) as engine:
        ingest(engine, [Source(content=TRAM)])
        (id,) = (each.id for each in engine.library.newest())
    page = tmp_path / "bus.txt"
    page.write_text(BUS)
    subprocess.run(["mount", "-o", "remount,ro", data], check=True)
    code, out, _ = run("ask", "Who operates the tram that reached Vell?")
    assert code == 0
    assert "Vellbahn" in out
    assert "index: ready" in run("status")[1]
    assert id in run("articles", "list")[1]
    assert "Vellbahn" in run("articles", "show", id)[1]
    assert run("backup", tmp_path / "kept")[0] == 0
    writing = [
        ("ingest", page), ("articles", "delete", id), ("rebuild",),
        ("restore", tmp_path / "kept", "--force"), ("serve", "--port", "8918"),
        ("backup", data / "kept"),
    ]  # fmt: skip
    for command in writing:
        code, out, err = run(*command)
        assert (code, out) == (2, ""), command
        assert "ead-only" in err
        assert "Nothing was changed" in err or "No backup was written" in err
    subprocess.run(["mount", "-o", "remount,rw", data], check=True)
    with opened(data, embedder) as engine:
        assert_in_step(engine)
        assert titles(engine) == {"Tram line reaches Vell"}


def test_a_read_only_folder_with_a_log_left_behind_says_what_to_do(
    mounted: Callable[..., Disk], data: Path, embedder: CountingEmbedder,
    run: Callable[..., tuple[int, str, str]],
) -> None:  # fmt: skip
    mounted(data)
    with opened(data, embedder) as engine:
        ingest(engine, [Source(content=TRAM)])
        log = (data / "dateline.sqlite3-wal").read_bytes()
    (data / "dateline.sqlite3-wal").write_bytes(log)  # as one who is killed leaves it
    subprocess.run(["mount", "-o", "remount,ro", data], check=True)
    code, _, err = run("articles", "list")
    assert code == 2
    assert "make it writable" in err
    with pytest.raises(DataFolderError):
        Library(data)
    subprocess.run(["mount", "-o", "remount,rw", data], check=True)
    assert "Tram" in run("articles", "list")[1]
