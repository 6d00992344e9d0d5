"""The open engine: the library, and the index and embedder that are opened when first needed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rag.embed import Embedder
from rag.errors import IndexMismatch, LibraryBusy, SearchIndexError
from rag.index import Index, Stamp
from rag.library import Library
from rag.lock import WriteLock
from rag.model import Model
from rag.passages import SPLITTER


@dataclass(frozen=True)
class Answering:
    """The model that answers, the most tokens of a prompt, and the seconds a question may take."""

    model: Model
    prompt_tokens: int = 3_000
    deadline: float = 60.0


class Engine:
    """What ingest and ask work on. Close it, or use it in a ``with`` statement.

    ``answering`` is None when the embedded reader answers.
    """

    def __init__(
        self,
        library: Library,
        *,
        make_embedder: Callable[[], Embedder],
        chroma_url: str | None = None,
        answering: Answering | None = None,
    ) -> None:
        self.library = library
        self.answering = answering
        self.lock = WriteLock(library.folder)
        self._index = Index(library.folder, name=library.name, stamp=self._stamp, url=chroma_url)
        self._make_embedder = make_embedder
        self._embedder: Embedder | None = None
        self._loading = threading.Lock()
        self._opening = threading.Lock()
        self._in_step = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files. What was committed is on disk already."""
        self._index.close()
        self.library.close()

    @property
    def embedder(self) -> Embedder:
        """Opened at first use. Raises EmbedError."""
        with self._loading:
            if self._embedder is None:
                self._embedder = self._make_embedder()
            return self._embedder

    @property
    def index(self) -> Index:
        """The index, in step with the library when this process first asks for it.

        When it is not and nobody else is writing, it is caught up first (see ``catch_up``).
        Raises IndexMismatch, and SearchIndexError when it is only just being built.
        """
        if not self._in_step:
            with self._opening:
                self._get_in_step()
        return self._index

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one that writes: no other process, no other thread of this one.

        Raises LibraryBusy within a second, naming the holder.
        """
        with self.lock.turn():
            yield

    def catch_up(self) -> None:
        """Tell the index what it has not been told, or all when it is missing or out of step.

        Embeds nothing. Raises LibraryBusy, IndexMismatch, SearchIndexError.
        """
        with self.writing():
            self._check_made_by()
            if not self._in_step and not self._index.exists():
                self.restart_index()
            self._tell_index()
            if not self._in_step and self._index.count() != self.library.counts().passages:
                self.restart_index()
                self._tell_index()
            self._in_step = True

    def restart_index(self) -> None:
        """Drop the index; the next ``catch_up`` fills it. To be called while writing."""
        with self.writing():
            self._in_step = False
            # In this order: after a crash in between, the index is missing and so made anew.
            self._index.drop()
            self.library.restart_index()
            self._index.create()

    def _stamp(self) -> Stamp:
        embedder = self.embedder
        return Stamp(embedder.name, embedder.dimension, SPLITTER, self.library.generation)

    def _tell_index(self) -> None:
        while True:
            pending = self.library.pending()
            if not pending.added and not pending.removed:
                return
            if pending.removed:
                self._index.delete(pending.removed)
            if pending.added:
                self._index.upsert(pending.added)
            self.library.mark_indexed(pending)

    def _get_in_step(self) -> None:
        """For the first reader: catch up if need be, unless another process is writing."""
        self._check_made_by()
        exists = self._index.exists()
        counts = self.library.counts()
        if exists and not counts.pending and self._index.count() == counts.passages:
            self._in_step = True
            return
        try:
            with self.lock.turn(wait=0):
                self.catch_up()
        except LibraryBusy as busy:
            # What is there can be searched while the other one adds to it.
            if not exists:
                raise SearchIndexError(
                    f"The search index is being built by {self.lock.holder()}. The articles are "
                    "safe in the library; ask again when it has finished."
                ) from busy

    def _check_made_by(self) -> None:
        asked = (self.embedder.name, SPLITTER)
        for embedder, splitter in self.library.made_by():
            if (embedder, splitter) != asked:
                raise IndexMismatch(
                    f"The library holds articles embedded with {embedder} and split by {splitter}; "
                    f"{asked[0]} and {asked[1]} are in use now. The articles are safe; run "
                    "`dateline rebuild` to embed them again, or set DATELINE_EMBEDDER back."
                )
