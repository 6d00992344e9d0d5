"""Dense search over Chroma; the only importer of chromadb. Derived from the library, disposable."""

import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from rag.disk import can_write, is_full
from rag.errors import DatelineError, IndexMismatch, SearchIndexError
from rag.types import PassageVector

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

FOLDER = "chroma"

EXPLORED = 400
"""Passages that a search weighs at least (HNSW's ef): to ask for as many costs next to nothing."""

_MOST_ROWS = 5000
# Cosine distance up to which a vector is the one that was stored.
_SAME = 1e-4
_SAME_NUMBER = 1e-4


@dataclass(frozen=True)
class Stamp:
    """What an index was built of and with; kept in its collection."""

    embedder: str
    dimension: int
    splitter: str
    generation: str


class Index:
    """The vectors of one library in a Chroma folder, or on a Chroma server when ``url`` is given.

    Nothing is opened before the first call. Every call may raise SearchIndexError, and
    IndexMismatch when the collection carries another stamp.
    """

    def __init__(
        self, folder: Path, *, name: str, stamp: Callable[[], Stamp], url: str | None = None
    ) -> None:
        self._folder = folder / FOLDER
        self._url = url
        self._name = f"dateline-{name}"
        self._stamp = stamp
        self._opening = threading.RLock()
        self._client_: Client | None = None
        self._collection_: Collection | None = None
        self._copy: tempfile.TemporaryDirectory[str] | None = None

    def close(self) -> None:
        """Let go of the folder."""
        with self._opening:
            client, self._client_, self._collection_ = self._client_, None, None
            if client is not None:
                client.close()
            self._drop_copy()

    def exists(self) -> bool:
        """Whether it was made, and may be looked into. A folder is not opened for that."""
        if self._url is None:
            try:
                return (self._folder / "chroma.sqlite3").is_file()
            except PermissionError:
                return False
        with self._telling():
            return any(found.name == self._name for found in self._client().list_collections())

    def drop(self) -> None:
        """Drop the index, if there is one. A folder is not opened for that, and goes as a whole.

        Whoever is searching in this moment goes on in what they have open.
        """
        with self._opening:
            self._collection_ = None
            if self._url is not None:
                if self.exists():
                    with self._telling():
                        self._client().delete_collection(self._name)
                return
            self._client_ = None
            with self._telling():
                _remove(self._folder)
                _forget()

    def create(self) -> None:
        """Make an empty collection with the stamp as it is now."""
        with self._opening, self._telling():
            if self._url is None:
                self._folder.mkdir(parents=True, exist_ok=True)
            self._collection_ = self._client().create_collection(
                self._name,
                embedding_function=None,
                metadata=asdict(self._stamp()),
                configuration={
                    "hnsw": {
                        # Chroma's defaults lose vectors: 0.7 % did not find themselves, none here.
                        "space": "cosine",
                        "max_neighbors": 32,
                        "ef_construction": 200,
                        "ef_search": EXPLORED,
                    }
                },
            )

    def upsert(self, rows: Sequence[PassageVector]) -> None:
        """Take passages; those that are there already are left as they are."""
        with self._telling():
            collection = self._collection()
            for at in range(0, len(rows), _MOST_ROWS):
                given = {str(row.passage_id): row for row in rows[at : at + _MOST_ROWS]}
                # A passage never changes, and writing one again takes Chroma 20 times as long.
                for id in collection.get(list(given), include=[])["ids"]:
                    del given[id]
                if given:
                    # No documents: the text is in the library, and Chroma would index every three
                    # letters of it, which takes longer than all else it does.
                    collection.upsert(
                        ids=list(given),
                        embeddings=np.stack([row.vector for row in given.values()]),
                        metadatas=[_metadata(row) for row in given.values()],
                    )

    def delete(self, passage_ids: Sequence[int]) -> None:
        """Drop passages; absent ones are ignored."""
        with self._telling():
            collection = self._collection()
            for at in range(0, len(passage_ids), _MOST_ROWS):
                collection.delete(ids=[str(id) for id in passage_ids[at : at + _MOST_ROWS]])

    def search(self, vector: NDArray[np.float32], *, limit: int) -> list[tuple[int, float]]:
        """The passages nearest to a unit vector: (passage id, cosine similarity), highest first.

        Under a filter see ``rag.nearest``.
        """
        with self._telling():
            found = self._collection().query(
                query_embeddings=vector.reshape(1, -1),
                n_results=limit,
                include=["distances"],
            )
        distances = (found["distances"] or [[]])[0]
        return [(int(id), 1 - near) for id, near in zip(found["ids"][0], distances, strict=True)]

    def count(self) -> int:
        """How many passages it holds."""
        with self._telling():
            return self._collection().count()

    def ids(self) -> set[int]:
        """The passages it holds."""
        with self._telling():
            return {int(id) for id in self._collection().get(include=[])["ids"]}

    def altered(self, rows: Sequence[PassageVector]) -> int:
        """How many of these passages it holds with another vector or other properties."""
        asked = {str(row.passage_id): row for row in rows}
        if not asked:
            return 0
        with self._telling():
            found = self._collection().get(list(asked), include=["metadatas", "embeddings"])
            vectors = cast("NDArray[np.float32]", found["embeddings"])
            held = zip(found["ids"], found["metadatas"] or [], vectors, strict=True)
            same = sum(
                metadata == _metadata(asked[id])
                and bool(np.allclose(vector, asked[id].vector, atol=_SAME_NUMBER))
                for id, metadata, vector in held
            )
        return len(asked) - same

    def unreachable(self, rows: Sequence[PassageVector]) -> int:
        """How many of these passages are not found by their own vectors, or as farther away."""
        if not rows:
            return 0
        with self._telling():
            lost = self._not_found(rows, near=10)
            # A teaser that stands on many pages hides behind its copies.
            hidden = [row for row, farthest in lost if farthest <= _SAME]
            if not hidden:
                return len(lost)
            still = self._not_found(hidden, near=self._collection().count())
            return len(lost) - len(hidden) + len(still)

    def _not_found(
        self, rows: Sequence[PassageVector], *, near: int
    ) -> list[tuple[PassageVector, float]]:
        """Those not among the nearest to themselves, each with the distance of the last of them."""
        found = self._collection().query(
            query_embeddings=np.stack([row.vector for row in rows]),
            n_results=near,
            include=["distances"],
        )
        distances = found["distances"] or []
        return [
            (row, float(max(far, default=1)))
            for row, ids, far in zip(rows, found["ids"], distances, strict=True)
            if dict(zip(ids, far, strict=True)).get(str(row.passage_id), 1) > _SAME
        ]

    def _client(self) -> "Client":
        with self._opening:
            if self._client_ is None:
                try:
                    self._client_ = _connect(self._usable_folder(), self._url)
                except BaseException:
                    _forget()
                    self._drop_copy()
                    raise
            return self._client_

    def _usable_folder(self) -> Path:
        """The folder, or a copy for this process, since Chroma writes even where it only reads."""
        if self._url is not None or can_write(self._folder):
            return self._folder
        self._copy = tempfile.TemporaryDirectory(prefix="dateline-")
        copy = Path(self._copy.name) / FOLDER
        shutil.copytree(self._folder, copy)
        return copy

    def _drop_copy(self) -> None:
        if self._copy is not None:
            self._copy.cleanup()
            self._copy = None

    def _collection(self) -> "Collection":
        with self._opening:
            if self._collection_ is None:
                if not self.exists():
                    # Chroma would make an empty one where there is none.
                    raise SearchIndexError(
                        f"There is no search index in {self._url or self._folder}. The articles "
                        "are safe in the library; run `dateline rebuild`."
                    )
                found = self._client().get_collection(self._name, embedding_function=None)
                self._check(found.metadata or {})
                self._collection_ = found
            return self._collection_

    def _check(self, carried: Any) -> None:
        wrong = [
            f"{key} {carried.get(key)!r} where {value!r} is asked for"
            for key, value in asdict(self._stamp()).items()
            if carried.get(key) != value
        ]
        if wrong:
            raise IndexMismatch(
                f"The search index was built otherwise: {', '.join(wrong)}. The articles are safe "
                "in the library; run `dateline rebuild`."
            )

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn whatever chromadb raises into SearchIndexError."""
        try:
            yield
        except DatelineError:
            raise
        # It raises its own errors, ValueError, httpx's and bare Exceptions, and panics of its
        # Rust part, which are no Exceptions.
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            where = self._url or self._folder
            what = "check the server" if self._url else "run `dateline rebuild`"
            if not self._url and is_full(self._folder):
                what = "its disk is full: free some space and repeat the command"
            elif not self._url and isinstance(error, OSError):
                what = "make the folder writable, or delete it"
            raise SearchIndexError(
                f"The search index in {where} cannot be used: {_one_line(error)}. "
                f"The articles are safe in the library; {what}."
            ) from error


def _remove(folder: Path) -> None:
    """Remove the folder, or what is in its place. One linked to or mounted is only emptied."""
    if not folder.is_dir():
        folder.unlink(missing_ok=True)
        return
    folder.chmod(0o700)
    for inner in folder.iterdir():
        if inner.is_dir() and not inner.is_symlink():
            inner.chmod(0o700)
            shutil.rmtree(inner)
        else:
            inner.unlink()
    if not (folder.is_symlink() or folder.is_mount()):
        folder.rmdir()


def _forget() -> None:
    """Make chromadb forget the half-opened store that it keeps for the path of a folder.

    Else it could not be opened by this process any more, once the damage or a full disk is mended,
    or the folder is gone.
    """
    if "chromadb" not in sys.modules:
        return
    from chromadb.api.shared_system_client import SharedSystemClient

    SharedSystemClient.clear_system_cache()


def _connect(folder: Path, url: str | None) -> "Client":
    # Half a second to import, so only once it is needed.
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    settings = ChromaSettings(anonymized_telemetry=False)
    if url is None:
        return cast("Client", chromadb.PersistentClient(path=str(folder), settings=settings))
    parts = urlsplit(url if "://" in url else f"http://{url}")
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 8000)
    host = parts.hostname or "localhost"
    return cast("Client", chromadb.HttpClient(host=host, port=port, ssl=secure, settings=settings))


def _metadata(row: PassageVector) -> dict[str, str | int]:
    metadata: dict[str, str | int] = {"article_id": row.article_id, "kind": row.kind}
    if row.publisher is not None:
        metadata["publisher"] = row.publisher.strip().casefold()
    if row.published is not None:
        metadata["published"] = _day(row.published)
    return metadata


def _day(day: date) -> int:
    """A date as a number that compares as the date does: 20251231."""
    return day.year * 10_000 + day.month * 100 + day.day


def _one_line(error: BaseException) -> str:
    return " ".join(f"{error}".split())[:200].rstrip(".") or type(error).__name__
