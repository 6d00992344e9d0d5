"""The index deleted, damaged, replaced: noticed at the next start, made anew from the vectors."""

import random
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from rag.audit import Audit
from rag.errors import SearchIndexError
from tests.made_vectors import clustered, opened, put

PASSAGES = 1_100
"""More than the thousand after which Chroma writes its graph into files."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data folder, an older copy of its index, and the index of another library."""
    folder = tmp_path_factory.mktemp("whole")
    vectors = np.split(clustered(np.random.default_rng(2), 2 * PASSAGES), PASSAGES // 5)
    half = len(vectors) // 2
    with opened(folder / "other") as engine:
        for number in range(half, 2 * half):
            put(engine, number, vectors[number])
        engine.catch_up()
    with opened(folder / "data") as engine:
        ids = [put(engine, number, vectors[number]) for number in range(half - 1)]
        engine.catch_up()
        shutil.copytree(folder / "data" / "chroma", folder / "older")
        # As many passages as there were, so that no number tells the older copy apart.
        engine.library.delete(ids[0])
        put(engine, half - 1, vectors[half - 1])
        engine.catch_up()
    return folder


@dataclass(frozen=True)
class Scene:
    """The index's folder of one test, and what can be put in its place."""

    index: Path
    whole: Path
    rng: random.Random

    def file(self, names: str) -> Path:
        """One of its files."""
        return self.rng.choice(sorted(self.index.glob(names)))

    def change(self, names: str, how: Callable[[bytearray], object]) -> None:
        path = self.file(names)
        content = bytearray(path.read_bytes())
        how(content)
        path.write_bytes(content)

    def flip(self, content: bytearray) -> None:
        for _ in range(self.rng.choice([1, 10, 200])):
            content[self.rng.randrange(len(content))] ^= 1 << self.rng.randrange(8)

    def cut(self, content: bytearray) -> None:
        del content[self.rng.randrange(len(content)) :]

    def blank(self, content: bytearray) -> None:
        at = self.rng.randrange(len(content))
        size = min(self.rng.choice([512, 4096, 10**6]), len(content) - at)
        content[at : at + size] = bytes(size)

    def scramble(self, content: bytearray) -> None:
        at = self.rng.randrange(len(content))
        size = min(self.rng.choice([512, 4096, 10**6]), len(content) - at)
        content[at : at + size] = self.rng.randbytes(size)

    def replace(self, by: Path) -> None:
        shutil.rmtree(self.index)
        shutil.copytree(by, self.index)

    def strange(self, name: str) -> None:
        (self.index / name).write_bytes(self.rng.randbytes(9999))

    def swap(self) -> None:
        """Files of the graph from another index, under the same names."""
        own, other = (next(at.glob("*/")) for at in (self.index, self.whole / "other" / "chroma"))
        for file in other.iterdir():
            shutil.copy(file, own / file.name)


SQLITE, GRAPH = "chroma.sqlite3", "*/*.bin"

HARMS: dict[str, Callable[[Scene], object]] = {
    "deleted": lambda s: shutil.rmtree(s.index),
    "emptied": lambda s: (shutil.rmtree(s.index), s.index.mkdir()),
    "a file in its place": lambda s: (shutil.rmtree(s.index), s.index.write_bytes(b"what?")),
    "a dead link in its place": lambda s: (shutil.rmtree(s.index), s.index.symlink_to("nowhere")),
    "closed to all but root": lambda s: s.index.chmod(0),
    "an older copy": lambda s: s.replace(s.whole / "older"),
    "that of another library": lambda s: s.replace(s.whole / "other" / "chroma"),
    "the graph of another library": lambda s: s.swap(),
    "database cut": lambda s: s.change(SQLITE, s.cut),
    "database flipped": lambda s: s.change(SQLITE, s.flip),
    "database blanked": lambda s: s.change(SQLITE, s.blank),
    "database scrambled": lambda s: s.change(SQLITE, s.scramble),
    "database gone": lambda s: s.file(SQLITE).unlink(),
    "database emptied": lambda s: s.file(SQLITE).write_bytes(b""),
    "a strange journal": lambda s: s.strange(f"{SQLITE}-journal"),
    "graph cut": lambda s: s.change(GRAPH, s.cut),
    "graph flipped": lambda s: s.change(GRAPH, s.flip),
    "graph blanked": lambda s: s.change(GRAPH, s.blank),
    "graph scrambled": lambda s: s.change(GRAPH, s.scramble),
    "a file of the graph gone": lambda s: s.file("*/*").unlink(),
    "all files of the graph gone": lambda s: shutil.rmtree(next(s.index.glob("*/"))),
    "names of the graph scrambled": lambda s: s.change("*/*.pickle", s.scramble),
    "names of the graph flipped": lambda s: s.change("*/*.pickle", s.flip),
}  # fmt: skip

# The others may hit bytes that nothing is kept in.
CERTAIN = [
    "deleted",
    "emptied",
    "a file in its place",
    "a dead link in its place",
    "an older copy",
    "that of another library",
    "the graph of another library",
    "database gone",
    "database emptied",
    "all files of the graph gone",
]

FEW = ["a file in its place", "an older copy", "database flipped", "graph scrambled"]


@pytest.fixture(scope="module")
def totals() -> Iterator[list[bool]]:
    """Of each harm, whether the index was made anew; printed at the end."""
    anew: list[bool] = []
    yield anew
    print(f"\n{len(anew)} harmed indexes: {sum(anew)} made anew, the others did no harm")


@pytest.mark.parametrize(
    ("harm", "seed"),
    [(harm, 0) for harm in FEW]
    + [
        pytest.param(harm, seed, marks=pytest.mark.torture)
        for seed in range(1, 6)
        for harm in HARMS
    ],
)
def test_a_harmed_index_is_noticed_and_made_anew(
    whole: Path, tmp_path: Path, totals: list[bool], harm: str, seed: int
) -> None:
    data = tmp_path / "data"
    shutil.copytree(whole / "data", data)
    with opened(data) as engine:
        # Copied, so the times of its files are new.
        engine._seal.put(engine._note())
        before = engine.library.generation
        passages = engine.library.counts().passages
    HARMS[harm](Scene(data / "chroma", whole, random.Random(f"{harm} {seed}")))
    with opened(data) as engine:
        found = engine.index.search(clustered(np.random.default_rng(3), 1)[0], limit=10)
        assert len(found) == 10
        audit = engine.audit()
        assert audit.sound, str(audit)
        assert audit.passages == audit.looked_for == passages
        totals.append(engine.library.generation != before)
        assert totals[-1] or harm not in CERTAIN


def script(folder: Path, lines: str) -> str:
    """An executable that is run in Python's place."""
    file = folder / "python"
    file.write_text(f"#!/bin/sh\n{lines}\n")
    file.chmod(0o700)
    return str(file)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("kill -SEGV $$", r"opening it ends the process \(signal 11\)"),
        ("exec sleep 600", "did not open within"),
        ("echo the graph is odd", "the graph is odd"),
        ("echo no such module >&2; exit 1", "no such module"),
    ],
)
def test_an_index_that_ends_or_hangs_who_opens_it_is_made_anew(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    lines: str,
    told: str,
) -> None:
    data = tmp_path / "data"
    with opened(data) as engine:
        put(engine, 1, clustered(np.random.default_rng(1), 5))
        engine.catch_up()
        before = engine.library.generation
    (data / "chroma.seal").unlink()
    monkeypatch.setattr(sys, "executable", script(tmp_path, lines))
    monkeypatch.setattr("rag.probe._SECONDS", 1.0)
    with opened(data) as engine:
        assert engine.index.count() == 5
        assert engine.library.generation != before
        assert engine.audit().sound
    assert re.search(told, caplog.text)


