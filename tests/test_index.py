"""The index over a real Chroma: what it finds, narrows, drops and refuses."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import IndexMismatch, SearchIndexError
from rag.index import Index, Stamp
from rag.types import PassageVector

STAMP = Stamp(embedder="e", dimension=8, splitter="s", generation="1")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    made = Index(tmp_path, name="test", stamp=lambda: STAMP)
    made.create()
    yield made
    made.close()


def unit(at: int) -> NDArray[np.float32]:
    vector = np.full(8, 0.1, dtype=np.float32)
    vector[at % 8] = 1
    return vector / np.float32(np.linalg.norm(vector))


def row(id: int) -> PassageVector:
    return PassageVector(passage_id=id, article_id="a", kind="body", vector=unit(id))


def ids(index: Index) -> set[int]:
    return {id for id, _ in index.search(unit(1), limit=50)}


def test_the_nearest_passage_comes_first_with_its_cosine(index: Index) -> None:
    index.upsert([row(1), row(2), row(3)])
    hits = index.search(unit(2), limit=2)
    assert hits[0] == (2, pytest.approx(1, abs=1e-5))
    assert hits[1][1] == pytest.approx(float(unit(2) @ unit(1)), abs=1e-5)
    assert len(hits) == 2
    assert index.count() == 3


def test_what_is_there_already_is_left_and_what_is_absent_is_dropped(index: Index) -> None:
    index.upsert([row(1), row(2)])
    index.upsert([row(2), row(3)])
    assert index.count() == 3
    index.delete([2, 77])
    assert ids(index) == {1, 3}
    index.upsert([])
    index.delete([])
    assert index.count() == 2


def test_more_rows_than_chroma_takes_at_once(index: Index) -> None:
    index.upsert([row(id) for id in range(1, 5_602)])
    assert index.count() == 5_601
    index.delete(list(range(2, 5_602)))
    assert ids(index) == {1}


@pytest.mark.parametrize(
    "other",
    [
        replace(STAMP, embedder="f"),
        replace(STAMP, dimension=9),
        replace(STAMP, splitter="t"),
        replace(STAMP, generation="2"),
    ],
)
def test_another_stamp_is_refused_and_the_command_named(
    index: Index, tmp_path: Path, other: Stamp
) -> None:
    index.upsert([row(1)])
    changed = Index(tmp_path, name="test", stamp=lambda: other)
    with pytest.raises(IndexMismatch, match="dateline rebuild"):
        changed.search(unit(1), limit=1)
    changed.drop()
    changed.create()
    assert changed.count() == 0
    changed.close()


def test_an_index_that_was_never_made(tmp_path: Path) -> None:
    index = Index(tmp_path, name="test", stamp=lambda: STAMP)
    assert not index.exists()
    index.drop()
    with pytest.raises(SearchIndexError, match="rebuild"):
        index.search(unit(1), limit=1)
    assert not index.exists()
    index.close()


def test_chromas_errors_are_told_in_one_line(index: Index) -> None:
    index.upsert([row(1)])
    with pytest.raises(SearchIndexError, match="safe in the library") as caught:
        index.search(np.ones(5, dtype=np.float32), limit=1)
    assert "\n" not in str(caught.value)


def test_a_folder_that_chroma_cannot_open_is_told_and_dropped(tmp_path: Path) -> None:
    (tmp_path / "chroma").mkdir()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"rubbish " * 1000)
    index = Index(tmp_path, name="test", stamp=lambda: STAMP)
    with pytest.raises(SearchIndexError, match="dateline rebuild"):
        index.count()
    index.drop()
    index.create()
    assert index.count() == 0
    index.close()


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    index = Index(tmp_path, name="test", stamp=lambda: STAMP, url="http://127.0.0.1:9")
    with pytest.raises(SearchIndexError, match=r"http://127.0.0.1:9 .* check the server"):
        index.count()