def test_a_sealed_index_that_cannot_be_opened_is_made_anew(tmp_path: Path) -> None:
    with opened(tmp_path) as engine:
        put(engine, 1, clustered(np.random.default_rng(1), 5))
        engine.catch_up()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"rubbish" * 1000)
    with opened(tmp_path) as engine:
        engine._seal.put(engine._note())
        assert engine.audit() == Audit(5, 5)


def test_an_index_that_was_left_whole_is_opened_without_a_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(tmp_path) as engine:
        put(engine, 1, clustered(np.random.default_rng(1), 5))
        engine.catch_up()
    monkeypatch.setattr(sys, "executable", "/does/not/exist")
    for _ in range(3):
        with opened(tmp_path) as engine:
            engine.index.search(clustered(np.random.default_rng(3), 1)[0], limit=3)
    with opened(tmp_path) as engine:
        put(engine, 2, clustered(np.random.default_rng(2), 5))
        engine.catch_up()
    with opened(tmp_path) as writer, writer.writing(), opened(tmp_path) as reader:
        put(writer, 3, clustered(np.random.default_rng(3), 5))
        assert reader.index.count() == 10
    assert not caplog.records


@pytest.mark.parametrize(
    "harm", ["deleted", pytest.param("database emptied", marks=pytest.mark.torture)]
)
def test_an_index_that_is_harmed_under_a_service_is_made_anew_before_it_is_told_more(
    tmp_path: Path, harm: str
) -> None:
    with opened(tmp_path) as engine:
        put(engine, 1, clustered(np.random.default_rng(1), 5))
        engine.catch_up()
        HARMS[harm](Scene(tmp_path / "chroma", tmp_path, random.Random(0)))
        put(engine, 2, clustered(np.random.default_rng(2), 5))
        engine.catch_up()
        assert engine.audit() == Audit(10, 10)
    with opened(tmp_path) as engine:
        assert engine.audit() == Audit(10, 10)


def test_a_damaged_index_is_left_alone_while_another_process_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    with opened(data) as engine:
        put(engine, 1, clustered(np.random.default_rng(1), 5))
        engine.catch_up()
    (data / "chroma.seal").unlink()
    with opened(data) as writer, writer.writing(), opened(data) as reader:
        monkeypatch.setattr(sys, "executable", script(tmp_path, "kill -SEGV $$"))
        with pytest.raises(SearchIndexError, match=r"signal 11.* is writing.* safe .*ask again"):
            _ = reader.index
        monkeypatch.setattr(sys, "executable", script(tmp_path, "exit 0"))
        assert reader.index.count() == 5


def test_an_index_that_cannot_be_removed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as engine:
        put(engine, 1, clustered(np.random.default_rng(1), 5))
        engine.catch_up()

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("rag.index.shutil.rmtree", refuse)
    monkeypatch.setattr(sys, "executable", script(tmp_path, "echo odd"))
    (tmp_path / "chroma.seal").unlink()
    with (
        opened(tmp_path) as engine,
        pytest.raises(SearchIndexError, match=r"Permission denied.* safe .* make the folder writ"),
    ):
        _ = engine.index
